/// One piece of markup as browsers find its end, with all of its attributes.
struct MarkupTag {
  enum Kind { case open, close }

  /// Nil for a comment, a declaration, and what is none.
  private(set) var kind: Kind?
  /// In small letters.
  private(set) var name = ""
  /// Names of attributes in their order; of two alike the first counts.
  private(set) var order: [String] = []
  private(set) var attributes: [String: String] = [:]
  /// The index behind it.
  private(set) var end: Int

  /// More attributes than this are read over.
  private static let most = 64

  /// Reads the markup at `<`; what never ends goes on to the end of the source (WHATWG HTML §13.2.5).
  init(_ source: [UInt8], _ start: Int) {
    end = source.count
    var at = start + 1
    let first = source[at]
    if first == UInt8(ascii: "!") || first == Byte.question {
      end = MarkupTag.endOfComment(source, start)
      return
    }
    let isClose = first == UInt8(ascii: "/")
    if isClose { at += 1 }
    guard at < source.count, Byte.isLetter(source[at]) else {
      // `</` before no letter is a comment up to the next `>`.
      end = min(source.span.position(of: Byte.greater, from: at, to: source.count) + 1, source.count)
      return
    }
    let nameStart = at
    while at < source.count, !MarkupTag.ends(source[at]) { at += 1 }
    name = source.span.lowered(nameStart..<min(at, nameStart + 32))
    guard let behind = readAttributes(source, at) else { return }
    end = behind
    kind = isClose ? .close : .open
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 9 || byte == 10 || byte == 12 || byte == 13 || byte == 32
  }

  /// Whether a name ends before a byte.
  private static func ends(_ byte: UInt8) -> Bool {
    isSpace(byte) || byte == UInt8(ascii: "/") || byte == Byte.greater
  }

  private static func endOfComment(_ source: [UInt8], _ start: Int) -> Int {
    let span = source.span
    guard span.matches(Array("<!--".utf8), at: start, end: source.count) else {
      return min(span.position(of: Byte.greater, from: start, to: source.count) + 1, source.count)
    }
    // `<!-->` and `<!--->` are whole comments; `--!>` ends one as `-->` does.
    for short in ["<!-->", "<!--->"] where span.matches(Array(short.utf8), at: start, end: source.count) {
      return start + short.utf8.count
    }
    var at = start + 4
    while at < source.count {
      at = span.position(of: Byte.minus, from: at, to: source.count)
      for long in ["-->", "--!>"] where span.matches(Array(long.utf8), at: at, end: source.count) {
        return at + long.utf8.count
      }
      at += 1
    }
    return source.count
  }

  /// Answers the index behind the tag; nil if it does not end.
  private mutating func readAttributes(_ source: [UInt8], _ start: Int) -> Int? {
    var at = start
    while at < source.count {
      let byte = source[at]
      if byte == Byte.greater { return at + 1 }
      if MarkupTag.isSpace(byte) || byte == UInt8(ascii: "/") {
        at += 1
        continue
      }
      let nameStart = at
      // An equals sign at the beginning belongs to the name.
      at += 1
      while at < source.count, !MarkupTag.ends(source[at]), source[at] != Byte.equals { at += 1 }
      let attribute = source.span.lowered(nameStart..<min(at, nameStart + 32))
      while at < source.count, MarkupTag.isSpace(source[at]) { at += 1 }
      var value = ""
      if at < source.count, source[at] == Byte.equals {
        at += 1
        while at < source.count, MarkupTag.isSpace(source[at]) { at += 1 }
        guard let found = MarkupTag.value(source, &at) else { return nil }
        value = found
      }
      guard order.count < MarkupTag.most, attributes[attribute] == nil else { continue }
      order.append(attribute)
      attributes[attribute] = value
    }
    return nil
  }

  /// A value with its references resolved; nil if its quote is never closed.
  private static func value(_ source: [UInt8], _ at: inout Int) -> String? {
    guard at < source.count else { return nil }
    let quote = source[at]
    var range = at..<at
    if quote == Byte.quote || quote == Byte.apostrophe {
      let close = source.span.position(of: quote, from: at + 1, to: source.count)
      guard close < source.count else { return nil }
      range = at + 1..<close
      at = close + 1
    } else {
      let start = at
      while at < source.count, !isSpace(source[at]), source[at] != Byte.greater { at += 1 }
      range = start..<at
    }
    var out: [UInt8] = []
    let bytes = Array(source[range])
    var place = 0
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "&") {
        place = HTMLEntity.read(bytes, place, &out)
      } else {
        out.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The index behind the tag that closes an element, whose content is left out whatever stands in it.
  func endOfContent(_ source: [UInt8]) -> Int {
    let span = source.span
    var (at, depth) = (end, 1)
    let nests = MarkupTag.nesting.contains(name)
    while at < source.count {
      at = span.position(of: Byte.less, from: at, to: source.count)
      let isClose = at + 1 < source.count && source[at + 1] == UInt8(ascii: "/")
      let nameStart = at + (isClose ? 2 : 1)
      let nameEnd = nameStart + name.utf8.count
      guard nameEnd <= source.count else { return source.count }
      guard isClose || nests, span.equalsFolded(nameStart..<nameEnd, name),
        nameEnd == source.count || MarkupTag.ends(source[nameEnd])
      else {
        at += 1
        continue
      }
      let tag = MarkupTag(source, at)
      at = tag.end
      depth += isClose ? -1 : 1
      if depth == 0 { return at }
    }
    return source.count
  }

  /// Elements that may stand in one another.
  private static let nesting: Set<String> = ["svg", "math", "template"]
}
