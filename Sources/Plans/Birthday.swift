public import Model

/// A day of the year, of which the year may be told.
public struct Birthday: Sendable, Equatable {
  public var month: Int
  public var day: Int
  public var year: Int?

  /// Reads `1970-01-31` and `--01-31`; nil for anything else, and for what is in no calendar.
  public init?(_ text: some StringProtocol) {
    let hasYear = !text.hasPrefix("--")
    let parts = (hasYear ? text[...] : text.dropFirst(2)).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == (hasYear ? [4, 2, 2] : [2, 2]),
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count else { return nil }
    let rest = numbers.suffix(2)
    guard let month = rest.first, let day = rest.last, (1...12).contains(month),
      (1...Instant.daysInMonth(year: hasYear ? numbers[0] : 2000, month: month)).contains(day)
    else { return nil }
    (self.month, self.day, year) = (month, day, hasYear ? numbers[0] : nil)
  }

  /// When it is kept in a year: the 29th of February in a year without one on the 28th.
  public func date(in year: Int) -> Day? {
    Day(year: year, month: month, day: min(day, Instant.daysInMonth(year: year, month: month)))
  }

  /// How long it stands in the list after its day.
  public static let grace = 3

  /// Every text a birthday may be written in that is kept on a day, with years back to `oldest`.
  ///
  /// By these it is found among sealed ones without opening any.
  public static func texts(keptOn day: Day, oldest: Int = 1900) -> [String] {
    let (year, month, date) = day.civil
    let isLast = month == 2 && date == 28 && Instant.daysInMonth(year: year, month: 2) == 28
    var found: [String] = []
    for date in isLast ? [28, 29] : [date] {
      let ending = "-\(two(month))-\(two(date))"
      found.append("-" + ending)
      for born in oldest...max(oldest, year) where date <= Instant.daysInMonth(year: born, month: month) {
        found.append("\(born)" + ending)
      }
    }
    return found
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
