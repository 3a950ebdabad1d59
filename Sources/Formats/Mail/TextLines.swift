/// One line of a text, in UTF-8 bytes: all of it, and what is left without the white space around it.
public struct TextLine: Sendable, Hashable {
  public let range: Range<Int>
  public let trimmed: Range<Int>

  public var isBlank: Bool { trimmed.isEmpty }
}

/// A text cut into lines at line feeds; what lies beyond the limits is not looked at.
public struct TextLines: Sendable {
  /// Longer texts are looked at up to here.
  public static let longest = 1 << 20
  public static let most = 20_000

  public let bytes: [UInt8]
  public let lines: [TextLine]

  public init(_ text: String) {
    var text = text
    self.init(bytes: text.withUTF8 { Array(UnsafeBufferPointer(rebasing: $0.prefix(TextLines.longest))) })
  }

  init(bytes: [UInt8]) {
    var lines: [TextLine] = []
    lines.reserveCapacity(bytes.count / 32 + 1)
    let span = bytes.span
    var start = 0
    while start <= bytes.count, lines.count < TextLines.most {
      let end = span.position(of: Byte.lf, from: start, to: bytes.count)
      lines.append(TextLine(range: start..<end, trimmed: TextLines.trim(bytes, start, end)))
      start = end + 1
    }
    self.bytes = bytes
    self.lines = lines
  }

  /// The text of a range, repaired where it cuts a character.
  public func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The text of a line without the white space around it.
  public func text(_ line: Int) -> String { text(lines[line].trimmed) }

  /// Spaces, tabs, hard spaces and the marks of direction and of no width that mail programs leave.
  private static func trim(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Range<Int> {
    var low = start
    var high = end
    while low < high {
      let step = blank(bytes, low, high)
      if step == 0 { break }
      low += step
    }
    while high > low {
      let step =
        bytes[high - 1] < 128
        ? (blank(bytes, high - 1, high))
        : high - 2 >= low && blank(bytes, high - 2, high) == 2
          ? 2
          : high - 3 >= low
            && blank(bytes, high - 3, high) == 3 ? 3 : 0
      if step == 0 { break }
      high -= step
    }
    return low..<high
  }

  /// How many bytes of white space stand at an index: 0 if none.
  static func blank(_ bytes: [UInt8], _ at: Int, _ end: Int) -> Int {
    let byte = bytes[at]
    if byte < 128 { return byte <= 32 || byte == 127 ? 1 : 0 }
    if byte == 0xC2, at + 1 < end { return bytes[at + 1] == 0xA0 ? 2 : 0 }
    guard at + 2 < end else { return 0 }
    if byte == 0xE2 {
      // U+2000 to U+200F, U+2028 to U+202F, U+2060 to U+206F
      let (second, third) = (bytes[at + 1], bytes[at + 2])
      let isBlank =
        second == 0x80 && (third <= 0x8F || (0xA8...0xAF).contains(third))
        || second == 0x81 && third >= 0xA0
          && third <= 0xAF
      return isBlank ? 3 : 0
    }
    if byte == 0xE3, bytes[at + 1] == 0x80, bytes[at + 2] == 0x80 { return 3 }
    return byte == 0xEF && bytes[at + 1] == 0xBB && bytes[at + 2] == 0xBF ? 3 : 0
  }
}
