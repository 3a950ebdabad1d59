import GRDB
import GRDBSQLite
import Glibc
import Model

/// What SQLite's result codes mean for the one who reads them.
enum SQLiteTrouble {
  /// Messages of SQLite name tables and columns, never values.
  static func trouble(_ code: Int32, _ message: String, _ sql: String) -> Trouble {
    switch code & 0xff {
    // SQLITE_PROTOCOL: somebody kept the write-ahead log locked while it was opened.
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
      Trouble("the database is busy with this account", remedy: .wait(until: soon()))
    case SQLITE_FULL: Trouble("the disk is full", "free some space; nothing of this step was stored")
    case SQLITE_AUTH:
      Trouble("this connection may not read that", "\(message): \(sql)")
    case SQLITE_READONLY:
      Trouble("this transaction cannot write", "\(message): \(sql)")
    case SQLITE_CONSTRAINT: Trouble("a rule of the database was broken: \(message)", sql)
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      Trouble("a database file is damaged", "restore it from a backup: \(message)")
    case SQLITE_IOERR:
      Trouble("the disk reported an error", "check the disk: \(message) (\(code)); nothing of this step was stored")
    case SQLITE_CANTOPEN, SQLITE_PERM:
      Trouble("a database file cannot be opened", "check that the data folder exists and is yours: \(message)")
    default: Trouble("the database refused a statement: \(message) (\(code))", sql)
    }
  }

  /// Two seconds from now: whoever holds the lock is another process, so no clock of ours knows when it ends.
  private static func soon() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000 &+ 2000)
  }

  static func trouble(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    return trouble(error.extendedResultCode.rawValue, error.message ?? "", error.sql ?? "")
  }
}
