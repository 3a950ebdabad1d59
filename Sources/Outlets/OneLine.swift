/// A text in one line, its words parted by single spaces.
func oneLine(_ text: String) -> String {
  isOneLine(text) ? text : text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// Whether a text is visible ASCII with single spaces between its words, as most values are.
private func isOneLine(_ text: String) -> Bool {
  var before: UInt8 = 32
  for byte in text.utf8 {
    guard byte &- 32 < 95, byte != 32 || before != 32 else { return false }
    before = byte
  }
  return before != 32
}
