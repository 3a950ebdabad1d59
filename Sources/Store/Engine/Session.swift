/// One transaction on one connection; it lives only inside the closure of `Engine.read` or `Engine.write`.
///
/// Placeholders are `$1`, `$2`, … and may appear in any order and more than once. Every throw is a `Trouble`.
/// A NUL inside a text is kept as U+FFFD, and a real that is not a number as null, on both engines.
public protocol Session: AnyObject {
  var dialect: Dialect { get }

  func rows(_ sql: String, _ arguments: [Value]) throws -> [Row]

  /// Runs one statement and returns the number of rows it changed.
  @discardableResult func run(_ sql: String, _ arguments: [Value]) throws -> Int

  /// Runs one statement once for each set; prepared once, pipelined on PostgreSQL.
  func runMany(_ sql: String, _ sets: [[Value]]) throws

  /// As `runMany`, with the rows each set answered, in order; for upserts with `RETURNING`.
  func rowsMany(_ sql: String, _ sets: [[Value]]) throws -> [[Row]]

  /// Gives the rows one by one in constant memory; the body must not use the session.
  func stream(_ sql: String, _ arguments: [Value], _ body: (Row) throws -> Void) throws
}

extension Session {
  public func rows(_ sql: String) throws -> [Row] { try rows(sql, []) }

  public func row(_ sql: String, _ arguments: [Value] = []) throws -> Row? { try rows(sql, arguments).first }

  @discardableResult public func run(_ sql: String) throws -> Int { try run(sql, []) }
}
