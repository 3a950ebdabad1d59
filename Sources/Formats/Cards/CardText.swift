/// The text rules of cards: encodings, escapes and folding.
enum CardText {
  /// Text of bytes in the charset that the property names; without one UTF-8, and Windows-1252 if it is not valid.
  static func decode(_ bytes: [UInt8], charset: String?) -> String {
    if let charset, !["UTF-8", "UTF8", "US-ASCII", "ASCII"].contains(charset.uppercased()) {
      return Charset.decode(bytes.span, as: charset).text
    }
    return Charset.guess(bytes.span)
  }

  static func quotedPrintable(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == Byte.equals, index + 2 < bytes.count, let high = Byte.hex(bytes[index + 1]),
        let low = Byte.hex(bytes[index + 2])
      {
        out.append(high << 4 | low)
        index += 3
      } else if bytes[index] == Byte.equals, index == bytes.count - 1 {
        // A soft break with nothing after it.
        index += 1
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return out
  }

  /// Splits at a separator that is not escaped, and unescapes each part (RFC 6350 §3.4).
  static func split(_ text: String, at separator: UInt8, version: String) -> [String] {
    rawSplit(text, at: separator).map { unescape($0, version: version) }
  }

  /// Splits at a separator that is not escaped; the parts stay as they are.
  static func rawSplit(_ text: String, at separator: UInt8) -> [String] {
    var parts: [String] = []
    var part: [UInt8] = []
    var escaped = false
    for byte in text.utf8 {
      if byte == separator && !escaped {
        parts.append(String(decoding: part, as: UTF8.self))
        part = []
      } else {
        part.append(byte)
      }
      escaped = !escaped && byte == Byte.backslash
    }
    parts.append(String(decoding: part, as: UTF8.self))
    return parts
  }

  static func unescape(_ text: String, version: String) -> String {
    text.utf8.contains(Byte.backslash) ? unescape(Array(text.utf8), version: version) : text
  }

  /// `\n` is a line break only since version 3.0; in 2.1 it may be half of a path.
  private static func unescape(_ bytes: [UInt8], version: String) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var escaped = false
    for byte in bytes {
      guard escaped else {
        if byte == Byte.backslash { escaped = true } else { out.append(byte) }
        continue
      }
      escaped = false
      switch byte {
      case 110 where version != "2.1", 78 where version != "2.1": out.append(Byte.lf)
      case Byte.backslash, Byte.comma, Byte.semicolon, Byte.colon: out.append(byte)
      default: out += [Byte.backslash, byte]
      }
    }
    if escaped { out.append(Byte.backslash) }
    return String(decoding: out, as: UTF8.self)
  }

  /// Escapes a text value; control characters other than line breaks and tabs are left out.
  static func escape(_ text: String, version: String) -> String {
    var out: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case Byte.lf where previous == Byte.cr: break
      case Byte.lf, Byte.cr: out += version == "2.1" ? [Byte.lf] : Array("\\n".utf8)
      case Byte.backslash, Byte.semicolon: out += [Byte.backslash, byte]
      case Byte.comma where version != "2.1": out += [Byte.backslash, byte]
      case 0..<32 where byte != Byte.tab, 127: break
      default: out.append(byte)
      }
      previous = byte
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// RFC 6868: what a parameter cannot hold is written with a caret.
  static func unescapeParameter(_ text: String) -> String {
    guard text.utf8.contains(94) else { return text }
    var out = ""
    var caret = false
    for character in text.unicodeScalars {
      if caret {
        switch character {
        case "n": out += "\n"
        case "'": out += "\""
        case "^": out += "^"
        default: out += "^" + String(character)
        }
        caret = false
      } else if character == "^" {
        caret = true
      } else {
        out.unicodeScalars.append(character)
      }
    }
    return caret ? out + "^" : out
  }

  static func parameter(_ text: String) -> String {
    var out = ""
    var quoted = false
    for character in text.unicodeScalars {
      switch character {
      case "\n": out += "^n"
      case "\"": out += "^'"
      case "^": out += "^^"
      case ":", ";", ",":
        quoted = true
        out.unicodeScalars.append(character)
      default: if character.value >= 32 && character.value != 127 { out.unicodeScalars.append(character) }
      }
    }
    return quoted ? "\"" + out + "\"" : out
  }

  /// Folds at 75 octets, never inside a character (RFC 6350 §3.2), and ends the line.
  static func fold(_ line: String, end: [UInt8]) -> [UInt8] {
    let bytes = Array(line.utf8)
    guard bytes.count > 75 else { return bytes + end }
    var out: [UInt8] = []
    var start = 0
    while start < bytes.count {
      if start > 0 { out += end + [Byte.space] }
      var stop = min(bytes.count, start + (start == 0 ? 75 : 74))
      while stop > start + 1, stop < bytes.count, bytes[stop] & 0xC0 == 0x80 { stop -= 1 }
      out += bytes[start..<stop]
      start = stop
    }
    return out + end
  }

  /// Version 2.1 cannot fold inside words; what is long or not ASCII becomes quoted-printable with soft breaks.
  static func quotedPrintable(head: String, value: String, end: [UInt8]) -> [UInt8] {
    // Behind a quoted colon a reader that looks for the encoding before the first colon would not find it.
    let place = head.contains("\"") ? head.firstIndex(of: ";") ?? head.endIndex : head.endIndex
    let encoding = ";CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE"
    var out = Array((head[..<place] + encoding + head[place...] + ":").utf8)
    var column = out.count
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in value.utf8 {
      var piece: [UInt8] = [byte]
      if byte == Byte.lf {
        piece = Array("=0D=0A".utf8)
      } else if byte < 33 || byte > 126 || byte == Byte.equals {
        piece = [Byte.equals, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
      if column + piece.count > 75 {
        out += [Byte.equals] + end
        column = 0
      }
      out += piece
      column += piece.count
    }
    return out + end
  }
}
