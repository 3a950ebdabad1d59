public import Model

/// What one destination may be told without asking again: its mapping, its create rules and its brake.
///
/// The owner accepts the digest of `canonical` after a dry run; any edit gives another digest and voids the approval.
public struct StandingRules: Sendable, Equatable {
  /// One field, what the destination calls it, what a value of it has to be there, and whose value stands.
  public struct Mapping: Sendable, Equatable {
    public var field: FieldKey
    public var remote: String
    public var rule: SyncRule
    public var type: ValueType
    /// The most characters that the destination holds; nil if it sets no limit.
    public var longest: Int?
    /// The most values that the destination holds side by side; nil if it sets no limit.
    public var most: Int?

    public init(
      _ field: FieldKey, to remote: String, rule: SyncRule = .both, type: ValueType? = nil, longest: Int? = nil,
      most: Int? = nil
    ) {
      self.field = field
      self.remote = remote
      self.rule = rule
      self.type = type ?? ValueType.usual(field.field)
      self.longest = longest
      self.most = most
    }

    /// Why a value cannot be written; nil if it can.
    public func refusal(_ value: String) -> String? { type.refusal(value, longest: longest) }

    var canonical: [UInt8] {
      var form = Canonical("mapping 1")
      form.text(field.name)
      form.text(remote)
      form.text(rule.rawValue)
      form.list(type.canonical)
      form.optional(longest.map { String($0) })
      form.optional(most.map { String($0) })
      return form.bytes
    }
  }

  /// The destination the rules are for, by its id and by where it lies.
  public var destination: ID<Destination>
  public var location: String
  /// What else it takes to use the destination, such as whose records new ones become.
  public var options: [String: String]
  public var mapping: [Mapping]
  public var create: CreateRules
  public var brake: Brake

  public init(
    destination: ID<Destination>, location: String, options: [String: String] = [:],
    mapping: [Mapping] = StandingRules.plainMapping, create: CreateRules = CreateRules(), brake: Brake = Brake()
  ) {
    self.destination = destination
    self.location = location
    self.options = options
    self.mapping = mapping
    self.create = create
    self.brake = brake
  }

  /// Every field but notes, each under its own name: what the folder CRM takes.
  public static let plainMapping: [Mapping] = Fact.Field.allCases.filter { $0 != .note }.map {
    Mapping(FieldKey($0), to: $0.rawValue)
  }

  /// The fields of the mapping in the one order that plans use.
  public var fields: [FieldKey] { Set(mapping.map(\.field)).sorted() }

  /// The bytes whose SHA-256 is approved; the order in which a mapping was written does not matter.
  public var canonical: [UInt8] {
    var form = Canonical("kith standing rules 2")
    form.text(destination.description)
    form.text(location)
    form.list(options.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    form.number(Int64(mapping.count))
    for line in mapping.sorted(by: { ($0.field.name, $0.remote) < ($1.field.name, $1.remote) }) {
      form.nested(line.canonical)
    }
    form.nested(create.canonical)
    form.nested(brake.canonical)
    return form.bytes
  }
}

/// Who may be created at a destination.
public struct CreateRules: Sendable, Equatable {
  /// The least number of interactions that make a tie; a card of an address book is a tie as well.
  public var interactions: Int
  /// Kinds that may be created; a machine never is, whatever stands here.
  public var kinds: Set<Person.Kind>

  public init(interactions: Int = 1, kinds: Set<Person.Kind> = [.person, .organisation]) {
    self.interactions = interactions
    self.kinds = kinds.subtracting([.machine])
  }

  /// Why somebody is not created.
  public enum Refused: String, Sendable, CaseIterable {
    case restricted = "restricted"
    case machine = "not a person"
    case noTie = "no tie"
    case nameless = "neither name nor e-mail"
  }

  /// The first rule that keeps `candidate` from being created; nil if none does.
  public func refuses(_ candidate: CRMCandidate) -> Refused? {
    if candidate.restricted { return .restricted }
    if candidate.kind == .machine || !kinds.contains(candidate.kind) { return .machine }
    if candidate.interactions < max(1, interactions), !candidate.hasCard { return .noTie }
    let named = [FieldKey.name, .given, .family, .email].contains { field in
      candidate.ours[field]?.contains { !comparable(field, $0).isEmpty } ?? false
    }
    return named ? nil : .nameless
  }

  var canonical: [UInt8] {
    var form = Canonical("create 1")
    form.number(Int64(interactions))
    form.list(kinds.map(\.rawValue).sorted())
    return form.bytes
  }
}

/// Beyond this much overwriting a run needs the owner's one-use approval of exactly what leaves.
///
/// Creating is not counted: the dry run shows it, and it destroys nothing. Only records in which something that stands
/// there, or here by what comes in, would go away are counted.
public struct Brake: Sendable, Equatable {
  /// The share of all linked records, in hundredths, that one run may overwrite.
  public var percent: Int
  /// So many overwritten records are always allowed: a share of very few records says nothing.
  public var always: Int
  /// So many are never allowed without asking, however large the destination.
  public var most: Int

  public init(percent: Int = 25, always: Int = 3, most: Int = 200) {
    self.percent = percent
    self.always = always
    self.most = most
  }

  /// What the brake says of a run.
  public enum Verdict: Sendable, Equatable {
    case free
    /// The run waits for an approval: `overwrites` of `linked` records.
    case held(overwrites: Int, linked: Int)
  }

  /// Judges what leaves, and what comes in over something held here, against the number of records linked already.
  public func judge(_ changes: [CRMChange], incoming: [CRMPlan.Intake] = [], linked: Int) -> Verdict {
    judge(overwrites: changes.count(where: \.overwrites) + incoming.count(where: \.overwrites), linked: linked)
  }

  /// The same for a number of overwritten records, or tasks.
  public func judge(overwrites: Int, linked: Int) -> Verdict {
    guard overwrites > always else { return .free }
    let (scaled, overflow) = overwrites.multipliedReportingOverflow(by: 100)
    let (allowed, tooMany) = max(linked, 0).multipliedReportingOverflow(by: percent)
    let withinShare = !overflow && (tooMany || scaled <= allowed)
    return withinShare && overwrites <= most ? .free : .held(overwrites: overwrites, linked: linked)
  }

  var canonical: [UInt8] {
    var form = Canonical("brake 1")
    form.number(Int64(percent))
    form.number(Int64(always))
    form.number(Int64(most))
    return form.bytes
  }
}
