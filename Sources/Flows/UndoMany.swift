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
    var report = UndoManyReport()
    var digests: [ID<JournalEntry>: String] = [:]
    for entry in entries where entry.verb == .create {
      if let digest = try? await run(entry.id, as: viewer, dryRun: true).digest { digests[entry.id] = digest }
    }
    let all = hex(sha256(Array(digests.values.sorted().joined(separator: "\n").utf8)))
    let mayRemove = approve == all
    if let approve, !mayRemove {
      throw Refusal(.notApproved, promise: 13, "\(approve.prefix(12))… is not the digest of what would be removed now")
    }
    for entry in entries {
      if entry.verb == .create, digests[entry.id] != nil, !mayRemove {
        report.digest = all
        if !dryRun { continue }
      }
      do {
        let done = try await run(
          entry.id, as: viewer, approve: mayRemove ? digests[entry.id] : nil, dryRun: dryRun)
        report.undone.append(done)
      } catch let refusal as Refusal where [.notUndoable, .erased].contains(refusal.reason) {
        report.left.append(.init(entry: entry.id, why: refusal.description))
      } catch let trouble as Trouble {
        guard case .stop = trouble.remedy else { throw trouble }
        report.left.append(.init(entry: entry.id, why: trouble.description))
      }
    }
    return report
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
