import Model

/// The unions that shared values propose, each with the guard that holds it back, in the one order of deciding.
struct MatchEdges {
  struct Edge {
    var pair: MatchPlan.Pair
    var reason: MatchPlan.Reason
    var heldBy: MatchPlan.Guard?
  }

  private(set) var edges: [Edge] = []
  private let limits: MatchPlan.Limits

  init(_ records: [MatchRecord], _ limits: MatchPlan.Limits) {
    self.limits = limits
    propose(.sameEmail, MatchEdges.holders(records, \.emails))
    propose(.samePhone, MatchEdges.holders(records, \.phones))
    edges.sort { a, b in
      if a.reason != b.reason { return a.reason < b.reason }
      return a.pair == b.pair ? (a.heldBy?.rawValue ?? -1) < (b.heldBy?.rawValue ?? -1) : a.pair < b.pair
    }
    // Two records that share two values are proposed twice for one reason; the better proposal speaks.
    var last: Edge?
    edges = edges.filter { edge in
      let repeats = last.map { $0.pair == edge.pair && $0.reason == edge.reason } ?? false
      last = edge
      return !repeats
    }
  }

  private static func holders(
    _ records: [MatchRecord], _ values: KeyPath<MatchRecord, [String]>
  ) -> [[MatchRecord]] {
    var holders: [String: [MatchRecord]] = [:]
    for record in records {
      for value in Set(record[keyPath: values]) where !value.isEmpty { holders[value, default: []].append(record) }
    }
    return holders.sorted { $0.key < $1.key }.map(\.value).filter { $0.count > 1 }
  }

  private mutating func propose(_ reason: MatchPlan.Reason, _ groups: [[MatchRecord]]) {
    for group in groups {
      let cards = group.filter { $0.kind != .address }
      let impersonal = group.contains { !$0.isPersonal }
      let crowded = cards.count > limits.holders
      // All cards that hold an address must agree, or the address stays apart: whose it is, is not known.
      let quarrel = MatchEdges.quarrel(cards)
      for (a, b) in MatchEdges.chain(group, all: cards.count <= limits.holders) {
        edges.append(
          Edge(
            pair: MatchPlan.Pair(a.id, b.id), reason: reason,
            heldBy: hold(a, b, reason, impersonal: impersonal, crowded: crowded, quarrel: quarrel)))
      }
    }
  }

  private func hold(
    _ a: MatchRecord, _ b: MatchRecord, _ reason: MatchPlan.Reason, impersonal: Bool, crowded: Bool,
    quarrel: MatchPlan.Guard?
  ) -> MatchPlan.Guard? {
    if impersonal { return .roleMailbox }
    if crowded { return .heldByMany }
    if a.emails.count > limits.addressesOnCard || b.emails.count > limits.addressesOnCard { return .tooMany }
    if a.kind == .address || b.kind == .address { return reason == .sameEmail ? quarrel : agreement(a, b) }
    let names = agreement(a, b)
    // A shared phone alone proves a household or a switchboard; a shared e-mail needs only that the names allow it.
    if reason == .samePhone, names == nil, a.names.allSatisfy(\.isEmpty) || b.names.allSatisfy(\.isEmpty) {
      return .namesDiffer
    }
    return names
  }

  private func agreement(_ a: MatchRecord, _ b: MatchRecord) -> MatchPlan.Guard? {
    NameAgreement.judge(a.names, b.names)
  }

  private static func quarrel(_ cards: [MatchRecord]) -> MatchPlan.Guard? {
    for (index, card) in cards.enumerated() {
      for other in cards.dropFirst(index + 1) {
        if let held = NameAgreement.judge(card.names, other.names) { return held }
      }
    }
    return nil
  }

  /// The pairs to propose: all of a small group, each with the first of a crowded one, so that work stays linear.
  private static func chain(_ group: [MatchRecord], all: Bool) -> [(MatchRecord, MatchRecord)] {
    guard let first = group.first else { return [] }
    guard all, group.count <= 8 else { return group.dropFirst().map { (first, $0) } }
    var pairs: [(MatchRecord, MatchRecord)] = []
    for (index, record) in group.enumerated() {
      for other in group.dropFirst(index + 1) { pairs.append((record, other)) }
    }
    return pairs
  }
}

/// Whether two records' names may be one person's.
enum NameAgreement {
  /// The guard that the names raise; nil if some pair of names agrees or one side has none.
  static func judge(_ a: [String], _ b: [String]) -> MatchPlan.Guard? {
    let left = a.map { PersonName($0) }.filter { !$0.full.isEmpty }
    let right = b.map { PersonName($0) }.filter { !$0.full.isEmpty }
    guard !left.isEmpty, !right.isEmpty else { return nil }
    var held = MatchPlan.Guard.namesDiffer
    for x in left {
      for y in right {
        let generations = (PersonName.generation(x.full), PersonName.generation(y.full))
        guard agree(x, y) else { continue }
        if generations.0 == generations.1 { return nil }
        held = .generationsDiffer
      }
    }
    return held
  }

  /// The same family name and given names that are equal, initials of or short for each other; or the same words.
  private static func agree(_ a: PersonName, _ b: PersonName) -> Bool {
    let words = (bareWords(a.full), bareWords(b.full))
    if words.0 == words.1 || words.0.isSubset(of: words.1) || words.1.isSubset(of: words.0) { return true }
    guard PersonName.bare(a.family) == PersonName.bare(b.family) else { return false }
    let given = (PersonName.bare(a.given), PersonName.bare(b.given))
    return given.0.hasPrefix(given.1) || given.1.hasPrefix(given.0)
  }

  private static func bareWords(_ name: String) -> Set<String> {
    Set(
      name.split(separator: " ").map { PersonName.bare(String($0)) }.filter {
        $0.count > 1 && !["jr", "sr", "ii", "iii", "iv"].contains($0)
      })
  }
}
