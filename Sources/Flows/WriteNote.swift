public import Consent
public import Model
public import Store

/// A member writes down what is to be remembered of a person, or logs a touch that no source tells of.
public struct WriteNote: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  static let nothing = Refusal(.notYours, promise: 7, "there is no such note")

  /// Writes a note; answers its id and the entry by which it can be taken back.
  public func add(
    _ words: String, about person: ID<Person>, as viewer: Viewer
  ) async throws -> (note: ID<Note>, entry: ID<JournalEntry>) {
    let words = try WriteNote.checked(words)
    let desk = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: true)
    return try await desk.change { desk, session in
      try desk.requireThere([person], in: session)
      let record = try desk.typedRecord(in: session)
      let id: ID<Note> = desk.store.ids.next()
      let made = StoredNote(
        id: id, member: desk.member, record: record.id, person: person,
        words: try desk.seal(words, at: StoredNote.slot(desk.account, id), record, in: session), at: desk.know.now)
      try Notes.keep([made], desk.account, in: session)
      return (id, try desk.note(made, before: nil, in: session))
    }
  }

  /// Changes the words of a note of the viewer's own.
  public func change(_ id: ID<Note>, to words: String, as viewer: Viewer) async throws -> ID<JournalEntry> {
    let words = try WriteNote.checked(words)
    return try await edit(id, viewer) { desk, record, note, session in
      note.words = try desk.seal(words, at: StoredNote.slot(desk.account, id), record, in: session)
    }
  }

  public func remove(_ id: ID<Note>, as viewer: Viewer) async throws -> ID<JournalEntry> {
    try await edit(id, viewer) { desk, _, note, _ in
      guard note.interaction == nil else {
        throw Trouble("this note tells of a touch", "take the touch back by 'kith undo' and its entry in the journal")
      }
      note.goneAt = desk.know.now
    }
  }

  private func edit(
    _ id: ID<Note>, _ viewer: Viewer,
    _ body: @escaping @Sendable (Desk, StoredRecord, inout StoredNote, any Session) throws -> Void
  ) async throws -> ID<JournalEntry> {
    let held = try await store.read(viewer.account) { session in
      try Notes.one(id, of: viewer.member, viewer.account, in: session)
    }
    guard let person = held?.person else { throw WriteNote.nothing }
    let desk = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: true)
    return try await desk.change { desk, session in
      guard let held = try Notes.one(id, of: desk.member, desk.account, in: session), held.goneAt == nil else {
        throw WriteNote.nothing
      }
      var note = held
      try body(desk, try desk.typedRecord(in: session), &note, session)
      try Notes.keep([note], desk.account, in: session)
      return try desk.note(note, before: held, in: session)
    }
  }

  /// Lines stay as they were written; space around them goes.
  static func checked(_ words: String) throws -> String {
    let words = words.trimmed
    guard !words.isEmpty else { throw Trouble("a note needs words", "write some") }
    guard words.count <= Note.longest else {
      throw Trouble("a note is longer than \(Note.longest) characters", "write several")
    }
    return words
  }
}

extension String {
  /// Without space at either end.
  fileprivate var trimmed: String {
    var rest = Substring(self)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}

extension Desk {
  /// Writes what stood before of a note, and stands now, into the journal.
  func note(_ note: StoredNote, before: StoredNote?, in session: any Session) throws -> ID<JournalEntry> {
    let made = entry(.note)
    let record = try typedRecord(in: session)
    try write(made, record, (NoteLines.text(note.id, before), NoteLines.text(note.id, note)), in: session)
    return made.id
  }

  /// Puts a note back to what an image says.
  func restoreNote(_ image: String, in session: any Session) throws -> Said {
    guard let then = NoteLines(image), let held = try Notes.one(then.id, of: member, account, in: session) else {
      throw Undo.refused("the note of this change is not there any more")
    }
    var note = held
    if then.isThere { note.words = then.words }
    note.goneAt = then.isThere ? nil : know.now
    try Notes.keep([note], account, in: session)
    return Said(.note, NoteLines.text(note.id, held), NoteLines.text(note.id, note))
  }
}

/// A note as the journal's images keep it: its id, whether it was there, and its words, still sealed.
struct NoteLines: Sendable {
  var id: ID<Note>
  var isThere: Bool
  var words: Sealed?

  static func text(_ id: ID<Note>, _ note: StoredNote?) -> String {
    guard let note, note.goneAt == nil else { return id.description }
    return id.description + "\t" + (note.words.map { hex($0.bytes) } ?? "")
  }

  init?(_ text: String) {
    let parts = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, let id = ID<Note>(first), parts.count < 3 else { return nil }
    self.id = id
    isThere = parts.count == 2
    guard isThere, !parts[1].isEmpty else { return }
    guard let bytes = TypedLines.bytes(parts[1]), let sealed = Sealed(stored: bytes) else { return nil }
    words = sealed
  }
}
