public import Consent
public import Model
public import Store

/// Shows what was written down about a person.
public struct ShowNotes: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// The notes about a person that a viewer may see, newest first, logged touches among them.
  ///
  /// A colleague's are opened under a permit of their own, which the ledger names.
  public func run(_ viewer: Viewer, of person: ID<Person>) async throws -> [Note] {
    let seen = try await store.notes(viewer, of: person)
    var shown: [Note] = []
    for (owner, notes) in Dictionary(grouping: seen, by: \.owner).sorted(by: { $0.key < $1.key }) {
      let permit = try await gate.permit(
        ShowToOwner.self,
        for: Request(
          account: viewer.account, member: owner, viewer: viewer.member,
          handles: Array(Set(notes.compactMap(\.words?.handleKey))), person: person, level: .content,
          count: notes.count))
      for note in notes {
        do {
          let words = try note.words?.open(in: StoredNote.slot(viewer.account, note.id), permit) { span in
            PageText(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
          }
          shown.append(
            Note(
              id: note.id, person: note.person, author: note.owner, interaction: note.interaction,
              words: words?.text ?? "", at: note.at))
        } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
          // Its key was destroyed: it is there, and nobody can read it any more.
          continue
        }
      }
      _ = permit.close()
    }
    return shown.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
  }
}
