public import Model

/// How long somebody takes to answer, as counts by length.
public struct ReplyTimes: Sendable, Equatable {
  /// The upper ends of the steps, in hours; what takes longer than the last is no answer.
  public static let ends: [Double] = [0.25, 1, 2, 4, 8, 16, 24, 48, 96, 168, 336]

  /// Answers by step; the last count is what was never answered.
  public private(set) var counts = [Int](repeating: 0, count: ends.count + 1)

  public init() {}

  /// The owner's mails to a person and how soon an answer came; what is younger than two weeks may still be answered.
  ///
  /// A mail is answered by what they write before the owner writes again; when the owner writes twice in a row, the second
  /// mail is the one that is answered. What a program sends in their name is no answer, nor is a mail between others.
  public init(_ touches: [Touch], at: Instant) {
    let mails = touches.filter { touch in
      touch.at < at && (touch.kind == .mail || touch.kind == .text) && !touch.viaList
        && (touch.direction == .outward || touch.direction == .inward && touch.author == .person)
    }.sorted { $0.at == $1.at ? $0.direction == .inward && $1.direction != .inward : $0.at < $1.at }
    for (index, mail) in mails.enumerated() where mail.direction == .outward && mail.recipients <= 2 {
      let next = index + 1 < mails.count ? mails[index + 1] : nil
      let hours = (next?.at ?? at).days(since: mail.at) * 24
      if let next, next.direction == .inward {
        add(hours: hours)
      } else if hours > (ReplyTimes.ends.last ?? 0) {
        counts[counts.count - 1] += 1
      }
    }
  }

  public mutating func add(hours: Double) {
    let step = ReplyTimes.ends.firstIndex { hours <= $0 } ?? ReplyTimes.ends.count
    counts[step] += 1
  }

  public static func + (a: ReplyTimes, b: ReplyTimes) -> ReplyTimes {
    var sum = a
    for step in sum.counts.indices { sum.counts[step] += b.counts[step] }
    return sum
  }

  /// When an answer may be looked for.
  public struct Likely: Sendable, Equatable {
    /// Half of the answers come within so many hours.
    public var hours: Double
    /// How likely an answer comes at all, within two weeks.
    public var chance: Double
    /// One sentence.
    public var why: String
  }

  /// How many cases of everybody's stand beside a person's own.
  private static let backing = 5.0

  /// What is likely of a person, backed by what is usual among all; nil where nothing is known of either.
  public func likely(among all: ReplyTimes) -> Likely? {
    let everyone = Double(all.counts.reduce(0, +))
    let own = Double(counts.reduce(0, +))
    guard own + everyone > 0 else { return nil }
    let mixed = zip(counts, all.counts).map { mine, theirs in
      Double(mine) + (everyone > 0 ? ReplyTimes.backing * Double(theirs) / everyone : 0)
    }
    let total = mixed.reduce(0, +)
    let answered = mixed.dropLast().reduce(0, +)
    guard answered > 0 else { return nil }
    var left = answered / 2
    var from = 0.0
    for (step, end) in ReplyTimes.ends.enumerated() {
      if mixed[step] >= left {
        let hours = from + (end - from) * left / max(mixed[step], 1e-9)
        return Likely(hours: hours, chance: answered / total, why: words(hours, answered / total))
      }
      left -= mixed[step]
      from = end
    }
    return nil
  }

  private func words(_ hours: Double, _ chance: Double) -> String {
    let length =
      hours < 1
      ? "within the hour"
      : hours < 36
        ? "within \(Int(hours.rounded(.up))) hours"
        : "within \(Int((hours / 24).rounded(.up))) days"
    let answers = counts.dropLast().reduce(0, +)
    let known = answers + (counts.last ?? 0)
    if known == 0 { return "People usually answer you \(length)." }
    return "They answered \(answers) of your \(known) mails; half of such answers come \(length)."
  }
}
