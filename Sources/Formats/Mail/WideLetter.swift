/// Letters beyond ASCII, as search folds them.
enum WideLetter {
  /// The scalar whose UTF-8 begins at `at`, and its length; U+FFFD for what is no UTF-8.
  static func scalar(_ bytes: Span<UInt8>, _ at: Int) -> (scalar: UInt32, length: Int) {
    let first = UInt32(bytes[at])
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
    guard length > 1, first < 0xF5, at + length <= bytes.count else { return (0xFFFD, 1) }
    var value = first & (0xFF >> UInt32(length + 1))
    for i in 1..<length {
      guard bytes[at + i] & 0xC0 == 0x80 else { return (0xFFFD, 1) }
      value = value << 6 | UInt32(bytes[at + i] & 0x3F)
    }
    return (value, length)
  }

  /// Combining marks, which are dropped, and the invisible signs that mailers put into words.
  static func isMark(_ scalar: UInt32) -> Bool {
    (0x300...0x36F).contains(scalar) || scalar == 0xAD || scalar == 0x200B || scalar == 0x200C || scalar == 0x200D
      || scalar == 0xFE0F
  }

  /// Scripts that are written without spaces between words.
  static func isIdeograph(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3041...0x30FA, 0x30FC...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x323AF: true
    default: false
    }
  }

  /// The ASCII form of a Latin letter with a mark (Latin-1 Supplement, Latin Extended-A); nil for any other.
  static func base(_ scalar: UInt32) -> String? {
    guard scalar >= 0xC0, scalar <= 0x17F else { return nil }
    let base = bases[Int(scalar - 0xC0)]
    return base == "." ? nil : base
  }

  private static let bases: [String] =
    (latin1 + "ss " + latin1 + "y " + extended).split(separator: " ").map(String.init)

  /// U+00C0 to U+00DE, and U+00E0 to U+00FE alike.
  ///
  /// D7 and F7 are signs; ß (DF) and ÿ (FF) differ.
  private static let latin1 = "a a a a a a ae c e e e e i i i i d n o o o o o . o u u u u y th "

  /// U+0100 to U+017F.
  private static let extended =
    "a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g g g g g h h h h i i i i i i i i i i ij ij j j "
    + "k k k l l l l l l l l l l n n n n n n n n n o o o o o o oe oe r r r r r r s s s s s s s s t t t t t t "
    + "u u u u u u u u u u u u w w y y y z z z z z z s"
}
