import Consent
import Model
import Store

extension DecideConflict {
  /// Puts the words of both sides into open conflicts about the words of a task: they are sealed, and opened to be shown.
  func withTitles(_ conflicts: [Conflict], _ viewer: Viewer) async throws -> [Conflict] {
    guard conflicts.contains(where: { $0.resolvedAt == nil && $0.matter.isOfTask }) else { return conflicts }
    let (account, member) = (viewer.account, viewer.member)
    let destinations = Set(conflicts.filter { $0.matter.isOfTask }.map(\.destination)).sorted()
    let (todos, links) = try await store.read(account) { session in
      (
        try Todos.all(of: member, account, in: session),
        try destinations.map { ($0, try TodoLinks.all($0, account, in: session)) }
      )
    }
    let ours = Dictionary(todos.map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first })
    let theirs = Dictionary(
      links.map { ($0.0, Dictionary($0.1.map { ($0.todo, $0.theirTitle) }, uniquingKeysWith: { first, _ in first })) },
      uniquingKeysWith: { first, _ in first })
    let sealed = todos.map(\.title) + links.flatMap(\.1).compactMap(\.theirTitle)
    let permit = try await gate.permit(
      ShowToOwner.self,
      for: Request(
        account: account, member: member, viewer: member, handles: Array(Set(sealed.map(\.handleKey))),
        level: .content, count: conflicts.count))
    func shown(_ title: Sealed?, _ slot: Slot, _ permit: borrowing Permit<ShowToOwner>) throws -> String {
      guard let title else { return "" }
      return try title.open(in: slot, permit) { span in
        PageText(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
      }.text
    }
    var found = conflicts
    for place in found.indices where found[place].resolvedAt == nil {
      let todo: ID<Todo>
      switch found[place].matter {
      case .task(let id, .title): todo = id
      case .taskDeleted(let id): todo = id
      default: continue
      }
      found[place].ours = try shown(ours[todo], StoredTodo.slot(account, todo), permit)
      found[place].theirs = try shown(
        theirs[found[place].destination]?[todo] ?? nil, TodoLink.slot(account, todo), permit)
    }
    _ = permit.close()
    return found
  }
}
