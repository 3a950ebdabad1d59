/// Groups of records that are one person, by what speaks for and against every pair within: a chain of likely pairs
/// does not unite its ends if these contradict each other.
struct SameClusters {
  /// The number of each record's group: that of its first record.
  private(set) var groups: [Int]
  private var members: [[Int]]
  private let scorer: SameScorer

  /// A pair speaks with at most so many thousandths of a bit, for or against.
  static let loudest = 12_000
  /// Pairs looked at when two groups are judged.
  static let looked = 100

  /// Unites by edges in their order; `least` is the average that the pairs between two groups must reach.
  init(
    _ scorer: SameScorer, edges: [(pair: UInt64, total: Int)], least: Int, never: Set<UInt64> = [], most: Int = 200
  ) {
    self.scorer = scorer
    groups = Array(0..<scorer.table.count)
    members = groups.map { [$0] }
    for edge in edges {
      let (a, b) = (groups[Int(edge.pair >> 32)], groups[Int(edge.pair & 0xFFFF_FFFF)])
      guard a != b, members[a].count + members[b].count <= most else { continue }
      if members[a].count == 1, members[b].count == 1 {
        if edge.total >= least, !never.contains(edge.pair) { unite(a, b) }
      } else if average(a, b, never).map({ $0 >= least }) ?? false {
        unite(a, b)
      }
    }
  }

  private func average(_ a: Int, _ b: Int, _ never: Set<UInt64>) -> Int? {
    var (sum, count) = (0, 0)
    for x in members[a].prefix(10) {
      for y in members[b].prefix(10) {
        if !never.isEmpty, never.contains(UInt64(min(x, y)) << 32 | UInt64(max(x, y))) { return nil }
        sum += min(max(scorer.total(min(x, y), max(x, y)), -SameClusters.loudest), SameClusters.loudest)
        count += 1
      }
    }
    return count > 0 ? sum / count : nil
  }

  private mutating func unite(_ a: Int, _ b: Int) {
    let (kept, gone) = a < b ? (a, b) : (b, a)
    for record in members[gone] { groups[record] = kept }
    members[kept] += members[gone]
    members[gone] = []
  }
}
