import Glibc

/// The few bytes that mail grammar turns on.
enum Byte {
  static let tab: UInt8 = 9
  static let lf: UInt8 = 10
  static let cr: UInt8 = 13
  static let space: UInt8 = 32
  static let quote: UInt8 = 34
  static let percent: UInt8 = 37
  static let apostrophe: UInt8 = 39
  static let open: UInt8 = 40
  static let close: UInt8 = 41
  static let star: UInt8 = 42
  static let comma: UInt8 = 44
  static let minus: UInt8 = 45
  static let dot: UInt8 = 46
  static let colon: UInt8 = 58
  static let semicolon: UInt8 = 59
  static let less: UInt8 = 60
  static let equals: UInt8 = 61
  static let greater: UInt8 = 62
  static let question: UInt8 = 63
  static let at: UInt8 = 64
  static let bracket: UInt8 = 91
  static let backslash: UInt8 = 92
  static let closeBracket: UInt8 = 93
  static let underscore: UInt8 = 95

  @inline(__always) static func isSpace(_ byte: UInt8) -> Bool {
    byte == space || byte == tab || byte == lf || byte == cr
  }

  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }

  @inline(__always) static func lower(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

  /// The value of a hexadecimal digit; nil for anything else.
  @inline(__always) static func hex(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte &- 48 }
    let letter = byte | 0x20
    return letter >= 97 && letter <= 102 ? letter &- 87 : nil
  }
}

extension Span where Element == UInt8 {
  /// The first index of `byte` in `from..<to`, or `to`.
  func position(of byte: UInt8, from: Int, to: Int) -> Int {
    guard from >= 0, from < to, to <= count else { return to }
    return withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, let hit = memchr(base + from, Int32(byte), to - from) else { return to }
      return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
    }
  }

  /// Whether the bytes of `range` are `text`, ASCII case put aside.
  func equalsFolded(_ range: Range<Int>, _ text: String) -> Bool {
    let utf8 = text.utf8
    guard utf8.count == range.count else { return false }
    var at = range.lowerBound
    for byte in utf8 {
      if Byte.lower(self[at]) != Byte.lower(byte) { return false }
      at += 1
    }
    return true
  }

  /// Whether `needle` lies at `at`, before `end`.
  func matches(_ needle: [UInt8], at: Int, end: Int) -> Bool {
    guard at >= 0, end <= count, needle.count <= end - at else { return false }
    return withUnsafeBufferPointer { buffer in
      needle.withUnsafeBufferPointer { other in
        guard let base = buffer.baseAddress, let against = other.baseAddress else { return other.isEmpty }
        return memcmp(base + at, against, other.count) == 0
      }
    }
  }

  /// `range` without white space and line ends at its edges.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high, Byte.isSpace(self[low]) { low += 1 }
    while high > low, Byte.isSpace(self[high - 1]) { high -= 1 }
    return low..<high
  }

  /// The bytes of `range` as an array.
  func copy(_ range: Range<Int>) -> [UInt8] {
    extracting(range).withUnsafeBufferPointer { Array($0) }
  }

  /// The ASCII lower-case text of `range`; other bytes are repaired.
  func lowered(_ range: Range<Int>) -> String {
    let part = extracting(range)
    return String(unsafeUninitializedCapacity: part.count) { out in
      for i in 0..<part.count {
        let byte = part[i]
        out[i] = byte < 128 ? Byte.lower(byte) : Byte.question
      }
      return part.count
    }
  }
}
