public import Model

/// What a transaction may touch; the engine gives the connection no more rights than that.
public enum Scope: Sendable, Hashable {
  /// Accounts, sign-ins, web sessions, tokens, the wake list.
  case house
  /// Wrapped keys, suppression list, erasure journal.
  case keyring
  /// All tables of one account.
  case account(ID<Account>)
  /// Only the views `seen_…` of one account, as one member sees them.
  case viewer(ID<Account>, ID<Member>)
  /// Only the columns of one account that the labels open for counting.
  case statistics(ID<Account>)

  /// The account whose store is meant, if it is an account's.
  public var account: ID<Account>? {
    switch self {
    case .house, .keyring: nil
    case .account(let account), .viewer(let account, _), .statistics(let account): account
    }
  }

  /// Whether transactions of this scope can only read.
  public var readsOnly: Bool {
    switch self {
    case .house, .keyring, .account: false
    case .viewer, .statistics: true
    }
  }
}

/// A database: SQLite files in one folder, or PostgreSQL; the same statements run on both.
///
/// Transactions of one account that write run one after the other on both engines. On PostgreSQL a body may be run
/// again after a deadlock, so it must have no effect but what it does through its session.
public protocol Engine: Sendable {
  var dialect: Dialect { get }

  /// Runs the body in one transaction that sees one snapshot and cannot write.
  func read<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T

  /// Runs the body in one transaction; a throw rolls all of it back. Refused for `.viewer` and `.statistics`.
  @discardableResult func write<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T

  func exists(_ account: ID<Account>) async throws -> Bool

  /// Makes the empty store of an account; one that is there already is left as it is.
  func create(_ account: ID<Account>) async throws

  /// Deletes an account's store with all that is in it; one that is not there is no error.
  func remove(_ account: ID<Account>) async throws

  /// All accounts that have a store, in the order of their ids.
  func accounts() async throws -> [ID<Account>]

  /// Writes what is committed into the main files, so that a copy of the folder is whole.
  func checkpoint() async throws

  /// Rewrites an account's store so that nothing deleted remains in it.
  func compact(_ account: ID<Account>) async throws

  func close() async throws
}
