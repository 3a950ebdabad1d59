public import Model

/// How long a category of rows is kept; the labels name one for each column.
public enum Retention: String, Sendable, CaseIterable {
  /// As long as the account is open, and twelve months after (P103, P104).
  case life
  /// As long as its source is authorised; at most as `life`.
  case source
  /// As long as the row's work goes on.
  case work
  /// Outlives the account: what proves that something was erased.
  case proof

  /// When a row falls due, for an account closed at `closed`; nil while nothing is due.
  public func due(closed: Instant?) -> Instant? {
    guard let closed, self != .proof else { return nil }
    return monthsLater(closed, 12)
  }
}

/// The same day and time some calendar months later; the 29th to 31st fall back to the month's last day.
public func monthsLater(_ instant: Instant, _ months: Int) -> Instant {
  let at = instant.civil
  let month = at.month - 1 + months
  let year = at.year + month / 12
  let days = Instant.daysInMonth(year: year, month: month % 12 + 1)
  return Instant(
    year: year, month: month % 12 + 1, day: min(at.day, days), hour: at.hour, minute: at.minute, second: at.second,
    millisecond: at.millisecond)
}
