import Consent
import Flows
import Foundation
import Model
import Stage
import Store

/// What a run brought, and the completeness ledger of its source after it.
struct Pulled: Sendable {
  var stored: Int
  var trouble: String?
  var folders: [Completeness]
  var isWhole: Bool { folders.allSatisfy(\.isWhole) }

  init(_ report: PullReport, _ store: Store, _ account: ID<Account>) async throws {
    stored = report.stored
    trouble = report.trouble
    folders = try await store.completeness(account).filter { $0.source == report.source }
  }
}

/// The way in on a staged house: sources are added and pulled as the worker does it.
struct WayIn {
  let house: StagedHouse

  init(_ engine: StagedHouse.EngineKind = .sqlite, bulk: Bool = false) async throws {
    house = try await StagedHouse(engine: engine, bulk: bulk)
  }

  var store: Store { house.store }
  var account: ID<Account> { house.account }

  func add(
    _ kind: Source.Kind, _ path: String, depth: Depth? = nil, since: Instant? = nil, owners: [String] = []
  ) async throws -> AddSource.Added {
    try await AddSource(store: store, gate: house.gate).run(
      account, house.ada, .init(kind, path, depth: depth, since: since, owners: owners, isWarranted: true))
  }

  /// Pulls a source under a lease, as a job.
  @discardableResult
  func pull(_ source: ID<Source>, batch: Int = 500, gate: Gate? = nil) async throws -> Pulled {
    guard let lease = try await store.lease(account, holder: "test") else { throw Trouble("no lease", "") }
    do {
      let job = try await store.nextJob(lease)
      let report = try await Pull(store: store, gate: gate ?? house.gate, batch: batch)
        .run(source, of: account, lease: lease, job: job?.kind == .pull ? job : nil)
      try await store.release(lease)
      return try await Pulled(report, store, account)
    } catch {
      try await store.release(lease)
      throw error
    }
  }

  /// Adds a source and pulls it.
  func take(_ kind: Source.Kind, _ path: String, depth: Depth? = nil, since: Instant? = nil) async throws -> Pulled {
    let added = try await add(kind, path, depth: depth, since: since)
    return try await pull(added.source.id)
  }

  /// The rows of one column of the account, in order.
  func column(_ sql: String) async throws -> [Value] {
    let account = self.account
    return try await store.read(account) { try $0.rows(sql, [Value(account)]).map { $0[0] } }
  }
}

/// Every file below a folder with its bytes and its time: equal before and after means that nothing was touched.
func picture(of folder: String) throws -> [String: String] {
  var out: [String: String] = [:]
  let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
  for name in names {
    let path = folder + "/" + name
    let about = try FileManager.default.attributesOfItem(atPath: path)
    let bytes = FileManager.default.contents(atPath: path).map { Array($0) } ?? []
    out[name] =
      hex(sha256(bytes))
      + " \(String(describing: about[.modificationDate])) \(String(describing: about[.posixPermissions]))"
  }
  return out
}
