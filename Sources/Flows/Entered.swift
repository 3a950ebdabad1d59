import Consent
import Model
import Plans
import Store

/// What was entered at a destination, as the journal keeps it: what it is here, what it is called there, how it stood.
struct Entered: Sendable, Equatable {
  enum What: Sendable, Equatable {
    case interaction(ID<Interaction>)
    /// A task, as it was written.
    case todo(ID<Todo>, TodoState)
    /// A task that was entered as a note.
    case note(ID<Todo>)

    /// In a word, for the owner.
    var word: String { if case .interaction = self { "interaction" } else { "task" } }
  }

  var what: What
  var remote: String
  /// Of an interaction or a note, as `CRM.log` answered it; empty if that did not tell.
  var digest: String

  init(_ what: What, _ remote: String, digest: String = "") {
    (self.what, self.remote, self.digest) = (what, remote, digest)
  }

  init?(_ text: String) {
    let parts = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 7 else { return nil }
    (remote, digest) = (parts[2], parts[3])
    switch parts[0] {
    case "interaction":
      guard let id = ID<Interaction>(parts[1]) else { return nil }
      what = .interaction(id)
    case "note":
      guard let id = ID<Todo>(parts[1]) else { return nil }
      what = .note(id)
    case "task":
      guard let id = ID<Todo>(parts[1]), let title = UInt64(parts[4]) else { return nil }
      let due = Int64(parts[5]).map { Instant(milliseconds: $0) }
      what = .todo(id, TodoState(title: title, due: due, isDone: parts[6] == "1"))
    default: return nil
    }
  }

  var text: String {
    let parts: [String] =
      switch what {
      case .interaction(let id): ["interaction", id.description, remote, digest, "", "", ""]
      case .note(let id): ["note", id.description, remote, digest, "", "", ""]
      case .todo(let id, let state):
        [
          "task", id.description, remote, digest, String(state.title), state.due.map { String($0.milliseconds) } ?? "",
          state.isDone ? "1" : "0",
        ]
      }
    return parts.joined(separator: "\t")
  }

  /// The digest of exactly what would be taken away, for the owner's yes.
  func approval(at destination: ID<Destination>) -> String {
    hex(sha256(Array("kith retract 1\u{0}\(destination)\u{0}\(text)".utf8)))
  }
}

extension Desk {
  /// Writes down what was entered at a destination, sealed under the key of the person it is about.
  func note(_ entered: Entered, at destination: ID<Destination>, run: Int64, in session: any Session) throws {
    guard let (_, handle) = records.first(where: { !sealer.isErased($0.handle) }) else { return }
    var made = entry(.enter)
    (made.destination, made.run) = (destination, run)
    let image = try JournalImages(
      before: nil, after: entered.text, of: handle, entry: made, account, by: sealer)
    try Journals.insert(made, images: [image], account, in: session)
  }

  /// Where what is delivered, or comes in, of persons is entered; without those of whom nothing may be kept.
  static func open(
    _ store: Store, _ account: ID<Account>, _ member: ID<Member>, _ persons: Set<ID<Person>>,
    under permit: borrowing Permit<SyncToCRM>
  ) async throws -> [ID<Person>: Desk] {
    guard !persons.isEmpty else { return [:] }
    let wanted = persons.sorted()
    let all = try await store.read(account) { session in
      let records = try Facts.records(of: wanted, account, in: session).flatMap { $0 }
      let handles = try Handles.of(records.map(\.handle), account, in: session)
      return zip(records, handles).compactMap { record, handle in handle.map { (record: record, handle: $0) } }
    }
    let know = KnowPeople(
      account: account, member: member, owners: try await store.owners(account, member), now: store.clock(),
      blind: permit.blind, ids: store.ids)
    let sealer = try await permit.sealer(for: all.map(\.handle))
    let grouped = Dictionary(grouping: all, by: \.record.person)
    var desks: [ID<Person>: Desk] = [:]
    for person in wanted {
      guard let records = grouped[person], !records.contains(where: { sealer.isErased($0.handle) }) else { continue }
      desks[person] = Desk(
        store: store, account: account, member: member, person: person, know: know, sealer: sealer,
        stamps: permit.stamps, records: records)
    }
    return desks
  }
}
