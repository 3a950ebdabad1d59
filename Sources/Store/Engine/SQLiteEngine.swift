import Foundation
public import Model

/// The embedded engine: `house.sqlite`, `keys.sqlite` and one file per account.
public final class SQLiteEngine: Engine {
  public let dialect = Dialect.sqlite
  private let files: SQLiteFiles

  /// Makes the folder if needed and brings house and keyring up to date; an account's file when it is first used.
  public init(_ settings: SQLiteSettings, schema: Schema = .embedded) async throws {
    files = SQLiteFiles(settings, schema: schema)
    try await files.prepare()
  }

  public func read<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    let file = try await files.lease(scope)
    defer { files.release(scope) }
    return try await file.read(scope, body)
  }

  @discardableResult public func write<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    if scope.readsOnly { throw Trouble("this transaction cannot write", "write in the scope of the account") }
    let file = try await files.lease(scope)
    defer { files.release(scope) }
    return try await file.write(body)
  }

  public func exists(_ account: ID<Account>) async throws -> Bool { await files.exists(account) }

  public func create(_ account: ID<Account>) async throws { try await files.create(account) }

  public func remove(_ account: ID<Account>) async throws { try await files.remove(account) }

  public func accounts() async throws -> [ID<Account>] { try await files.accounts() }

  public func checkpoint() async throws {
    for file in await files.openFiles() { try await file.checkpoint() }
  }

  public func compact(_ account: ID<Account>) async throws {
    let file = try await files.lease(.account(account))
    defer { files.release(.account(account)) }
    try await file.compact()
  }

  public func close() async throws { try await files.close() }
}
