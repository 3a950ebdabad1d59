import GRDB
import GRDBSQLite
import Glibc
import Model

/// A transaction on a SQLite connection: statements come from GRDB's cache and are bound and stepped directly.
final class SQLiteSession: Session {
  let dialect = Dialect.sqlite
  private let database: Database
  /// Set on connections of the viewer and statistics classes.
  private let rights: NarrowRights?
  private var streaming = false

  init(_ database: Database, rights: NarrowRights? = nil) {
    self.database = database
    self.rights = rights
  }

  func rows(_ sql: String, _ arguments: [Value]) throws -> [Row] {
    try withStatement(sql) { statement in
      try statement.bind(arguments)
      return try statement.rows()
    }
  }

  @discardableResult func run(_ sql: String, _ arguments: [Value]) throws -> Int {
    try withStatement(sql) { statement in
      try statement.bind(arguments)
      return try statement.run()
    }
  }

  func runMany(_ sql: String, _ sets: [[Value]]) throws {
    try withStatement(sql) { statement in
      for arguments in sets {
        try statement.bind(arguments)
        _ = try statement.run()
      }
    }
  }

  func rowsMany(_ sql: String, _ sets: [[Value]]) throws -> [[Row]] {
    try withStatement(sql) { statement in
      try sets.map { arguments in
        try statement.bind(arguments)
        return try statement.rows()
      }
    }
  }

  func stream(_ sql: String, _ arguments: [Value], _ body: (Row) throws -> Void) throws {
    try withStatement(sql) { statement in
      try statement.bind(arguments)
      streaming = true
      defer { streaming = false }
      while try statement.step() { try body(statement.row()) }
    }
  }

  private func withStatement<T>(_ sql: String, _ body: (borrowing SQLiteStatement) throws -> T) throws -> T {
    if streaming { throw Trouble("a statement was run inside a stream", "end the stream first") }
    let statement = SQLiteStatement(try prepare(sql).sqliteStatement, sql)
    defer { statement.reset() }
    return try body(statement)
  }

  private func prepare(_ sql: String) throws -> Statement {
    try rights?.beginPreparing(sql)
    defer { rights?.endPreparing() }
    do {
      return try database.cachedStatement(sql: sql)
    } catch let error as DatabaseError {
      throw SQLiteTrouble.trouble(error.extendedResultCode.rawValue, error.message ?? "", sql)
    }
  }
}

/// A prepared statement with the place of each `$n`: `$2` may come first, so binding goes by name.
struct SQLiteStatement: ~Copyable {
  private let handle: OpaquePointer
  private let sql: String
  /// For each parameter of SQLite, in its order, the index into the arguments.
  private let places: [Int]
  private let width: Int

  init(_ handle: OpaquePointer, _ sql: String) {
    self.handle = handle
    self.sql = sql
    var places: [Int] = []
    let count = sqlite3_bind_parameter_count(handle)
    for index in 0..<max(0, count) {
      guard let name = sqlite3_bind_parameter_name(handle, index + 1) else {
        places.append(Int(index))
        continue
      }
      var number = 0
      var at = name + 1
      while at.pointee >= 48, at.pointee <= 57, number < 100_000 {
        number = number * 10 + Int(at.pointee - 48)
        at += 1
      }
      places.append(number - 1)
    }
    self.places = places
    self.width = Int(sqlite3_column_count(handle))
  }

  borrowing func bind(_ arguments: [Value]) throws {
    for index in places.indices {
      let place = places[index]
      guard place >= 0, place < arguments.count else {
        throw Trouble("a statement wants $\(place + 1), but \(arguments.count) arguments were given", sql)
      }
      let code = bind(arguments[place], at: Int32(index + 1))
      if code != SQLITE_OK { throw failure(code) }
    }
  }

  private borrowing func bind(_ value: Value, at index: Int32) -> Int32 {
    // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: return sqlite3_bind_null(handle, index)
    case .integer(let number): return sqlite3_bind_int64(handle, index, number)
    case .real(let number): return sqlite3_bind_double(handle, index, number)
    case .text(let text):
      var text = Value.storable(text)
      return text.withUTF8 { utf8 in
        guard let base = utf8.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, copied) }
        return base.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
          sqlite3_bind_text(handle, index, $0, Int32(clamping: utf8.count), copied)
        }
      }
    case .bytes(let bytes):
      return bytes.withUnsafeBytes { raw in
        guard let base = raw.baseAddress, !raw.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
        return sqlite3_bind_blob64(handle, index, base, UInt64(raw.count), copied)
      }
    }
  }

  /// Steps to the end and returns the number of rows changed, 0 for a statement that only reads.
  borrowing func run() throws -> Int {
    let connection = sqlite3_db_handle(handle)
    let before = sqlite3_total_changes(connection)
    while try step() {}
    sqlite3_reset(handle)
    // total_changes tells a statement that changed nothing from the one before it; changes leaves cascades out.
    return sqlite3_total_changes(connection) == before ? 0 : Int(sqlite3_changes(connection))
  }

  borrowing func rows() throws -> [Row] {
    var rows: [Row] = []
    while try step() { rows.append(row()) }
    sqlite3_reset(handle)
    return rows
  }

  borrowing func step() throws -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE { return false }
    throw failure(code)
  }

  borrowing func row() -> Row {
    Row(
      [Value](unsafeUninitializedCapacity: width) { buffer, count in
        for index in 0..<width {
          buffer.initializeElement(at: index, to: value(Int32(index)))
        }
        count = width
      })
  }

  private borrowing func value(_ index: Int32) -> Value {
    switch sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, index))
    case SQLITE_TEXT:
      guard let text = sqlite3_column_text(handle, index) else { return .text("") }
      let count = Int(sqlite3_column_bytes(handle, index))
      return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      guard let base = sqlite3_column_blob(handle, index) else { return .bytes([]) }
      let count = Int(sqlite3_column_bytes(handle, index))
      return .bytes([UInt8](UnsafeRawBufferPointer(start: base, count: count)))
    default: return .null
    }
  }

  /// Lets go of locks and of the arguments' memory.
  borrowing func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  private borrowing func failure(_ code: Int32) -> Trouble {
    let connection = sqlite3_db_handle(handle)
    let extended = sqlite3_extended_errcode(connection)
    let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? ""
    return SQLiteTrouble.trouble(extended == SQLITE_OK ? code : extended, message, sql)
  }
}

extension Value {
  /// PostgreSQL keeps no NUL in a text, so neither engine does.
  static func storable(_ text: String) -> String {
    var text = text
    let hasNUL = text.withUTF8 { bytes in bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false }
    guard hasNUL else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
  }
}
