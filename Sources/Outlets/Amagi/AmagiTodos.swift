public import Consent
import Formats
import Model
import Wire

extension AmagiCRM {
  /// All tasks of contacts, but not those that are interactions which Kith entered.
  public func todos() async throws -> [RemoteTodo] {
    (try await talk.ask("/api/tasks").asList ?? []).compactMap(AmagiCRM.todo)
  }

  private static func todo(_ shown: JSON) -> RemoteTodo? {
    guard let id = shown[key: "id"]?.asInt, let contact = shown[key: "contact_id"]?.asInt else { return nil }
    let notes = shown[key: "notes"]?.asText ?? ""
    if notes.split(whereSeparator: \.isNewline).last?.hasPrefix(ActivityNote.line("")) == true { return nil }
    return RemoteTodo(
      remote: String(id), contact: String(contact), key: TodoWrite.key(in: notes),
      title: shown[key: "title"]?.asText ?? "", due: shown[key: "due_date"]?.asText.flatMap { Instant(iso: $0) },
      isDone: shown[key: "done"] == true)
  }

  /// One by one: a look and a write for each change, one write for each new task.
  public func write(
    _ todos: [TodoWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    return try await oneByOne(todos, permit, refusal: AmagiCRM.refusalOfEntry) { todo, permit in
      try await write(todo, permit, check)
    }
  }

  private func write(
    _ todo: TodoWrite, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    guard let contact = Int64(todo.contact) else { return .refused(field: nil, why: "its person has no contact") }
    var pairs: [JSON.Pair] = []
    if todo.fields.contains(.title) { pairs.append(.init(key: "title", value: .text(todo.title))) }
    if todo.fields.contains(.due) {
      pairs.append(.init(key: "due_date", value: todo.due.map { .text($0.date) } ?? .null))
    }
    if todo.fields.contains(.done) { pairs.append(.init(key: "done", value: .bool(todo.isDone))) }
    let keys: Set = ["title", "due_date", "done", "contact_id", "notes"]
    let standing = try await todo.remote != nil || todo.isRetry ? tasks(of: contact) : []
    if let remote = todo.remote {
      guard let now = standing.first(where: { $0.remote == remote }) else { return .changed }
      if todo.isMet(by: now) { return .written(remote: remote, digest: "") }
      guard now == todo.expected else { return .changed }
      _ = try await talk.change(.patch, "/api/tasks/\(remote)", .object(pairs), keys: keys, permit, check: check)
      return .written(remote: remote, digest: "")
    }
    if let earlier = standing.first(where: { $0.key == todo.key }) {
      return .written(remote: earlier.remote, digest: "")
    }
    pairs.append(.init(key: "contact_id", value: .int(contact)))
    pairs.append(.init(key: "notes", value: .text(TodoWrite.line(todo.key))))
    let made = try await talk.change(.post, "/api/tasks", .object(pairs), keys: keys, permit, check: check)
    guard let remote = AmagiCRM.todo(made)?.remote else {
      throw Trouble("amagi-crm answers a new task with none", remedy: .wait(until: talk.now()))
    }
    return .written(remote: remote, digest: "")
  }

  public func retract(
    _ todo: RemoteTodo, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard let now = try await todos().first(where: { $0.remote == todo.remote }), let id = Int64(now.remote) else {
      return .written(remote: todo.remote, digest: "")
    }
    return now.isAs(todo) ? try await remove(task: id, permit, check) : .changed
  }

  private func tasks(of contact: Int64) async throws -> [RemoteTodo] {
    (try await talk.ask("/api/tasks?contact_id=\(contact)").asList ?? []).compactMap(AmagiCRM.todo)
  }
}
