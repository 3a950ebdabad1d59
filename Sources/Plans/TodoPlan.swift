public import Model

/// A task that is held here, of a person who has a record at the destination.
public struct TodoHere: Sendable, Equatable {
  /// How it is linked to one there.
  public struct Link: Sendable, Equatable {
    /// What it is called there; nil if it was posted and nobody knows whether it arrived.
    public var remote: String?
    /// What both sides last agreed on.
    public var base: TodoState
    /// The owner let it be deleted there: nothing is done about it any more.
    public var isLeft: Bool

    public init(remote: String?, base: TodoState, isLeft: Bool = false) {
      self.remote = remote
      self.base = base
      self.isLeft = isLeft
    }
  }

  public var id: ID<Todo>
  /// The key it has at the destination, always the same.
  public var key: String
  /// The record of its person there.
  public var contact: String
  public var now: TodoState
  /// The owner took it away here; what stands there stays.
  public var isGone: Bool
  public var link: Link?

  public init(id: ID<Todo>, key: String, contact: String, now: TodoState, isGone: Bool = false, link: Link? = nil) {
    self.id = id
    self.key = key
    self.contact = contact
    self.now = now
    self.isGone = isGone
    self.link = link
  }
}

/// A task as it stands at a destination.
public struct TodoThere: Sendable, Equatable {
  public var remote: String
  /// The record it is about.
  public var contact: String
  /// The key in it, if Kith made it.
  public var key: String?
  public var now: TodoState

  public init(remote: String, contact: String, key: String? = nil, now: TodoState) {
    self.remote = remote
    self.contact = contact
    self.key = key
    self.now = now
  }
}

/// What is to be done so that the tasks of both sides agree: three-way for each field, as facts are (`FieldMerge`).
///
/// Nothing is deleted on either side. What was done before the other side knew of it stays where it is.
public struct TodoPlan: Sendable, Equatable {
  /// A task that leaves, or the fields of one that change there.
  public struct Sending: Sendable, Equatable {
    public var id: ID<Todo>
    /// Nil for one that is yet to be made there.
    public var remote: String?
    public var contact: String
    public var fields: Set<Todo.Field>
    /// An earlier try may stand there, whose answer did not come.
    public var isRetry: Bool
  }

  /// Fields that were changed there and come in.
  public struct Receiving: Sendable, Equatable {
    public var id: ID<Todo>
    public var remote: String
    public var fields: Set<Todo.Field>
  }

  /// Both sides changed a field differently, or, with no field, the task was deleted there.
  public struct Conflict: Sendable, Equatable {
    public var id: ID<Todo>
    public var field: Todo.Field?
    public var remote: String
  }

  /// A link as it is to be kept, since both sides agree on more than was known.
  public struct Settled: Sendable, Equatable {
    public var id: ID<Todo>
    public var remote: String
    public var base: TodoState
  }

  public var sendings: [Sending] = []
  public var receivings: [Receiving] = []
  /// Tasks that were made there: the open ones of persons who are linked.
  public var found: [TodoThere] = []
  public var conflicts: [Conflict] = []
  public var settled: [Settled] = []

  /// `there` are the tasks of persons who are linked, and of nobody else.
  public init(here: [TodoHere], there: [TodoThere]) {
    let byRemote = Dictionary(there.map { ($0.remote, $0) }, uniquingKeysWith: { first, _ in first })
    let byKey = Dictionary(
      there.compactMap { one in one.key.map { ($0, one) } }, uniquingKeysWith: { first, _ in first })
    for one in here.sorted(by: { $0.id < $1.id }) where !one.isGone && one.link?.isLeft != true {
      let theirs: TodoThere? =
        if let remote = one.link?.remote { byRemote[remote] } else { byKey[one.key] }
      if let theirs {
        merge(one, theirs)
      } else if let remote = one.link?.remote {
        conflicts.append(Conflict(id: one.id, field: nil, remote: remote))
      } else if one.link != nil || !one.now.isDone {
        sendings.append(
          Sending(
            id: one.id, remote: nil, contact: one.contact, fields: Set(Todo.Field.allCases), isRetry: one.link != nil))
      }
    }
    let taken = Set(here.compactMap { $0.link?.remote })
    let keys = Set(here.map(\.key))
    found = there.filter { one in
      !one.now.isDone && !taken.contains(one.remote) && one.key.map { !keys.contains($0) } ?? true
    }.sorted { $0.remote < $1.remote }
  }

  private mutating func merge(_ one: TodoHere, _ theirs: TodoThere) {
    let base = one.link?.base ?? one.now
    var agreed = base
    var (out, come): (Set<Todo.Field>, Set<Todo.Field>) = ([], [])
    for field in Todo.Field.allCases {
      if one.now.agrees(theirs.now, on: field) {
        agreed.take(field, from: one.now)
      } else if one.now.agrees(base, on: field) {
        come.insert(field)
      } else if theirs.now.agrees(base, on: field) {
        out.insert(field)
      } else {
        conflicts.append(Conflict(id: one.id, field: field, remote: theirs.remote))
      }
    }
    if agreed != base || one.link?.remote != theirs.remote {
      settled.append(Settled(id: one.id, remote: theirs.remote, base: agreed))
    }
    if !come.isEmpty { receivings.append(Receiving(id: one.id, remote: theirs.remote, fields: come)) }
    if !out.isEmpty {
      sendings.append(
        Sending(id: one.id, remote: theirs.remote, contact: theirs.contact, fields: out, isRetry: false))
    }
  }

  /// Tasks in which something that stands there, or here, is written over.
  public var overwrites: Int { Set(sendings.filter { $0.remote != nil }.map(\.id) + receivings.map(\.id)).count }

  /// The bytes of exactly what would change, whose SHA-256 is approved where that is much.
  public var canonical: [UInt8] {
    func names(_ fields: Set<Todo.Field>) -> [String] { fields.map(\.rawValue).sorted() }
    var form = Canonical("kith tasks 1")
    form.number(Int64(sendings.count))
    for one in sendings {
      form.text(one.id.description)
      form.optional(one.remote)
      form.list(names(one.fields))
    }
    form.number(Int64(receivings.count))
    for one in receivings {
      form.text(one.id.description)
      form.text(one.remote)
      form.list(names(one.fields))
    }
    form.list(found.map(\.remote))
    return form.bytes
  }

  public var isEmpty: Bool { sendings.isEmpty && receivings.isEmpty && found.isEmpty && settled.isEmpty }
}
