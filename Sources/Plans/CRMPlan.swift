public import Model

/// A person as a delivery sees one: what we hold, and what is known of the record at the destination.
public struct CRMCandidate: Sendable, Equatable {
  /// Where the person is written at the destination.
  public enum Link: Sendable, Equatable {
    /// Never delivered.
    case none
    /// Delivered as `remote`; `base` is what was last delivered, `theirs` what stands there now, nil if it is gone.
    case record(remote: String, base: FieldValues, theirs: FieldValues?)
  }

  public var person: ID<Person>
  public var kind: Person.Kind
  public var restricted: Bool
  public var interactions: Int
  /// True if an address book holds a card of the person.
  public var hasCard: Bool
  public var ours: FieldValues
  public var link: Link

  public init(
    person: ID<Person>, kind: Person.Kind = .person, restricted: Bool = false, interactions: Int = 0,
    hasCard: Bool = false, ours: FieldValues, link: Link = .none
  ) {
    self.person = person
    self.kind = kind
    self.restricted = restricted
    self.interactions = interactions
    self.hasCard = hasCard
    self.ours = ours
    self.link = link
  }
}

/// A record at the destination that no person is linked to.
public struct CRMRecord: Sendable, Equatable {
  public var remote: String
  public var values: FieldValues

  public init(remote: String, values: FieldValues) {
    self.remote = remote
    self.values = values
  }
}

/// Everything one run would do at a destination: a value that can be shown, digested, approved and then applied.
///
/// Nothing is ever deleted at a destination: a record whose person is gone here stays there until the owner removes it.
public struct CRMPlan: Sendable, Equatable {
  /// A field in conflict with the person and the record it is about.
  public struct Conflict: Sendable, Equatable {
    public var person: ID<Person>
    public var remote: String
    public var conflict: FieldConflict

    public init(person: ID<Person>, remote: String, conflict: FieldConflict) {
      self.person = person
      self.remote = remote
      self.conflict = conflict
    }
  }

  /// The link a person has after the run, with the base to keep; `remote` is nil for a record yet to be created.
  public struct Settled: Sendable, Equatable {
    public var remote: String?
    public var base: FieldValues
    /// True if a record that was there already was found to be the person's.
    public var adopted: Bool

    public init(remote: String?, base: FieldValues, adopted: Bool = false) {
      self.remote = remote
      self.base = base
      self.adopted = adopted
    }
  }

  /// In order of person.
  public var changes: [CRMChange] = []
  public var conflicts: [Conflict] = []
  public var settled: [ID<Person>: Settled] = [:]
  /// Persons whose record needs nothing.
  public var unchanged = 0
  /// Who was left out, counted by the rule that did it.
  public var leftOut: [String: Int] = [:]
  public var brake: Brake.Verdict = .free

  /// Plans a run over all `candidates`; `unlinked` are records of the destination that belong to no candidate yet.
  public init(_ candidates: [CRMCandidate], unlinked: [CRMRecord] = [], rules: StandingRules) {
    let fields = rules.fields
    let owners = Adoption(candidates: candidates, unlinked: unlinked)
    var linked = 0
    for candidate in candidates.sorted(by: { $0.person < $1.person }) {
      switch candidate.link {
      case .record(let remote, let base, let theirs):
        linked += 1
        guard !candidate.restricted else { leave(.restricted); continue }
        guard let theirs else { leaveOut("deleted at the destination"); continue }
        update(candidate, remote, base, theirs, fields, adopted: false)
      case .none:
        if let refused = rules.create.refuses(candidate) { leave(refused); continue }
        switch owners.find(candidate) {
        case .one(let record): update(candidate, record.remote, [:], record.values, fields, adopted: true)
        case .several: leaveOut("several records there have this address")
        case .none: create(candidate, fields)
        }
      }
    }
    brake = rules.brake.judge(changes, linked: linked)
  }

  /// True if nothing would leave and nothing is left to decide.
  public var isRest: Bool { changes.isEmpty && conflicts.isEmpty }

  /// The bytes whose SHA-256 a one-use approval names: exactly what would leave, no more.
  public var canonical: [UInt8] {
    var form = Canonical("kith plan 1")
    form.number(Int64(changes.count))
    for change in changes { form.nested(change.canonical) }
    return form.bytes
  }

  private mutating func leave(_ refused: CreateRules.Refused) { leaveOut(refused.rawValue) }
  private mutating func leaveOut(_ rule: String) { leftOut[rule, default: 0] += 1 }

  private mutating func create(_ candidate: CRMCandidate, _ fields: [FieldKey]) {
    let merge = FieldMerge(base: [:], ours: candidate.ours, theirs: [:], fields: fields)
    settled[candidate.person] = Settled(remote: nil, base: merge.base)
    changes.append(CRMChange(.create, person: candidate.person, remote: nil, fields: merge.changes))
  }

  private mutating func update(
    _ candidate: CRMCandidate, _ remote: String, _ base: FieldValues, _ theirs: FieldValues, _ fields: [FieldKey],
    adopted: Bool
  ) {
    let merge = FieldMerge(base: base, ours: candidate.ours, theirs: theirs, fields: fields)
    settled[candidate.person] = Settled(remote: remote, base: merge.base, adopted: adopted)
    conflicts += merge.conflicts.map { Conflict(person: candidate.person, remote: remote, conflict: $0) }
    if merge.changes.isEmpty {
      unchanged += 1
    } else {
      changes.append(CRMChange(.update, person: candidate.person, remote: remote, fields: merge.changes))
    }
  }
}

/// Finds records that stand at the destination already by an e-mail that exactly one person and one record have.
///
/// So the first delivery into a filled CRM doubles nobody.
private struct Adoption {
  enum Found {
    case none
    case one(CRMRecord)
    case several
  }

  private var records: [String: [Int]] = [:]
  private var holders: [String: Int] = [:]
  private let unlinked: [CRMRecord]

  init(candidates: [CRMCandidate], unlinked: [CRMRecord]) {
    self.unlinked = unlinked.sorted { $0.remote < $1.remote }
    guard !unlinked.isEmpty else { return }
    for (index, record) in self.unlinked.enumerated() {
      for email in Adoption.emails(record.values) { records[email, default: []].append(index) }
    }
    for candidate in candidates {
      for email in Adoption.emails(candidate.ours) { holders[email, default: 0] += 1 }
    }
  }

  func find(_ candidate: CRMCandidate) -> Found {
    guard !unlinked.isEmpty else { return .none }
    var found: Set<Int> = []
    var shared = false
    for email in Adoption.emails(candidate.ours) {
      found.formUnion(records[email] ?? [])
      // A record that two persons could claim is given to neither by guess.
      if records[email] != nil, holders[email] != 1 { shared = true }
    }
    guard let index = found.first else { return .none }
    // A record with e-mails of two persons is nobody's by guess either.
    let contested = Adoption.emails(unlinked[index].values).contains {
      (holders[$0] ?? 0) > 0 && !Adoption.emails(candidate.ours).contains($0)
    }
    return found.count == 1 && !shared && !contested ? .one(unlinked[index]) : .several
  }

  private static func emails(_ values: FieldValues) -> Set<String> {
    Set((values[.email] ?? []).map { comparable(.email, $0) }.filter { !$0.isEmpty })
  }
}
