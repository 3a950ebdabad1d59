import Foundation
import GRDB
import GRDBSQLite
import Model

/// One open database file: a pool for its owner class and narrow connections for viewers and statistics.
final class SQLiteFile: Sendable {
  let path: String
  private let pool: DatabasePool
  private let narrow: NarrowConnections

  /// Opens or makes the file and brings its schema up to date; blocks.
  init(path: String, store: StoreKind, schema: Schema, settings: SQLiteSettings) throws {
    self.path = path
    do {
      try SQLiteFile.makePrivate(path)
      let pool = try DatabasePool(path: path, configuration: SQLiteFile.configuration(settings))
      self.pool = pool
      try pool.writeWithoutTransaction { database in
        // GRDB sets NORMAL when it turns WAL on; an acknowledged row must survive a power failure.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try database.execute(sql: "PRAGMA cache_size = -\(settings.writerCacheKiB)")
        try database.execute(sql: "PRAGMA wal_autocheckpoint = \(settings.logPages)")
      }
      try SQLiteMigration(store: store, migrations: schema.migrations(of: store)).run(on: pool)
    } catch {
      throw SQLiteTrouble.trouble(error)
    }
    narrow = NarrowConnections(path: path, settings: settings, statistics: schema.statisticsColumns)
  }

  static func configuration(_ settings: SQLiteSettings) -> Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(settings.busySeconds)
    configuration.maximumReaderCount = max(1, settings.readers)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA secure_delete = ON")
      try database.execute(sql: "PRAGMA cache_size = -\(settings.cacheKiB)")
      try database.execute(sql: "PRAGMA mmap_size = \(settings.mapMiB * 1024 * 1024)")
      try database.execute(sql: "PRAGMA temp_store = MEMORY")
      // Only a viewer's connection knows a member.
      database.add(function: DatabaseFunction("kith_member", argumentCount: 0, pure: true) { _ in nil })
      database.add(function: DatabaseFunction("kith_account", argumentCount: 0, pure: true) { _ in nil })
    }
    return configuration
  }

  /// SQLite gives `-wal` and `-shm` the mode of the database file, so that file is made first, for its owner only.
  private static func makePrivate(_ path: String) throws {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw Trouble("a database file cannot be opened", "check that the data folder is yours: \(path) (errno \(errno))")
    }
    fchmod(file, 0o600)
    Foundation.close(file)
  }

  func read<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    do {
      switch scope {
      case .house, .keyring, .account:
        return try await pool.read { try body(SQLiteSession($0)) }
      case .viewer(let account, let member):
        return try await narrow.read(.viewer(account, member), body)
      case .statistics(let account):
        return try await narrow.read(.statistics(account), body)
      }
    } catch {
      throw SQLiteTrouble.trouble(error)
    }
  }

  func write<T: Sendable>(_ body: @escaping @Sendable (any Session) throws -> T) async throws -> T {
    do {
      return try await pool.write { try body(SQLiteSession($0)) }
    } catch {
      throw SQLiteTrouble.trouble(error)
    }
  }

  func checkpoint() async throws {
    do {
      try await pool.writeWithoutTransaction { database in _ = try database.checkpoint(.truncate) }
    } catch {
      throw SQLiteTrouble.trouble(error)
    }
  }

  /// `VACUUM` writes the file anew through the log, so the log must be emptied after it as well.
  func compact() async throws {
    do {
      try await pool.barrierWriteWithoutTransaction { database in
        try database.execute(sql: "VACUUM")
        _ = try database.checkpoint(.truncate)
      }
    } catch {
      throw SQLiteTrouble.trouble(error)
    }
  }

  /// Empties the log first where nobody else reads, for GRDB's readers close last and cannot; what stays in it is safe.
  func close() throws {
    do {
      try narrow.close()
      _ = try? pool.writeWithoutTransaction { database in try database.checkpoint(.truncate) }
      try pool.close()
    } catch {
      throw SQLiteTrouble.trouble(error)
    }
  }
}
