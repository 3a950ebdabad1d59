import CPQ
import Model

/// A transaction on a PostgreSQL connection; values go out as text, blobs as bytes, and everything comes in as bytes.
final class PostgresSession: Session {
  let dialect = Dialect.postgres
  private let link: PostgresLink
  private let group: String
  private var streaming = false
  /// The first fault that undid the transaction, whatever the body made of it.
  private(set) var fault: PostgresFault?

  init(_ link: PostgresLink, group: String) {
    self.link = link
    self.group = group
  }

  func rows(_ sql: String, _ arguments: [Value]) throws -> [Row] {
    try noting {
      let statement = try prepare(sql)
      let result = try PostgresArguments(arguments, statement, sql).withPointers { values, lengths, formats in
        PQexecPrepared(link.handle, statement.name, Int32(statement.parameters), values, lengths, formats, 1)
      }
      defer { PQclear(result) }
      try link.check(result, sql)
      return try PostgresRows.binary(result)
    }
  }

  @discardableResult func run(_ sql: String, _ arguments: [Value]) throws -> Int {
    try noting {
      let statement = try prepare(sql)
      let result = try PostgresArguments(arguments, statement, sql).withPointers { values, lengths, formats in
        PQexecPrepared(link.handle, statement.name, Int32(statement.parameters), values, lengths, formats, 1)
      }
      defer { PQclear(result) }
      try link.check(result, sql)
      return changed(result)
    }
  }

  /// What the command's tag says: `UPDATE 3`; a `SELECT` changes nothing.
  private func changed(_ result: OpaquePointer?) -> Int {
    let tag = PQcmdStatus(result).map { String(cString: $0) } ?? ""
    guard ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(where: tag.hasPrefix) else { return 0 }
    return PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
  }

  func runMany(_ sql: String, _ sets: [[Value]]) throws { try pipeline(sql, sets) { _ in } }

  func rowsMany(_ sql: String, _ sets: [[Value]]) throws -> [[Row]] {
    var answers: [[Row]] = []
    answers.reserveCapacity(sets.count)
    try pipeline(sql, sets) { answers.append(try PostgresRows.binary($0)) }
    return answers
  }

  func stream(_ sql: String, _ arguments: [Value], _ body: (Row) throws -> Void) throws {
    try noting {
      let statement = try prepare(sql)
      let sent = try PostgresArguments(arguments, statement, sql).withPointers { values, lengths, formats in
        PQsendQueryPrepared(link.handle, statement.name, Int32(statement.parameters), values, lengths, formats, 1)
      }
      guard sent == 1 else { throw link.failure(sql) }
      PQsetSingleRowMode(link.handle)
      streaming = true
      defer { streaming = false }
      var failure: (any Error)?
      while let result = PQgetResult(link.handle) {
        defer { PQclear(result) }
        guard failure == nil else { continue }
        do {
          try link.check(result, sql)
          for row in try PostgresRows.binary(result) { try body(row) }
        } catch {
          failure = error
          cancel()
        }
      }
      if let failure { throw failure }
    }
  }

  /// Tells the server that the rest of a stream is not wanted; its transaction is over with that.
  private func cancel() {
    guard let cancel = PQgetCancel(link.handle) else { return }
    var message = [CChar](repeating: 0, count: 256)
    PQcancel(cancel, &message, 256)
    PQfreeCancel(cancel)
  }

  /// Sends in pieces of 500 sets, so that neither side holds much in memory; the answers come in order.
  private func pipeline(_ sql: String, _ sets: [[Value]], _ answer: (OpaquePointer?) throws -> Void) throws {
    if sets.isEmpty { return }
    try noting {
      let statement = try prepare(sql)
      guard PQenterPipelineMode(link.handle) == 1 else { throw link.failure(sql) }
      defer { PQexitPipelineMode(link.handle) }
      var start = 0
      while start < sets.count {
        let end = min(start + 500, sets.count)
        try sendAndReceive(statement, sql, sets[start..<end], answer)
        start = end
      }
    }
  }

  private func sendAndReceive(
    _ statement: PostgresLink.Prepared, _ sql: String, _ sets: ArraySlice<[Value]>,
    _ answer: (OpaquePointer?) throws -> Void
  ) throws {
    var failure: (any Error)?
    for arguments in sets {
      do {
        let sent = try PostgresArguments(arguments, statement, sql).withPointers { values, lengths, formats in
          PQsendQueryPrepared(link.handle, statement.name, Int32(statement.parameters), values, lengths, formats, 1)
        }
        if sent != 1 { failure = link.failure(sql) }
      } catch {
        failure = error
      }
      if failure != nil { break }
    }
    guard PQpipelineSync(link.handle) == 1 else { throw failure ?? link.failure(sql) }
    // One result and one nil for each statement sent, then the answer to the synchronisation.
    while link.isAlive {
      guard let result = PQgetResult(link.handle) else { continue }
      defer { PQclear(result) }
      if PQresultStatus(result) == PGRES_PIPELINE_SYNC { break }
      if failure != nil { continue }
      do {
        try link.check(result, sql)
        try answer(result)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    if !link.isAlive { throw link.failure(sql) }
  }

  private func prepare(_ sql: String) throws -> PostgresLink.Prepared { try link.prepare(sql, group: group) }

  private func noting<T>(_ body: () throws -> T) throws -> T {
    if streaming { throw Trouble("a statement was run inside a stream", "end the stream first") }
    do {
      return try body()
    } catch let error as PostgresFault {
      if fault == nil { fault = error }
      throw error.trouble
    }
  }
}

/// The arguments of one statement in the shape libpq wants them.
struct PostgresArguments {
  private var buffer: [UInt8] = []
  private var offsets: [Int] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []

  init(_ arguments: [Value], _ statement: PostgresLink.Prepared, _ sql: String) throws {
    guard arguments.count >= statement.parameters else {
      throw Trouble("a statement wants $\(statement.parameters), but \(arguments.count) arguments were given", sql)
    }
    for value in arguments.prefix(statement.parameters) {
      offsets.append(buffer.count)
      var format: Int32 = 0
      switch value {
      case .null: offsets[offsets.count - 1] = -1
      case .integer(let number): buffer.append(contentsOf: String(number).utf8)
      // SQLite keeps a real that is not a number as null, so PostgreSQL does too.
      case .real(let number) where number.isNaN: offsets[offsets.count - 1] = -1
      case .real(let number) where number.isInfinite:
        buffer.append(contentsOf: (number < 0 ? "-Infinity" : "Infinity").utf8)
      case .real(let number): buffer.append(contentsOf: String(number).utf8)
      case .text(let text): buffer.append(contentsOf: Value.storable(text).utf8)
      case .bytes(let bytes):
        buffer.append(contentsOf: bytes)
        format = 1
      }
      lengths.append(Int32(clamping: buffer.count - max(0, offsets[offsets.count - 1])))
      formats.append(format)
      buffer.append(0)
    }
  }

  /// The pointers are good only inside the closure.
  func withPointers<T>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> T
  ) -> T {
    buffer.withUnsafeBytes { raw in
      let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
      let pointers: [UnsafePointer<CChar>?] = offsets.map { offset in offset < 0 ? nil : base.map { $0 + offset } }
      return pointers.withUnsafeBufferPointer { pointers in
        lengths.withUnsafeBufferPointer { lengths in
          formats.withUnsafeBufferPointer { formats in
            body(pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
          }
        }
      }
    }
  }
}
