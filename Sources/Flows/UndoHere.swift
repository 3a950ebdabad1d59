public import Consent
public import Model
public import Store

/// Takes back what was said of people here, one entry of the journal or all of a run; nothing leaves for it.
public struct UndoHere: Sendable {
  let store: Store
  let gate: Gate

  /// What is taken back.
  public enum Scope: Sendable, Equatable {
    case entry(ID<JournalEntry>)
    case run(Int64)
  }

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Answers how many changes were taken back, and the reasons why others were left.
  @discardableResult
  public func run(_ scope: Scope, as viewer: Viewer) async throws -> (undone: Int, left: [String]) {
    let undo = Undo(Deliver(store: store, gate: gate))
    switch scope {
    case .entry(let id):
      let held = try await store.journalEntry(viewer.account, viewer.member, id)
      guard let entry = held?.entry else { throw UndoHere.nothing }
      try UndoHere.requireHere([entry])
      _ = try await undo.run(id, as: viewer)
      return (1, [])
    case .run(let run):
      let entries = try await store.journalEntries(viewer.account, viewer.member, .run(run))
      guard run != 0, !entries.isEmpty else { throw UndoHere.nothing }
      try UndoHere.requireHere(entries)
      let report = try await undo.run(.run(run), as: viewer)
      return (report.undone.count, report.left.map(\.why))
    }
  }

  private static let nothing = Refusal(.notYours, promise: 7, "there is no such journal entry")

  private static func requireHere(_ entries: [JournalEntry]) throws {
    guard entries.allSatisfy({ !$0.verb.isSent && $0.verb != .enter && $0.source == nil }) else {
      throw Refusal(
        .notApproved, promise: 13,
        "this went to a CRM or an address book: take it back on the page that shows what leaves")
    }
  }
}
