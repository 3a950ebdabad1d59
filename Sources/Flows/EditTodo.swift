public import Consent
public import Model
public import Store

/// The owner says what is to be done about a person, by which day, and that it is done.
public struct EditTodo: Sendable {
  let store: Store
  let gate: Gate

  /// What changes of a task; what is nil stays.
  public struct Change: Sendable, Equatable {
    public var title: String?
    /// `.some(nil)` takes the day away.
    public var due: Instant??
    public var isDone: Bool?

    public init(title: String? = nil, due: Instant?? = nil, isDone: Bool? = nil) {
      self.title = title
      self.due = due
      self.isDone = isDone
    }
  }

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// The longest title, in characters.
  static let longest = 500

  /// Enters a task; answers its id and the entry by which it can be taken back.
  public func add(
    _ title: String, due: Instant? = nil, about person: ID<Person>, as viewer: Viewer
  ) async throws -> (task: ID<Todo>, entry: ID<JournalEntry>) {
    let title = try EditTodo.checked(title)
    let desk = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: true)
    return try await desk.change { desk, session in
      try desk.requireThere([person], in: session)
      let record = try desk.typedRecord(in: session)
      let id: ID<Todo> = desk.store.ids.next()
      let made = StoredTodo(
        id: id, member: desk.member, record: record.id, person: person,
        title: try desk.seal(title, of: id, record, in: session),
        state: TodoState(title: desk.know.blind.token(title), due: due, isDone: false), changedAt: desk.know.now)
      try Todos.keep([made], desk.account, in: session)
      return (id, try desk.note(made, before: nil, record, in: session))
    }
  }

  /// Changes a task of the viewer's own.
  public func change(_ id: ID<Todo>, _ change: Change, as viewer: Viewer) async throws -> ID<JournalEntry> {
    let title = try change.title.map(EditTodo.checked)
    return try await edit(id, viewer) { desk, record, todo, session in
      if let title {
        todo.title = try desk.seal(title, of: id, record, in: session)
        todo.state.title = desk.know.blind.token(title)
      }
      if let due = change.due { todo.state.due = due }
      if let isDone = change.isDone { todo.state.isDone = isDone }
    }
  }

  /// Takes a task away here; where it stands in a CRM it stays.
  public func remove(_ id: ID<Todo>, as viewer: Viewer) async throws -> ID<JournalEntry> {
    try await edit(id, viewer) { desk, _, todo, _ in todo.goneAt = desk.know.now }
  }

  private func edit(
    _ id: ID<Todo>, _ viewer: Viewer,
    _ body: @escaping @Sendable (Desk, StoredRecord, inout StoredTodo, any Session) throws -> Void
  ) async throws -> ID<JournalEntry> {
    let desk = try await EditTodo.desk(id, store, gate, viewer)
    return try await desk.change { desk, session in
      guard let held = try Todos.one(id, of: desk.member, desk.account, in: session), held.goneAt == nil else {
        throw EditTodo.nothing
      }
      let record = try desk.typedRecord(in: session)
      var todo = held
      todo.changedAt = desk.know.now
      try body(desk, record, &todo, session)
      try Todos.keep([todo], desk.account, in: session)
      return try desk.note(todo, before: held, record, in: session)
    }
  }

  /// Puts what an entry changed of a task back, where that still shows; it goes out with the next delivery.
  public func undo(
    _ entry: JournalEntry, before: JournalImage, after: JournalImage, as viewer: Viewer
  ) async throws -> ID<JournalEntry> {
    guard entry.verb == .task, let image = TodoLines(before.lines), let made = TodoLines(after.lines)?.then else {
      throw Undo.refused("what stood before this change cannot be read")
    }
    let desk = try await EditTodo.desk(image.id, store, gate, viewer)
    return try await desk.change { desk, session in
      guard try Journals.markUndone(entry.id, at: desk.know.now, desk.account, in: session) else {
        throw Undo.refused("this change was taken back before")
      }
      guard let held = try Todos.one(image.id, of: desk.member, desk.account, in: session) else {
        throw EditTodo.nothing
      }
      var todo = held
      todo.changedAt = desk.know.now
      guard EditTodo.take(image.then, back: made, in: &todo) else {
        throw Undo.refused("the task was changed since; it is left as it is")
      }
      try Todos.keep([todo], desk.account, in: session)
      let record = try desk.typedRecord(in: session)
      return try desk.note(todo, before: held, record, undoes: entry.id, in: session)
    }
  }

  /// Takes back what differs from `then`, of what still is as it was made; false if nothing is.
  private static func take(_ then: TodoLines.Then?, back made: TodoLines.Then, in todo: inout StoredTodo) -> Bool {
    let was = todo
    guard let then else {
      todo.goneAt = todo.goneAt ?? todo.changedAt
      return todo.goneAt != was.goneAt
    }
    for field in Todo.Field.allCases
    where !then.state.agrees(made.state, on: field) && was.state.agrees(made.state, on: field) {
      todo.state.take(field, from: then.state)
      if field == .title { todo.title = then.title }
    }
    if then.isGone != made.isGone { todo.goneAt = then.isGone ? todo.changedAt : nil }
    return todo != was
  }

  /// The desk of whoever a task is about.
  private static func desk(_ id: ID<Todo>, _ store: Store, _ gate: Gate, _ viewer: Viewer) async throws -> Desk {
    let held = try await store.read(viewer.account) { session in
      try Todos.one(id, of: viewer.member, viewer.account, in: session)
    }
    guard let person = held?.person else { throw nothing }
    return try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: true)
  }

  static let nothing = Refusal(.notYours, promise: 7, "there is no such task")

  /// One line of words, no longer than a task may be.
  static func checked(_ title: String) throws -> String {
    let title = title.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !title.isEmpty else { throw Trouble("a task needs words", "say what is to be done") }
    guard title.count <= longest else {
      throw Trouble("a task's words are longer than \(longest) characters", "say it shorter")
    }
    return title
  }
}

