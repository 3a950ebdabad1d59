/// Character references of HTML: numbers, and the names that mails use.
enum HTMLEntity {
  /// Reads one reference at `&` into `out`; answers the index behind it.
  ///
  /// What is none stands as it is.
  static func read(_ source: [UInt8], _ start: Int, _ out: inout [UInt8]) -> Int {
    var end = start + 1
    while end < source.count, end - start < 12,
      Byte.isLetter(source[end]) || Byte.isDigit(source[end]) || source[end] == UInt8(ascii: "#")
    {
      end += 1
    }
    let name = String(decoding: source[start + 1..<end], as: UTF8.self)
    guard let character = character(name) else {
      out.append(source[start])
      return start + 1
    }
    out += character
    return end < source.count && source[end] == Byte.semicolon ? end + 1 : end
  }

  private static func character(_ name: String) -> [UInt8]? {
    guard name.utf8.first == UInt8(ascii: "#") else { return named[name] }
    let digits = name.dropFirst()
    let isHex = digits.first == "x" || digits.first == "X"
    let number = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    guard let number, number > 0, let scalar = Unicode.Scalar(number) else { return nil }
    return number == 160 ? [Byte.space] : Array(String(Character(scalar)).utf8)
  }

  private static let named: [String: [UInt8]] = {
    let plain: [(String, String)] = [
      ("nbsp", " "), ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"), ("copy", "©"), ("reg", "®"),
      ("trade", "™"), ("hellip", "…"), ("mdash", "—"), ("ndash", "–"), ("lsquo", "‘"), ("rsquo", "’"), ("ldquo", "“"),
      ("rdquo", "”"), ("laquo", "«"), ("raquo", "»"), ("bull", "•"), ("middot", "·"), ("euro", "€"), ("pound", "£"),
      ("sect", "§"), ("deg", "°"), ("auml", "ä"), ("ouml", "ö"), ("uuml", "ü"), ("Auml", "Ä"), ("Ouml", "Ö"),
      ("Uuml", "Ü"), ("szlig", "ß"), ("eacute", "é"), ("egrave", "è"), ("ecirc", "ê"), ("euml", "ë"), ("Eacute", "É"),
      ("agrave", "à"), ("aacute", "á"), ("acirc", "â"), ("atilde", "ã"), ("aring", "å"), ("aelig", "æ"),
      ("Agrave", "À"),
      ("ccedil", "ç"), ("Ccedil", "Ç"), ("iacute", "í"), ("igrave", "ì"), ("icirc", "î"), ("iuml", "ï"),
      ("ntilde", "ñ"),
      ("oacute", "ó"), ("ograve", "ò"), ("ocirc", "ô"), ("otilde", "õ"), ("oslash", "ø"), ("uacute", "ú"),
      ("ugrave", "ù"),
      ("ucirc", "û"), ("yacute", "ý"), ("Aring", "Å"), ("Oslash", "Ø"), ("zwnj", ""), ("zwj", ""), ("shy", ""),
      ("ensp", " "), ("emsp", " "), ("thinsp", " "),
    ]
    return Dictionary(uniqueKeysWithValues: plain.map { ($0.0, Array($0.1.utf8)) })
  }()
}
