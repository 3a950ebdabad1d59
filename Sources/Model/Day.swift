/// A day of the calendar, whatever the clocks did in its nights: whole days since 1970-01-01.
public struct Day: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let number: Int

  public init(_ number: Int) { self.number = number }

  /// Nil for a day that is in no calendar, as 2027-02-29.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Instant.daysInMonth(year: year, month: month)).contains(day)
    else { return nil }
    number = Instant.days(year: year, month: month, day: day)
  }

  /// Reads `2026-11-30`.
  public init?(iso text: some StringProtocol) {
    guard text.utf8.count == 10, let midnight = Instant(iso: text) else { return nil }
    self.init(utc: midnight)
  }

  /// The day in UTC.
  public init(utc at: Instant) {
    let (whole, rest) = at.milliseconds.quotientAndRemainder(dividingBy: Instant.day)
    number = Int(rest < 0 ? whole - 1 : whole)
  }

  /// Midnight UTC of the day: how days are kept.
  public var midnight: Instant { Instant(milliseconds: Int64(number) * Instant.day) }

  public var civil: (year: Int, month: Int, day: Int) { Instant.civil(days: number) }

  /// 0 is Monday; 1970-01-01 was a Thursday.
  public var weekday: Int { ((number + 3) % 7 + 7) % 7 }

  /// The Monday of its week (ISO 8601).
  public var monday: Day { self - weekday }

  /// `2026-11-30`.
  public var description: String { midnight.date }

  public static func < (a: Day, b: Day) -> Bool { a.number < b.number }
  public static func + (day: Day, days: Int) -> Day { Day(day.number + days) }
  public static func - (day: Day, days: Int) -> Day { Day(day.number - days) }
  public static func - (a: Day, b: Day) -> Int { a.number - b.number }
}

/// A time zone as what its clocks were set to: how far they are ahead of UTC, and from when on.
public struct Zone: Sendable, Equatable {
  /// The clocks are set.
  public struct Step: Sendable, Equatable {
    public var at: Instant
    /// Ahead of UTC from then on, in seconds.
    public var seconds: Int

    public init(at: Instant, seconds: Int) {
      self.at = at
      self.seconds = seconds
    }
  }

  /// As the IANA names it: `Europe/Berlin`.
  public var name: String
  /// Ahead of UTC before the first step, in seconds.
  public var first: Int
  /// Oldest first.
  public var steps: [Step]

  public init(_ name: String, first: Int, steps: [Step] = []) {
    self.name = name
    self.first = first
    self.steps = steps.sorted { $0.at < $1.at }
  }

  public static let utc = Zone("UTC", first: 0)

  /// Ahead of UTC at an instant, in seconds.
  public func seconds(at: Instant) -> Int {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].at <= at { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : steps[low - 1].seconds
  }

  /// The day that the calendars of this zone show at an instant.
  public func day(_ at: Instant) -> Day {
    let shift = Int64(seconds(at: at)) * 1000
    let (local, overflow) = at.milliseconds.addingReportingOverflow(shift)
    return Day(utc: overflow ? at : Instant(milliseconds: local))
  }
}
