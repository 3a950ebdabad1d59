/// What speaks for and against two records being one person, in thousandths of a bit; the terms add up to the total.
public struct SameScore: Sendable, Equatable {
  public struct Part: Sendable, Equatable {
    /// What was compared; `prior` for the odds before, `household` and `colleagues` for what else would explain it.
    public var label: String
    public var step: String
    public var millibits: Int
  }

  public var parts: [Part]

  public var total: Int { parts.reduce(0) { $0 + $1.millibits } }
  public var probability: Double { Bits.probability(Double(total) / 1_000) }
}

/// Scores pairs by a model, with more weight for what is rare among people.
struct SameScorer: Sendable {
  let table: SameTable
  /// How many people hold each value, by trait; people count once however many records they have.
  private(set) var holders: [[Int32]]
  private(set) var people: Int
  private let prior: Int
  /// Odds of one household and of one firm against strangers.
  private let tied: [Double]
  /// The same in bits.
  private let likely: [Double]
  /// By tie, trait and step, bits against strangers; for a shared value, bits before its rarity.
  private let bits: [[[Double]]]
  private let shared: [[Double]]
  /// The steps on which a shared value weighs by how rare it is, and how likely it was to be shared before; −1 for none.
  private let rare: [(step: Int, known: Double)]

  /// Records that the weights known before count for, when the rarity of a value is judged.
  private static let trust = 1_000.0
  /// Bits under which a pair is not looked at closely.
  private static let hopeless = -20.0

  init(_ table: SameTable, _ model: SameModel, _ weights: SameWeights) {
    self.table = table
    people = table.count
    holders = table.traits.enumerated().map { index, trait in
      switch trait {
      case .given, .family: table.names.names.counts
      case .middle: []
      default: table.columns[index - table.named].counts
      }
    }
    let priors = model.priors
    prior = Int((Bits.log2(priors[0] / priors[3]) * 1_000).rounded())
    tied = [priors[1] / priors[3], priors[2] / priors[3]]
    likely = tied.map { Bits.log2($0) }
    bits = model.bits
    let steps = table.traits.map { $0 == .middle ? -1 : $0.same }
    let other = model.shares[SameModel.Tie.other.rawValue]
    rare = table.traits.enumerated().map { index, trait in
      steps[index] < 0
        ? (-1, 0) : (steps[index], min(weights.shares(trait, .other)[steps[index]], other[index][steps[index]]))
    }
    shared = SameModel.Tie.allCases.dropLast().map { tie in
      table.traits.indices.map { trait in
        if steps[trait] < 0 || tie != .one && weights.isPinned(table.traits[trait], tie) { return -.infinity }
        return Bits.log2(model.shares[tie.rawValue][trait][steps[trait]])
      }
    }
  }

  /// Counts each value once for each group of records.
  mutating func count(groups: [Int]) {
    var seen: [Set<UInt64>] = holders.map { _ in [] }
    holders = holders.map { $0.map { _ in 0 } }
    for record in 0..<table.count {
      let group = UInt64(groups[record]) << 32
      for trait in holders.indices {
        for value in values(trait, record) where seen[trait].insert(group | UInt64(value)).inserted {
          holders[trait][value] += 1
        }
      }
    }
    people = Set(groups).count
  }

  private func values(_ trait: Int, _ record: Int) -> [Int] {
    switch table.traits[trait] {
    case .given: Set(table.names.entries(of: record).map { Int($0.given) }).filter { $0 >= 0 }.sorted()
    case .family: Set(table.names.entries(of: record).map { Int($0.family) }).filter { $0 >= 0 }.sorted()
    case .middle: []
    default: table.columns[trait - table.named].ids(of: record).map { Int($0) }
    }
  }

  /// The totals of candidate pairs, `first << 32 | second`, whose patterns are known.
  func totals(_ pairs: [UInt64], _ patterns: [SamePattern]) -> [Int] {
    pairs.indices.map { total(patterns[$0], Int(pairs[$0] >> 32), Int(pairs[$0] & 0xFFFF_FFFF)) }
  }

  func total(_ a: Int, _ b: Int) -> Int { total(table.pattern(a, b), a, b) }

  func total(_ pattern: SamePattern, _ a: Int, _ b: Int) -> Int {
    // What is far from even odds stays so, however rare a value is.
    var rough = Double(prior) / 1_000
    for trait in rare.indices { if let step = pattern[trait] { rough += bits[0][trait][step] } }
    if rough < SameScorer.hopeless { return Int((rough * 1_000).rounded()) }
    var total = prior
    let tied = walk(pattern, a, b) { total += $2 }
    return total + tied.house + tied.firm
  }

  func score(_ a: Int, _ b: Int) -> SameScore {
    var score = SameScore(parts: [SameScore.Part(label: "prior", step: "", millibits: prior)])
    let tied = walk(table.pattern(a, b), a, b) { trait, step, millibits in
      score.parts.append(
        SameScore.Part(
          label: table.traits[trait].label, step: table.traits[trait].steps[step], millibits: millibits))
    }
    if tied.house < 0 { score.parts.append(SameScore.Part(label: "household", step: "", millibits: tied.house)) }
    if tied.firm < 0 { score.parts.append(SameScore.Part(label: "colleagues", step: "", millibits: tied.firm)) }
    return score
  }

  /// Gives each trait's weight for one person against strangers, and answers what a household and a firm take from it.
  private func walk(
    _ pattern: SamePattern, _ a: Int, _ b: Int, _ give: (Int, Int, Int) -> Void
  ) -> (house: Int, firm: Int) {
    var (house, firm) = (0.0, 0.0)
    for trait in rare.indices {
      guard let step = pattern[trait] else { continue }
      if step == rare[trait].step, let value = table.shared(trait, a, b) {
        // How likely somebody else holds it: others who do, and what was known before.
        let others = Double(max(Int(holders[trait][value]) - 1, 0))
        let share = (others + SameScorer.trust * rare[trait].known) / (Double(people) + SameScorer.trust)
        let rarity = Bits.log2(share)
        give(trait, step, Int(((shared[0][trait] - rarity) * 1_000).rounded()))
        if shared[1][trait] > -.infinity { house += shared[1][trait] - rarity }
        if shared[2][trait] > -.infinity { firm += shared[2][trait] - rarity }
      } else {
        give(trait, step, Int((bits[0][trait][step] * 1_000).rounded()))
        house += bits[1][trait][step]
        firm += bits[2][trait][step]
      }
    }
    // Under a thousandth of a bit is nothing.
    if house + likely[0] < -12, firm + likely[1] < -12 { return (0, 0) }
    let odds = (tied[0] * Bits.power(min(house, 300)), tied[1] * Bits.power(min(firm, 300)))
    let whole = -Int((Bits.log2(1 + odds.0 + odds.1) * 1_000).rounded())
    return odds.0 >= odds.1 ? (whole, 0) : (0, whole)
  }
}
