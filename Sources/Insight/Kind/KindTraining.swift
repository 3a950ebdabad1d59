import Model

#if canImport(Glibc)
  import Glibc
#endif

extension KindModel {
  /// A mail whose author's kind is known, and how much it counts.
  struct Example: Sendable {
    var features: KindFeatures
    var kind: MailSightings.Author
    var weight: Double
  }

  /// Weights that make the known kinds likeliest, drawn towards zero by `pull` (logistic regression).
  ///
  /// No randomness; the same examples in the same order give the same weights.
  static func trained(on examples: [Example], pull: Double, rounds: Int = 150) -> KindModel {
    func fit(_ chosen: [Example], _ holds: (Example) -> Bool, heads: Bool = false) -> [Double] {
      let rows = chosen.map { example in
        example.features.all.filter { !heads || KindFeature.heads.contains($0) }.map(\.rawValue) + [KindFeature.count]
      }
      return climb(rows, chosen.map { holds($0) ? 1 : 0 }, chosen.map(\.weight), pull, rounds)
    }
    let others = examples.filter { $0.kind != .person }
    return KindModel([
      fit(examples) { $0.kind == .person }, fit(examples, { $0.kind == .person }, heads: true),
      fit(others) { $0.kind == .bulk },
    ])
  }

  /// Full steps with a rate for each weight (resilient propagation, Riedmiller and Braun 1993).
  private static func climb(
    _ rows: [[Int]], _ truth: [Double], _ weight: [Double], _ pull: Double, _ rounds: Int
  ) -> [Double] {
    var values = [Double](repeating: 0, count: size)
    var steps = [Double](repeating: 0.1, count: size)
    var before = [Double](repeating: 0, count: size)
    for _ in 0..<rounds {
      var slopes = values.map { -pull * $0 }
      slopes[KindFeature.count] = 0
      for (index, row) in rows.enumerated() {
        let sum = row.reduce(0) { $0 + values[$1] }
        let error = weight[index] * (truth[index] - 1 / (1 + exp(-sum)))
        for feature in row { slopes[feature] += error }
      }
      for index in values.indices {
        let agreement = slopes[index] * before[index]
        if agreement > 0 { steps[index] = min(steps[index] * 1.2, 1) }
        if agreement < 0 { steps[index] = max(steps[index] * 0.5, 1e-6) }
        if slopes[index] != 0 { values[index] += slopes[index] > 0 ? steps[index] : -steps[index] }
        before[index] = slopes[index]
      }
    }
    return values
  }
}
