/// Case-folding for comparison, done in Swift so that both engines see the same text.
public func fold(_ text: some StringProtocol) -> String {
  var ascii = true
  for byte in text.utf8 where byte >= 128 || (byte >= 65 && byte <= 90) {
    ascii = false
    break
  }
  return ascii ? String(text) : text.lowercased()
}
