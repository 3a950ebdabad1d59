import Consent
import Model
import Store

/// Where the owner changes what is known of a person: one permit, one transaction, one journal entry.
///
/// The permit to take a change back is asked for when the change is made, since that is what the entry is sealed for.
struct Desk: Sendable {
  let store: Store
  let account: ID<Account>
  let member: ID<Member>
  let person: ID<Person>
  let know: KnowPeople
  let sealer: Sealer
  let stamps: [Grant.Stamp]
  /// The records of the persons, with the handles whose keys seal what is said of them.
  let records: [(record: StoredRecord, handle: Handle)]

  /// The same words for somebody else's person and for none at all (P007).
  static let nobody = Refusal(.notYours, promise: 7, "there is no such person")

  /// Opens the desk for persons of the viewer's own; `mustBeThere` refuses those that were merged away.
  static func open(
    _ store: Store, _ gate: Gate, _ viewer: Viewer, about person: ID<Person>, with persons: [ID<Person>],
    mustBeThere: Bool
  ) async throws -> Desk {
    let account = viewer.account
    let member = viewer.member
    let all = try await store.read(account) { session in
      let states = try People.states(persons, account, in: session)
      guard states.allSatisfy({ $0.map { $0.member == member && !($0.isGone && mustBeThere) } ?? false }) else {
        throw Desk.nobody
      }
      let records = try Facts.records(of: persons, account, in: session).flatMap { $0 }
      let handles = try Handles.of(records.map(\.handle), account, in: session)
      return zip(records, handles).compactMap { record, handle in handle.map { (record: record, handle: $0) } }
    }
    let permit = try await gate.permit(UndoChange.self, for: Request(account: account, member: member, person: person))
    let know = KnowPeople(
      account: account, member: member, owners: try await store.owners(account, member), now: store.clock(),
      blind: permit.blind, ids: store.ids)
    let sealer = try await permit.sealer(for: all.map(\.handle))
    let stamps = permit.stamps
    _ = permit.close()
    return Desk(
      store: store, account: account, member: member, person: person, know: know, sealer: sealer, stamps: stamps,
      records: all)
  }

  /// Runs a change in one transaction.
  func change<T: Sendable>(_ body: @escaping @Sendable (Desk, any Session) throws -> T) async throws -> T {
    try await store.write(account, under: stamps, lease: nil) { try body(self, $0) }
  }

  /// Checks again, inside the transaction, that persons are there.
  func requireThere(_ persons: [ID<Person>], in session: any Session) throws {
    let states = try People.states(persons, account, in: session)
    guard states.allSatisfy({ $0?.isGone == false }) else { throw Desk.nobody }
  }

  func entry(
    _ verb: JournalEntry.Verb, decision: ID<Decision>? = nil, undoes: ID<JournalEntry>? = nil
  ) -> JournalEntry {
    JournalEntry(
      id: store.ids.next(), member: member, verb: verb, person: person, decision: decision, at: know.now,
      undoes: undoes)
  }

  /// Writes an entry with one image for each handle of which `said` says what stood before and stands now.
  ///
  /// Of somebody who was erased nothing is kept.
  func write(
    _ entry: JournalEntry, in session: any Session, _ said: (StoredRecord) -> (before: String, after: String)?
  ) throws {
    var images: [JournalImages] = []
    var texts: [(handle: Handle, before: String, after: String)] = []
    for (record, handle) in records where !sealer.isErased(handle) {
      guard let said = said(record) else { continue }
      if let index = texts.firstIndex(where: { $0.handle == handle }) {
        texts[index].before += "\n" + said.before
        texts[index].after += "\n" + said.after
      } else {
        texts.append((handle, said.before, said.after))
      }
    }
    for text in texts {
      images.append(
        try JournalImages(
          before: text.before, after: text.after, of: text.handle, entry: entry, account, by: sealer))
    }
    try Journals.insert(entry, images: images, account, in: session)
  }
}
