/// Lower case for ASCII alone: header tokens and the patterns they are compared with are ASCII (RFC 5322 §2.2).
func foldedASCII(_ text: String) -> String {
  guard text.utf8.contains(where: { $0 >= 65 && $0 <= 90 }) else { return text }
  return String(decoding: text.utf8.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }, as: UTF8.self)
}

/// The letters of a text; most are ASCII, where a look at each byte does.
func lettersOf(_ text: String) -> String {
  if text.utf8.allSatisfy({ ($0 | 32) >= 97 && ($0 | 32) <= 122 }) { return text }
  guard text.utf8.allSatisfy({ $0 < 128 }) else { return text.filter(\.isALetter) }
  return String(decoding: text.utf8.filter { ($0 | 32) >= 97 && ($0 | 32) <= 122 }, as: UTF8.self)
}
