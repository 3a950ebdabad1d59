/// Lower case for ASCII alone: header tokens and the patterns they are compared with are ASCII (RFC 5322 §2.2).
func foldedASCII(_ text: String) -> String {
  guard text.utf8.contains(where: { $0 >= 65 && $0 <= 90 }) else { return text }
  return String(decoding: text.utf8.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }, as: UTF8.self)
}

/// A small letter for a capital of ASCII; any other byte as it is.
func foldedASCII(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 32 : byte }

extension StringProtocol {
  /// Whether the bytes of a word stand in this text: no search by characters, which costs twenty times as much.
  func holds(_ word: some StringProtocol) -> Bool {
    let (text, word) = (Array(utf8), Array(word.utf8))
    guard let first = word.first, text.count >= word.count else { return word.isEmpty }
    for start in 0...(text.count - word.count) where text[start] == first {
      if word.indices.allSatisfy({ text[start + $0] == word[$0] }) { return true }
    }
    return false
  }
}

/// The words of letters, and of the ASCII signs in `others`, that a text holds.
func letterWords(_ text: String, and others: StaticString = "") -> [String] {
  let signs = others.withUTF8Buffer { Array($0) }
  var text = text
  let words: [String]? = text.withUTF8 { bytes in
    var words: [String] = []
    var start = 0
    for at in 0...bytes.count {
      if at < bytes.count {
        if bytes[at] >= 128 { return nil }
        if (bytes[at] | 32) &- 97 < 26 || signs.contains(bytes[at]) { continue }
      }
      if at > start { words.append(String(decoding: bytes[start..<at], as: UTF8.self)) }
      start = at + 1
    }
    return words
  }
  // Other scripts: by Unicode's classes.
  return words
    ?? text.split { !($0.isALetter || $0.utf8.count == 1 && signs.contains($0.utf8.first ?? 0)) }.map(String.init)
}

/// The letters of a text; most are ASCII, where a look at each byte does.
func lettersOf(_ text: String) -> String {
  if text.utf8.allSatisfy({ ($0 | 32) >= 97 && ($0 | 32) <= 122 }) { return text }
  guard text.utf8.allSatisfy({ $0 < 128 }) else { return text.filter(\.isALetter) }
  return String(decoding: text.utf8.filter { ($0 | 32) >= 97 && ($0 | 32) <= 122 }, as: UTF8.self)
}
