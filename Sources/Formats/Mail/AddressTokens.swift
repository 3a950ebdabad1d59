/// The lexical side of address lists (RFC 5322 §3.2): where tokens end, how they are written plainly.
extension AddressReader {
  /// The index of the closing quote; nil if there is none.
  static func quoteEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var at = start
    while at < end {
      if bytes[at] == Byte.quote { return at }
      at += bytes[at] == Byte.backslash ? 2 : 1
    }
    return nil
  }

  /// The index of the sign that closes the comment, nested ones counted; nil if there is none.
  static func commentEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var at = start
    var depth = 1
    while at < end {
      switch bytes[at] {
      case Byte.open: depth += 1
      case Byte.close:
        depth -= 1
        if depth == 0 { return at }
      case Byte.backslash: at += 1
      default: break
      }
      at += 1
    }
    return nil
  }

  /// Behind an atom, or behind an encoded word with the signs that mailers fail to encode.
  static func atomEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    if start + 1 < end, bytes[start] == Byte.equals, bytes[start + 1] == Byte.question,
      let close = wordEnd(bytes, start, min(end, start + 1_000))
    {
      return close
    }
    var at = start
    while at < end, !isSpecial(bytes[at]) { at += 1 }
    return max(at, start + 1)
  }

  private static func wordEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var marks = 0
    var at = start + 2
    while at < end, !Byte.isSpace(bytes[at]) {
      if bytes[at] == Byte.question {
        marks += 1
        if marks >= 3, at + 1 < end, bytes[at + 1] == Byte.equals { return at + 2 }
      }
      at += 1
    }
    return nil
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.space, Byte.tab, Byte.cr, Byte.lf, Byte.quote, Byte.open, Byte.close, Byte.less, Byte.greater,
      Byte.comma, Byte.semicolon, Byte.colon, Byte.at, Byte.bracket:
      true
    default: false
    }
  }

  /// Appends the bytes of a token without backslashes and line ends.
  static func unescape(_ bytes: Span<UInt8>, _ range: Range<Int>, _ out: inout [UInt8]) {
    var at = range.lowerBound
    while at < range.upperBound {
      if bytes[at] == Byte.backslash, at + 1 < range.upperBound { at += 1 }
      let byte = bytes[at]
      if byte != Byte.lf, byte != Byte.cr { out.append(byte == Byte.tab ? Byte.space : byte) }
      at += 1
    }
  }

  /// Whether a byte of a local part may only stand in quotes.
  static func needsQuotes(_ byte: UInt8) -> Bool {
    byte <= 32 || byte == 127 || (isSpecial(byte) || byte == Byte.backslash || byte == Byte.closeBracket)
  }

  static func quoted(_ local: [UInt8]) -> [UInt8] {
    var out = [Byte.quote]
    for byte in local {
      if byte == Byte.quote || byte == Byte.backslash { out.append(Byte.backslash) }
      out.append(byte)
    }
    out.append(Byte.quote)
    return out
  }

  /// Letters, digits, dots, minus, underscore and bytes of other scripts; or an address literal.
  static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
    if bytes.first == Byte.bracket { return bytes.count > 2 && bytes.last == Byte.closeBracket }
    var name = false
    for byte in bytes {
      let letter = Byte.isLetter(byte) || Byte.isDigit(byte) || byte >= 128
      if letter { name = true }
      guard letter || byte == Byte.dot || byte == Byte.minus || byte == Byte.underscore else { return false }
    }
    return name
  }
}
