public import Consent
import Foundation
public import Model
public import Store
import Synchronization

/// A clock that stands until somebody sets it on.
public final class StagedClock: Sendable {
  private let state: Mutex<Instant>

  public init(_ instant: Instant = Cast.now) { state = Mutex(instant) }

  public var now: Instant { state.withLock { $0 } }
  public func set(_ instant: Instant) { state.withLock { $0 = instant } }
  public func advance(milliseconds: Int64) {
    state.withLock { $0 = Instant(milliseconds: $0.milliseconds &+ milliseconds) }
  }
}

/// A whole house on a scratch folder, with the cast's account: Ada is its first member and has accepted the policy.
///
/// The folder goes when the house does.
public final class StagedHouse: Sendable {
  public enum EngineKind: String, Sendable, CaseIterable { case sqlite, postgres }

  /// Everything of this house lies here; `data` is the data folder, `files` is for the cast's mails and cards.
  public let folder: String
  public let clock: StagedClock
  public let operatorKey: OperatorKey
  public let store: Store
  public let vault: Vault
  public let gate: Gate
  public let account: ID<Account>
  public let ada: ID<Member>

  public var data: String { folder + "/data" }
  public var files: String { folder + "/files" }

  public init(engine kind: EngineKind = .sqlite, bulk: Bool = false) async throws {
    folder = try StagedHouse.scratch()
    let clock = StagedClock()
    self.clock = clock
    let now: @Sendable () -> Instant = { clock.now }
    guard let key = OperatorKey(bytes: (0..<32).map { UInt8($0) }) else {
      throw Trouble("the staged operator key is no key", "")
    }
    operatorKey = key
    let engine = try await StagedHouse.engine(kind, folder + "/data", bulk: bulk, now)
    let blobs = kind == .sqlite ? folder + "/data/blobs" : nil
    store = Store(engine: engine, ids: try await IDMaker.lease(engine, clock: now), clock: now, blobFolder: blobs)
    vault = Vault(operatorKey: key, keyring: StoredKeyring(engine, clock: now))
    gate = store.gate(vault)
    account = store.ids.next()
    ada = store.ids.next()
    try await store.create(
      account, name: "Ada's agency",
      member: Member(
        id: ada, account: account, email: Cast.ada.address, name: Cast.ada.name, role: .administrator,
        joinedAt: clock.now),
      accepting: .current, from: "test")
    try await vault.create(account)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Adds Cyd, the team administrator, who has acknowledged what administrators may see.
  public func addCyd() async throws -> ID<Member> {
    let cyd: ID<Member> = store.ids.next()
    try await store.add(
      Member(
        id: cyd, account: account, email: Cast.cyd.address, name: Cast.cyd.name, role: .administrator,
        joinedAt: clock.now, acknowledgedAt: clock.now))
    return cyd
  }

  /// How many rows a table of the account holds.
  public func count(_ table: String) async throws -> Int {
    let account = self.account
    return try await store.read(account) {
      Int(try $0.row("SELECT COUNT(*) FROM \(table) WHERE account_id = $1", [Value(account)])?.int(0) ?? 0)
    }
  }

  /// One digest for each table of the account, over all its rows in order: equal before and after means unchanged.
  public func digests(without left: Set<String> = ["ledger", "ledger_head", "lease", "job"]) async throws -> [String:
    String]
  {
    let account = self.account
    let tables = Schema.embedded.tables(of: .account).filter { !left.contains($0) }
    return try await store.read(account) { session in
      var out: [String: String] = [:]
      for table in tables {
        var rows = try session.rows("SELECT * FROM \(table) WHERE account_id = $1", [Value(account)])
          .map { String(describing: $0.values) }
        rows.sort()
        out[table] = hex(sha256(Array(rows.joined(separator: "\n").utf8)))
      }
      return out
    }
  }

  private static func engine(
    _ kind: EngineKind, _ data: String, bulk: Bool, _ now: @escaping @Sendable () -> Instant
  ) async throws -> any Engine {
    switch kind {
    case .sqlite: try await SQLiteEngine(bulk ? .bulk(folder: data) : SQLiteSettings(folder: data))
    case .postgres:
      try await PostgresEngine(
        PostgresSettings(connection: try await StagedPostgres.freshDatabase(), randomness: { 0.5 }, now: now))
    }
  }

  /// A new folder under the system's place for temporary files, for its owner only.
  public static func scratch() throws -> String {
    let path = NSTemporaryDirectory() + "kith-stage-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    for part in ["", "/data", "/files"] {
      try FileManager.default.createDirectory(
        atPath: path + part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    return path
  }
}
