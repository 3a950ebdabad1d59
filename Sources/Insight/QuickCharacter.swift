/// Classes of characters with the answer at once for ASCII, which most of a mail is: Unicode's tables cost ten times as
/// much to ask.
extension Character {
  private var ascii: UInt8? {
    let bytes = utf8
    return bytes.count == 1 ? bytes.first : nil
  }

  /// The same as `isLetter`.
  var isALetter: Bool { ascii.map { ($0 | 32) &- 97 < 26 } ?? isLetter }
  /// The same as `isNumber`.
  var isANumber: Bool { ascii.map { $0 &- 48 < 10 } ?? isNumber }
  /// The same as `isUppercase`.
  var isACapital: Bool { ascii.map { $0 &- 65 < 26 } ?? isUppercase }
  /// The same as `isWhitespace`.
  var isASpace: Bool { ascii.map { $0 == 32 || $0 &- 9 < 5 } ?? isWhitespace }
}
