public import Consent
import Formats
public import Model
import Outlets
import Plans
import Readers
public import Store
import Wire

/// One correction that could be written back, or was.
public struct WriteBackLine: Sendable, Equatable {
  public enum State: String, Sendable {
    /// It waits for the owner's yes to exactly this.
    case proposed
    case written
    /// The card was changed there meanwhile; nothing was written.
    case changed
    /// The server does not take it; nothing was written.
    case refused
  }

  public var person: ID<Person>
  public var record: ID<Record>
  public var field: FieldKey
  public var old: [String]
  public var new: [String]
  /// What `--approve` takes, once.
  public var digest: String
  public var state = State.proposed
  /// The journal entry by which it can be undone.
  public var entry: ID<JournalEntry>?
  public var why: String?
}

/// Writes what the owner typed back into the cards it corrects, by leave: a grant of its own, and a yes to each change.
///
/// Nothing here stands for long: an approval is for one field of one card with its old and its new value, and is used
/// once (P013, P015).
public struct WriteBack: Sendable {
  let store: Store
  let gate: Gate
  let door: ServerDoor

  public init(store: Store, gate: Gate, door: ServerDoor) {
    self.store = store
    self.gate = gate
    self.door = door
  }

  /// Takes the owner's leave to change cards of a source; nothing is changed by it.
  public func allow(_ source: ID<Source>, as viewer: Viewer) async throws -> Grant {
    let source = try await named(source, viewer)
    return try await store.allow(
      Grant(
        id: store.ids.next(), member: viewer.member, target: .source(source.id), scope: .write,
        purposes: [Consent.WriteBack.declaration.name], words: GrantWords.writingBack, warranty: nil,
        policyVersion: PolicyVersion.current.version, givenAt: store.clock()), viewer.account)
  }

  /// Says what could be written back, and writes what was approved by its digest.
  ///
  /// A digest of anything else is refused before anything is sent, so a yes to what was shown is never a yes to what has
  /// changed since.
  public func run(
    _ source: ID<Source>, approve: [String] = [], dryRun: Bool = false, as viewer: Viewer
  ) async throws -> [WriteBackLine] {
    let desk = try await desk(source, viewer)
    let corrections = try await store.corrections(viewer.account, of: desk.source)
    let wanted = dryRun ? [] : Set(approve.map { fold($0) })
    guard wanted.isEmpty else { return try await desk.leased { try await $0.write(wanted, corrections) } }
    return try await desk.open { outlet in
      try await desk.changes(corrections, outlet).map { desk.line($0.change) }
    }
  }

  /// Takes back what was written: what stood there before, if the card still shows what was written, with a yes to just
  /// that.
  func undo(
    _ entry: JournalEntry, before: [String], after: [String], approve: String?, dryRun: Bool, as viewer: Viewer
  ) async throws -> UndoReport {
    guard let source = entry.source, let record = WriteBackImage.record(before) else {
      throw Undo.refused("what stood before this change cannot be read")
    }
    let desk = try await desk(source, viewer)
    let (old, new) = (JournalText.join(before), JournalText.join(after))
    guard let field = Set(old.keys).union(new.keys).first else { throw Undo.refused("nothing was changed") }
    let written = SourceChange(
      source: source, record: record, person: entry.person,
      field: FieldChange(field: field, old: old[field] ?? [], new: new[field] ?? []))
    var report = UndoReport(entry: entry.id)
    let back = desk.line(written.inverse)
    report.digest = back.digest
    report.lines = [
      .init(
        destination: source.description, person: back.person.description, kind: "write-back", field: field.name,
        old: back.old, new: back.new)
    ]
    guard let approve, !dryRun else { return report }
    guard fold(approve) == back.digest else {
      throw Refusal(.notApproved, promise: 13, "this is not the digest of what would be written now")
    }
    let done = try await desk.leased { try await $0.takeBack(written.inverse, entry) }
    guard done.state == .written else {
      throw Undo.refused(done.why ?? "the card was changed there since; it is left as it is")
    }
    report.undoing = done.entry
    return report
  }

  private func named(_ id: ID<Source>, _ viewer: Viewer) async throws -> Source {
    guard let found = try await store.source(viewer.account, id)?.source, found.member == viewer.member else {
      throw Refusal(.notYours, promise: 7, "there is no such source, or it is not yours")
    }
    guard found.kind == .carddav, found.server != nil else {
      throw Trouble("only cards on servers are written back", "name a source of kind carddav")
    }
    return found
  }

  private func desk(_ id: ID<Source>, _ viewer: Viewer) async throws -> WriteBackDesk {
    let source = try await named(id, viewer)
    let live = try await store.grants(viewer.account, member: viewer.member).contains {
      $0.target == .source(id) && $0.scope == .write && $0.withdrawnAt == nil
    }
    guard live, let read = try await store.readable(viewer.account, id)?.grant else {
      // The gate refuses it, so that the refusal is in the ledger.
      _ = try await gate.permit(
        Consent.WriteBack.self,
        for: Request(account: viewer.account, member: viewer.member, sources: [id], count: 0))
      throw Refusal(.withdrawn, promise: 16, "the grant to read this source was withdrawn")
    }
    return WriteBackDesk(store: store, gate: gate, door: door, account: viewer.account, source: source, grant: read)
  }
}

/// What the journal keeps of a change at a source: which card, and the values of the field.
enum WriteBackImage {
  private static let mark = "card\t"

  static func line(_ record: ID<Record>) -> String { "\(mark)\(record)\n" }

  static func record(_ texts: [String]) -> ID<Record>? {
    texts.lazy.flatMap { $0.split(separator: "\n") }.first { $0.hasPrefix(mark) }
      .flatMap { ID<Record>(String($0.dropFirst(mark.count))) }
  }
}
