public import Consent
import Formats
import Model
import Wire

/// How a task is written as properties of HubSpot's tasks, and read back.
enum HubSpotTodo {
  static let subject = "hs_task_subject"
  static let status = "hs_task_status"
  /// When it is due: HubSpot wants that of each task.
  static let due = "hs_timestamp"
  /// The instant that a task without a day was given for want of one: as long as it stands there, there is no day.
  static let noDay = "kith_no_day"
  static let kind = "hs_task_type"

  static let properties = [subject, status, due, noDay]

  /// A task as HubSpot shows it; nil for one that is about nobody.
  static func read(_ row: JSON) -> RemoteTodo? {
    let contacts = contacts(of: row)
    guard let first = contacts.first else { return nil }
    return read(row, contact: first, others: Array(contacts.dropFirst()))
  }

  static func read(_ row: JSON, contact: String, others: [String]) -> RemoteTodo? {
    guard let id = row[key: "id"]?.asText, let shown = HubSpotValues.properties(row) else { return nil }
    return RemoteTodo(
      remote: "\(HubSpotTalk.Kind.tasks.rawValue)/\(id)", contact: contact, others: others,
      key: shown[HubSpotValues.person], title: shown[subject] ?? "", due: day(shown),
      isDone: shown[status] == "COMPLETED")
  }

  /// Contacts before companies, each once, the older record first.
  private static func contacts(of row: JSON) -> [String] {
    [HubSpotTalk.Kind.contacts, .companies].flatMap { kind -> [String] in
      let named = row[key: "associations"]?[key: kind.rawValue]?[key: "results"]?.asList ?? []
      return Set(named.compactMap { $0[key: "id"]?.asText }).sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
        .map { "\(kind.rawValue)/\($0)" }
    }
  }

  /// The day of the instant at which it is due, in UTC.
  private static func day(_ shown: [String: String]) -> Instant? {
    guard let told = shown[due].flatMap(instant) else { return nil }
    return shown[noDay].flatMap(instant) == told ? nil : Instant(iso: told.date)
  }

  private static func instant(_ text: String) -> Instant? {
    Int64(text).map { Instant(milliseconds: $0) } ?? Instant(iso: text)
  }

  /// The properties that make a task say what is written, over those that stand there.
  static func properties(_ todo: TodoWrite, over shown: [String: String], now: Instant) -> [String: String] {
    var made: [String: String] = [:]
    if todo.fields.contains(.title) { made[subject] = todo.title }
    if todo.fields.contains(.done) { made[status] = todo.isDone ? "COMPLETED" : "NOT_STARTED" }
    guard todo.fields.contains(.due) else { return made }
    if let day = todo.due {
      // At noon: from there it is the same day nearly everywhere on earth.
      made[due] = Instant(milliseconds: day.milliseconds &+ 43_200_000).description
      if shown[noDay] != nil { made[noDay] = "" }
    } else {
      made[due] = shown[due] ?? now.description
      made[noDay] = made[due]
    }
    return made
  }

  /// Every key that may leave (P077).
  static let schema = PayloadSchema(
    .json,
    keys: [
      "inputs", "id", "properties", "associations", "to", "types", "associationCategory", "associationTypeId",
      "objectWriteTraceId", "hubspot_owner_id", kind, HubSpotValues.person, subject, status, due, noDay,
    ])
}

extension HubSpotCRM {
  /// All tasks that are linked with a contact or a company.
  public func todos() async throws -> [RemoteTodo] {
    do {
      let rows = try await all(.tasks, values.read(.tasks), with: [.contacts, .companies])
      return rows.compactMap { HubSpotTodo.read($0) }
    } catch let refused as HubSpotTalk.Refused {
      throw HubSpotCRM.trouble(refused)
    }
  }

