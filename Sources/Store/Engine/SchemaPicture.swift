import GRDB

extension Schema {
  /// `current.sql`: every table, index and view as they stand after all steps, with the labels, for a golden file.
  public func picture() throws -> String {
    try StoreKind.allCases.map { try picture($0) }.joined(separator: "\n")
  }

  private func picture(_ store: StoreKind) throws -> String {
    let database = try DatabaseQueue()
    let made: [(String, String, String)] = try database.write { database in
      for migration in migrations(of: store) {
        for statement in migration.statements {
          // The full-text index is shown as the schema writes it, not as the tables SQLite makes of it.
          if FullText(SQLText.tokens(statement)) != nil { continue }
          try database.execute(sql: Dialect.sqlite.schema(statement))
        }
      }
      return try GRDB.Row.fetchAll(
        database,
        sql:
          """
          SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL
          ORDER BY type = 'view', tbl_name, type DESC, name
          """
      ).map { ($0[0], $0[1], $0[2]) }
    }
    var text = "-- \(store.rawValue)\n"
    for (type, name, sql) in made {
      text += "\n\(sql);\n"
      for label in labels(of: store) where type == "table" && label.table == name { text += "--: \(label.line)\n" }
    }
    let indexes = migrations(of: store).flatMap(\.statements).filter { FullText(SQLText.tokens($0)) != nil }
    return text + indexes.map { "\n\($0);\n" }.joined()
  }
}

extension ColumnLabel {
  /// The label on one line, with the column it belongs to.
  public var line: String {
    let purposes = purposes.isEmpty ? "-" : purposes.joined(separator: ",")
    return "\(column): \(cls.rawValue) \(category) \(whose) \(purposes) \(retention) \(export) \(erase)"
  }
}
