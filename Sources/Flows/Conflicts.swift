public import Consent
public import Model
public import Plans
public import Store

/// The owner decides a conflict between what is held here and what stands at a destination.
public struct DecideConflict: Sendable {
  let store: Store

  public init(store: Store) { self.store = store }

  /// The conflicts that wait for a decision.
  public func list(_ viewer: Viewer, _ destination: ID<Destination>? = nil) async throws -> [Conflict] {
    try await store.conflicts(viewer, destination)
  }

  /// Takes one side.
  ///
  /// Ours goes out with the next delivery; theirs stays there, whatever we hold.
  ///
  /// Of a record that was deleted there, ours makes it again and theirs leaves it deleted.
  public func decide(_ id: ID<Conflict>, taking side: FieldConflict.Side, as viewer: Viewer) async throws {
    guard let conflict = try await store.conflicts(viewer).first(where: { $0.id == id }) else {
      throw Refusal(.notYours, promise: 7, "there is no such conflict, or it is decided")
    }
    let (account, destination, person, now) = (viewer.account, conflict.destination, conflict.person, store.clock())
    try await store.write(account) { session in
      guard try Conflicts.resolve(id, at: now, account, in: session) else { return }
      switch conflict.matter {
      case .deletedThere:
        guard side == .ours else { return }
        try Conflicts.forgetDeletion(person, destination, account, in: session)
        try Links.forget(person, destination, account, in: session)
      case .field(let field):
        guard var link = try Links.all(account, destination, in: session).first(where: { $0.person == person })
        else { return }
        func values(_ text: String) -> [String] { text.isEmpty ? [] : [text] }
        let open = FieldConflict(
          field: field, base: values(conflict.base), ours: values(conflict.ours), theirs: values(conflict.theirs))
        link.base = open.settled(taking: side, in: link.base)
        try Links.keep([link], destination, at: now, account, in: session)
      }
    }
    try await store.enqueue(.deliver, destination.rawValue, viewer.member, account)
  }
}
