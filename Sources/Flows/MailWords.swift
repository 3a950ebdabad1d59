import Formats

/// The words by which a mail is found: of its subject, its text, and who wrote it to whom.
enum MailWords {
  /// The folded words of a query, in their order.
  static func of(_ query: String) -> [[UInt8]] {
    var words: [[UInt8]] = []
    TextWords.each(in: query) { word in words.append(word.withUnsafeBufferPointer { Array($0) }) }
    return words
  }

  /// Whether a mail's subject or text holds words one after the other.
  static func has(_ phrase: [[UInt8]], in mail: ParsedMail) -> Bool {
    guard let first = phrase.first else { return true }
    for text in [mail.subject, mail.text, visible(mail.html)] {
      // How far each beginning of the phrase has come; several may be open at once ("a b a b c").
      var open: [Int] = []
      var found = false
      TextWords.each(in: text) { span in
        if found { return }
        let word = span.withUnsafeBufferPointer { Array($0) }
        open = open.filter { phrase[$0] == word }.map { $0 + 1 }
        if word == first { open.append(1) }
        if open.contains(phrase.count) { found = true }
        open.removeAll { $0 >= phrase.count }
      }
      if found { return true }
    }
    return false
  }

  /// The texts whose words a mail is found by.
  static func texts(_ mail: ParsedMail) -> [String] {
    var texts = [mail.subject, mail.text]
    if !mail.html.isEmpty { texts.append(visible(mail.html)) }
    for group in [mail.from, mail.to, mail.cc, mail.bcc] {
      for address in group {
        texts.append(address.name)
        texts.append(address.address)
      }
    }
    return texts
  }

  // MARK: HTML

  /// What of HTML is text: tags, comments, scripts and styles become spaces; the commonest entities are read.
  static func visible(_ html: String) -> String {
    let bytes = Array(html.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count / 2)
    var at = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "<"):
        at = tagEnd(bytes, at)
        out.append(32)
      case UInt8(ascii: "&"):
        at = entity(bytes, at, &out)
      default:
        out.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The index behind a tag, a comment, or an element whose content nobody sees.
  private static func tagEnd(_ bytes: [UInt8], _ start: Int) -> Int {
    if matches(bytes, start, "<!--") { return position(bytes, "-->", from: start + 4) }
    for name in ["script", "style"] where matches(bytes, start + 1, name) {
      return position(bytes, "</" + name, from: start + 1)
    }
    var at = start + 1
    var quote: UInt8 = 0
    while at < bytes.count {
      let byte = bytes[at]
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == UInt8(ascii: ">") {
        return at + 1
      } else if byte == UInt8(ascii: "\""), bytes[at - 1] == UInt8(ascii: "=") {
        quote = byte
      }
      at += 1
    }
    return at
  }

  private static func matches(_ bytes: [UInt8], _ at: Int, _ word: String) -> Bool {
    var index = at
    for byte in word.utf8 {
      guard index < bytes.count, bytes[index] == byte || bytes[index] | 0x20 == byte else { return false }
      index += 1
    }
    return true
  }

  private static func position(_ bytes: [UInt8], _ word: String, from start: Int) -> Int {
    var at = start
    let closes = word.utf8.first == UInt8(ascii: "-") ? word.utf8.count : 0
    while at < bytes.count {
      if matches(bytes, at, word) { return at + closes }
      at += 1
    }
    return at
  }

  private static let named: [String: [UInt8]] = [
    "nbsp": [32], "amp": [38], "lt": [60], "gt": [62], "quot": [34], "apos": [39],
    "auml": Array("ä".utf8), "ouml": Array("ö".utf8), "uuml": Array("ü".utf8), "szlig": Array("ß".utf8),
    "Auml": Array("Ä".utf8), "Ouml": Array("Ö".utf8), "Uuml": Array("Ü".utf8), "eacute": Array("é".utf8),
    "egrave": Array("è".utf8), "agrave": Array("à".utf8), "ccedil": Array("ç".utf8), "ntilde": Array("ñ".utf8),
  ]

  /// Reads one entity and answers the index behind it; what is none stands as it is.
  private static func entity(_ bytes: [UInt8], _ start: Int, _ out: inout [UInt8]) -> Int {
    var end = start + 1
    while end < bytes.count, end - start < 12, bytes[end] != UInt8(ascii: ";"), bytes[end] > 32 { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: ";") else {
      out.append(bytes[start])
      return start + 1
    }
    let name = String(decoding: bytes[start + 1..<end], as: UTF8.self)
    if let known = named[name] {
      out += known
    } else if name.hasPrefix("#") {
      let hex = name.dropFirst().first == "x" || name.dropFirst().first == "X"
      let number = hex ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
      if let scalar = number.flatMap(Unicode.Scalar.init) { out += Array(String(Character(scalar)).utf8) }
    } else {
      out.append(32)
    }
    return end + 1
  }
}
