/// Texts made comparable: small letters of ASCII, without marks, transliterated, one space between words.
enum PlainText {
  /// The plain form of a text: letters and digits, and single spaces for whatever stands between.
  ///
  /// An apostrophe joins: `O'Neil` is `oneil`.
  static func of(_ text: some StringProtocol) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    append(text, to: &bytes)
    if bytes.last == 32 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Words of the plain form.
  static func words(_ text: some StringProtocol) -> [String] { of(text).split(separator: " ").map(String.init) }

  /// The digits of a text; those of other scripts count too.
  static func digits(_ text: some StringProtocol) -> String {
    if text.utf8.allSatisfy({ $0 < 128 }) {
      return String(decoding: text.utf8.filter { $0 >= 48 && $0 <= 57 }, as: UTF8.self)
    }
    var digits = ""
    for character in text { if let digit = character.wholeNumberValue, digit >= 0, digit < 10 { digits += "\(digit)" } }
    return digits
  }

  private static func append(_ text: some StringProtocol, to bytes: inout [UInt8]) {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 97...122, 48...57: bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      case 65...90: bytes.append(UInt8(truncatingIfNeeded: scalar.value | 32))
      // Apostrophes and marks that combine stand within a word.
      case 39, 0x60, 0xB4, 0x2018, 0x2019, 0x02BC, 0x300...0x36F: continue
      case 0..<128: if let last = bytes.last, last != 32 { bytes.append(32) }
      default:
        if let plain = table[scalar.value] {
          bytes.append(contentsOf: plain)
        } else if scalar.properties.isAlphabetic {
          // A script without a table here is compared as it is written.
          bytes.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
        } else if let last = bytes.last, last != 32 {
          bytes.append(32)
        }
      }
    }
  }

  private static let table: [UInt32: [UInt8]] = {
    var table: [UInt32: [UInt8]] = [:]
    for line in latin + cyrillic + greek {
      let parts = line.split(separator: " ")
      guard parts.count == 2, let plain = parts.first else { continue }
      for scalar in parts[1].unicodeScalars { table[scalar.value] = Array(plain.utf8.filter { $0 != 45 }) }
    }
    return table
  }()

  /// Latin letters with marks, and those that are two letters of old.
  private static let latin: [String] = [
    "a ÀÁÂÃÄÅàáâãäåĀāĂăĄąǍǎẠạẢảẤấẦầẨẩẬậẮắẰằẶặ", "c ÇçĆćĈĉĊċČč", "d ĎďĐđÐð", "e ÈÉÊËèéêëĒēĔĕĖėĘęĚěẸẹẺẻẼẽẾếỀềỂểỄễỆệ",
    "g ĜĝĞğĠġĢģ", "h ĤĥĦħ", "i ÌÍÎÏìíîïĨĩĪīĬĭĮįİıỈỉỊị", "j Ĵĵ", "k Ķķ", "l ĹĺĻļĽľĿŀŁł", "n ÑñŃńŅņŇň",
    "o ÒÓÔÕÖØòóôõöøŌōŎŏŐőƠơỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợ", "r ŔŕŖŗŘř", "s ŚśŜŝŞşŠšȘș", "t ŢţŤťŦŧȚț",
    "u ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲųƯưỤụỦủỨứỪừỬửỮữỰự", "w Ŵŵ", "y ÝýÿŶŷŸỲỳỴỵỶỷỸỹ", "z ŹźŻżŽž", "ss ßẞ", "ae Ææ", "oe Œœ",
    "th Þþ",
  ]

  /// Cyrillic by the usual passports' table (ICAO 9303).
  private static let cyrillic: [String] = [
    "a Аа", "b Бб", "v Вв", "g ГгҐґ", "d ДдЂђ", "e ЕеЁёЭэ", "zh Жж", "z Зз", "i ИиЙйІі", "k Кк", "l Лл", "m Мм", "n Нн",
    "o Оо", "p Пп", "r Рр", "s Сс", "t Тт", "u Уу", "f Фф", "kh Хх", "ts Цц", "ch Чч", "sh Шш", "shch Щщ", "ie ЪъЄє",
    "y Ыы", "- Ьь", "iu Юю", "ia Яя", "i Її", "j Јј", "lj Љљ", "nj Њњ", "c Ћћ", "dz Џџ",
  ]

  /// Greek by ISO 843.
  private static let greek: [String] = [
    "a ΑαΆά", "v Ββ", "g Γγ", "d Δδ", "e ΕεΈέ", "z Ζζ", "i ΗηΉήΙιΊίΪϊΐ", "th Θθ", "k Κκ", "l Λλ", "m Μμ", "n Νν",
    "x Ξξ",
    "o ΟοΌόΩωΏώ", "p Ππ", "r Ρρ", "s Σσς", "t Ττ", "y ΥυΎύΫϋΰ", "f Φφ", "ch Χχ", "ps Ψψ",
  ]
}
