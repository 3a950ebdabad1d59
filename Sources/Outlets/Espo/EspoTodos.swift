public import Consent
import Formats
import Model
import Wire

extension EspoCRM {
  private static let task = "Task"
  private static let shown = ["name", "status", "dateEnd", "dateEndDate", "parentType", "parentId", "description"]

  /// All tasks whose parent is a contact or an account.
  public func todos() async throws -> [RemoteTodo] {
    guard owner != nil else { return [] }
    var found: [RemoteTodo] = []
    var last = ""
    while true {
      let page = try await talk.ask(EspoTalk.list(EspoCRM.task, EspoCRM.shown, [], after: last))
      let rows = page[key: "list"]?.asList ?? []
      guard rows.isEmpty || rows.last?[key: "id"]?.asText ?? "" > last else {
        throw talk.again("lists its tasks in no order")
      }
      found += rows.compactMap(EspoCRM.todo)
      if rows.count < EspoTalk.page { return found }
      last = rows.last?[key: "id"]?.asText ?? ""
    }
  }

  private static func todo(_ row: JSON) -> RemoteTodo? {
    guard let id = row[key: "id"]?.asText, let type = row[key: "parentType"]?.asText,
      let parent = row[key: "parentId"]?.asText, let entity = EspoRecord.Entity(rawValue: type)
    else { return nil }
    let status = row[key: "status"]?.asText ?? ""
    return RemoteTodo(
      remote: id, contact: entity.rawValue + "/" + parent,
      key: TodoWrite.key(in: row[key: "description"]?.asText ?? ""), title: row[key: "name"]?.asText ?? "",
      due: day(row), isDone: closed.contains(status))
  }

  /// A deadline is a day, or an instant whose day counts.
  private static func day(_ row: JSON) -> Instant? {
    let text = row[key: "dateEndDate"]?.asText ?? row[key: "dateEnd"]?.asText
    return text.flatMap { Instant(iso: $0.prefix(10)) }
  }

  /// What is over there; one that was called off is over as well.
  private static let closed: Set = ["Completed", "Canceled"]

  public func write(
    _ todos: [TodoWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    return try await oneByOne(todos, permit, refusal: EspoCRM.refusalOfEntry) { todo, permit in
      try await write(todo, permit, check)
    }
  }

  private func write(
    _ todo: TodoWrite, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    if todo.fields.contains(.title), todo.title.unicodeScalars.count > 255 {
      return .refused(field: nil, why: "longer than the 255 characters that EspoCRM keeps")
    }
    if let remote = todo.remote {
      guard let now = EspoCRM.todo(try await talk.ask("\(EspoCRM.task)/\(remote)")) else { return .changed }
      if todo.isMet(by: now) { return .written(remote: remote, digest: "") }
      guard now == todo.expected else { return .changed }
      let body = EspoCRM.pairs(todo)
      _ = try await talk.change(
        .put, "\(EspoCRM.task)/\(remote)", .object(body), keys: Set(body.map(\.key)), permit, check: check)
      return .written(remote: remote, digest: "")
    }
    guard let place = EspoRecord.place(todo.contact) else {
      return .refused(field: nil, why: "its person has no record in EspoCRM")
    }
    if todo.isRetry {
      let shown = try await talk.change(
        .get, EspoTalk.list(EspoCRM.task, EspoCRM.shown, [.init("description", "contains", TodoWrite.line(todo.key))]),
        nil, keys: [], permit, check: check)
      let earlier = (shown[key: "list"]?.asList ?? []).compactMap(EspoCRM.todo).first { $0.key == todo.key }
      if let earlier { return .written(remote: earlier.remote, digest: "") }
    }
    let rest: [JSON.Pair] = [
      .init(key: "parentType", value: .text(place.entity.rawValue)), .init(key: "parentId", value: .text(place.id)),
      .init(key: "assignedUserId", value: .text(owner ?? "")),
      .init(key: "description", value: .text(TodoWrite.line(todo.key))),
    ]
    let body = EspoCRM.pairs(todo) + rest
    let made = try await talk.change(
      .post, EspoCRM.task, .object(body), keys: Set(body.map(\.key)), permit, check: check)
    guard let remote = made[key: "id"]?.asText else { throw talk.again("answers a new task with none") }
    return .written(remote: remote, digest: "")
  }

  public func retract(
    _ todo: RemoteTodo, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    do {
      let shown = try await talk.ask("\(EspoCRM.task)/\(todo.remote)")
      guard EspoCRM.todo(shown)?.isAs(todo) == true else { return .changed }
      _ = try await talk.change(.delete, "\(EspoCRM.task)/\(todo.remote)", nil, keys: [], permit, check: check)
    } catch EspoTalk.Refused.gone {
      // It is there no longer.
    } catch is EspoTalk.Refused {
      return .refused(field: nil, why: "EspoCRM refused it")
    }
    return .written(remote: todo.remote, digest: "")
  }

  private static func pairs(_ todo: TodoWrite) -> [JSON.Pair] {
    var pairs: [JSON.Pair] = []
    if todo.fields.contains(.title) { pairs.append(.init(key: "name", value: .text(todo.title))) }
    if todo.fields.contains(.due) {
      pairs.append(.init(key: "dateEndDate", value: todo.due.map { .text($0.date) } ?? .null))
      if todo.due == nil { pairs.append(.init(key: "dateEnd", value: .null)) }
    }
    if todo.fields.contains(.done) {
      pairs.append(.init(key: "status", value: todo.isDone ? "Completed" : "Not Started"))
    }
    return pairs
  }
}
