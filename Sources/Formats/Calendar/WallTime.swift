import Model

/// A date, or a date and time, as a calendar writes it: of a clock on the wall, whose zone may be named beside it.
struct WallTime: Hashable, Comparable, Sendable {
  /// Seconds since 1970-01-01 on that clock.
  var seconds: Int64
  /// A whole day.
  var isDate = false
  /// Written with a Z.
  var isUTC = false

  static func < (a: WallTime, b: WallTime) -> Bool { a.seconds < b.seconds }

  init(seconds: Int64, isDate: Bool = false, isUTC: Bool = false) {
    self.seconds = seconds
    self.isDate = isDate
    self.isUTC = isUTC
  }

  /// Years that are read: zones begin in 1601, and libical counts no further than 2582.
  static let years = 1600...2500

  /// Reads `19970714` or `19970714T133000` or `19970714T173000Z` (RFC 5545 §3.3.4, §3.3.5); nil for anything else.
  init?(_ bytes: some Collection<UInt8>) {
    let text = Array(bytes)
    guard text.count == 8 || text.count == 15 || text.count == 16 else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in text[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      return value
    }
    guard let year = number(0..<4), WallTime.years.contains(year), let month = number(4..<6), (1...12).contains(month),
      let day = number(6..<8), (1...Instant.daysInMonth(year: year, month: month)).contains(day)
    else { return nil }
    guard text.count > 8 else {
      self.init(seconds: Instant(year: year, month: month, day: day).milliseconds / 1000, isDate: true)
      return
    }
    guard Byte.upper(text[8]) == 84, let hour = number(9..<11), hour < 24, let minute = number(11..<13), minute < 60,
      let second = number(13..<15), second <= 60, text.count == 15 || Byte.upper(text[15]) == 90
    else { return nil }
    // A leap second is the one after it (RFC 5545 §3.3.12).
    let instant = Instant(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    self.init(seconds: instant.milliseconds / 1000, isUTC: text.count == 16)
  }

  /// The midnight it follows.
  var day: Int64 { seconds - ((seconds % 86_400) + 86_400) % 86_400 }
}
