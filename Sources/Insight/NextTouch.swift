public import Model

/// Whom the owner should be in touch with at an instant, from what was before it alone.
///
/// A score from 0 to 100 in four parts that sum to it, each from 0 to its share:
/// `tie` (70): Roth rank r with a half-life of 120 days as r / (r + 20); own writing weighs ten mails received, and a
/// mail to n people 1/⁴√n: both measured to foretell better whom the owner writes to than the weights of `Strength`;
/// `answers` (10): what both sides wrote in the last half year, the smaller of the two counts m as m / (m + 3);
/// `rhythm` (10): how near the silence is to the usual gap between touches: rises until the gap is over, falls to
/// nothing as the silence grows to many gaps, since a tie that broke off is no longer due;
/// `waiting` (10): the last word was theirs, to the owner alone or nearly, and stands unanswered; halves every week.
public struct NextTouch: Sendable, Equatable {
  public var address: String
  public var score: Double
  public var parts: [Strength.Part]
  public var lastContact: Instant

  public init(address: String, score: Double, parts: [Strength.Part], lastContact: Instant) {
    self.address = address
    self.score = score
    self.parts = parts
    self.lastContact = lastContact
  }

  /// Scores all whose touches are given, best first; ties in order of address.
  ///
  /// `quiet` leaves out who was in contact within so many days; `top` 0 gives all.
  public static func ranked(
    _ touches: [String: [Touch]], at: Instant, top: Int = 0, quietDays: Int? = nil
  ) -> [NextTouch] {
    var found: [NextTouch] = []
    for (address, all) in touches {
      let before = all.filter { $0.at < at && $0.author == .person && $0.direction != .between }
      guard let next = score(address, before, at: at) else { continue }
      if let quietDays, at.days(since: next.lastContact) < Double(quietDays) { continue }
      found.append(next)
    }
    found.sort { $0.score == $1.score ? $0.address < $1.address : $0.score > $1.score }
    return top > 0 ? Array(found.prefix(top)) : found
  }

  private static func score(_ address: String, _ touches: [Touch], at: Instant) -> NextTouch? {
    guard let last = touches.map(\.at).max() else { return nil }
    let parts = [
      tie(touches, at), answers(touches, at), rhythm(touches, last, at), waiting(touches, at),
    ]
    return NextTouch(
      address: address, score: parts.reduce(0) { $0 + $1.value }, parts: parts, lastContact: last)
  }

  /// A part in whole 1024ths, so that parts add up exactly.
  private static func part(_ name: String, _ share: Double, _ fraction: Double, _ words: String) -> Strength.Part {
    let points = (share * 1024 * min(max(fraction, 0), 1)).rounded(.down)
    return Strength.Part(name: name, value: points / 1024, words: words)
  }

  private static func tie(_ touches: [Touch], _ at: Instant) -> Strength.Part {
    var sum: Int64 = 0
    for touch in touches {
      let age = at.milliseconds.subtractingReportingOverflow(touch.at.milliseconds).partialValue
      let weight = touch.direction == .outward ? 10.0 : touch.viaList ? 0.2 : 1.0
      let left = Double(Decay.left(age: age, halfLifeDays: 120))
      let crowd = Double(max(1, touch.recipients)).squareRoot().squareRoot()
      let (next, overflow) = sum.addingReportingOverflow(Int64((left * weight / crowd).rounded()))
      sum = overflow ? .max : next
    }
    let rank = Double(sum) / Double(Decay.one)
    return part("tie", 70, rank / (rank + 20), "\(touches.count) touches")
  }

  private static func answers(_ touches: [Touch], _ at: Instant) -> Strength.Part {
    let recent = touches.filter { at.days(since: $0.at) <= 182 && !$0.viaList }
    let sent = recent.count { $0.direction == .outward }
    let mutual = Double(min(sent, recent.count - sent))
    return part("answers", 10, mutual / (mutual + 3), "\(sent) sent, \(recent.count - sent) received in half a year")
  }

  private static func rhythm(_ touches: [Touch], _ last: Instant, _ at: Instant) -> Strength.Part {
    let days = Set(touches.map { $0.at.milliseconds / Instant.day }).sorted()
    guard let first = days.first, let final = days.last, days.count > 2, final > first else {
      return part("rhythm", 10, 0, "no rhythm yet")
    }
    let gap = max(1, Double(final - first) / Double(days.count - 1))
    let silence = max(0, at.days(since: last))
    let ratio = silence / gap
    // Rises to 1 when the usual gap is over, then falls as 1/ratio².
    let due = ratio <= 1 ? 0.5 + 0.5 * ratio : 1 / (ratio * ratio)
    // A rhythm counts for what it is: daily more than yearly.
    let pace = 30 / (30 + gap)
    return part(
      "rhythm", 10, due * pace, "every \(Int(gap.rounded())) days, silent for \(Int(silence.rounded(.down)))")
  }

  private static func waiting(_ touches: [Touch], _ at: Instant) -> Strength.Part {
    let mails = touches.filter { $0.kind == .mail && !$0.viaList }
    let lastOut = mails.filter { $0.direction == .outward }.map(\.at).max()
    let open = mails.filter { mail in
      mail.direction == .inward && mail.recipients <= 2 && lastOut.map { mail.at > $0 } ?? true
    }
    guard let latest = open.map(\.at).max(), lastOut != nil else { return part("waiting", 10, 0, "nothing unanswered") }
    let age = at.milliseconds.subtractingReportingOverflow(latest.milliseconds).partialValue
    let left = Double(Decay.left(age: age, halfLifeDays: 7)) / Double(Decay.one)
    return part("waiting", 10, left, open.count == 1 ? "one mail unanswered" : "\(open.count) mails unanswered")
  }
}
