import Consent
import Model
import Store

/// Takes back what an owner said of a person here: buckets, follow-ups, notes, logged touches.
struct UndoKept: Sendable {
  let store: Store
  let gate: Gate

  func undo(
    _ entry: JournalEntry, before: JournalImage, as viewer: Viewer
  ) async throws -> ID<JournalEntry> {
    let desk = try await Desk.open(store, gate, viewer, about: entry.person, with: [entry.person], mustBeThere: true)
    return try await desk.change { desk, session in
      guard try Journals.markUndone(entry.id, at: desk.know.now, desk.account, in: session) else {
        throw Undo.refused("this change was taken back before")
      }
      let said: Desk.Said
      switch entry.verb {
      case .bucket: said = try desk.restorePlaces(before.lines, in: session)
      case .followUp: said = try desk.restoreFollowUp(before.lines, in: session)
      case .note: said = try desk.restoreNote(before.lines, in: session)
      case .touch: said = try desk.restoreTouch(before.lines, in: session)
      case .create, .update, .delete, .receive, .merge, .unmerge, .edit, .task, .enter:
        throw Undo.refused("this change is taken back otherwise")
      }
      let undoing = desk.entry(entry.verb, undoes: entry.id)
      try desk.write(undoing, try desk.typedRecord(in: session), (said.before, said.after), in: session)
      return undoing.id
    }
  }
}
