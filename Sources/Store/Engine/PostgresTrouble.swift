import CPQ
import Model

/// An error of PostgreSQL by its code (SQLSTATE, appendix A of its manual), with what Kith does about it.
struct PostgresFault: Error {
  var state: String
  var trouble: Trouble
  /// The transaction was undone and may be run again as it is.
  var mayRetry: Bool { state == "40001" || state == "40P01" }
  /// The connection is of no use any more.
  var isLost: Bool { state.hasPrefix("08") || ["57P01", "57P02", "57P03"].contains(state) }

  init(_ result: OpaquePointer?, _ connection: OpaquePointer, _ sql: String, now: Instant) {
    func field(_ name: Int32) -> String? { PQresultErrorField(result, name).map { String(cString: $0) } }
    let isDead = PQstatus(connection) != CONNECTION_OK
    let state = field(Int32(UInt8(ascii: "C"))) ?? (isDead ? "08006" : "XX000")
    // The message of other classes may quote a value, which belongs in no log.
    let isSafe = state.hasPrefix("42") || state.hasPrefix("3")
    let named = [Int32(UInt8(ascii: "t")), Int32(UInt8(ascii: "c")), Int32(UInt8(ascii: "n"))].compactMap(field)
    let message = isSafe ? field(Int32(UInt8(ascii: "M"))) ?? "" : named.joined(separator: ", ")
    self.init(state: isDead ? "08006" : state, message, sql, now: now)
  }

  init(state: String, _ message: String, _ sql: String, now: Instant) {
    self.state = state
    let soon = Remedy.wait(until: Instant(milliseconds: now.milliseconds + 2000))
    switch state {
    case "40001", "40P01": trouble = Trouble("two transactions met in the database", remedy: soon)
    case "55P03", "57014": trouble = Trouble("the database is busy with this account", remedy: soon)
    case "53300": trouble = Trouble("the database has no connection free", remedy: soon)
    case "53100": trouble = Trouble("the disk is full", "free some space; nothing of this step was stored")
    case "53200": trouble = Trouble("the database has no memory left", "give it more; nothing was stored")
    case "42501": trouble = Trouble("this connection may not read that", "\(message): \(sql)")
    case "25006": trouble = Trouble("this transaction cannot write", sql)
    case _ where state.hasPrefix("23"): trouble = Trouble("a rule of the database was broken: \(message)", sql)
    case _ where state.hasPrefix("08") || state.hasPrefix("57P"):
      trouble = Trouble("the connection to the database was lost", remedy: soon)
    case _ where state.hasPrefix("28"):
      trouble = Trouble("the database refused the sign-in", "check name and password in the setting")
    case _ where state.hasPrefix("58"):
      trouble = Trouble("the disk of the database reported an error", "check it; nothing of this step was stored")
    default: trouble = Trouble("the database refused a statement: \(message) (\(state))", sql)
    }
  }
}
