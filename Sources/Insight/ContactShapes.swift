import Formats

/// What in a line has the shape of a telephone number, an address or a time; a cheap look before the library's.
struct ContactShapes {
  private(set) var hasPhone = false
  private(set) var hasExtension = false
  private(set) var hasAddress = false
  private(set) var hasWeb = false
  private(set) var hasClock = false

  init(_ text: TextLines, _ range: Range<Int>) {
    let bytes = text.bytes
    var at = range.lowerBound
    let end = min(range.upperBound, range.lowerBound + 400)
    while at < end {
      let byte = bytes[at]
      if byte &- 48 < 10 {
        at = readDigits(bytes, at, range)
        continue
      }
      if byte == UInt8(ascii: "@"), at > range.lowerBound, at + 1 < end, bytes[at - 1] > 32, bytes[at + 1] > 47 {
        hasAddress = true
      }
      if byte | 32 == UInt8(ascii: "w"), ContactShapes.begins(bytes, at, end, "www.") { hasWeb = true }
      if byte | 32 == UInt8(ascii: "h"), ContactShapes.begins(bytes, at, end, "http") { hasWeb = true }
      at += 1
    }
  }

  static func begins(_ bytes: [UInt8], _ at: Int, _ end: Int, _ word: StaticString) -> Bool {
    guard at + word.utf8CodeUnitCount <= end else { return false }
    return word.withUTF8Buffer { buffer in
      for (offset, byte) in buffer.enumerated() where bytes[at + offset] | 32 != byte | 32 { return false }
      return true
    }
  }

  /// Reads a run of digits with the signs that group them; answers the index behind it.
  private mutating func readDigits(_ bytes: [UInt8], _ start: Int, _ range: Range<Int>) -> Int {
    var at = start
    var count = 0
    var groups: [Int] = []
    var run = 0
    var sign: UInt8 = 0
    while at < range.upperBound {
      let byte = bytes[at]
      if byte &- 48 < 10 {
        count += 1
        run += 1
      } else if run > 0, at + 1 < range.upperBound, ContactShapes.groups(byte),
        bytes[at + 1] &- 48 < 10 || ContactShapes.groups(bytes[at + 1])
      {
        groups.append(run)
        run = 0
        sign = byte
      } else if run == 0, ContactShapes.groups(byte) {
        sign = sign == 0 ? byte : sign
      } else {
        break
      }
      at += 1
    }
    if run > 0 { groups.append(run) }
    if sign == UInt8(ascii: ":") || at < range.upperBound && bytes[at] == UInt8(ascii: ":"), groups.count <= 2 {
      hasClock = true
    }
    if count >= 7, count <= 15, groups.count >= 2 || count >= 10, groups.last ?? 0 >= 2 { hasPhone = true }
    let before = start > range.lowerBound ? bytes[start - 1] : 32
    if groups == [1, 4] || groups == [5] || groups == [4],
      before | 32 == UInt8(ascii: "x") || before == 46 || before <= 32 || before == UInt8(ascii: "-")
    {
      hasExtension = true
    }
    return max(at, start + 1)
  }

  private static func groups(_ byte: UInt8) -> Bool {
    byte == 32 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "(")
      || byte == UInt8(ascii: ")")
      || byte == UInt8(ascii: "/")
  }
}
