extension SameWeights {
  /// Weights from records whose truth is known, as the text that holds them.
  ///
  /// Pairs of one person are counted; what strangers, households and firms have in common is learnt as in use. Ladders
  /// that the records do not show keep what they had.
  public func trained(on records: [SameRecord], truth: [String]) -> String {
    let finder = SameFinder(records, weights: self)
    let table = finder.scorer.table
    var members: [String: [Int]] = [:]
    for (record, who) in truth.enumerated() { members[who, default: []].append(record) }
    var counts = table.traits.map { $0.steps.map { _ in 0.0 } }
    for group in members.values {
      for (place, a) in group.enumerated() {
        for b in group.dropFirst(place + 1) {
          let pattern = table.pattern(a, b)
          for trait in table.traits.indices { if let step = pattern[trait] { counts[trait][step] += 1 } }
        }
      }
    }
    var lines: [String] = []
    for ladder in SameTrait.steps.keys.sorted() {
      let place = table.traits.firstIndex { $0.ladder == ladder }
      for (step, name) in (SameTrait.steps[ladder] ?? []).enumerated() {
        let shares = SameModel.Tie.allCases.map { tie -> String in
          guard let old = share(ladder, step, tie) else { return "-" }
          guard let place else { return SameWeights.number(old) }
          if tie != .one { return SameWeights.number(finder.model.shares[tie.rawValue][place][step]) }
          let seen = counts[place].reduce(0, +)
          return SameWeights.number((counts[place][step] + 30 * old) / (seen + 30))
        }
        lines.append("\(ladder) \(name) " + shares.joined(separator: " "))
      }
    }
    return lines.joined(separator: "\n")
  }

  private func share(_ ladder: String, _ step: Int, _ tie: SameModel.Tie) -> Double? {
    ladders[ladder]?[step][tie.rawValue]
  }

  /// Four digits that count, the same on every machine.
  private static func number(_ share: Double) -> String {
    var scale = 1.0
    while share * scale < 1_000, scale < 1e12 { scale *= 10 }
    return "\((share * scale).rounded() / scale)"
  }
}
