/// A point in time: milliseconds since 1970-01-01 UTC, leap seconds not counted (POSIX).
public struct Instant: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  public init(seconds: Int64) { self.milliseconds = seconds &* 1000 }

  /// The instant of a civil date and time; fields are taken as given, so the caller checks their ranges.
  public init(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0,
    offsetMinutes: Int = 0
  ) {
    let days = Instant.days(year: year, month: month, day: day)
    let seconds = Int64(days) * 86_400 + Int64(hour) * 3600 + Int64(minute - offsetMinutes) * 60 + Int64(second)
    self.milliseconds = seconds * 1000 + Int64(millisecond)
  }

  public static let day: Int64 = 86_400_000

  public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }

  public func advanced(byDays days: Double) -> Instant {
    Instant(milliseconds: milliseconds + Int64(days * Double(Instant.day)))
  }

  /// Days from `earlier` to this instant; negative if `earlier` is later.
  public func days(since earlier: Instant) -> Double {
    Double(milliseconds - earlier.milliseconds) / Double(Instant.day)
  }

  /// ISO 8601 in UTC: `2026-11-23T16:28:00Z`, with milliseconds only where there are some.
  public var description: String {
    let parts = civil
    func pad(_ n: Int, _ width: Int) -> String {
      let digits = String(n)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let base =
      "\(pad(parts.year, 4))-\(pad(parts.month, 2))-\(pad(parts.day, 2))T"
      + "\(pad(parts.hour, 2)):\(pad(parts.minute, 2)):\(pad(parts.second, 2))"
    return parts.millisecond == 0 ? base + "Z" : base + "." + pad(parts.millisecond, 3) + "Z"
  }

  /// `2026-11-23`, the UTC day.
  public var date: String { String(description.prefix { $0 != "T" }) }

  /// The civil fields in UTC.
  public var civil: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int) {
    var days = milliseconds / Instant.day
    var rest = milliseconds % Instant.day
    if rest < 0 {
      days -= 1
      rest += Instant.day
    }
    let date = Instant.civil(days: Int(days))
    let ms = Int(rest)
    return (date.year, date.month, date.day, ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
  }

  /// Reads ISO 8601 (RFC 3339): a date alone is midnight UTC; a time without an offset is UTC.
  public init?(iso text: some StringProtocol) {
    let bytes = Array(text.utf8)
    var at = 0
    func number(_ digits: Int) -> Int? {
      guard at + digits <= bytes.count else { return nil }
      var value = 0
      for _ in 0..<digits {
        guard bytes[at] >= 48, bytes[at] <= 57 else { return nil }
        value = value * 10 + Int(bytes[at] - 48)
        at += 1
      }
      return value
    }
    func take(_ character: Character) -> Bool {
      guard at < bytes.count, bytes[at] == character.asciiValue else { return false }
      at += 1
      return true
    }
    guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
      (1...12).contains(month), (1...Instant.daysInMonth(year: year, month: month)).contains(day)
    else { return nil }
    if at == bytes.count {
      self.init(year: year, month: month, day: day)
      return
    }
    guard take("T") || take("t") || take(" "), let hour = number(2), take(":"), let minute = number(2), hour < 24,
      minute < 60
    else { return nil }
    var second = 0
    var millisecond = 0
    if take(":") {
      guard let s = number(2), s <= 60 else { return nil }
      second = s
      if take(".") {
        var scale = 100
        var digits = 0
        while at < bytes.count, bytes[at] >= 48, bytes[at] <= 57 {
          millisecond += Int(bytes[at] - 48) * scale
          scale /= 10
          at += 1
          digits += 1
        }
        guard digits > 0 else { return nil }
      }
    }
    var offset = 0
    if at < bytes.count, !take("Z"), !take("z") {
      let sign: Int
      if take("+") {
        sign = 1
      } else if take("-") {
        sign = -1
      } else {
        return nil
      }
      guard let h = number(2), h < 24 else { return nil }
      _ = take(":")
      guard let m = number(2), m < 60 else { return nil }
      offset = sign * (h * 60 + m)
    }
    guard at == bytes.count else { return nil }
    self.init(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond,
      offsetMinutes: offset)
  }

  public static func daysInMonth(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 of a proleptic Gregorian date (years begin in March, so the leap day comes last).
  static func days(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let month = mp + (mp < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * mp + 2) / 5 + 1)
  }
}