extension BlindKey {
  /// The token of a title: space around and between its words does not count.
  func token(_ title: String) -> UInt64 {
    token(Array(("task\u{0}" + title.split(whereSeparator: \.isWhitespace).joined(separator: " ")).utf8))
  }
}

extension Desk {
  /// Seals a task's title under the key of the person's handle.
  func seal(_ title: String, of id: ID<Todo>, _ record: StoredRecord, in session: any Session) throws -> Sealed {
    try seal(title, at: StoredTodo.slot(account, id), record, in: session)
  }

  func seal(_ title: String, at slot: Slot, _ record: StoredRecord, in session: any Session) throws -> Sealed {
    guard let handle = try Handles.of([record.handle], account, in: session).first ?? nil else { throw Desk.nobody }
    return try sealer.seal(Array(title.utf8), by: handle, in: slot, ofSource: false)
  }

  /// Writes what stood before and stands now into the journal.
  func note(
    _ todo: StoredTodo, before: StoredTodo?, _ record: StoredRecord, from destination: ID<Destination>? = nil,
    run: Int64 = 0, undoes: ID<JournalEntry>? = nil, in session: any Session
  ) throws -> ID<JournalEntry> {
    var made = entry(.task, undoes: undoes)
    (made.destination, made.run) = (destination, run)
    try write(made, record, (TodoLines.text(todo.id, before), TodoLines.text(todo.id, todo)), in: session)
    return made.id
  }
}

/// A task as the journal's images keep it: its id, and what it was, with the title still sealed.
struct TodoLines: Sendable {
  struct Then: Sendable {
    var title: Sealed
    var state: TodoState
    var isGone: Bool
  }

  var id: ID<Todo>
  /// Nil if there was no such task.
  var then: Then?

  static func text(_ id: ID<Todo>, _ todo: StoredTodo?) -> String {
    guard let todo else { return id.description }
    return [
      id.description, hex(todo.title.bytes), String(todo.state.title),
      todo.state.due.map { String($0.milliseconds) } ?? "", todo.state.isDone ? "1" : "0",
      todo.goneAt == nil ? "0" : "1",
    ].joined(separator: "\t")
  }

  init?(_ text: String) {
    let parts = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, let id = ID<Todo>(first) else { return nil }
    self.id = id
    guard parts.count > 1 else { return }
    guard parts.count == 6, let title = TypedLines.bytes(parts[1]).flatMap({ Sealed(stored: $0) }),
      let token = UInt64(parts[2])
    else { return nil }
    then = Then(
      title: title,
      state: TodoState(
        title: token, due: Int64(parts[3]).map { Instant(milliseconds: $0) }, isDone: parts[4] == "1"),
      isGone: parts[5] == "1")
  }
}
