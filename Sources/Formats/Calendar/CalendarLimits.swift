/// What a calendar may cost, whatever it says.
public enum CalendarLimits {
  /// Components inside one another; what lies deeper is not looked at.
  static let depth = 8
  /// Events of one file.
  static let events = 200_000
  /// Changed occurrences of one event, and dates it names one by one.
  static let dates = 2_000
  /// People named by one event.
  static let people = 1_000
  static let zones = 64
  /// Changes of the clock that one zone names.
  static let observances = 64
  /// The longest that an occurrence lasts, in milliseconds: a year; the end of a longer one is not believed.
  static let length: Int64 = 366 * 86_400_000
  /// Starts that are looked at of one rule: a daily one of 54 years.
  static let starts = 20_000
  /// Occurrences that are kept of one event, the latest.
  public static let occurrences = 1_000
  /// Starts that are looked at of all the events that are worked out together.
  static let allStarts = 2_000_000
  /// Rules that run dry, which are followed in one go: libical looks for the next start until the year 2582.
  static let barren = 3
}