  /// New ones carry their key in a property that is unique there; what stands there is looked at before it is changed.
  public func write(
    _ todos: [TodoWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    try await check()
    return try await answers(todos.indices, [.tasks], { _ in .tasks }, permit) { _, mine, answers, permit in
      try await write(mine, todos, &answers, permit, check)
    }
  }

  private func write(
    _ mine: [Int], _ todos: [TodoWrite], _ answers: inout [CRMAnswer?], _ permit: borrowing Permit<SyncToCRM>,
    _ check: StandingCheck
  ) async throws {
    let there = try await look(.tasks, mine.compactMap { todos[$0].remote.flatMap(HubSpotCRM.place)?.id })
    let retried = mine.filter { todos[$0].remote == nil && todos[$0].isRetry }.map { todos[$0].key }
    let earlier = try await look(.tasks, retried, by: HubSpotValues.person, permit, check)
    var (new, old): ([HubSpotBatch.Input], [HubSpotBatch.Input]) = ([], [])
    for place in mine {
      let todo = todos[place]
      if todo.fields.contains(.title), todo.title.utf16.count > HubSpotValues.longest {
        answers[place] = .refused(
          field: nil, why: "longer than the \(HubSpotValues.longest) characters that HubSpot keeps")
      } else if let remote = todo.remote {
        let row = HubSpotCRM.place(remote).flatMap { there[$0.id] }
        switch HubSpotCRM.standing(row, todo) {
        case .met: answers[place] = .written(remote: remote, digest: "")
        case .other: answers[place] = .changed
        case .expected(let id, let shown): old.append(change(todo, place, id, over: shown))
        }
      } else if let id = earlier[todo.key]?[key: "id"]?.asText {
        answers[place] = .written(remote: "\(HubSpotTalk.Kind.tasks.rawValue)/\(id)", digest: "")
      } else if HubSpotCRM.place(todo.contact).flatMap({ HubSpotCRM.association(.tasks, with: $0.kind) }) == nil {
        answers[place] = .refused(field: nil, why: "its person has no record in HubSpot")
      } else {
        new.append(make(todo, place))
      }
    }
    try await send(new, batch("create"), &answers, permit, check)
    try await send(old, batch("update"), &answers, permit, check)
  }

  /// What a task that is to be changed says by now.
  private enum Standing {
    /// All that was to be written.
    case met
    /// What it said when the change was planned.
    case expected(id: String, shown: [String: String])
    /// Something else, or it is gone.
    case other
  }

  private static func standing(_ row: JSON?, _ todo: TodoWrite) -> Standing {
    guard let row, let id = row[key: "id"]?.asText, let shown = HubSpotValues.properties(row),
      let now = HubSpotTodo.read(row, contact: todo.contact, others: [])
    else { return .other }
    if todo.isMet(by: now) { return .met }
    guard let then = todo.expected, now.isAs(then) else { return .other }
    return .expected(id: id, shown: shown)
  }

  public func retract(
    _ todo: RemoteTodo, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard let id = HubSpotCRM.place(todo.remote)?.id else { return .changed }
    guard let row = try await look(.tasks, [id])[id] else { return .written(remote: todo.remote, digest: "") }
    guard HubSpotTodo.read(row, contact: todo.contact, others: [])?.isAs(todo) == true else { return .changed }
    return try await archive(.tasks, id, permit, check)
  }

  private func make(_ todo: TodoWrite, _ place: Int) -> HubSpotBatch.Input {
    var properties = HubSpotTodo.properties(todo, over: [:], now: talk.now())
    properties[HubSpotValues.person] = todo.key
    properties[HubSpotTodo.kind] = "TODO"
    if let owner { properties["hubspot_owner_id"] = owner }
    return HubSpotBatch.Input(
      place: place, trace: todo.key, id: nil,
      body: HubSpotCRM.linked(.tasks, properties, with: [todo.contact], trace: todo.key))
  }

  private func change(
    _ todo: TodoWrite, _ place: Int, _ id: String, over shown: [String: String]
  ) -> HubSpotBatch.Input {
    let properties = HubSpotTodo.properties(todo, over: shown, now: talk.now())
    return HubSpotBatch.Input(
      place: place, trace: todo.key, id: id,
      body: [
        "id": .text(id), "properties": HubSpotCRM.texts(properties), "objectWriteTraceId": .text(todo.key),
      ])
  }

  private func batch(_ verb: String) -> HubSpotBatch {
    HubSpotBatch(
      kind: .tasks, target: talk.objects(.tasks, "/batch/\(verb)"), schema: HubSpotTodo.schema,
      written: { _, id, _ in .written(remote: "\(HubSpotTalk.Kind.tasks.rawValue)/\(id)", digest: "") },
      refused: { onceAnswer($0, .tasks) })
  }
}
