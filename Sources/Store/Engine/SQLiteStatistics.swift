import GRDB

/// Tells SQLite's planner what the tables will be like, before there is a row in them.
///
/// In an account's file the first column of every index holds one value alone, and the second often one of a few.
/// Without statistics the planner believes that each column picks a few rows, and reads a whole table where another
/// index would find one row. PostgreSQL gathers its own statistics.
struct SQLiteStatistics {
  /// Rows of a table, as far as the planner should reckon with.
  private static let rows = 1_000_000
  /// Columns that hold one value in the whole file, or one of a few.
  private static let wide: Set<String> = ["account_id", "member_id"]
  private static let coarse: Set<String> = ["kind", "state", "gone", "stale", "analysed", "field", "role", "side"]

  static func seed(_ database: Database) throws {
    try database.execute(sql: "ANALYZE sqlite_schema")
    try database.execute(sql: "DELETE FROM sqlite_stat1")
    let tables = try String.fetchAll(
      database,
      sql:
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' AND name NOT LIKE 'sqlite_%'")
    for table in tables {
      let indexes = try GRDB.Row.fetchAll(
        database, sql: "SELECT name, \"unique\", partial FROM pragma_index_list(?)", arguments: [table])
      for index in indexes {
        let name: String = index["name"]
        let columns = try String?.fetchAll(
          database, sql: "SELECT name FROM pragma_index_info(?) ORDER BY seqno", arguments: [name])
        let stat = numbers(columns.map { $0 ?? "" }, isUnique: index["unique"], isPartial: index["partial"])
        try database.execute(
          sql: "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", arguments: [table, name, stat])
      }
    }
    // Loads what was just written.
    try database.execute(sql: "ANALYZE sqlite_schema")
  }

  /// The rows of an index, then for each column how many rows agree in it and those before it.
  private static func numbers(_ columns: [String], isUnique: Bool, isPartial: Bool) -> String {
    let all = isPartial ? 1000 : rows
    var agree = all
    var out = [all]
    for (place, column) in columns.enumerated() {
      if isUnique, place == columns.count - 1 {
        agree = 1
      } else if coarse.contains(column) {
        agree = max(1, agree / 3)
      } else if !wide.contains(column) {
        agree = max(2, min(20, agree / 1000))
      }
      out.append(agree)
    }
    return out.map(String.init).joined(separator: " ")
  }
}
