import CIcal
import Model

/// A recurrence rule (RFC 5545 §3.3.10) that was looked through: only what is within its bounds reaches libical.
struct Recurrence: Sendable, Equatable {
  /// The rule in one form, without its end.
  let rule: String
  /// The last instant or local time an occurrence may have.
  let until: WallTime?
  private let count: Int?

  /// Nil for a rule that is none, that means less than a day, or that can never come true.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= 4_096 else { return nil }
    var parts: [String: Substring] = [:]
    for part in String(decoding: bytes.map(Byte.upper), as: UTF8.self).split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, parts.updateValue(pair[1], forKey: String(pair[0])) == nil else { return nil }
    }
    guard let frequency = parts.removeValue(forKey: "FREQ").map(String.init), Self.frequencies.contains(frequency)
    else {
      return nil
    }
    if let text = parts.removeValue(forKey: "UNTIL") {
      guard let time = WallTime(text.utf8) else { return nil }
      until = time
    } else {
      until = nil
    }
    var rule = "FREQ=\(frequency)"
    var numbers: [String: [Int]] = [:]
    for (name, text) in parts.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "WKST":
        guard Self.days.contains(String(text)) else { return nil }
        rule += ";WKST=\(text)"
      case "BYDAY":
        guard let days = Self.weekdays(text, frequency) else { return nil }
        rule += ";BYDAY=" + days.joined(separator: ",")
      default:
        guard let bounds = Self.bounds(name, frequency), let list = Self.numbers(text, bounds) else { return nil }
        numbers[name] = list
        rule += ";\(name)=" + list.map(String.init).joined(separator: ",")
      }
    }
    guard Self.canBe(numbers) else { return nil }
    self.rule = rule
    count = numbers["COUNT"]?.first
  }

  /// Whether libical looked in vain for more of these starts.
  func isDry(_ starts: [WallTime], until end: WallTime) -> Bool {
    starts.count < min(count ?? .max, CalendarLimits.starts) && starts.last.map { $0 <= end } ?? true
  }

  /// What sets the clock does so once a year.
  var isYearly: Bool { rule.hasPrefix("FREQ=YEARLY") }

  /// What recurs by the hour or faster is no meeting, and has no end.
  private static let frequencies: Set<String> = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
  private static let days: Set<String> = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

  private static func bounds(_ name: String, _ frequency: String) -> (range: ClosedRange<Int>, most: Int)? {
    switch name {
    case "INTERVAL": (1...10_000, 1)
    case "COUNT": (1...1_000_000, 1)
    case "BYMONTH": (1...12, 12)
    case "BYMONTHDAY": (-31...31, 62)
    case "BYYEARDAY": (-366...366, 366)
    case "BYWEEKNO": (-53...53, 53)
    case "BYHOUR": (0...23, 24)
    case "BYMINUTE": (0...59, 4)
    case "BYSECOND": (0...59, 1)
    // A place in the set of one period, which is no longer than that.
    case "BYSETPOS":
      switch frequency {
      case "DAILY": (-1...1, 2)
      case "WEEKLY": (-7...7, 14)
      case "MONTHLY": (-31...31, 62)
      default: (-366...366, 366)
      }
    default: nil
    }
  }

  private static func numbers(_ text: Substring, _ bounds: (range: ClosedRange<Int>, most: Int)) -> [Int]? {
    var list: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard part.utf8.count <= 8, let number = Int(part), bounds.range.contains(number) else { return nil }
      // Zero is a number only where numbers begin with it.
      if number == 0, bounds.range.lowerBound < 0 { return nil }
      list.insert(number)
    }
    return list.isEmpty || list.count > bounds.most ? nil : list.sorted()
  }

  private static func weekdays(_ text: Substring, _ frequency: String) -> [String]? {
    var list: Set<String> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let day = String(part.suffix(2))
      guard days.contains(day) else { return nil }
      let number = part.dropLast(2)
      guard number.utf8.count <= 3, number.isEmpty || Int(number).map({ $0 != 0 && abs($0) <= 53 }) == true else {
        return nil
      }
      // A number has a meaning within a month or a year alone.
      let counts = frequency == "MONTHLY" || frequency == "YEARLY"
      list.insert(counts ? (Int(number).map(String.init) ?? "") + day : day)
    }
    return list.isEmpty || list.count > 64 ? nil : list.sorted()
  }

  /// False where no month that is named has one of the days that are named.
  private static func canBe(_ numbers: [String: [Int]]) -> Bool {
    guard let days = numbers["BYMONTHDAY"], let months = numbers["BYMONTH"] else { return true }
    let longest = months.map { Instant.daysInMonth(year: 2000, month: $0) }.max() ?? 31
    return days.contains { abs($0) <= longest }
  }

  /// The starts from `start` on that are not behind `end`, and the first that is, if there is one.
  ///
  /// `UNTIL` is left to the caller, who knows the zone.
  func starts(from start: WallTime, until end: WallTime) -> [WallTime] {
    guard end >= start else { return [start] }
    let most = CalendarLimits.starts
    let found = [kith_time](unsafeUninitializedCapacity: most) { buffer, count in
      let written = kith_recurrences(
        rule, Recurrence.fields(start), Recurrence.fields(end), buffer.baseAddress, most)
      count = max(0, min(written, most))
    }
    return found.map { time in
      let instant = Instant(
        year: Int(time.year), month: Int(time.month), day: Int(time.day), hour: Int(time.hour),
        minute: Int(time.minute), second: Int(time.second))
      return WallTime(seconds: instant.milliseconds / 1000, isDate: start.isDate, isUTC: start.isUTC)
    }
  }

  private static func fields(_ time: WallTime) -> kith_time {
    let civil = Instant(seconds: time.seconds).civil
    return kith_time(
      year: CInt(civil.year), month: CInt(civil.month), day: CInt(civil.day), hour: CInt(civil.hour),
      minute: CInt(civil.minute), second: CInt(civil.second))
  }
}
