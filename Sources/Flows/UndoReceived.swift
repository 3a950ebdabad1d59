import Consent
import Model
import Plans
import Store

/// Takes back what came in from a destination: the owner's word is that it is not so here.
///
/// What stands at the destination stays there, and does not come in again.
struct UndoReceived: Sendable {
  let store: Store
  let gate: Gate

  func undo(_ received: Undo.Delivered, as viewer: Viewer) async throws -> ID<JournalEntry> {
    let entry = received.entry
    let desk = try await Desk.open(store, gate, viewer, about: entry.person, with: [entry.person], mustBeThere: true)
    let fields = received.fields
    return try await desk.change { desk, session in
      guard try Journals.markUndone(entry.id, at: desk.know.now, desk.account, in: session) else {
        throw Undo.refused("this change was taken back before")
      }
      var last = entry.id
      for field in fields { last = try take(field, back: entry, desk, session) }
      try settle(fields, entry, desk, in: session)
      return last
    }
  }

  /// Types that the values which came in are not so.
  private func take(
    _ change: FieldChange, back entry: JournalEntry, _ desk: Desk, _ session: any Session
  ) throws -> ID<JournalEntry> {
    let (field, label) = (change.field.field, change.field.label)
    let record = try desk.typedRecord(in: session)
    let old = try Facts.typed(record.id, field, desk.account, in: session)
    let before = Set(change.old.map { comparable(change.field, $0) })
    for value in change.new where !before.contains(comparable(change.field, value)) {
      _ = try desk.apply(Edit(.remove, field, value, label: label), to: record, old, in: session)
    }
    try desk.know.refold([entry.person], in: session)
    let new = try Facts.typed(record.id, field, desk.account, in: session)
    let made = desk.entry(.edit, undoes: entry.id)
    try desk.write(made, record, (TypedLines.text(field, old), TypedLines.text(field, new)), in: session)
    return made.id
  }

  /// What was held before, closed as deliveries keep it; nil where that delivery kept it open.
  private func closed(_ change: FieldChange, _ entry: JournalEntry, _ desk: Desk) throws -> [String]? {
    guard change.field.field != .custom, let main = desk.records.first(where: { $0.record.person == entry.person })
    else { return nil }
    return try change.old.map { value in
      ClosedText.write(
        try desk.sealer.seal(
          Array(value.utf8), by: main.handle, in: ClosedText.slot(desk.account, entry.person), ofSource: false))
    }
  }

  /// Keeps as agreed on what shows here now: the value there is an edit there again, and nothing is written over it.
  private func settle(
    _ fields: [FieldChange], _ entry: JournalEntry, _ desk: Desk, in session: any Session
  ) throws {
    guard let destination = entry.destination,
      var link = try Links.all(desk.account, destination, in: session).first(where: { $0.person == entry.person })
    else { return }
    let now = try Links.values(of: [entry.person], desk.account, in: session)[entry.person] ?? [:]
    for change in fields {
      // What is sealed is no part of the open fold: what was held before it came in is what shows again.
      link.base[change.field] =
        change.field.field.isOpen ? now[change.field] : try closed(change, entry, desk) ?? now[change.field]
    }
    try Links.keep([link], destination, at: desk.know.now, desk.account, in: session)
  }
}
