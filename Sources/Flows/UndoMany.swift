public import Consent
public import Model
import Outlets
import Plans
public import Store

/// Which entries of the journal are taken back together.
public enum UndoScope: Sendable, Equatable {
  /// All of one run.
  case run(Int64)
  /// All since an instant and before another.
  case time(Range<Instant>)
}

/// What became of the entries that were to be taken back.
public struct UndoManyReport: Sendable, Equatable {
  public var undone: [UndoReport] = []
  /// Entries that were left as they are, with the reason.
  public var left: [Left] = []
  /// The digest to approve, if records would be removed.
  public var digest: String?

  /// An entry that was not taken back.
  public struct Left: Sendable, Equatable {
    public var entry: ID<JournalEntry>
    public var why: String
  }

  public var isComplete: Bool { left.isEmpty && digest == nil && undone.allSatisfy(\.edited.isEmpty) }
}

extension Undo {
  /// Takes back all of a scope, the newest first; what was changed since is left, and listed.
  ///
  /// `approve` is the digest that a first try answers if records would be removed.
  public func run(
    _ scope: UndoScope, as viewer: Viewer, approve: String? = nil, dryRun: Bool = false
  ) async throws -> UndoManyReport {
    let entries = try await store.journalEntries(viewer.account, viewer.member, scope)
    guard !entries.isEmpty else { throw Undo.refused("there is nothing in the journal to take back there") }
    let sent = Dictionary(grouping: entries.filter { $0.verb.isSent && $0.source == nil }, by: \.destination).sorted {
      ($0.key?.rawValue ?? 0) < ($1.key?.rawValue ?? 0)
    }
    var digests: [ID<JournalEntry>: String] = [:]
    for (destination, all) in sent {
      let looked = try await take(all.filter { $0.verb == .create }, at: destination, viewer, nil, dryRun: true)
      for report in looked.undone { digests[report.entry] = report.digest }
    }
    let entered = entries.filter { $0.verb == .enter }
    for report in try await retract(entered, viewer, nil).undone { digests[report.entry] = report.digest }
    let all = hex(sha256(Array(digests.values.sorted().joined(separator: "\n").utf8)))
    guard approve == nil || approve == all else {
      throw Refusal(.notApproved, promise: 13, "this is not the digest of what would be removed now")
    }
    var report = UndoManyReport()
    if approve == nil, !digests.isEmpty { report.digest = all }
    // What was entered with a record goes before the record.
    report.add(try await retract(entered, viewer, approve == nil || dryRun ? nil : digests))
    for (destination, entries) in sent {
      let wanted = entries.filter { dryRun || approve != nil || digests[$0.id] == nil }
      report.add(try await take(wanted, at: destination, viewer, approve == nil ? nil : digests, dryRun: dryRun))
    }
    for entry in entries where entry.source != nil {
      report.left.append(
        .init(entry: entry.id, why: "a card at a source goes back by a yes of its own: undo this entry alone"))
    }
    for entry in entries where !entry.verb.isSent && entry.verb != .enter && entry.source == nil {
      report.add(try await Undo.attempt(entry) { try await run(entry.id, as: viewer, dryRun: dryRun) })
    }
    return report
  }

  /// Takes changes at one destination back over one conversation; both sides are read once, and again only for a person
  /// whose record was touched on the way.
  private func take(
    _ entries: [JournalEntry], at id: ID<Destination>?, _ viewer: Viewer, _ digests: [ID<JournalEntry>: String]?,
    dryRun: Bool
  ) async throws -> UndoManyReport {
    guard let id, !entries.isEmpty else { return UndoManyReport() }
    let destination = try await deliver.live(id, viewer.member, viewer.account)
    return try await deliver.outlets.open(destination, viewer.account) { crm in
      var report = UndoManyReport()
      var state = try await sides(crm, destination, viewer.account)
      var touched: Set<ID<Person>> = []
      for entry in entries {
        if touched.contains(entry.person) {
          state = try await sides(crm, destination, viewer.account)
          touched = []
        }
        let now = state
        report.add(
          try await Undo.attempt(entry) {
            let held = try await store.journalEntry(viewer.account, viewer.member, entry.id)
            let images = try await open(held?.images ?? [], of: entry, viewer)
            return try await undo(
              images.delivered(entry), crm, destination, now, viewer, digests?[entry.id], dryRun)
          })
        if !dryRun { touched.insert(entry.person) }
      }
      return report
    }
  }

  /// Tries one entry; what cannot be taken back is listed, and the rest goes on.
  static func attempt(
    _ entry: JournalEntry, _ body: () async throws -> UndoReport
  ) async throws -> UndoManyReport {
    var report = UndoManyReport()
    do {
      report.undone.append(try await body())
    } catch let refusal as Refusal where [.notUndoable, .erased].contains(refusal.reason) {
      report.left.append(.init(entry: entry.id, why: refusal.description))
    } catch let trouble as Trouble {
      guard case .stop = trouble.remedy else { throw trouble }
      report.left.append(.init(entry: entry.id, why: trouble.description))
    }
    return report
  }
}

extension UndoManyReport {
  mutating func add(_ other: UndoManyReport) {
    undone += other.undone
    left += other.left
  }
}

extension Store {
  /// The entries of a scope that still hold and take nothing back, the newest first.
  func journalEntries(
    _ account: ID<Account>, _ member: ID<Member>, _ scope: UndoScope
  ) async throws -> [JournalEntry] {
    try await read(account) { session in
      switch scope {
      case .run(let run): try Journals.standing(of: member, run: run, account, in: session)
      case .time(let time): try Journals.standing(of: member, time, account, in: session)
      }
    }
  }
}
