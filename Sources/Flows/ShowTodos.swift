public import Consent
public import Model
public import Store

/// Shows the owner's tasks.
public struct ShowTodos: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// The tasks of a viewer, open ones first, by day; `person` names whose.
  public func run(_ viewer: Viewer, of person: ID<Person>? = nil) async throws -> [Todo] {
    try await show(try await store.todos(viewer, of: person), viewer)
  }

  /// Those that are due by a day and open, or were done since an instant.
  func run(_ viewer: Viewer, dueBy day: Day, doneSince: Instant) async throws -> [Todo] {
    try await show(try await store.todos(viewer, dueBy: (day.midnight, doneSince)), viewer)
  }

  private func show(_ seen: [SeenTodo], _ viewer: Viewer) async throws -> [Todo] {
    guard !seen.isEmpty else { return [] }
    let permit = try await gate.permit(
      ShowToOwner.self,
      for: Request(
        account: viewer.account, member: viewer.member, viewer: viewer.member,
        handles: Array(Set(seen.map(\.title.handleKey))), level: .content, count: seen.count))
    var shown: [Todo] = []
    for one in seen {
      do {
        let title = try one.title.open(in: StoredTodo.slot(viewer.account, one.id), permit) { span in
          PageText(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        }
        shown.append(
          Todo(
            id: one.id, person: one.person, title: title.text, due: one.due, isDone: one.isDone,
            changedAt: one.changedAt))
      } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
        // Its key was destroyed: it is there, and nobody can read it any more.
        continue
      }
    }
    _ = permit.close()
    return shown
  }
}
