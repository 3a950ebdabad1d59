/// Who is the same person among records: pairs with their probability and reasons, and groups.
public struct SameFinder: Sendable {
  /// Two records, by their place among the records, the earlier one first.
  public struct Pair: Sendable, Equatable {
    public var first: Int
    public var second: Int
    public var score: SameScore
    /// What keeps them from being united without asking.
    public var guards: [SameGuard]

    public var probability: Double { score.probability }
    /// Whether they may be united without asking.
    public var isAutomatic: Bool { guards.isEmpty && score.total >= SameJudge.sure }
  }

  /// By record, the number of its group: the place of the group's first record.
  public let groups: [Int]
  let scorer: SameScorer
  let model: SameModel
  /// Candidate pairs, `first << 32 | second`, with their totals in thousandths of a bit.
  let candidates: [UInt64]
  let totals: [Int]
  private let never: Set<UInt64>

  /// What the pairs between two groups must reach on average so that these become one, in thousandths of a bit.
  static let least = 0
  /// The same while it is still counted how many people hold a value.
  static let leastCounted = 2_000

  /// Finds over all records; `never` are pairs that the owner told apart.
  public init(_ records: [SameRecord], never: [(Int, Int)] = [], weights: SameWeights = .shipped) {
    let never = Set(never.map { SameFinder.key($0, $1) })
    let table = SameTable(records)
    let candidates = SameBlocks.pairs(table)
    let patterns = candidates.map { table.pattern(Int($0 >> 32), Int($0 & 0xFFFF_FFFF)) }
    let model = SameModel(table, patterns: patterns, weights: weights)
    var scorer = SameScorer(table, model, weights)
    let first = SameFinder.edges(candidates, scorer.totals(candidates, patterns), least: 0)
    scorer.count(groups: SameClusters(scorer, edges: first, least: SameFinder.leastCounted, never: never).groups)
    let totals = scorer.totals(candidates, patterns)
    let edges = SameFinder.edges(candidates, totals, least: 0)
    groups = SameClusters(scorer, edges: edges, least: SameFinder.least, never: never).groups
    self.candidates = candidates
    self.totals = totals
    self.scorer = scorer
    self.model = model
    self.never = never
  }

  /// Pairs of at least a probability, in the order of the records, each with its reasons and guards.
  public func pairs(least probability: Double = 0.5) -> [Pair] {
    let sizes = groups.reduce(into: [Int](repeating: 0, count: groups.count)) { $0[$1] += 1 }
    let judge = SameJudge(scorer: scorer)
    var pairs: [Pair] = []
    for (key, total) in zip(candidates, totals) where Bits.probability(Double(total) / 1_000) >= probability {
      let (a, b) = (Int(key >> 32), Int(key & 0xFFFF_FFFF))
      var guards = judge.guards(a, b)
      // A group of two by likeness, or else the owner decides over the whole of it.
      if groups[a] != groups[b] || sizes[groups[a]] > 2 { guards.append(.threeOrMore) }
      if never.contains(key) { guards.append(.toldApart) }
      pairs.append(Pair(first: a, second: b, score: scorer.score(a, b), guards: guards))
    }
    return pairs
  }

  private static func key(_ a: Int, _ b: Int) -> UInt64 { UInt64(min(a, b)) << 32 | UInt64(max(a, b)) }

  /// Candidate pairs that reach a total, the surest first.
  static func edges(_ candidates: [UInt64], _ totals: [Int], least: Int) -> [(pair: UInt64, total: Int)] {
    zip(candidates, totals).filter { $1 >= least }.map { (pair: $0, total: $1) }
      .sorted { $0.total == $1.total ? $0.pair < $1.pair : $0.total > $1.total }
  }
}
