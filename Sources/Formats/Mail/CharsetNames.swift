extension Charset {
  /// The charset of a name as mail writes it; nil if it is not known.
  ///
  /// Only charsets that mail uses are listed: libc's rarer converters have had faults, and a sender may name any.
  public static func named(_ name: String) -> Charset? {
    let key = folded(name)
    if key.isEmpty { return .ascii }
    if let charset = aliases[key] { return charset }
    for prefix in ["iso8859", "iso8859part"] where key.hasPrefix(prefix) {
      return part8859(key.dropFirst(prefix.count))
    }
    for prefix in ["windows", "cp", "xcp", "win"] where key.hasPrefix(prefix) {
      guard let page = Int(key.dropFirst(prefix.count)) else { continue }
      return codePage(page)
    }
    return nil
  }

  /// Letters and digits only, in lower case: `ISO_8859-1`, `iso8859-1` and `"iso-8859-1"` are one.
  private static func folded(_ name: String) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8.prefix(64) {
      // RFC 2231 §5: a language may follow.
      if byte == Byte.star { break }
      if Byte.isLetter(byte) || Byte.isDigit(byte) { bytes.append(Byte.lower(byte)) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func part8859(_ text: Substring) -> Charset? {
    // ISO-8859-6-e, ISO-8859-8-i: the direction of writing (RFC 1556).
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(digits.count)
    guard ["", "i", "e"].contains(rest) || rest.count == 4, let part = Int(digits.prefix(2)) else { return nil }
    switch part {
    case 1: return .windows1252
    case 2...8, 10, 13...16: return .other("ISO-8859-\(part)")
    case 9: return .other("CP1254")
    case 11: return .other("CP874")
    default: return nil
    }
  }

  private static func codePage(_ page: Int) -> Charset? {
    switch page {
    case 1252, 28591: .windows1252
    case 20127: .ascii
    case 65001: .utf8
    case 65000: .other("UTF-7")
    case 437, 737, 775, 850, 852, 855, 857, 858, 860...866, 869, 874, 932, 949, 1250...1258: .other("CP\(page)")
    case 936, 54936: .other("GB18030")
    case 950: .other("BIG5-HKSCS")
    case 20866: .other("KOI8-R")
    case 21866: .other("KOI8-U")
    case 50220, 50221, 50222: .other("ISO-2022-JP")
    case 51932, 20932: .other("EUC-JP-MS")
    case 51949: .other("CP949")
    default: nil
    }
  }

  private static let aliases: [String: Charset] = [
    "utf8": .utf8, "unicode11utf8": .utf8, "utf8mb4": .utf8, "xutf8": .utf8,
    "usascii": .ascii, "ascii": .ascii, "ansix341968": .ascii, "iso646us": .ascii, "7bit": .ascii, "8bit": .ascii,
    "latin1": .windows1252, "l1": .windows1252, "iso885911987": .windows1252, "xansi": .windows1252,
    "utf16": .utf16, "unicode": .utf16, "ucs2": .utf16, "iso10646ucs2": .utf16,
    "utf16le": .other("UTF-16LE"), "utf16be": .other("UTF-16BE"),
    "utf32": .other("UTF-32"), "utf32le": .other("UTF-32LE"), "utf32be": .other("UTF-32BE"),
    "utf7": .other("UTF-7"), "unicode11utf7": .other("UTF-7"),
    "latin2": .other("ISO-8859-2"), "latin3": .other("ISO-8859-3"), "latin4": .other("ISO-8859-4"),
    "latin5": .other("CP1254"), "latin6": .other("ISO-8859-10"), "latin9": .other("ISO-8859-15"),
    "cyrillic": .other("ISO-8859-5"), "greek": .other("ISO-8859-7"), "hebrew": .other("ISO-8859-8"),
    "arabic": .other("ISO-8859-6"), "tis620": .other("CP874"), "iso885911": .other("CP874"),
    "koi8r": .other("KOI8-R"), "koi8": .other("KOI8-R"), "koi8u": .other("KOI8-U"),
    "macintosh": .other("MACINTOSH"), "macroman": .other("MACINTOSH"), "xmacroman": .other("MACINTOSH"),
    "ibm437": .other("CP437"), "ibm850": .other("CP850"), "ibm852": .other("CP852"), "ibm866": .other("CP866"),
    "gb2312": .other("GB18030"), "gbk": .other("GB18030"), "gb18030": .other("GB18030"), "gb": .other("GB18030"),
    "xgbk": .other("GB18030"), "euccn": .other("GB18030"), "gb231280": .other("GB18030"),
    "csgb2312": .other("GB18030"),
    "big5": .other("BIG5-HKSCS"), "big5hkscs": .other("BIG5-HKSCS"), "xxbig5": .other("BIG5-HKSCS"),
    "csbig5": .other("BIG5-HKSCS"), "cnbig5": .other("BIG5-HKSCS"),
    "euckr": .other("CP949"), "ksc56011987": .other("CP949"), "ksc5601": .other("CP949"),
    "kscs56011987": .other("CP949"), "uhc": .other("CP949"), "korean": .other("CP949"), "ksc56011989": .other("CP949"),
    "cseuckr": .other("CP949"), "xwindows949": .other("CP949"), "ms949": .other("CP949"),
    "iso2022kr": .other("ISO-2022-KR"), "csiso2022kr": .other("ISO-2022-KR"),
    "eucjp": .other("EUC-JP-MS"), "xeucjp": .other("EUC-JP-MS"), "ujis": .other("EUC-JP-MS"),
    "shiftjis": .other("CP932"), "sjis": .other("CP932"), "xsjis": .other("CP932"), "mskanji": .other("CP932"),
    "windows31j": .other("CP932"), "cswindows31j": .other("CP932"), "ms932": .other("CP932"),
    "iso2022jp": .other("ISO-2022-JP"), "csiso2022jp": .other("ISO-2022-JP"), "jis": .other("ISO-2022-JP"),
    "viscii": .other("VISCII"), "tcvn": .other("TCVN"),
  ]
}
