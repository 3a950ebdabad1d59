/// Dates of cards: `1970-01-31`, or `--01-31` when the year is not told.
enum CardDate {
  /// Reads the forms of RFC 6350 §4.3 and of older cards; nil for anything that names no day.
  static func plain(_ text: String, omittedYear: String? = nil) -> String? {
    var rest = trimmed(text)
    if let time = rest.firstIndex(where: { $0 == "T" || $0 == " " }) { rest = String(rest[..<time]) }
    let yearless = rest.hasPrefix("--")
    let digits = rest.filter { $0 != "-" }
    guard digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), digits.utf8.count == (yearless ? 4 : 8) else { return nil }
    let year = yearless ? "" : String(digits.prefix(4))
    let month = String(digits.dropFirst(yearless ? 0 : 4).prefix(2))
    let day = String(digits.suffix(2))
    guard let m = Int(month), let d = Int(day), (1...12).contains(m), (1...31).contains(d) else { return nil }
    return yearless || year == omittedYear ? "--\(month)-\(day)" : "\(year)-\(month)-\(day)"
  }

  /// The text and parameters of a `BDAY` in a version; what is no date is written as text.
  static func property(_ date: String, version: String) -> (parameters: [CardLine.Parameter], value: String) {
    guard let plain = plain(date) else {
      let text = CardText.escape(date, version: version)
      return (version == "4.0" ? [.init(name: "VALUE", values: ["text"])] : [], text)
    }
    if plain.hasPrefix("--") {
      // Before 4.0 a date had a year; 1604, a leap year, with this parameter is what phones write.
      if version == "4.0" { return ([], "--" + plain.filter { $0 != "-" }) }
      return ([.init(name: "X-APPLE-OMIT-YEAR", values: ["1604"])], "1604" + plain.dropFirst(1))
    }
    return ([], version == "3.0" ? plain : plain.filter { $0 != "-" })
  }
}
