public import Consent
public import Model
public import Store

/// The owner logs a touch that no source tells of: "I called Bob".
public struct LogTouch: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// What can be logged by hand; a note alone is no touch.
  public static let kinds: [Interaction.Kind] = [.call, .meeting, .text, .mail]

  /// Logs a touch at an instant (nil: now); the clock of the person's follow-ups starts anew with it.
  ///
  /// Answers the note that tells of it, and the entry by which it can be taken back.
  public func log(
    _ kind: Interaction.Kind, with person: ID<Person>, direction: Interaction.Direction = .outward,
    at: Instant? = nil, words: String = "", as viewer: Viewer
  ) async throws -> (note: ID<Note>, entry: ID<JournalEntry>) {
    let now = store.clock()
    guard LogTouch.kinds.contains(kind) else { throw Trouble("a note is no touch", "write it by 'kith note'") }
    guard at ?? now <= now else { throw Trouble("this is not yet", "log it when it was") }
    let words = words.allSatisfy(\.isWhitespace) ? nil : try WriteNote.checked(words)
    let desk = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: true)
    return try await desk.change { desk, session in
      try desk.requireThere([person], in: session)
      let record = try desk.typedRecord(in: session)
      let touch = Interaction(
        id: desk.store.ids.next(), kind: kind, at: at ?? now, direction: kind == .meeting ? .between : direction)
      try Notes.log(
        touch, with: desk.handle(for: record), twin: desk.know.blind.mac(Array("logged \(touch.id)".utf8)),
        of: desk.member, desk.account, in: session)
      let id: ID<Note> = desk.store.ids.next()
      let made = StoredNote(
        id: id, member: desk.member, record: record.id, person: person, interaction: touch.id,
        words: try words.map { try desk.seal($0, at: StoredNote.slot(desk.account, id), record, in: session) },
        at: touch.at)
      try Notes.keep([made], desk.account, in: session)
      try desk.know.refold([person], in: session)
      let entry = desk.entry(.touch)
      try desk.write(entry, record, (id.description, id.description + "\tlogged"), in: session)
      return (id, entry.id)
    }
  }
}

extension Desk {
  /// Under which handle a touch is kept: an address that was met if there is one, so that all who look at touches see it.
  func handle(for record: StoredRecord) -> ID<Handle> {
    let met = records.first {
      $0.record.person == person && $0.record.kind == .address && !$0.record.isGone && !sealer.isErased($0.handle)
    }
    return met?.record.handle ?? record.handle
  }

  /// Takes a touch back that was logged by hand; where it was entered in a CRM, it stays there.
  func restoreTouch(_ image: String, in session: any Session) throws -> Said {
    guard let id = ID<Note>(image), let held = try Notes.one(id, of: member, account, in: session) else {
      throw Undo.refused("a touch that was taken back is logged anew")
    }
    try Notes.delete(held, account, in: session)
    try know.refold([person], in: session)
    return Said(.touch, image + "\tlogged", image)
  }
}
