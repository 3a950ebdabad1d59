/// One tag with all its attributes (HTML Living Standard §13.2.5), each once, with references resolved.
struct SafeTag {
  let name: String
  let isClosing: Bool
  private(set) var attributes: [(name: String, value: String)] = []
  /// The index behind the tag.
  private(set) var end: Int

  /// More are not read.
  private static let most = 64

  /// Nil if what begins here is no tag: a comment, a declaration.
  init?(_ source: [UInt8], _ start: Int) {
    var at = start + 1
    isClosing = source[at] == UInt8(ascii: "/")
    if isClosing { at += 1 }
    guard at < source.count, Byte.isLetter(source[at]) else { return nil }
    let first = at
    while at < source.count, !SafeTag.endsName(source[at]) { at += 1 }
    name = source.span.lowered(first..<min(at, first + 64))
    end = source.count
    end = read(source, at)
  }

  subscript(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

  private static func endsName(_ byte: UInt8) -> Bool {
    byte <= 32 || byte == Byte.greater || byte == UInt8(ascii: "/")
  }

  private mutating func read(_ source: [UInt8], _ start: Int) -> Int {
    var at = start
    while at < source.count {
      while at < source.count, source[at] <= 32 || source[at] == UInt8(ascii: "/") { at += 1 }
      guard at < source.count else { break }
      if source[at] == Byte.greater { return at + 1 }
      let first = at
      // An equals sign where a name begins belongs to it.
      at += 1
      while at < source.count, !SafeTag.endsName(source[at]), source[at] != Byte.equals { at += 1 }
      let attribute = source.span.lowered(first..<min(at, first + 64))
      while at < source.count, source[at] <= 32 { at += 1 }
      var value = ""
      if at < source.count, source[at] == Byte.equals {
        at += 1
        value = SafeTag.value(source, &at)
      }
      if attributes.count < SafeTag.most, self[attribute] == nil { attributes.append((attribute, value)) }
    }
    return source.count
  }

  private static func value(_ source: [UInt8], _ at: inout Int) -> String {
    while at < source.count, source[at] <= 32 { at += 1 }
    guard at < source.count else { return "" }
    let quote = source[at]
    var range = at..<at
    if quote == Byte.quote || quote == Byte.apostrophe {
      let close = source.span.position(of: quote, from: at + 1, to: source.count)
      range = min(at + 1, close)..<close
      at = min(close + 1, source.count)
    } else {
      let first = at
      while at < source.count, source[at] > 32, source[at] != Byte.greater { at += 1 }
      range = first..<at
    }
    var out: [UInt8] = []
    var index = range.lowerBound
    while index < range.upperBound {
      if source[index] == UInt8(ascii: "&") {
        index = HTMLEntity.read(source, index, &out)
      } else {
        out.append(source[index])
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  // MARK: what is no tag

  /// The index behind a comment, a declaration or what else begins like a tag and is none.
  static func endOfOther(_ source: [UInt8], _ start: Int) -> Int {
    let span = source.span
    guard span.matches(Array("<!--".utf8), at: start, end: source.count) else {
      return min(span.position(of: Byte.greater, from: start, to: source.count) + 1, source.count)
    }
    var at = start + 4
    if span.matches([Byte.greater], at: at, end: source.count) { return at + 1 }
    if span.matches([Byte.minus, Byte.greater], at: at, end: source.count) { return at + 2 }
    while at < source.count {
      at = span.position(of: Byte.minus, from: at, to: source.count)
      if span.matches(Array("-->".utf8), at: at, end: source.count) { return at + 3 }
      if span.matches(Array("--!>".utf8), at: at, end: source.count) { return at + 4 }
      at += 1
    }
    return source.count
  }

  /// The index behind the tag that closes an element which is left out with its content.
  static func end(of name: String, _ source: [UInt8], _ start: Int) -> Int {
    let word = Array(name.utf8)
    var at = start
    while at < source.count {
      at = source.span.position(of: Byte.less, from: at, to: source.count)
      let after = at + 2 + word.count
      guard after <= source.count else { return source.count }
      if source[at + 1] == UInt8(ascii: "/"), source.span.equalsFolded(at + 2..<after, name),
        after == source.count || endsName(source[after])
      {
        return min(source.span.position(of: Byte.greater, from: after, to: source.count) + 1, source.count)
      }
      at += 1
    }
    return source.count
  }
}
