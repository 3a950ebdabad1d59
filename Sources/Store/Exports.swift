public import Consent
public import Model

/// The inside of an export: one SQLite store with the account's rows, and a table with its wrapped keys.
public struct ExportStore: Sendable {
  public let account: ID<Account>
  private let store: Store

  /// Opens (or makes) the store of an export in a folder of its own.
  public init(_ account: ID<Account>, folder: String, clock: @escaping @Sendable () -> Instant) async throws {
    self.account = account
    let engine = try await SQLiteEngine(
      SQLiteSettings(folder: folder, openAccounts: 1, cacheKiB: 16 * 1024, readers: 1))
    store = Store(engine: engine, ids: IDMaker(generator: 0, clock: clock), clock: clock)
    try await engine.create(account)
  }

  /// The one file that an export is, below its folder.
  public static func file(_ account: ID<Account>) -> String { "accounts/\(account).sqlite" }

  public func close() async throws {
    try await store.engine.checkpoint()
    try await store.engine.close()
  }

  // MARK: out

  /// Copies an account's rows in, as one snapshot; `member` leaves only what is one member's.
  public func fill(
    from origin: Store, member: ID<Member>?, progress: @escaping @Sendable (String, Int) -> Void
  ) async throws {
    try await origin.pipe(account, member: member) { [store, account] pipe in
      try await store.write(account) { session in
        var copied = 0
        while let piece = try pipe.pull() {
          try session.runMany(piece.table.insert, piece.rows)
          copied += piece.rows.count
          progress(piece.table.name, copied)
        }
      }
    }
  }

  public func keep(_ keys: [WrappedKey]) async throws {
    try await store.write(account) { session in
      try session.run(
        """
        CREATE TABLE carried_key (kind BIGINT NOT NULL, id BIGINT NOT NULL, member_id BIGINT NOT NULL,
          wrapped_by BIGINT NOT NULL, wrapped BLOB NOT NULL, PRIMARY KEY (kind, id))
        """)
      try session.runMany(
        "INSERT INTO carried_key (kind, id, member_id, wrapped_by, wrapped) VALUES ($1, $2, $3, $4, $5)",
        keys.map {
          [
            Value($0.kind.rawValue), Value($0.id.stored), Value($0.member?.rawValue ?? 0), Value($0.wrappedBy.stored),
            .bytes($0.bytes),
          ]
        })
    }
  }

  // MARK: back

  public func keys() async throws -> [WrappedKey] {
    let account = self.account
    return try await store.read(account) { session in
      try session.rows("SELECT kind, id, member_id, wrapped_by, wrapped FROM carried_key ORDER BY kind, id").compactMap
      {
        guard let kind = WrappedKey.Kind(rawValue: Int($0.int(0))) else { return nil }
        return WrappedKey(
          account: account, member: $0.int(2) == 0 ? nil : $0.id(2), kind: kind, id: KeyID(stored: $0.int(1)),
          wrappedBy: KeyID(stored: $0.int(3)), bytes: $0.bytes(4))
      }
    }
  }

  public func members() async throws -> [Member] { try await store.members(account) }
  public func digest() async throws -> String { try await store.digest(account) }

  /// Writes all rows into an engine in one transaction, in place of what is there, and erases again what was erased
  /// there since; nothing of it is seen before it is whole.
  public func pour(
    into target: Store, erasing keys: [KeyID], progress: @escaping @Sendable (String, Int) -> Void
  ) async throws {
    let account = self.account
    try await target.engine.create(account)
    try await store.pipe(account, member: nil) { pipe in
      try await target.write(account) { session in
        let choices = try KeptChoices(account, in: session)
        for table in ExportTable.all.reversed() where !(choices.hasLedger && table.isLedger) {
          try session.run("DELETE FROM \(table.name) WHERE account_id = $1", [Value(account)])
        }
        try session.run("DELETE FROM job WHERE account_id = $1", [Value(account)])
        var copied = 0
        while let piece = try pipe.pull() {
          if choices.hasLedger, piece.table.isLedger { continue }
          try target.insert(piece, account, in: session)
          copied += piece.rows.count
          progress(piece.table.name, copied)
        }
        try Words.index.rebuild(in: session)
        try target.erase(keys, account, in: session)
        try choices.apply(account, in: session)
      }
    }
  }
}

extension Store {
  /// Inserts copied rows; content that lies in files here is written to files first.
  func insert(_ piece: RowPipe.Piece, _ account: ID<Account>, in session: any Session) throws {
    guard piece.table.name == "blob_frame", blobFolder != nil else {
      return try session.runMany(piece.table.insert, piece.rows)
    }
    for row in piece.rows {
      guard case .integer(let blob) = row[1], case .integer(let position) = row[2], case .bytes(let bytes) = row[3]
      else { continue }
      try keepFrame(account, blob, position: Int(position), bytes)
    }
  }
}

/// What the owner took back since an export was made: restoring it does not give it again (P089, P114).
///
/// The ledger stays as well: it is append-only, and the heads that were kept of it go on to hold.
private struct KeptChoices {
  private static let kept = [
    ("consent_grant", "withdrawn_at"), ("source", "revoked_at"), ("destination", "revoked_at"),
    ("person", "restricted_at"), ("share", "withdrawn_at"), ("approval", "used_at"),
  ]

  let hasLedger: Bool
  private var rows: [(statement: String, arguments: [Value])] = []

  init(_ account: ID<Account>, in session: any Session) throws {
    hasLedger = try session.row("SELECT 1 FROM ledger_head WHERE account_id = $1", [Value(account)]) != nil
    for (table, column) in KeptChoices.kept {
      for row in try session.rows(
        "SELECT id, \(column) FROM \(table) WHERE account_id = $1 AND \(column) IS NOT NULL", [Value(account)])
      {
        rows.append(
          ("UPDATE \(table) SET \(column) = $3 WHERE account_id = $1 AND id = $2", [Value(account), row[0], row[1]]))
      }
    }
  }

  func apply(_ account: ID<Account>, in session: any Session) throws {
    for row in rows { try session.run(row.statement, row.arguments) }
  }
}
