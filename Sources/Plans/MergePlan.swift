public import Model

/// Two records that the owner said are two persons: no rule may unite them again.
public struct RecordPair: Sendable, Hashable, Comparable {
  public let first: ID<Record>
  public let second: ID<Record>

  /// The pair without an order: the smaller id comes first.
  public init(_ a: ID<Record>, _ b: ID<Record>) {
    first = min(a, b)
    second = max(a, b)
  }

  public static func < (a: RecordPair, b: RecordPair) -> Bool {
    a.first == b.first ? a.second < b.second : a.first < b.first
  }
}

/// Merging persons by hand: who stays, who is absorbed, and which records change hands.
public struct MergePlan: Sendable, Equatable {
  /// A record that goes from one person to another.
  public struct Move: Sendable, Hashable {
    public var record: ID<Record>
    public var from: ID<Person>
    public var to: ID<Person>

    public init(_ record: ID<Record>, from: ID<Person>, to: ID<Person>) {
      self.record = record
      self.from = from
      self.to = to
    }
  }

  /// The first person named: keeps id, links and what the owner typed.
  public var kept: ID<Person>
  public var absorbed: [ID<Person>]
  public var moves: [Move]
  /// The records that were the kept person's own before.
  public var own: [ID<Record>]

  public init(kept: ID<Person>, absorbed: [ID<Person>], moves: [Move], own: [ID<Record>]) {
    self.kept = kept
    self.absorbed = absorbed
    self.moves = moves
    self.own = own
  }

  /// Plans to merge `persons` into the first of them; throws if fewer than two differ.
  public static func merge(_ persons: [ID<Person>], records: [Record]) throws(Trouble) -> MergePlan {
    guard let kept = persons.first else { throw Trouble("nobody was named to merge", "name two persons or more") }
    var seen: Set = [kept]
    let absorbed = persons.dropFirst().filter { seen.insert($0).inserted }
    guard !absorbed.isEmpty else { throw Trouble("one person alone cannot be merged", "name two persons or more") }
    let gone = Set(absorbed)
    let sorted = records.sorted { $0.id < $1.id }
    return MergePlan(
      kept: kept, absorbed: Array(absorbed),
      moves: sorted.filter { gone.contains($0.person) }.map { Move($0.id, from: $0.person, to: kept) },
      own: sorted.filter { $0.person == kept }.map(\.id))
  }

  /// What taking the merge back moves, and which pairs are never united again by a rule.
  public struct Unmerge: Sendable, Equatable {
    public var moves: [Move]
    /// Persons that are there again.
    public var restored: [ID<Person>]
    public var separations: [RecordPair]
    /// Records of this merge that a later decision gave to somebody else; they stay there.
    public var stayed: [ID<Record>]

    public init(moves: [Move], restored: [ID<Person>], separations: [RecordPair], stayed: [ID<Record>]) {
      self.moves = moves
      self.restored = restored
      self.separations = separations
      self.stayed = stayed
    }
  }

  /// The exact inverse, given how the records stand now and the merges made since that still hold, in their order.
  ///
  /// A record goes back only if it is where this merge put it, or where later merges carried it from there: what came
  /// to the kept person later, and what a later decision moved elsewhere, stays.
  /// `only` takes back some of the absorbed.
  public func undo(
    records: [Record], after later: [MergePlan] = [], only: Set<ID<Person>>? = nil
  ) -> Unmerge {
    var carriers: Set = [kept]
    // A record that left in between and was brought anew by a later decision is that one's to take back: by record, with
    // whom it is by such a decision.
    var anew: [ID<Record>: Set<ID<Person>>] = [:]
    for merge in later {
      for move in merge.moves where !carriers.contains(move.from) { anew[move.record, default: []].insert(merge.kept) }
      for (record, holders) in anew where !holders.isDisjoint(with: merge.absorbed) {
        anew[record]?.insert(merge.kept)
      }
      if !carriers.isDisjoint(with: merge.absorbed) { carriers.insert(merge.kept) }
    }
    let now = Dictionary(records.map { ($0.id, $0.person) }, uniquingKeysWith: { first, _ in first })
    let back = moves.filter { only?.contains($0.from) ?? true }
    var undone = Unmerge(
      moves: [], restored: absorbed.filter { only?.contains($0) ?? true }, separations: [], stayed: [])
    for move in back {
      guard let holder = now[move.record] else { continue }
      if carriers.contains(holder), anew[move.record]?.contains(holder) != true {
        undone.moves.append(Move(move.record, from: holder, to: move.from))
      } else if holder != move.from {
        undone.stayed.append(move.record)
      }
    }
    undone.separations = separations(of: undone.moves, remaining: records.filter { carriers.contains($0.person) })
    return undone
  }

  /// Every pair across the persons that are apart again: what went back against what was the kept person's own, and
  /// what went back to one against what went back to another.
  private func separations(of returned: [Move], remaining: [Record]) -> [RecordPair] {
    let there = Set(remaining.map(\.id))
    var pairs: Set<RecordPair> = []
    for (index, move) in returned.enumerated() {
      for record in own where there.contains(record) { pairs.insert(RecordPair(move.record, record)) }
      for other in returned.dropFirst(index + 1) where other.to != move.to {
        pairs.insert(RecordPair(move.record, other.record))
      }
    }
    return pairs.sorted()
  }
}
