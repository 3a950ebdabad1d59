/// The model of Fellegi and Sunter (JASA 64, 1969) with two kinds of strangers more: what each step of agreement says
/// for one person, against two people, two of one household, and two of one firm.
///
/// Its parameters are learnt from the records themselves by expectation and maximisation, held near `SameWeights` where
/// the records are few. Only IEEE operations with one defined result are used, in one order, so that the same records
/// give the same weights on every machine.
struct SameModel: Sendable {
  /// What two records can be to each other.
  enum Tie: Int, CaseIterable { case one, house, firm, other }

  /// By tie, trait and step: the share among pairs so tied.
  private(set) var shares: [[[Double]]]
  /// How often two records drawn at random are so tied.
  private(set) var priors: [Double]

  /// How many pairs the weights known before count for; for those of two people, as a share of the pairs seen.
  private static let trust = 30.0
  private static let trustTied = 200.0
  private static let trustOther = 0.25
  private static let rounds = 25
  /// Pairs drawn for what different people have in common: so many for each record, and at most.
  private static let draws = (each: 100, most: 200_000)

  private typealias Tally = [(pattern: SamePattern, count: Double)]

  /// Learns from the patterns of candidate pairs.
  init(_ table: SameTable, patterns: [SamePattern], weights: SameWeights) {
    let known = Tie.allCases.map { tie in table.traits.map { weights.shares($0, tie) } }
    shares = known
    let all = Double(table.count) * Double(max(table.count - 1, 1)) / 2
    let start = min(0.1, 0.3 * Double(table.count) / max(all, 1))
    priors = [start, start, start, 1 - 3 * start]
    let pinned = table.traits.map { trait in Tie.allCases.map { weights.isPinned(trait, $0) } }
    let candidates = SameModel.tally(patterns)
    let drawn = SameModel.tally(SameModel.drawn(table))
    for _ in 0..<SameModel.rounds { learn(candidates, drawn, all, known, pinned) }
  }

  private mutating func learn(
    _ candidates: Tally, _ drawn: Tally, _ all: Double, _ known: [[[Double]]], _ pinned: [[Bool]]
  ) {
    var sums = shares.map { $0.map { $0.map { _ in 0.0 } } }
    var seen = Tie.allCases.map { _ in 0.0 }
    let bits = bits
    func add(_ pattern: SamePattern, _ tie: Tie, _ share: Double) {
      for trait in pinned.indices {
        if let step = pattern[trait] { sums[tie.rawValue][trait][step] += share }
      }
    }
    for (pattern, count) in candidates {
      let ties = SameModel.ties(pattern, bits, priors)
      for tie in [Tie.one, .house, .firm] {
        seen[tie.rawValue] += ties[tie.rawValue] * count
        add(pattern, tie, ties[tie.rawValue] * count)
      }
    }
    for (pattern, count) in drawn {
      add(pattern, .other, SameModel.ties(pattern, bits, priors)[Tie.other.rawValue] * count)
    }
    for tie in [Tie.one, .house, .firm] { priors[tie.rawValue] = min(max(seen[tie.rawValue], 1) / max(all, 1), 0.3) }
    priors[Tie.other.rawValue] = 1 - priors[0] - priors[1] - priors[2]
    for trait in pinned.indices {
      let others = sums[Tie.other.rawValue][trait].reduce(0, +)
      for tie in [Tie.other, .one, .house, .firm] {
        let trust =
          switch tie {
          case .one: SameModel.trust
          case .house, .firm: SameModel.trustTied
          case .other: max(others, 1_000) * SameModel.trustOther
          }
        // Strangers of one house have no more in common than others where the house has no say.
        shares[tie.rawValue][trait] =
          pinned[trait][tie.rawValue]
          ? shares[Tie.other.rawValue][trait]
          : SameModel.settled(sums[tie.rawValue][trait], known[tie.rawValue][trait], trust)
      }
    }
  }

  private static func settled(_ sums: [Double], _ known: [Double], _ trust: Double) -> [Double] {
    let total = sums.reduce(0, +) + trust * known.reduce(0, +)
    return zip(sums, known).map { ($0 + trust * $1) / total }
  }

  /// By tie, trait and step: bits for that tie against strangers.
  var bits: [[[Double]]] {
    shares.map { traits in
      zip(traits, shares[Tie.other.rawValue]).map { zip($0, $1).map { Bits.log2($0 / $1) } }
    }
  }

  /// How likely a pattern is each tie.
  private static func ties(_ pattern: SamePattern, _ bits: [[[Double]]], _ priors: [Double]) -> [Double] {
    var odds = priors
    for tie in 0..<Tie.other.rawValue {
      var sum = 0.0
      for trait in bits[tie].indices { if let step = pattern[trait] { sum += bits[tie][trait][step] } }
      odds[tie] *= Bits.power(min(sum, 300))
    }
    let total = odds.reduce(0, +)
    return odds.map { $0 / total }
  }

  private static func tally(_ patterns: [SamePattern]) -> Tally {
    var tally: Tally = []
    for pattern in patterns.sorted() {
      if tally.last?.pattern == pattern { tally[tally.count - 1].count += 1 } else { tally.append((pattern, 1)) }
    }
    return tally
  }

  /// Pairs at random, the same for the same number of records; all pairs where there are few.
  private static func drawn(_ table: SameTable) -> [SamePattern] {
    let count = table.count
    guard count > 1 else { return [] }
    var patterns: [SamePattern] = []
    let draws = min(SameModel.draws.each * count, SameModel.draws.most)
    if count * (count - 1) / 2 <= draws {
      for a in 0..<count { for b in (a + 1)..<count { patterns.append(table.pattern(a, b)) } }
      return patterns
    }
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next() -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(count))
    }
    while patterns.count < draws {
      let (a, b) = (next(), next())
      if a != b { patterns.append(table.pattern(min(a, b), max(a, b))) }
    }
    return patterns
  }
}
