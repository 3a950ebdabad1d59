import CPQ
import Dispatch
import Model

/// One connection with a queue of its own: what libpq blocks is never a thread of the cooperative pool.
actor PostgresConnection {
  private let executor = QueueExecutor("kith.postgres")
  private let settings: PostgresSettings
  private var link: PostgresLink?

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ settings: PostgresSettings) { self.settings = settings }

  func close() { link = nil }

  /// Runs work that is not a transaction of a scope: migration, vacuum, removal of an account.
  func run<T: Sendable>(_ work: @Sendable (PostgresLink) throws -> T) throws -> T {
    let link = try open()
    do {
      return try work(link)
    } catch {
      link.rollback()
      if !link.isAlive { self.link = nil }
      throw error
    }
  }

  /// One try of one transaction; a `PostgresFault` tells the caller whether to try again.
  func transaction<T: Sendable>(
    _ rights: PostgresRights, _ body: @Sendable (any Session) throws -> T
  ) throws -> T {
    let link = try begin(rights)
    let session = PostgresSession(link, group: rights.searchPath)
    do {
      let answer = try body(session)
      try commit(link, session)
      return answer
    } catch {
      link.rollback()
      if !link.isAlive { self.link = nil }
      // Whatever the body made of it, the fault that undid the transaction decides about another try.
      if let fault = session.fault, fault.mayRetry { throw fault }
      throw error
    }
  }

  private func open() throws -> PostgresLink {
    if let link, link.isAlive { return link }
    let link = try PostgresLink(settings)
    self.link = link
    return link
  }

  /// A connection found dead at the start is made anew once: nothing has happened on it yet.
  private func begin(_ rights: PostgresRights) throws -> PostgresLink {
    let link = try open()
    do {
      try rights.begin(link)
      return link
    } catch let fault as PostgresFault where fault.isLost {
      self.link = nil
      let link = try open()
      try rights.begin(link)
      return link
    } catch {
      link.rollback()
      throw error
    }
  }

  /// `COMMIT` of a transaction that failed answers `ROLLBACK` and no error (PostgreSQL manual, COMMIT).
  private func commit(_ link: PostgresLink, _ session: PostgresSession) throws {
    let result = PQexec(link.handle, "COMMIT")
    defer { PQclear(result) }
    try link.check(result, "COMMIT")
    let tag = PQcmdStatus(result).map { String(cString: $0) } ?? ""
    if tag != "COMMIT" {
      throw session.fault?.trouble ?? Trouble("the transaction was undone", "an error inside it was passed over")
    }
  }
}

/// Which role, search path and row-level settings a transaction runs under.
struct PostgresRights: Sendable {
  var role: String
  var searchPath: String
  var account: ID<Account>?
  var member: ID<Member>?
  var writes: Bool

  init(_ scope: Scope, writes: Bool) {
    self.writes = writes
    account = scope.account
    switch scope {
    case .house: (role, searchPath) = ("kith_house", "house")
    case .keyring: (role, searchPath) = ("kith_keyring", "keyring")
    case .account: (role, searchPath) = ("kith_content", "account")
    case .viewer(_, let member):
      (role, searchPath) = ("kith_viewer", "account")
      self.member = member
    case .statistics: (role, searchPath) = ("kith_statistics", "account")
    }
  }

  /// Begins the transaction, in one round trip.
  ///
  /// `SET LOCAL` and not set_config(): Citus passes only the statement on.
  ///
  /// A writer locks its account's row, so that writers of one account follow each other as they do on SQLite.
  func begin(_ link: PostgresLink) throws {
    var sql =
      writes ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    sql += "; SET LOCAL ROLE \(role); SET LOCAL search_path = \(searchPath), pg_catalog"
    sql += "; SET LOCAL kith.account = '\(account.map { String($0.rawValue) } ?? "")'"
    sql += "; SET LOCAL kith.member = '\(member.map { String($0.rawValue) } ?? "")'"
    guard let account else {
      try link.execute(sql)
      return
    }
    sql += "; SELECT account_id FROM registry.held_account WHERE account_id = \(account.rawValue)"
    if writes { sql += " FOR UPDATE" }
    if try link.execute(sql).isEmpty { throw Trouble("\(account) has no store here", "check the account's id") }
  }
}
