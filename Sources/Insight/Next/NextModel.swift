public import Model

/// Foretells whom the owner will write to: each sign of a tie times its weight, in bits of log-odds.
///
/// A conditional logit (McFadden 1974) over all ties of one day: only differences between people count, so an owner who
/// writes much and one who writes little share weights. What is known before the owner is known stands in
/// `NextWeightsText`; from the owner's own past the weights are drawn away from there as far as it speaks for it.
public struct NextModel: Sendable, Equatable {
  /// In the order of `TieSign`.
  var weights: [Double]

  init(weights: [Double] = [Double](repeating: 0, count: TieSign.allCases.count)) { self.weights = weights }

  /// Reads lines `sign weight`; nil unless every sign is there.
  public init?(_ text: String) {
    var read: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count == 2, let weight = Double(words[1]), weight.isFinite else { return nil }
      read[String(words[0])] = weight
    }
    let found = TieSign.allCases.compactMap { read[$0.name] }
    guard found.count == TieSign.allCases.count, read.count == found.count else { return nil }
    weights = found
  }

  /// Lines `sign weight`, in thousandths.
  public var text: String {
    TieSign.allCases.map { "\($0.name) \(NextModel.thousandths(weights[$0.rawValue]))" }.joined(separator: "\n") + "\n"
  }

  private static func thousandths(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }

  /// The weights that ship with Kith.
  public static let shipped = NextModel(weightsText) ?? NextModel()

  /// One day of one owner: the signs of all ties, and who was written to in the thirty days after it.
  struct Day: Sendable {
    var rows: [[Double]]
    var isWrittenTo: [Bool]
    /// How much the day counts.
    var weight: Double

    init?(_ view: TieWalk.View, writtenTo: Set<Int>, weight: Double = 1) {
      isWrittenTo = view.people.map { writtenTo.contains($0) }
      guard isWrittenTo.contains(true), isWrittenTo.contains(false) else { return nil }
      rows = view.rows
      self.weight = weight
    }
  }

  /// The days of a log on which training may look: every `step` days, each with its thirty days of truth ended by `end`.
  static func days(
    of log: TieLog, until end: Instant, step: Double = 15, quietDays: Int?, fading halfLife: Double? = nil
  ) -> [Day] {
    var log = log
    log.sort()
    guard let first = log.entries.first?.at else { return [] }
    var walk = TieWalk(log)
    var found: [Day] = []
    // Counted back from the end, so that the latest truth is used whole.
    let span = (Double(end.milliseconds) - Double(first.milliseconds)) / Double(Instant.day) - 30
    guard span >= 30 else { return [] }
    let count = Int((span - 30) / step)
    for back in stride(from: min(count, 60), through: 0, by: -1) {
      let at = end.advanced(byDays: -30 - Double(back) * step)
      walk.advance(to: at)
      let fade = halfLife.map { Bits.power(-Double(back) * step / $0) } ?? 1
      let view = walk.view(at: at, quietDays: quietDays)
      if let day = Day(view, writtenTo: log.writtenTo(from: at), weight: fade) { found.append(day) }
    }
    return found
  }

  /// The model as one owner's past before an instant teaches it; with too little past it is the shipped one.
  public func adapted(to log: TieLog, before at: Instant, quietDays: Int? = nil) -> NextModel {
    let days = NextModel.days(of: log, until: at, quietDays: quietDays, fading: 180)
    return days.isEmpty ? self : trained(on: days, pull: NextModel.pull)
  }

  /// Weights learnt from several owners, each counting alike whatever their length: with everybody, and with those alone
  /// who were quiet for two weeks.
  public static func trained(on logs: [TieLog]) -> NextModel {
    var days: [Day] = []
    for log in logs {
      guard let last = log.entries.map(\.at).max() else { continue }
      for quiet in [nil, 14] as [Int?] {
        let own = NextModel.days(of: log, until: last, step: 30, quietDays: quiet)
        for var day in own {
          day.weight = 1 / Double(own.count).squareRoot()
          days.append(day)
        }
      }
    }
    return NextModel().trained(on: days, pull: 30, rounds: 200)
  }

  /// How strongly one owner's weights are held to the shipped ones; chosen on owners who are not scored.
  static let pull = 30.0

  /// Weights that make what happened likeliest, drawn to this model's.
  ///
  /// Steps with a rate for each weight (Riedmiller and Braun 1993), as `LineChain` is trained: no randomness.
  func trained(on days: [Day], pull: Double, rounds: Int = 120) -> NextModel {
    var values = weights
    var steps = [Double](repeating: 0.05, count: values.count)
    var before = [Double](repeating: 0, count: values.count)
    for _ in 0..<rounds {
      let slopes = NextModel.slopes(values, days, pull: pull, to: weights)
      for index in values.indices {
        let agreement = slopes[index] * before[index]
        if agreement > 0 {
          steps[index] = min(steps[index] * 1.2, 1)
        } else if agreement < 0 {
          steps[index] = max(steps[index] * 0.5, 1e-6)
          before[index] = 0
          continue
        }
        if slopes[index] != 0 { values[index] += slopes[index] > 0 ? steps[index] : -steps[index] }
        before[index] = slopes[index]
      }
    }
    return NextModel(weights: values)
  }

  private static func sum(_ row: [Double], _ weights: [Double]) -> Double {
    var sum = 0.0
    for index in row.indices { sum += row[index] * weights[index] }
    return sum
  }

  private static func slopes(_ values: [Double], _ days: [Day], pull: Double, to prior: [Double]) -> [Double] {
    var slopes = zip(values, prior).map { pull * ($1 - $0) }
    for day in days {
      let scores = day.rows.map { NextModel.sum($0, values) }
      let top = scores.max() ?? 0
      let odds = scores.map { Bits.power($0 - top) }
      let all = odds.reduce(0, +)
      let hits = Double(day.isWrittenTo.count { $0 })
      // A day counts by the root of what happened: one busy month shall not outvote the others.
      let weight = day.weight * hits.squareRoot()
      for (place, row) in day.rows.enumerated() {
        let share: Double = day.isWrittenTo[place] ? 1 / hits : 0
        let error = weight * (share - odds[place] / all)
        if abs(error) < 1e-9 { continue }
        for index in row.indices { slopes[index] += error * row[index] }
      }
    }
    return slopes
  }
}
