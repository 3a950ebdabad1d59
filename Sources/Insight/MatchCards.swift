public import Model

/// A record as matching sees it: what it says of how somebody is reached and called.
public struct MatchRecord: Sendable, Equatable {
  public var id: ID<Record>
  public var kind: Record.Kind
  /// Folded addresses.
  public var emails: [String]
  /// Numbers in E.164.
  public var phones: [String]
  /// Names the record gives; for an address, its display names.
  public var names: [String]
  /// False for what `HandleNature` takes for an office, a program or a placeholder.
  public var isPersonal: Bool

  public init(
    id: ID<Record>, kind: Record.Kind, emails: [String] = [], phones: [String] = [], names: [String] = [],
    isPersonal: Bool = true
  ) {
    self.id = id
    self.kind = kind
    self.emails = emails
    self.phones = phones
    self.names = names
    self.isPersonal = isPersonal
  }
}

/// Which records are one person, decided with reasons; the same records in any order give the same decisions.
public struct MatchPlan: Sendable, Equatable {
  /// Two records without an order.
  public struct Pair: Sendable, Hashable, Comparable {
    public let first: ID<Record>
    public let second: ID<Record>

    public init(_ a: ID<Record>, _ b: ID<Record>) {
      first = min(a, b)
      second = max(a, b)
    }

    public static func < (a: Pair, b: Pair) -> Bool { a.first == b.first ? a.second < b.second : a.first < b.first }
  }

  public enum Reason: Int, Sendable, CaseIterable, Comparable {
    case byHand, sameEmail, samePhone

    public var words: String {
      switch self {
      case .byHand: "united by hand"
      case .sameEmail: "the same e-mail"
      case .samePhone: "the same phone and name"
      }
    }

    public static func < (a: Reason, b: Reason) -> Bool { a.rawValue < b.rawValue }
  }

  public enum Guard: Int, Sendable, CaseIterable {
    case never, roleMailbox, heldByMany, namesDiffer, generationsDiffer, tooMany

    public var words: String {
      switch self {
      case .never: "told apart by hand"
      case .roleMailbox: "the address of an office, a program or nobody"
      case .heldByMany: "held by many"
      case .namesDiffer: "the names differ"
      case .generationsDiffer: "junior and senior"
      case .tooMany: "more records than one person has"
      }
    }
  }

  public struct Union: Sendable, Equatable {
    public var pair: Pair
    public var reason: Reason
  }

  public struct HeldBack: Sendable, Equatable {
    public var pair: Pair
    public var reason: Reason
    public var by: Guard
  }

  /// The unions that were made, strongest reason first.
  public var unions: [Union] = []
  /// The unions that a guard kept from being made: what to suggest, or to explain.
  public var heldBack: [HeldBack] = []
  /// Every record in exactly one group; groups and their records in order of id.
  public var groups: [[ID<Record>]] = []

  /// What bounds the rules.
  public struct Limits: Sendable, Equatable {
    /// A value on more cards than this unites nobody.
    public var holders = 3
    /// A card with more addresses than this is a list of people.
    public var addressesOnCard = 10
    /// Records of one person at most.
    public var group = 25

    public init() {}
  }

  /// Decides over `records`; `together` and `never` are what the owner said and outrank every rule.
  public init(_ records: [MatchRecord], together: [Pair] = [], never: Set<Pair> = [], limits: Limits = Limits()) {
    let sorted = records.sorted { $0.id < $1.id }
    var groups = Groups(sorted.map(\.id), never: never)
    let known = Set(sorted.map(\.id))
    for pair in Set(together).sorted() where known.contains(pair.first) && known.contains(pair.second) {
      unite(pair, .byHand, limit: .max, &groups)
    }
    for edge in MatchEdges(sorted, limits).edges {
      if let held = edge.heldBy {
        heldBack.append(HeldBack(pair: edge.pair, reason: edge.reason, by: held))
      } else {
        unite(edge.pair, edge.reason, limit: limits.group, &groups)
      }
    }
    self.groups = groups.all
  }

  private mutating func unite(_ pair: Pair, _ reason: Reason, limit: Int, _ groups: inout Groups) {
    switch groups.unite(pair, limit: limit) {
    case .united, .alreadyOne: unions.append(Union(pair: pair, reason: reason))
    case .never: heldBack.append(HeldBack(pair: pair, reason: reason, by: .never))
    case .tooMany: heldBack.append(HeldBack(pair: pair, reason: reason, by: .tooMany))
    }
  }
}

/// Records joined so far, with the pairs that must stay apart.
private struct Groups {
  enum Outcome { case united, alreadyOne, never, tooMany }

  private var parent: [ID<Record>: ID<Record>] = [:]
  private var members: [ID<Record>: [ID<Record>]] = [:]
  private var apart: [ID<Record>: Set<ID<Record>>] = [:]

  init(_ ids: [ID<Record>], never: Set<MatchPlan.Pair>) {
    for id in ids {
      parent[id] = id
      members[id] = [id]
    }
    for pair in never {
      apart[pair.first, default: []].insert(pair.second)
      apart[pair.second, default: []].insert(pair.first)
    }
  }

  var all: [[ID<Record>]] { members.values.map { $0.sorted() }.sorted { ($0.first ?? ID(0)) < ($1.first ?? ID(0)) } }

  mutating func unite(_ pair: MatchPlan.Pair, limit: Int) -> Outcome {
    let a = root(pair.first)
    let b = root(pair.second)
    if a == b { return .alreadyOne }
    let (left, right) = (members[a] ?? [], members[b] ?? [])
    if left.count + right.count > limit { return .tooMany }
    let other = Set(right)
    if left.contains(where: { !(apart[$0]?.isDisjoint(with: other) ?? true) }) { return .never }
    let (keep, gone) = left.count >= right.count ? (a, b) : (b, a)
    for id in members[gone] ?? [] { parent[id] = keep }
    members[keep, default: []] += members[gone] ?? []
    members[gone] = nil
    return .united
  }

  private func root(_ id: ID<Record>) -> ID<Record> { parent[id] ?? id }
}
