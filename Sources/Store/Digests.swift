import Consent
public import Model

extension Store {
  /// SHA-256 over every labelled table in primary-key order, equal on either engine.
  ///
  /// Without lease, jobs and wake list, which are work, and without the ledger, which proves itself: taking an export
  /// is a line of it, and must not make the export differ from what it was taken of.
  public func digest(_ account: ID<Account>) async throws -> String {
    try await read(account) { session in
      var hash = Digesting()
      for table in ExportTable.all where !table.isLedger {
        hash.add(framed: Array(table.name.utf8))
        try forEachRow(of: table, account, member: nil, in: session) { row in
          for value in row { mix(value, into: &hash) }
        }
      }
      return hex(hash.finish())
    }
  }

  /// Gives every row of a table in the order of its key; content that lies in files comes as rows of frames.
  func forEachRow(
    of table: ExportTable, _ account: ID<Account>, member: ID<Member>?, in session: any Session,
    _ body: ([Value]) throws -> Void
  ) throws {
    if table.name == "blob_frame", blobFolder != nil {
      return try forEachFrame(account, member: member, in: session, body)
    }
    let whose: [Value] = member.map { [Value($0)] } ?? []
    let filtered = member != nil && table.hasMember && !table.isCommon
    try session.stream(
      table.select(session.dialect, member: member != nil), [Value(account)] + (filtered ? whose : [])
    ) { try body($0.values) }
  }

  /// The rows of `blob_frame` as they would be, were content over 256 kB not in files.
  private func forEachFrame(
    _ account: ID<Account>, member: ID<Member>?, in session: any Session, _ body: ([Value]) throws -> Void
  ) throws {
    let rows = try session.rows(
      "SELECT blob_id, member_id FROM mail WHERE account_id = $1 AND blob_id IS NOT NULL ORDER BY blob_id",
      [Value(account)])
    for row in rows where member == nil || row.id(1) == member {
      let bytes = try blob(account, row.int(0), in: session)
      for (position, start) in stride(from: 0, to: bytes.count, by: Blobs.frameCount).enumerated() {
        let frame = Array(bytes[start..<min(bytes.count, start + Blobs.frameCount)])
        try body([Value(account), row[0], Value(position), .bytes(frame), row[1]])
      }
    }
  }
}

/// Adds a value with its type, so that no two different rows give the same bytes.
private func mix(_ value: Value, into hash: inout Digesting) {
  switch value {
  case .null: hash.add([0])
  case .integer(let number):
    hash.add([1])
    hash.add(eight(UInt64(bitPattern: number)))
  case .real(let number):
    hash.add([2])
    hash.add(eight(number.bitPattern))
  case .text(let text):
    hash.add([3])
    hash.add(framed: Array(text.utf8))
  case .bytes(let bytes):
    hash.add([4])
    hash.add(framed: bytes)
  }
}

private func eight(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) } }

// MARK: the digest of what is known, whatever the ids

extension Store {
  /// A digest of what an account knows, by which two runs can be compared that made different ids at different times.
  ///
  /// Left out are ids, keys, seals, instants of work, strengths (they depend on the instant of the run) and the ledger.
  /// Instead of an id a row takes the digest of the row it names, in rounds (Weisfeiler and Leman 1968), so that equal
  /// digests mean equal rows with equal relations.
  public func logicalDigest(_ account: ID<Account>) async throws -> String {
    try await read(account) { session in
      var tables: [LogicalTable] = []
      for table in ExportTable.all where !LogicalTable.leftOut.contains(table.name) {
        var rows: [[Value]] = []
        try session.stream(table.select(session.dialect), [Value(account)]) { rows.append($0.values) }
        tables.append(LogicalTable(table, rows))
      }
      var names: [String: [Int64: [UInt8]]] = [:]
      for _ in 0..<4 {
        var next: [String: [Int64: [UInt8]]] = [:]
        for table in tables { next[table.name] = table.names(with: names) }
        names = next
      }
      var all = Digesting()
      for table in tables {
        all.add(framed: Array(table.name.utf8))
        for row in table.digests(with: names).sorted(by: { $0.lexicographicallyPrecedes($1) }) { all.add(row) }
      }
      return hex(all.finish())
    }
  }
}

/// One table on its way into the logical digest.
private struct LogicalTable {
  static let leftOut: Set<String> = ["ledger", "ledger_head", "blob_frame", "delivery", "acceptance", "transcript"]
  /// Columns that hold the id of a row, where the name does not say of which table.
  static let references = [
    "grant_id": "consent_grant", "entry_id": "journal", "person_a": "person", "person_b": "person",
    "from_person": "person", "undoes": "journal", "with_member": "member", "run_id": "", "blob_id": "",
  ]

  let name: String
  let rows: [[Value]]
  private let id: Int?
  private let plain: [Int]
  private let naming: [(column: Int, table: String)]

  init(_ table: ExportTable, _ rows: [[Value]]) {
    name = table.name
    self.rows = rows
    id = table.index(of: "id")
    var plain: [Int] = []
    var naming: [(column: Int, table: String)] = []
    for (at, label) in table.columns.enumerated() {
      if label.category == "id" {
        guard label.column != "id", label.column != "account_id" else { continue }
        let target = LogicalTable.references[label.column] ?? String(label.column.dropLast(3))
        if !target.isEmpty { naming.append((at, target)) }
      } else if label.cls == .open, label.category != "measure",
        label.category != "instant" || label.whose == "contact"
      {
        plain.append(at)
      }
    }
    self.plain = plain
    self.naming = naming
  }

  func digests(with names: [String: [Int64: [UInt8]]]) -> [[UInt8]] {
    rows.map { row in
      var hash = Digesting()
      for at in plain { mix(row[at], into: &hash) }
      for (at, table) in naming {
        if case .integer(let id) = row[at], let named = names[table]?[id] { hash.add(named) } else { hash.add([9]) }
      }
      return hash.finish()
    }
  }

  func names(with names: [String: [Int64: [UInt8]]]) -> [Int64: [UInt8]] {
    guard let id else { return [:] }
    var out: [Int64: [UInt8]] = [:]
    for (row, digest) in zip(rows, digests(with: names)) { if case .integer(let key) = row[id] { out[key] = digest } }
    return out
  }
}
