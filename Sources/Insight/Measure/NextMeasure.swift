public import Model

/// How well it is foretold whom an owner writes to within thirty days, month by month, beside simple ranks.
public struct NextMeasure: Sendable {
  /// Rankings that are compared.
  public enum Ranking: String, Sendable, CaseIterable { case model, frequency, recency, roth = "Roth's rank" }

  /// One day of one owner: the average precision of each ranking, over all people who could be named.
  public struct Case: Sendable {
    public var at: Instant
    public var precision: [Ranking: Double]
    public var people: Int
    public var truths: Int
  }

  public var cases: [Case] = []

  /// The first day of every month that has three weeks of mail before it and somebody who is written to after it.
  ///
  /// On each, the model is adapted to what was before that day, and looks at nothing else.
  public init(_ log: TieLog, quietDays: Int?, model: NextModel = .shipped) {
    guard let first = log.entries.map(\.at).min(), let last = log.entries.map(\.at).max() else { return }
    for at in NextMeasure.months(from: first.advanced(byDays: 21), to: last) {
      let truth = log.writtenTo(from: at)
      guard !truth.isEmpty, let found = NextMeasure.score(log, at, truth, quietDays, model) else { continue }
      cases.append(found)
    }
  }

  static func months(from: Instant, to: Instant) -> [Instant] {
    let civil = from.civil
    var found: [Instant] = []
    var month = civil.year * 12 + civil.month
    while true {
      let at = Instant(year: month / 12, month: month % 12 + 1, day: 1)
      if at > to { return found }
      if at >= from { found.append(at) }
      month += 1
    }
  }

  private static func score(
    _ log: TieLog, _ at: Instant, _ truth: Set<Int>, _ quietDays: Int?, _ model: NextModel
  ) -> Case? {
    var past = log
    past.keep(before: at)
    let ranked = model.adapted(to: past, before: at, quietDays: quietDays).ranked(past, at: at, quietDays: quietDays)
    let people = ranked.map(\.person)
    let truths = people.count { truth.contains($0) }
    guard truths > 0 else { return nil }
    var precision: [Ranking: Double] = [:]
    let simple = past.simpleRanks(at: at)
    for ranking in Ranking.allCases {
      let scores: [Double] =
        switch ranking {
        case .model: ranked.map(\.bits)
        case .frequency: people.map { simple[$0].frequency }
        case .recency: people.map { simple[$0].recency }
        case .roth: people.map { simple[$0].roth }
        }
      let order = people.indices.sorted { a, b in
        scores[a] == scores[b]
          ? log.addresses[people[a]] < log.addresses[people[b]] : scores[a] > scores[b]
      }
      precision[ranking] = averagePrecision(order.map { truth.contains(people[$0]) })
    }
    return Case(at: at, precision: precision, people: people.count, truths: truths)
  }

  /// Of a list of hits and misses, best first.
  public static func averagePrecision(_ hits: [Bool]) -> Double {
    var found = 0.0
    var sum = 0.0
    for (index, isHit) in hits.enumerated() where isHit {
      found += 1
      sum += found / Double(index + 1)
    }
    return found == 0 ? 0 : sum / found
  }

  /// The mean over all days.
  public func mean(_ ranking: Ranking) -> Double { NextMeasure.mean(cases, ranking) }

  static func mean(_ cases: [Case], _ ranking: Ranking) -> Double {
    cases.isEmpty ? 0 : cases.reduce(0) { $0 + ($1.precision[ranking] ?? 0) } / Double(cases.count)
  }

  /// By how much the model is better than the best of the simple ranks: 0.15 is fifteen hundredths.
  public static func gain(_ groups: [[Case]]) -> Double {
    let best = Ranking.allCases.filter { $0 != .model }.map { mean(groups, $0) }.max() ?? 0
    return best > 0 ? mean(groups, .model) / best - 1 : 0
  }

  /// The 95 % interval of a figure when whole groups are drawn anew (bootstrap, 2,000 rounds, the same every time).
  public static func interval<G>(_ groups: [G], _ figure: ([G]) -> Double) -> ClosedRange<Double>? {
    guard groups.count > 1 else { return nil }
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    var values: [Double] = []
    for _ in 0..<2_000 {
      var drawn: [G] = []
      for _ in groups.indices {
        // xorshift64*, Vigna 2016.
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        drawn.append(groups[Int(((state &* 0x2545_F491_4F6C_DD1D) >> 33) % UInt64(groups.count))])
      }
      values.append(figure(drawn))
    }
    values.sort()
    return values[50]...values[1_949]
  }
}

/// Ranks without a model, as a baseline.
struct SimpleRank: Sendable {
  var frequency = 0.0
  var recency = 0.0
  /// Half-life 30 days, what the owner wrote counts five times (Roth and others 2010).
  var roth = 0.0
}

extension TieLog {
  func simpleRanks(at: Instant) -> [SimpleRank] {
    var ranks = [SimpleRank](repeating: SimpleRank(recency: -1e18), count: addresses.count)
    for entry in entries where entry.at < at {
      let age = at.days(since: entry.at)
      for person in entry.people {
        ranks[person].frequency += 1
        ranks[person].recency = max(ranks[person].recency, -age)
        ranks[person].roth += (entry.isOutward ? 5 : 1) * Bits.power(-age / 30)
      }
    }
    return ranks
  }
}
