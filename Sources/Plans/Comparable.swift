public import Model

/// The form in which two values of a field are compared; nothing is ever written in it.
///
/// Addresses ignore case, numbers their punctuation, text the white space around and between words.
public func comparable(_ key: FieldKey, _ value: String) -> String {
  switch key.field {
  case .email: fold(trimmed(value))
  case .phone: comparablePhone(value)
  case .url: trimmed(value)
  case .name, .given, .family, .organisation, .title, .address, .birthday, .note, .tag, .custom:
    value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// A number without its punctuation; what follows a letter (an extension) is kept as it is.
private func comparablePhone(_ value: String) -> String {
  // Nearly all: digits and ASCII's punctuation, looked at as bytes.
  if value.utf8.allSatisfy({ $0 < 128 && ($0 | 32) &- 97 >= 26 && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "#") })
  {
    let kept = value.utf8.filter { $0 &- 48 < 10 || $0 == UInt8(ascii: "+") }
    return kept.isEmpty ? trimmed(value) : String(decoding: kept, as: UTF8.self)
  }
  var digits = ""
  for character in value {
    if character.isLetter || character == ";" || character == "#" { return trimmed(value) }
    if character.isASCII, character.isNumber || character == "+" { digits.append(character) }
  }
  return digits.isEmpty ? trimmed(value) : digits
}

private func trimmed(_ text: String) -> String {
  if let first = text.utf8.first, let last = text.utf8.last, first &- 33 < 94, last &- 33 < 94 { return text }
  guard let first = text.firstIndex(where: { !$0.isWhitespace }), let last = text.lastIndex(where: { !$0.isWhitespace })
  else { return "" }
  return String(text[first...last])
}

/// The values that are not empty, each once, in the order given.
func cleaned(_ field: FieldKey, _ values: [String]?) -> [String] {
  var seen: Set<String> = []
  return (values ?? []).filter { value in
    let key = comparable(field, value)
    return !key.isEmpty && seen.insert(key).inserted
  }
}
