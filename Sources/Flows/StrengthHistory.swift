import Insight
public import Model

extension Show {
  /// The strength of a tie at one instant.
  public struct Point: Sendable, Equatable {
    public var at: Instant
    public var value: Double
  }

  /// How strong the tie with somebody was at the end of each of the last months (30 days), the oldest first; nothing
  /// where the method is switched off, or the viewer sees no touches.
  public func strengths(of page: PersonPage, months: Int = 24) -> [Point] {
    if page.past.isEmpty || page.off.contains(.strength) { return [] }
    return (0..<max(0, months)).reversed().map { back in
      let at = page.at.advanced(byDays: -30 * Double(back))
      return Point(at: at, value: Strength.of(page.past.touches(until: at), at: at).value)
    }
  }
}
