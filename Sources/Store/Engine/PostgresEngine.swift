public import Model

/// PostgreSQL by libpq: one database, accounts kept apart by row-level security.
public final class PostgresEngine: Engine {
  public let dialect = Dialect.postgres
  private let settings: PostgresSettings
  private let schema: Schema
  private let pool: PostgresPool

  /// Makes roles, schemas and tables where they are missing, and grants what the labels say.
  public init(_ settings: PostgresSettings, schema: Schema = .embedded) async throws {
    self.settings = settings
    self.schema = schema
    pool = PostgresPool(settings)
    try await onConnection { connection in
      try await connection.run { try PostgresMigration(schema: schema, link: $0).run() }
    }
  }

  public func read<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    try await transaction(PostgresRights(scope, writes: false), body)
  }

  @discardableResult public func write<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    if scope.readsOnly { throw Trouble("this transaction cannot write", "write in the scope of the account") }
    return try await transaction(PostgresRights(scope, writes: true), body)
  }

  /// A transaction the server undid for another's sake is run again, after a pause that grows and varies.
  private func transaction<T: Sendable>(
    _ rights: PostgresRights, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    var tries = 0
    while true {
      do {
        return try await onConnection { try await $0.transaction(rights, body) }
      } catch let fault as PostgresFault {
        guard fault.mayRetry, tries < min(5, settings.retries) else { throw fault.trouble }
        tries += 1
        let pause = Double(10 << tries) * (0.5 + settings.randomness())
        try await Task.sleep(for: .milliseconds(pause))
      }
    }
  }

  private func onConnection<T: Sendable>(_ work: (PostgresConnection) async throws -> T) async throws -> T {
    let connection = await pool.take()
    do {
      let answer = try await work(connection)
      await pool.giveBack(connection)
      return answer
    } catch {
      await pool.giveBack(connection)
      throw error
    }
  }

  public func exists(_ account: ID<Account>) async throws -> Bool {
    try await read(.house) {
      try $0.row("SELECT 1 FROM registry.held_account WHERE account_id = $1", [Value(account)]) != nil
    }
  }

  public func create(_ account: ID<Account>) async throws {
    try await write(.house) { session in
      _ = try session.run(
        "INSERT INTO registry.held_account (account_id) VALUES ($1) ON CONFLICT (account_id) DO NOTHING",
        [Value(account)])
    }
  }

  /// Rows go in one transaction with the account's entry; what refers to another table goes before that table.
  public func remove(_ account: ID<Account>) async throws {
    if try await !exists(account) { return }
    let tables = Array(schema.tables(of: .account).reversed())
    try await write(.account(account)) { session in
      try session.run("SET CONSTRAINTS ALL DEFERRED")
      for table in tables { try session.run("DELETE FROM \(table) WHERE account_id = $1", [Value(account)]) }
      try session.run("DELETE FROM registry.held_account WHERE account_id = $1", [Value(account)])
    }
  }

  public func accounts() async throws -> [ID<Account>] {
    try await read(.house) {
      try $0.rows("SELECT account_id FROM registry.held_account ORDER BY account_id", []).map { $0.id(0) }
    }
  }

  /// Nothing to do: the server answers a `COMMIT` when it is on disk, and is backed up by its own tools.
  public func checkpoint() async throws {}

  /// `VACUUM` of all account tables: an account's rows lie among the others'.
  public func compact(_ account: ID<Account>) async throws {
    let tables = schema.tables(of: .account).map { "account." + $0 }.joined(separator: ", ")
    if tables.isEmpty { return }
    do {
      try await onConnection { connection in
        try await connection.run { link in
          try link.execute("SET ROLE kith_owner")
          defer { _ = try? link.execute("RESET ROLE") }
          try link.execute("VACUUM (FULL) \(tables)")
        }
      }
    } catch let fault as PostgresFault {
      throw fault.trouble
    }
  }

  public func close() async throws { await pool.close() }
}
