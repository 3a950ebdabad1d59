import Model

/// What of the schema goes out with an account, read off the labels: nothing is listed by hand (P087, P118).
struct ExportTable: Sendable {
  let name: String
  let columns: [ColumnLabel]

  /// All tables of an account whose labels say `export`, in the order in which they refer to each other.
  static let all: [ExportTable] = Schema.embedded.tables(of: .account).compactMap { name in
    let labels = Schema.embedded.labels(of: .account).filter { $0.table == name }
    guard labels.contains(where: { $0.export == "export" && $0.column != "account_id" }) else { return nil }
    guard !labels.contains(where: { $0.export == "skip" }) else { return nil }
    return ExportTable(name: name, columns: labels)
  }

  /// The sealed logins, which no export holds.
  static let logins: [ExportTable] = [
    ExportTable(
      name: "credential", columns: Schema.embedded.labels(of: .account).filter { $0.table == "credential" })
  ]

  var columnList: String { columns.map(\.column).joined(separator: ", ") }
  var hasMember: Bool { columns.contains { $0.column == "member_id" } }
  /// Whose rows are everybody's in a team: they hold no content of a member's.
  var isCommon: Bool { name == "acceptance" }

  var isLedger: Bool { name == "ledger" || name == "ledger_head" }

  /// All rows in the order of the primary key, the same on both engines.
  func select(_ dialect: Dialect, member: Bool = false) -> String {
    let keys = columns.filter { $0.primaryKeyIndex != nil }
      .sorted { ($0.primaryKeyIndex ?? 0) < ($1.primaryKeyIndex ?? 0) }
      .map { $0.type == "TEXT" ? $0.column + dialect.binaryOrder : $0.column }
    let whose = member && hasMember && !isCommon ? " AND member_id = $2" : ""
    return "SELECT \(columnList) FROM \(name) WHERE account_id = $1\(whose) ORDER BY \(keys.joined(separator: ", "))"
  }

  var insert: String {
    let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    return "INSERT INTO \(name) (\(columnList)) VALUES (\(places))"
  }

  /// As `insert`; a row that is there already stays as it is.
  var insertIfAbsent: String { insert + " ON CONFLICT DO NOTHING" }

  func index(of column: String) -> Int? { columns.firstIndex { $0.column == column } }
}

extension Dialect {
  /// Sorts text by its bytes, whatever the database's language is.
  var binaryOrder: String {
    switch self {
    case .sqlite: ""
    case .postgres: " COLLATE \"C\""
    }
  }
}
