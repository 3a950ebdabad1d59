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
  public var context: MergeContext
  /// True if the owner said that none of the records which stand there already is the person's.
  public var isNew: Bool

  public init(
    person: ID<Person>, kind: Person.Kind = .person, restricted: Bool = false, interactions: Int = 0,
    hasCard: Bool = false, ours: FieldValues, link: Link = .none, context: MergeContext = MergeContext(),
    isNew: Bool = false
  ) {
    self.person = person
    self.kind = kind
    self.restricted = restricted
    self.interactions = interactions
    self.hasCard = hasCard
    self.ours = ours
    self.link = link
    self.context = context
    self.isNew = isNew
  }
}

/// A record at the destination.
public struct CRMRecord: Sendable, Equatable {
  public var remote: String
  public var kind: Person.Kind
  public var values: FieldValues
  /// What the records were called that were merged into it there, if the destination tells.
  public var absorbed: [String]

  public init(remote: String, kind: Person.Kind = .person, values: FieldValues, absorbed: [String] = []) {
    self.remote = remote
    self.kind = kind
    self.values = values
    self.absorbed = absorbed
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

  /// What comes in of one record.
  public struct Intake: Sendable, Equatable {
    public var person: ID<Person>
    public var remote: String
    public var fields: [FieldChange]

    public init(person: ID<Person>, remote: String, fields: [FieldChange]) {
      self.person = person
      self.remote = remote
      self.fields = fields
    }

    /// True if a value that is held here would be replaced.
    public var overwrites: Bool { fields.contains(where: \.overwrites) }
  }

  /// A person whose record cannot be told without asking.
  public struct Question: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
      /// Several records there may be the person, or one that several persons may be.
      case match
      /// The record is gone, and another may have taken it in.
      case merged
      /// The record is gone.
      case deleted
    }

    public var kind: Kind
    public var person: ID<Person>
    /// The records that may be meant.
    public var candidates: [String]

    public init(_ kind: Kind, person: ID<Person>, candidates: [String] = []) {
      self.kind = kind
      self.person = person
      self.candidates = candidates
    }
  }

  /// In order of person.
  public var changes: [CRMChange] = []
  public var incoming: [Intake] = []
  public var conflicts: [Conflict] = []
  /// What rules decided, with the values that lost.
  public var ruled: [Conflict] = []
  public var questions: [Question] = []
  public var settled: [ID<Person>: Settled] = [:]
  /// Persons whose record needs nothing.
  public var unchanged = 0
  /// Who was left out, counted by the rule that did it.
  public var leftOut: [String: Int] = [:]
  public var brake: Brake.Verdict = .free

  /// Plans a run over all `candidates`; `unlinked` are records of the destination that belong to no candidate yet, and
  /// `linked` those that do, for what became of records that are gone.
  public init(
    _ candidates: [CRMCandidate], unlinked: [CRMRecord] = [], linked: [CRMRecord] = [], rules: StandingRules
  ) {
    let match = CRMMatch(candidates: candidates, unlinked: unlinked)
    var count = 0
    for candidate in candidates.sorted(by: { $0.person < $1.person }) {
      switch candidate.link {
      case .record(let remote, let base, let theirs):
        count += 1
        guard !candidate.restricted else { leave(.restricted); continue }
        if let theirs {
          update(candidate, remote, base, theirs, rules.mapping, adopted: false)
        } else {
          leaveOut("deleted at the destination")
          let heirs = CRMMatch.heirs(of: candidate, remote, base: base, among: linked + unlinked)
          questions.append(Question(heirs.isEmpty ? .deleted : .merged, person: candidate.person, candidates: heirs))
        }
      case .none:
        if let refused = rules.create.refuses(candidate) { leave(refused); continue }
        switch candidate.isNew ? .none : match.find(candidate) {
        case .one(let record): update(candidate, record.remote, [:], record.values, rules.mapping, adopted: true)
        case .ask(let records):
          leaveOut("more than one record there may be this person")
          questions.append(Question(.match, person: candidate.person, candidates: records))
        case .none: create(candidate, rules.mapping)
        }
      }
    }
    brake = rules.brake.judge(changes, incoming: incoming, linked: count)
  }

  /// True if nothing would leave or come in and nothing is left to decide.
  public var isRest: Bool { changes.isEmpty && incoming.isEmpty && conflicts.isEmpty && questions.isEmpty }

  /// The bytes whose SHA-256 a one-use approval names: exactly what would leave and what would come in, no more.
  public var canonical: [UInt8] {
    var form = Canonical("kith plan 2")
    form.number(Int64(changes.count))
    for change in changes { form.nested(change.canonical) }
    form.number(Int64(incoming.count))
    for intake in incoming {
      form.nested(
        CRMChange(.update, person: intake.person, remote: intake.remote, fields: intake.fields).canonical)
    }
    return form.bytes
  }

  private mutating func leave(_ refused: CreateRules.Refused) { leaveOut(refused.rawValue) }
  private mutating func leaveOut(_ rule: String) { leftOut[rule, default: 0] += 1 }

  private mutating func create(_ candidate: CRMCandidate, _ mapping: [StandingRules.Mapping]) {
    let merge = FieldMerge(
      base: [:], ours: candidate.ours, theirs: [:], mapping: mapping, context: candidate.context)
    settled[candidate.person] = Settled(remote: nil, base: merge.base)
    conflicts += merge.conflicts.map { Conflict(person: candidate.person, remote: "", conflict: $0) }
    changes.append(CRMChange(.create, person: candidate.person, remote: nil, fields: merge.changes))
  }

  private mutating func update(
    _ candidate: CRMCandidate, _ remote: String, _ base: FieldValues, _ theirs: FieldValues,
    _ mapping: [StandingRules.Mapping], adopted: Bool
  ) {
    let merge = FieldMerge(
      base: base, ours: candidate.ours, theirs: theirs, mapping: mapping, context: candidate.context)
    let person = candidate.person
    settled[person] = Settled(remote: remote, base: merge.base, adopted: adopted)
    conflicts += merge.conflicts.map { Conflict(person: person, remote: remote, conflict: $0) }
    ruled += merge.ruled.map { Conflict(person: person, remote: remote, conflict: $0) }
    if !merge.incoming.isEmpty {
      incoming.append(Intake(person: person, remote: remote, fields: merge.incoming))
    }
    if merge.changes.isEmpty {
      if merge.incoming.isEmpty { unchanged += 1 }
    } else {
      changes.append(CRMChange(.update, person: person, remote: remote, fields: merge.changes))
    }
  }
}
