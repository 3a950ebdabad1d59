public import Consent
public import Model
public import Plans
public import Store

/// The owner decides a conflict between what is held here and what stands at a destination.
public struct DecideConflict: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// The conflicts that wait for a decision, or those that were decided, by rules too.
  public func list(
    _ viewer: Viewer, _ destination: ID<Destination>? = nil, settled: Bool = false
  ) async throws -> [Conflict] {
    let all = try await store.conflicts(viewer, destination, settled: settled)
    return try await withTitles(try await withDetails(all, viewer), viewer)
  }

  /// Takes the side that is held here, or the other one.
  public func decide(_ id: ID<Conflict>, takesOurs: Bool, as viewer: Viewer) async throws {
    try await decide(id, taking: takesOurs ? .ours : .theirs, as: viewer)
  }

  /// Takes one side.
  ///
  /// Ours goes out with the next delivery; theirs stays there, and comes in unless something outranks it.
  ///
  /// Of a record that was deleted there, ours makes it again and theirs leaves it deleted. Of one that another may have
  /// taken in, theirs follows: the person is one with whom that record is of, or is linked to it. Of a person whom several
  /// records may be, ours makes a new one and theirs is the one that `remote` names.
  public func decide(
    _ id: ID<Conflict>, taking side: FieldConflict.Side, remote: String? = nil, as viewer: Viewer
  ) async throws {
    guard let conflict = try await store.conflicts(viewer).first(where: { $0.id == id }) else {
      throw Refusal(.notYours, promise: 7, "there is no such conflict, or it is decided")
    }
    let named = side == .theirs ? try DecideConflict.named(remote, in: conflict) : nil
    if case .field(let key) = conflict.matter, side == .theirs { try await unsay(conflict, key, viewer) }
    let keeper = try await keeper(of: named, conflict, viewer)
    let (account, now) = (viewer.account, store.clock())
    try await store.write(account) { session in
      guard try Conflicts.resolve(id, taking: side.rawValue, at: now, account, in: session) else { return }
      switch conflict.matter {
      case .field(let key): try DecideConflict.settle(conflict, key, side, at: now, account, in: session)
      case .deletedThere, .mergedThere:
        let isKept = conflict.matter == .deletedThere && side == .theirs
        if !isKept {
          try Conflicts.forgetDeletion(conflict.person, conflict.destination, account, in: session)
          try Links.forget(conflict.person, conflict.destination, account, in: session)
        }
        if let named, keeper == nil { try DecideConflict.link(conflict, to: named, at: now, account, in: session) }
      case .match:
        if let named { try DecideConflict.link(conflict, to: named, at: now, account, in: session) }
      case .task(let todo, let field):
        try DecideConflict.settle(todo, field, side, conflict.destination, account, in: session)
      case .taskDeleted(let todo):
        try DecideConflict.settle(todo, nil, side, conflict.destination, account, in: session)
      }
    }
    if let keeper { _ = try await MergePeople(store: store, gate: gate).merge([keeper, conflict.person], as: viewer) }
    try await store.enqueue(.deliver, conflict.destination.rawValue, viewer.member, viewer.account)
  }

  /// The record that is meant, of those that a conflict lists.
  private static func named(_ remote: String?, in conflict: Conflict) throws -> String? {
    guard [.match, .mergedThere].contains(conflict.matter) else { return nil }
    let candidates = Conflict.values(conflict.theirs)
    if remote == nil, candidates.count == 1 { return candidates.first }
    guard let remote, candidates.contains(remote) else {
      throw Trouble("several records may be meant", "name one: --record " + candidates.joined(separator: " or "))
    }
    return remote
  }

  /// Whom the record is linked to that took another in.
  private func keeper(of remote: String?, _ conflict: Conflict, _ viewer: Viewer) async throws -> ID<Person>? {
    guard conflict.matter == .mergedThere, let remote else { return nil }
    return try await store.read(viewer.account) { session in
      try Links.all(viewer.account, conflict.destination, in: session).first { $0.remote == remote }?.person
    }
  }

  /// Where the owner had typed the value that loses, the owner's later word is that it is theirs (P048).
  private func unsay(_ conflict: Conflict, _ key: FieldKey, _ viewer: Viewer) async throws {
    guard conflict.oursFrom == .typed, !key.isMulti, !conflict.theirs.isEmpty else { return }
    let shown = try await withDetails([conflict], viewer).first ?? conflict
    let edit = Edit(.set, key.field, shown.theirs, label: key.label)
    _ = try await EditPerson(store: store, gate: gate).edit(conflict.person, edit, as: viewer)
  }

  private static func settle(
    _ conflict: Conflict, _ key: FieldKey, _ side: FieldConflict.Side, at now: Instant, _ account: ID<Account>,
    in session: any Session
  ) throws {
    let (destination, person) = (conflict.destination, conflict.person)
    guard var link = try Links.all(account, destination, in: session).first(where: { $0.person == person }) else {
      return
    }
    let open = FieldConflict(
      field: key, base: Conflict.values(conflict.base), ours: Conflict.values(conflict.ours),
      theirs: Conflict.values(conflict.theirs))
    link.base = open.settled(taking: side, in: link.base)
    try Links.keep([link], destination, at: now, account, in: session)
  }

  /// What loses becomes what both sides agreed on, so that the other goes over with the next run as any change does; of a
  /// task that was deleted there, ours makes it again and theirs lets it be.
  private static func settle(
    _ todo: ID<Todo>, _ field: Todo.Field?, _ side: FieldConflict.Side, _ destination: ID<Destination>,
    _ account: ID<Account>, in session: any Session
  ) throws {
    guard var link = try TodoLinks.all(destination, account, in: session).first(where: { $0.todo == todo }) else {
      return
    }
    guard let field else {
      if side == .ours { return try TodoLinks.forget(todo, destination, account, in: session) }
      link.state = .left
      return try TodoLinks.keep([link], destination, account, in: session)
    }
    guard let there = link.there, let held = try Todos.one(todo, of: link.member, account, in: session) else { return }
    link.base.take(field, from: side == .ours ? there : held.state)
    try TodoLinks.keep([link], destination, account, in: session)
  }

  private static func link(
    _ conflict: Conflict, to remote: String, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    let link = Link(
      person: conflict.person, member: conflict.member, remote: remote, key: "", remoteDigest: "", base: [:])
    try Links.keep([link], conflict.destination, at: now, account, in: session)
  }
}
