import GRDB
import GRDBSQLite
import Model

/// What a narrow connection may read, asked by SQLite for every column a statement names (sqlite3_set_authorizer).
///
/// Unchecked: after `init` it is touched only on the serial queue of the one connection it belongs to, by the session
/// that runs there and by SQLite's call-backs inside that session.
final class NarrowRights: @unchecked Sendable {
  /// The two narrow classes of connection.
  enum Kind: Sendable {
    /// Views `seen_…`, and whatever those views read themselves.
    case seenViews
    /// Named columns of named tables.
    case columns([String: Set<String>])
  }

  private enum Moment { case recording, preparing, running }

  private(set) var account: Int64?
  private(set) var member: Int64?
  private let kind: Kind
  private var moment = Moment.running
  private var views: Set<String> = []
  /// Names under which SQLite reports reads made inside a seen view: the views and names defined within them.
  private var contexts: Set<String> = []
  private var shadows: Set<String> = []
  private var admitted: Set<String> = []

  init(_ kind: Kind) { self.kind = kind }

  func seat(_ scope: Scope?) {
    account = scope?.account?.rawValue
    if case .viewer(_, let member) = scope { self.member = member.rawValue } else { member = nil }
  }

  /// Learns the views and puts itself in charge of the connection, for good.
  func guardConnection(_ database: Database) throws {
    if case .seenViews = kind {
      views = Set(
        try String.fetchAll(
          database, sql: "SELECT name FROM sqlite_master WHERE type = 'view' AND name LIKE 'seen\\_%' ESCAPE '\\'"))
    }
    let indexes = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'")
    for name in indexes { shadows.formUnion(["data", "idx", "docsize", "config", "content"].map { "\(name)_\($0)" }) }
    contexts = views
    let connection = database.sqliteConnection
    sqlite3_set_authorizer(
      connection,
      { rights, action, first, second, _, context in
        guard let rights else { return SQLITE_DENY }
        return Unmanaged<NarrowRights>.fromOpaque(rights).takeUnretainedValue()
          .answer(
            action, first.map { String(cString: $0) }, second.map { String(cString: $0) },
            context.map { String(cString: $0) })
      }, Unmanaged.passUnretained(self).toOpaque())
    moment = .recording
    defer { moment = .running }
    for view in views {
      var statement: OpaquePointer?
      sqlite3_prepare_v2(connection, "SELECT * FROM \"\(view)\"", -1, &statement, nil)
      sqlite3_finalize(statement)
    }
  }

  /// A `WITH` that defines one of the context names would pass for a view, so it is refused before SQLite sees it.
  func beginPreparing(_ sql: String) throws {
    if !admitted.contains(sql) {
      let tokens = SQLText.tokens(sql).filter { $0.kind != .comment }
      for (token, next) in zip(tokens, tokens.dropFirst()) {
        guard let name = token.name?.lowercased(), name.hasPrefix("seen_") || contexts.contains(name) else { continue }
        if next.text == "(" { throw refusal(sql) }
      }
      for at in tokens.indices.dropLast(2) where tokens[at + 1].keyword == "AS" {
        guard let name = tokens[at].name?.lowercased(), name.hasPrefix("seen_") || contexts.contains(name) else {
          continue
        }
        if ["(", "MATERIALIZED", "NOT"].contains(tokens[at + 2].keyword) { throw refusal(sql) }
      }
      if admitted.count < 10_000 { admitted.insert(sql) }
    }
    moment = .preparing
  }

  func endPreparing() { moment = .running }

  private func refusal(_ sql: String) -> Trouble {
    Trouble("this connection may not read that", "a statement must not define a name beginning with seen_: \(sql)")
  }

  private func answer(_ action: Int32, _ first: String?, _ second: String?, _ context: String?) -> Int32 {
    switch action {
    case SQLITE_SELECT, SQLITE_RECURSIVE, SQLITE_TRANSACTION: SQLITE_OK
    case SQLITE_FUNCTION: second?.lowercased() == "load_extension" ? SQLITE_DENY : SQLITE_OK
    case SQLITE_READ: mayRead(first ?? "", second ?? "", context) ? SQLITE_OK : SQLITE_DENY
    // FTS5 and GRDB ask for the data version; nothing else may be asked or set.
    case SQLITE_PRAGMA:
      ["data_version", "schema_version"].contains(first ?? "") && second == nil ? SQLITE_OK : SQLITE_DENY
    default: SQLITE_DENY
    }
  }

  private func mayRead(_ table: String, _ column: String, _ context: String?) -> Bool {
    if moment == .recording {
      if let context { contexts.insert(context.lowercased()) }
      return true
    }
    // FTS5 reads its own tables while a statement runs, and its settings while one is prepared.
    if shadows.contains(table), context == nil, moment == .running || table.hasSuffix("_config") { return true }
    switch kind {
    case .seenViews:
      if views.contains(table) { return true }
      return context.map { contexts.contains($0.lowercased()) } ?? false
    case .columns(let columns):
      guard let allowed = columns[table] else { return false }
      return column.isEmpty || allowed.contains(column)
    }
  }
}
