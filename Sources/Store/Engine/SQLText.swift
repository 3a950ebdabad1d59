/// One piece of SQL text, with the line it begins on and whether a space or a new line comes before it.
public struct SQLToken: Sendable, Equatable {
  /// What the piece is; a `hole` is a placeholder of the schema such as `{member}`.
  public enum Kind: Sendable { case word, quoted, string, number, placeholder, hole, symbol, comment }
  /// What separates it from the piece before.
  public enum Gap: Sendable { case none, space, line }

  public var kind: Kind
  public var text: String
  public var line: Int
  public var gap: Gap

  /// The word in upper case, for comparing with keywords; other kinds as they are.
  public var keyword: String { kind == .word ? text.uppercased() : text }

  /// The name that an identifier stands for, quoted or not; nil for what is no identifier.
  public var name: String? {
    switch kind {
    case .word: text
    case .quoted: String(text.dropFirst().dropLast())
    case .string, .number, .placeholder, .hole, .symbol, .comment: nil
    }
  }
}

/// Takes SQL text apart without understanding it: strings, comments and quoted names are never looked into.
public enum SQLText {
  public static func tokens(_ text: String) -> [SQLToken] {
    var reader = SQLTokenReader(bytes: Array(text.utf8))
    return reader.all()
  }

  /// The statements of a script; a comment on the line where a statement ends belongs to it.
  public static func statements(_ script: String) -> [[SQLToken]] {
    var done: [[SQLToken]] = []
    var current: [SQLToken] = []
    var endLine = 0
    for token in tokens(script) {
      if token.kind == .comment, current.isEmpty, !done.isEmpty, token.line == endLine {
        done[done.count - 1].append(token)
      } else if token.kind == .symbol, token.text == ";" {
        if current.contains(where: { $0.kind != .comment }) { done.append(current) }
        endLine = token.line
        current = []
      } else {
        current.append(token)
      }
    }
    if current.contains(where: { $0.kind != .comment }) { done.append(current) }
    return done
  }

  /// Puts pieces together again, without comments, keeping the lines.
  public static func join(_ tokens: [SQLToken]) -> String {
    var text = ""
    var depth = 0
    var pending = SQLToken.Gap.none
    for token in tokens {
      if token.kind == .comment {
        if pending == .none { pending = token.gap }
        continue
      }
      var gap = token.gap
      if pending == .line || gap == .line { gap = .line } else if pending == .space { gap = .space }
      pending = .none
      if token.kind == .symbol, token.text == ")" { depth -= 1 }
      if !text.isEmpty {
        switch gap {
        case .none: break
        case .space: text += " "
        case .line: text += "\n" + String(repeating: "  ", count: max(0, depth))
        }
      }
      if token.kind == .symbol, token.text == "(" { depth += 1 }
      text += token.text
    }
    return text
  }
}

/// A cursor over the bytes of SQL text.
struct SQLTokenReader {
  let bytes: [UInt8]
  var at = 0
  var line = 1

  mutating func all() -> [SQLToken] {
    var tokens: [SQLToken] = []
    while true {
      let gap = skipSpace()
      guard at < bytes.count else { return tokens }
      let start = at
      let startLine = line
      let kind = next()
      tokens.append(
        SQLToken(kind: kind, text: String(decoding: bytes[start..<at], as: UTF8.self), line: startLine, gap: gap))
    }
  }

  private func byte(_ offset: Int = 0) -> UInt8? { at + offset < bytes.count ? bytes[at + offset] : nil }

  private mutating func skipSpace() -> SQLToken.Gap {
    var gap = SQLToken.Gap.none
    while let c = byte(), c == 32 || (9...13).contains(c) {
      if c == 10 {
        line += 1
        gap = .line
      } else if gap == .none {
        gap = .space
      }
      at += 1
    }
    return gap
  }

  static func isWord(_ c: UInt8) -> Bool {
    (65...90).contains(c) || (97...122).contains(c) || (48...57).contains(c) || c == 95 || c >= 128
  }

  private mutating func next() -> SQLToken.Kind {
    guard let c = byte() else { return .symbol }
    switch c {
    case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"):
      while let c = byte(), c != 10 { at += 1 }
      return .comment
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
      skipBlockComment()
      return .comment
    case UInt8(ascii: "'"):
      skipQuoted(c)
      return .string
    case UInt8(ascii: "\""), UInt8(ascii: "`"):
      skipQuoted(c)
      return .quoted
    case UInt8(ascii: "$"):
      at += 1
      skipWord()
      return .placeholder
    case UInt8(ascii: "{"):
      while let c = byte(), c != UInt8(ascii: "}"), c != 10 { at += 1 }
      if byte() == UInt8(ascii: "}") { at += 1 }
      return .hole
    case 48...57:
      skipWord()
      return .number
    case _ where SQLTokenReader.isWord(c):
      skipWord()
      return .word
    default:
      at += 1
      return .symbol
    }
  }

  private mutating func skipWord() {
    while let c = byte(), SQLTokenReader.isWord(c) { at += 1 }
  }

  private mutating func skipBlockComment() {
    at += 2
    while let c = byte() {
      if c == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
        at += 2
        return
      }
      if c == 10 { line += 1 }
      at += 1
    }
  }

  /// Skips to the closing quote; a doubled quote is part of the text (SQL:2016 5.3).
  private mutating func skipQuoted(_ quote: UInt8) {
    at += 1
    while let c = byte() {
      at += 1
      if c == 10 { line += 1 }
      guard c == quote else { continue }
      guard byte() == quote else { return }
      at += 1
    }
  }
}
