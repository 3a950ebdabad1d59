extension NextMeasure {
  /// The figures of the scorecard; empty without the data.
  public static func figures(_ data: DataFiles) -> [Figure] {
    var found: [Figure] = []
    for name in ["delainey-d", "dean-c", "badeer-r"] {
      guard let log = NextCorpora.mailbox(name, data) else { continue }
      let isScored = name == "delainey-d"
      for (quiet, bar) in [(14, 0.15), (nil, 0.08)] as [(Int?, Double)] {
        let months = NextMeasure(log, quietDays: quiet).cases.map { [$0] }
        let set = quiet.map { "\(name), no contact in \($0) days" } ?? "\(name), everybody"
        found += figures(months, set, bar: isScored ? bar : nil)
      }
    }
    let people = NextCorpora.list("r-sig-finance", data, scored: true).map { NextMeasure($0, quietDays: nil).cases }
    found += figures(people.filter { !$0.isEmpty }, "r-sig-finance, who answers whom, unused half", bar: 0)
    return found
  }

  private static func figures(_ groups: [[Case]], _ set: String, bar: Double?) -> [Figure] {
    guard !groups.isEmpty else { return [] }
    let count = groups.reduce(0) { $0 + $1.count }
    let rankings = Ranking.allCases.map { ranking in
      Figure(
        "average precision, \(ranking.rawValue)", on: set, mean(groups, ranking),
        interval: interval(groups) { mean($0, ranking) }, count: count)
    }
    return rankings + [
      Figure(
        "gain over the best simple rank", on: set, gain(groups), interval: interval(groups, gain), count: count,
        bar: bar)
    ]
  }

  static func mean(_ groups: [[Case]], _ ranking: Ranking) -> Double {
    let means = groups.filter { !$0.isEmpty }.map { mean($0, ranking) }
    return means.isEmpty ? 0 : means.reduce(0, +) / Double(means.count)
  }
}
