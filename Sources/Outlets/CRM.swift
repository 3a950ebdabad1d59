public import Consent
public import Model
public import Plans

/// A record as it stands at a destination.
public struct RemoteRecord: Sendable, Equatable {
  /// What the destination calls it.
  public var remote: String
  /// Who it is about, as the record itself says; nil for one that Kith did not make.
  public var person: ID<Person>?
  /// The key of the last change that was written into it.
  public var key: String?
  /// Equal only as long as nobody changes the record.
  public var digest: String
  public var values: FieldValues
  public var kind: Person.Kind
  /// When it was last changed there, by the destination's own clock; nil if it does not tell.
  public var changedAt: Instant?
  /// What the records were called that were merged into it there, if the destination tells.
  public var absorbed: [String]

  public init(
    remote: String, person: ID<Person>? = nil, key: String? = nil, digest: String, values: FieldValues,
    kind: Person.Kind = .person, changedAt: Instant? = nil, absorbed: [String] = []
  ) {
    self.remote = remote
    self.person = person
    self.key = key
    self.digest = digest
    self.values = values
    self.kind = kind
    self.changedAt = changedAt
    self.absorbed = absorbed
  }
}

/// Everything that stands at a destination, and what of it is nobody's record.
public struct RemoteRecords: Sendable, Equatable {
  /// Something that is left alone, and why.
  public struct LeftAlone: Sendable, Equatable {
    public var remote: String
    public var why: String

    public init(_ remote: String, why: String) {
      self.remote = remote
      self.why = why
    }
  }

  public var records: [RemoteRecord]
  public var leftAlone: [LeftAlone]
  /// False if the place itself is not there: then nothing is known about records that are missing.
  public var isThere: Bool
  /// False if something that the destination derives from its records is to be made again (`CRM.tidy`).
  public var isTidy: Bool
  /// False if these are only what changed since a cursor.
  public var isWhole: Bool
  /// Names of records that the feed tells to be gone.
  public var gone: Set<String>
  /// Where the next reading begins; nil where everything is read each time.
  public var cursor: RemoteCursor?

  public init(
    records: [RemoteRecord], leftAlone: [LeftAlone] = [], isThere: Bool = true, isTidy: Bool = true,
    isWhole: Bool = true, gone: Set<String> = [], cursor: RemoteCursor? = nil
  ) {
    self.records = records
    self.leftAlone = leftAlone
    self.isThere = isThere
    self.isTidy = isTidy
    self.isWhole = isWhole
    self.gone = gone
    self.cursor = cursor
  }
}

/// How far a destination has told what changed there; its own words, kept as they came.
public struct RemoteCursor: Sendable, Equatable {
  public var text: String

  public init(_ text: String) { self.text = text }
}

/// One change as it leaves, with the key by which a second try is known for the first.
public struct CRMWrite: Sendable, Equatable {
  public var change: CRMChange
  public var key: String
  /// The digest of the record that the change starts from; nil for a new record.
  public var expected: String?
  /// What the person is: many systems keep organisations apart.
  public var kind: Person.Kind
  /// Whether an earlier try may stand there already, whose answer did not come: it is looked for first.
  public var isRetry: Bool

  public init(
    _ change: CRMChange, key: String, expected: String? = nil, kind: Person.Kind = .person, isRetry: Bool = false
  ) {
    self.change = change
    self.key = key
    self.expected = expected
    self.kind = kind
    self.isRetry = isRetry
  }
}

/// An interaction as it leaves: no more of it than the grant's level allows, with its key.
public struct ActivityWrite: Sendable, Equatable {
  /// What it was; a system that has no such kind enters it as a note that says so.
  public var kind: Interaction.Kind
  public var key: String
  /// The records there of those who took part; the first is whom it is filed with where only one can be named.
  public var remotes: [String]
  public var direction: Interaction.Direction
  public var at: Instant
  public var endsAt: Instant?
  /// Nil below the level `subject`.
  public var subject: String?
  /// Nil below the level `full`.
  public var text: String?
  /// Whether it tells of a task, where there are none.
  public var isTask: Bool
  public var isRetry: Bool

  public init(
    _ kind: Interaction.Kind, key: String, remotes: [String], direction: Interaction.Direction, at: Instant,
    endsAt: Instant? = nil, subject: String? = nil, text: String? = nil, isTask: Bool = false, isRetry: Bool = false
  ) {
    self.kind = kind
    self.key = key
    self.remotes = remotes
    self.direction = direction
    self.at = at
    self.endsAt = endsAt
    self.subject = subject
    self.text = text
    self.isTask = isTask
    self.isRetry = isRetry
  }
}

/// What became of a change.
public enum CRMAnswer: Sendable, Equatable {
  /// It stands there now, by this try or by an earlier one with the same key.
  case written(remote: String, digest: String)
  /// The record is not the one that was read any more; nothing was written, and the change is to be planned anew.
  case changed
  /// The system does not take this value, and would have to cut or bend it: a conflict for the owner, not a loss.
  case refused(field: FieldKey?, why: String)
  /// This one change went wrong, others of its batch may stand.
  case failed(Trouble)
}

/// Asked right before each write: throws if the grant ended or the job is somebody else's by now (P005).
public typealias StandingCheck = @Sendable () async throws -> Void

