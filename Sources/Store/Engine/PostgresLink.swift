import CPQ
import Model

/// One connection of libpq, with the statements prepared on it; every call blocks the thread it is made on.
final class PostgresLink {
  let handle: OpaquePointer
  let now: @Sendable () -> Instant
  private let lockMilliseconds: Int
  /// Statements by search path and text: the same text may mean other tables in another scope.
  private var prepared: [Text: Prepared] = [:]

  struct Text: Hashable {
    var group: String
    var sql: String
  }

  /// A statement as the server knows it.
  struct Prepared {
    var name: String
    var parameters: Int
  }

  init(_ settings: PostgresSettings) throws {
    guard let handle = PQconnectdb(settings.connection) else {
      throw Trouble("the database cannot be reached", "there is no memory for a connection")
    }
    self.handle = handle
    self.now = settings.now
    self.lockMilliseconds = Int(min(3600, max(0.001, settings.lockSeconds)) * 1000)
    guard PQstatus(handle) == CONNECTION_OK else {
      // The message of a refused connection names host, port and user, never the password.
      let message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
      throw PostgresFault(state: "08001", message, "", now: now()).trouble.adding(message)
    }
    PQsetNoticeProcessor(handle, { _, _ in }, nil)
    try execute("SET client_encoding = 'UTF8'; SET client_min_messages = error; SET standard_conforming_strings = on")
    try limitLocks(true)
  }

  deinit { PQfinish(handle) }

  var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

  /// Limits how long a statement waits for a lock; a migration waits as long as another process needs for its own.
  func limitLocks(_ limited: Bool) throws {
    try execute("SET lock_timeout = \(limited ? lockMilliseconds : 0)")
  }

  /// Runs statements without arguments, in one round trip, and returns the rows of the last.
  @discardableResult func execute(_ sql: String) throws -> [Row] {
    let result = PQexec(handle, sql)
    defer { PQclear(result) }
    try check(result, sql)
    return try PostgresRows.text(result)
  }

  func check(_ result: OpaquePointer?, _ sql: String) throws {
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC: return
    default: throw PostgresFault(result, handle, sql, now: now())
    }
  }

  func failure(_ sql: String) -> PostgresFault { PostgresFault(nil, handle, sql, now: now()) }

  /// The statement's name on the server; prepared when it is met first.
  func prepare(_ sql: String, group: String) throws -> Prepared {
    let text = Text(group: group, sql: sql)
    if let known = prepared[text] { return known }
    if prepared.count >= 2000 { try forget() }
    let name = "k\(prepared.count)"
    let result = PQprepare(handle, name, sql, 0, nil)
    defer { PQclear(result) }
    try check(result, sql)
    let description = PQdescribePrepared(handle, name)
    defer { PQclear(description) }
    try check(description, sql)
    let statement = Prepared(name: name, parameters: Int(PQnparams(description)))
    prepared[text] = statement
    return statement
  }

  private func forget() throws {
    try execute("DEALLOCATE ALL")
    prepared = [:]
  }

  /// Called after a rollback: a statement prepared in an undone transaction stays on the server (PostgreSQL manual,
  /// PREPARE), so nothing is forgotten unless the connection is.
  func rollback() {
    guard isAlive, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
    PQclear(PQexec(handle, "ROLLBACK"))
  }
}

extension Trouble {
  /// The same trouble with what the other side said.
  func adding(_ message: String) -> Trouble {
    let line = message.split(separator: "\n").first.map(String.init) ?? ""
    return Trouble(line.isEmpty ? what : "\(what) (\(line))", remedy: remedy)
  }
}
