public import Model

/// How often two people are really in touch, and the bucket that fits.
public struct Rhythm: Sendable, Equatable {
  /// The usual silence between two days of contact, in days.
  public var days: Double
  /// How many silences it is taken from.
  public var silences: Int

  /// The rhythm of what was before an instant; nil with fewer than four days of contact.
  ///
  /// The median of the last twelve silences, so that one long holiday changes nothing.
  public init?(_ touches: [Touch], at: Instant) {
    let days = Set(
      touches.filter { $0.at < at && $0.author == .person && !$0.viaList && isContact($0) }
        .map { Int64((Double($0.at.milliseconds) / Double(Instant.day)).rounded(.down)) }
    ).sorted()
    guard days.count >= 4 else { return nil }
    let gaps = zip(days, days.dropFirst()).map { Double($1 - $0) }.suffix(12).sorted()
    let middle = gaps.count / 2
    self.days = gaps.count % 2 == 1 ? gaps[middle] : (gaps[middle - 1] + gaps[middle]) / 2
    silences = gaps.count
  }

  /// A bucket with its interval.
  public struct Choice: Sendable, Equatable {
    public var name: String
    public var days: Int

    public init(_ name: String, _ days: Int) {
      self.name = name
      self.days = days
    }
  }

  /// Buckets for owners who have none of their own; nothing shorter than two weeks, which only nags.
  public static let usual = [
    Choice("inner circle", 14), Choice("close", 21), Choice("regular", 30), Choice("regular", 45),
    Choice("distant", 60), Choice("distant", 90), Choice("twice a year", 180),
  ]

  /// A bucket that is proposed, with its reason.
  public struct Suggestion: Sendable, Equatable {
    public var bucket: Choice
    /// One sentence.
    public var why: String
  }

  /// The bucket whose interval is nearest by proportion; nil without buckets.
  public func suggestion(among buckets: [Choice] = usual) -> Suggestion? {
    let own = max(1, days)
    func distance(_ bucket: Choice) -> Double {
      let other = Double(max(1, bucket.days))
      return max(own, other) / min(own, other)
    }
    guard let best = buckets.min(by: { distance($0) == distance($1) ? $0.days < $1.days : distance($0) < distance($1) })
    else { return nil }
    let often = own == 1 ? "every day" : "every \(Int(own.rounded())) days"
    return Suggestion(
      bucket: best, why: "You have been in touch about \(often), so \(best.days) days fit (\(best.name)).")
  }
}

/// Whether a touch is contact between the two, not a copy that went by.
private func isContact(_ touch: Touch) -> Bool { touch.direction != .between || touch.kind != .mail }