/// What a system can do; where it cannot, the engine goes without or writes a note, and the owner is told so.
public struct CRMCapabilities: Sendable, Equatable {
  /// How it tells what changed.
  public enum Feed: Sendable, Equatable {
    /// Not at all: everything is read.
    case whole
    /// Since an instant of its own; deletions too, or not.
    case since(showsDeletions: Bool)
    /// It cannot be read: what was written is all that is known.
    case writeOnly
  }

  /// How it keeps organisations.
  public enum Organisations: Sendable, Equatable { case text, records }

  /// What it takes of one field.
  public struct FieldLimit: Sendable, Equatable {
    /// The longest value, in characters as the system counts them; nil for none.
    public var longest: Int?
    /// How many values; nil for any number.
    public var values: Int?

    public init(longest: Int? = nil, values: Int? = nil) {
      self.longest = longest
      self.values = values
    }
  }

  /// Records that one call writes at most.
  public var batch: Int
  public var feed: Feed
  public var organisations: Organisations
  /// Interactions it has a kind of its own for; others become notes if it has those.
  public var activities: Set<Interaction.Kind>
  public var hasNotes: Bool
  /// Whether tasks are read and written there; else they become notes if it has those.
  public var hasTasks: Bool
  /// Fields it has a place for.
  public var fields: Set<Fact.Field>
  public var limits: [Fact.Field: FieldLimit]

  public init(
    batch: Int = 1, feed: Feed = .whole, organisations: Organisations = .text,
    activities: Set<Interaction.Kind> = [], hasNotes: Bool = false, hasTasks: Bool = false,
    fields: Set<Fact.Field>, limits: [Fact.Field: FieldLimit] = [:]
  ) {
    self.batch = batch
    self.feed = feed
    self.organisations = organisations
    self.activities = activities
    self.hasNotes = hasNotes
    self.hasTasks = hasTasks
    self.fields = fields
    self.limits = limits
  }
}

/// A customer relationship system that the owner designated.
///
/// Every call that writes takes a permit that names it.
public protocol CRM: Sendable {
  var capabilities: CRMCapabilities { get }

  /// Values in the form in which this system shows them after they were written, so that nothing seems changed there
  /// that only looks different.
  func shaped(_ values: FieldValues) -> FieldValues

  /// The same, where people and organisations are shown in different forms.
  func shaped(_ values: FieldValues, of kind: Person.Kind) -> FieldValues

  /// What changed there since `cursor`, or everything; reading changes nothing. Windows overlap: what was told before
  /// may be told again, and nothing is left out.
  func records(since cursor: RemoteCursor?) async throws -> RemoteRecords

  /// What every record there is called: by what is missing, deletions are seen where the feed does not show them.
  func names() async throws -> Set<String>

  /// Says which records are about to be changed, in the order in which they will be: where a change needs a look at what
  /// it changes, many can be looked at by one call.
  func expect(_ remotes: [String])

  /// Creates or updates records, at most a batch: one answer for each, in their order. Never a second record of the same
  /// person, never over a change made there meanwhile.
  ///
  /// An update writes who the record is about only where nobody is named yet: another account of Kith may have.
  ///
  /// A thrown error is one after which nothing is known of any of them.
  func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer]

  /// Enters interactions, at most a batch, each once for its key.
  func log(
    _ activities: [ActivityWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer]

  /// All tasks there that are about a record, those that are done too; of a system that has none, none.
  func todos() async throws -> [RemoteTodo]

  /// Makes or changes tasks, at most a batch: one answer for each. Never a second one for its key, never over a change
  /// made there meanwhile.
  func write(
    _ todos: [TodoWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer]

  /// Takes an interaction away, or a task that was entered as a note, if it still has the digest that `log` answered; one
  /// that is gone already counts as taken away.
  func retract(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer

  /// Takes a task away that still stands as it was read; one that is gone already counts as taken away.
  func retract(
    _ todo: RemoteTodo, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer

  /// Removes a record that still has the digest; one that is gone already counts as removed.
  func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer

  /// Makes again what the destination derives from its records.
  func tidy(_ permit: borrowing Permit<SyncToCRM>, check: StandingCheck) async throws
}

extension CRM {
  public func shaped(_ values: FieldValues, of kind: Person.Kind) -> FieldValues { shaped(values) }

  /// Everything that stands there.
  public func records() async throws -> RemoteRecords { try await records(since: nil) }

  public func names() async throws -> Set<String> { Set(try await records().records.map(\.remote)) }

  public func expect(_ remotes: [String]) {}

  /// Creates or updates one record.
  public func apply(
    _ write: CRMWrite, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try await apply([write], permit, check: check).first ?? .changed
  }

  /// A system that has neither activities nor notes takes none.
  public func log(
    _ activities: [ActivityWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    activities.map { _ in .refused(field: nil, why: "this system keeps no interactions") }
  }

  public func todos() async throws -> [RemoteTodo] { [] }

  public func write(
    _ todos: [TodoWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    todos.map { _ in .refused(field: nil, why: "this system keeps no tasks") }
  }

  public func retract(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    .refused(field: nil, why: "this system lets nothing be taken back that was entered there")
  }

  public func retract(
    _ todo: RemoteTodo, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer { .refused(field: nil, why: "this system lets no task be taken back") }

  public func tidy(_ permit: borrowing Permit<SyncToCRM>, check: StandingCheck) async throws {}
}
