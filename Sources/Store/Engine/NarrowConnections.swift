import GRDB
import GRDBSQLite
import Model
import Synchronization

/// Read-only connections of one account file whose rights SQLite itself checks while it prepares a statement.
final class NarrowConnections: Sendable {
  private let path: String
  private let settings: SQLiteSettings
  private let statistics: [String: Set<String>]
  private let open = Mutex(Connections())

  private struct Connections {
    var viewers: [NarrowConnection] = []
    /// How many reads each of them has to do.
    var waiting: [Int] = []
    var statistics: NarrowConnection?
    var isClosed = false
  }

  init(path: String, settings: SQLiteSettings, statistics: [String: Set<String>]) {
    self.path = path
    self.settings = settings
    self.statistics = statistics
  }

  func read<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    let (connection, place) = try connection(scope)
    defer {
      if let place {
        open.withLock { if place < $0.waiting.count { $0.waiting[place] = max(0, $0.waiting[place] - 1) } }
      }
    }
    return try await connection.read(scope, body)
  }

  /// Viewers go to whichever of up to `readers` connections has least to do; opening one takes well under a millisecond.
  private func connection(_ scope: Scope) throws -> (NarrowConnection, place: Int?) {
    try open.withLock { open in
      if case .statistics = scope {
        if let connection = open.statistics { return (connection, nil) }
        let connection = try NarrowConnection(path: path, settings: settings, rights: .columns(statistics))
        open.statistics = connection
        return (connection, nil)
      }
      var place = open.waiting.indices.min { open.waiting[$0] < open.waiting[$1] } ?? 0
      if open.viewers.isEmpty || open.waiting[place] > 0 && open.viewers.count < settings.readers {
        open.viewers.append(try NarrowConnection(path: path, settings: settings, rights: .seenViews))
        open.waiting.append(0)
        place = open.viewers.count - 1
      }
      open.waiting[place] += 1
      return (open.viewers[place], place)
    }
  }

  func close() throws {
    let all = open.withLock { open in
      let all = open.viewers + (open.statistics.map { [$0] } ?? [])
      open = Connections()
      return all
    }
    for connection in all { try connection.close() }
  }
}

/// One such connection; `read` seats the member who looks through it.
final class NarrowConnection: Sendable {
  private let queue: DatabaseQueue
  private let rights: NarrowRights

  init(path: String, settings: SQLiteSettings, rights kind: NarrowRights.Kind) throws {
    let rights = NarrowRights(kind)
    var configuration = SQLiteFile.configuration(settings)
    configuration.readonly = true
    configuration.prepareDatabase { database in
      database.add(function: DatabaseFunction("kith_member", argumentCount: 0, pure: true) { _ in rights.member })
      database.add(function: DatabaseFunction("kith_account", argumentCount: 0, pure: true) { _ in rights.account })
    }
    queue = try DatabaseQueue(path: path, configuration: configuration)
    self.rights = rights
    try queue.inDatabase { database in try rights.guardConnection(database) }
  }

  func read<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    try await queue.read { [rights] database in
      rights.seat(scope)
      defer { rights.seat(nil) }
      return try body(SQLiteSession(database, rights: rights))
    }
  }

  func close() throws { try queue.close() }
}
