import Consent
import Model
import Store

extension DecideConflict {
  /// Opens what entries hold of fields that are sealed here, to be shown; what does not open any more is left out.
  func withDetails(_ conflicts: [Conflict], _ viewer: Viewer) async throws -> [Conflict] {
    func texts(_ conflict: Conflict) -> [String] {
      [conflict.base, conflict.ours, conflict.theirs].flatMap(Conflict.values).filter { $0.hasPrefix(ClosedText.mark) }
    }
    let closed = conflicts.flatMap { one in
      texts(one).compactMap { text in ClosedText.read(text).map { (person: one.person, text: text, sealed: $0) } }
    }
    guard !closed.isEmpty else { return conflicts }
    let account = viewer.account
    let permit = try await gate.permit(
      ShowToOwner.self,
      for: Request(
        account: account, member: viewer.member, viewer: viewer.member,
        handles: Array(Set(closed.map(\.sealed.handleKey))), level: .content, count: closed.count))
    var opened: [String: String] = [:]
    for one in closed {
      do {
        opened[one.text] = try one.sealed.open(in: ClosedText.slot(account, one.person), permit) { span in
          PageText(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        }.text
      } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
        continue
      }
    }
    _ = permit.close()
    func open(_ text: String) -> String {
      Conflict.values(text).compactMap { $0.hasPrefix(ClosedText.mark) ? opened[$0] : $0 }.joined(separator: "\n")
    }
    return conflicts.map { one in
      guard case .field = one.matter, !texts(one).isEmpty else { return one }
      var shown = one
      (shown.base, shown.ours, shown.theirs) = (open(one.base), open(one.ours), open(one.theirs))
      return shown
    }
  }

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
