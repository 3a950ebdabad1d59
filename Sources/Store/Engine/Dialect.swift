/// The places where the two engines differ; everything else is one text for both.
public enum Dialect: Sendable, Hashable {
  case sqlite, postgres

  /// Appended to the `SELECT` that claims rows: on SQLite the write transaction is alone anyway.
  public var claimLock: String {
    switch self {
    case .sqlite: ""
    case .postgres: " FOR UPDATE SKIP LOCKED"
    }
  }

  /// What a placeholder of the schema stands for.
  func filling(_ hole: String) -> String? {
    switch (self, hole) {
    case (.sqlite, "{member}"): "kith_member()"
    case (.sqlite, "{account}"): "kith_account()"
    case (.postgres, "{member}"): "NULLIF(current_setting('kith.member', true), '')::bigint"
    case (.postgres, "{account}"): "NULLIF(current_setting('kith.account', true), '')::bigint"
    default: nil
    }
  }

  /// Words of the schema that the engines spell otherwise.
  ///
  /// `INTEGER` has 32 bits and `REAL` 4 bytes on PostgreSQL; a column declared `BYTEA` would be numeric on SQLite.
  private func typeName(_ word: String) -> String? {
    switch (self, word) {
    // A narrow table that is kept in the order of its key; PostgreSQL has heaps only.
    case (.sqlite, "CLUSTERED"): "WITHOUT ROWID"
    case (.postgres, "CLUSTERED"): ""
    case (.sqlite, "BYTEA"): "BLOB"
    case (.postgres, "BLOB"): "BYTEA"
    case (.postgres, "INTEGER"): "BIGINT"
    case (.postgres, "REAL"): "DOUBLE PRECISION"
    default: nil
    }
  }

  /// The text of one statement of a migration for this engine.
  public func schema(_ statement: String) -> String {
    var tokens = SQLText.tokens(statement)
    if let index = FullText(tokens) { return index.creation(self) }
    for at in tokens.indices {
      switch tokens[at].kind {
      case .hole: tokens[at].text = filling(tokens[at].text) ?? tokens[at].text
      case .word: tokens[at].text = typeName(tokens[at].keyword) ?? tokens[at].text
      case .quoted, .string, .number, .placeholder, .symbol, .comment: break
      }
    }
    return SQLText.join(tokens)
  }
}

/// A full-text index over blind tokens: `CREATE FULLTEXT words ON blind_text (tokens) ROW id SEEN seen_text`.
///
/// The column holds the tokens of one row, separated by single spaces, each once: lower-case letters and digits. On
/// SQLite this is an FTS5 table over external content that the writer keeps in step by `add` and `remove`, and a view
/// `seen_words` that shows of it what `seen_text` shows, for viewers; on PostgreSQL an index.
public struct FullText: Sendable, Hashable {
  public var name: String
  public var table: String
  public var column: String
  /// The column with the row's id; unique in one account.
  public var row: String
  /// The view that shows viewers the table; it must have the row's id and the tokens.
  public var seen: String?

  public init(_ name: String, on table: String, column: String, row: String, seen: String? = nil) {
    self.seen = seen
    self.name = name
    self.table = table
    self.column = column
    self.row = row
  }

  init?(_ tokens: [SQLToken]) {
    let words = tokens.map(\.keyword)
    guard words.count == 10 || (words.count == 12 && words[10] == "SEEN"), words[0] == "CREATE",
      words[1] == "FULLTEXT", words[3] == "ON", words[5] == "(", words[7] == ")", words[8] == "ROW"
    else { return nil }
    self.init(
      tokens[2].text, on: tokens[4].text, column: tokens[6].text, row: tokens[9].text,
      seen: words.count == 12 ? tokens[11].text : nil)
  }

  fileprivate func creation(_ dialect: Dialect) -> String {
    switch dialect {
    case .sqlite:
      let table = """
        CREATE VIRTUAL TABLE \(name) USING fts5(\(column), content='\(table)', content_rowid='\(row)', \
        tokenize='ascii', detail=none, columnsize=0)
        """
      guard let seen else { return table }
      // EXISTS and not IN: the index must be asked for the words first, and only then whether a row may be seen.
      return """
        \(table);
        CREATE VIEW seen_\(name) AS SELECT i.rowid AS \(row), i.\(name) AS \(column) FROM \(name) i
        WHERE EXISTS (SELECT 1 FROM \(seen) s WHERE s.\(row) = i.rowid)
        """
    case .postgres:
      return "CREATE INDEX \(name) ON \(table) USING gin (array_to_tsvector(string_to_array(\(column), ' ')))"
    }
  }

  /// A condition on the table, or for viewers on the view `seen`: the row has all tokens.
  public func matches(
    _ placeholder: String, _ dialect: Dialect, alias: String? = nil, viewer: Bool = false
  ) -> String {
    let prefix = alias.map { $0 + "." } ?? ""
    switch dialect {
    case .sqlite where viewer:
      return "\(prefix)\(row) IN (SELECT \(row) FROM seen_\(name) WHERE \(column) MATCH \(placeholder))"
    case .sqlite: return "\(prefix)\(row) IN (SELECT rowid FROM \(name) WHERE \(name) MATCH \(placeholder))"
    case .postgres:
      return "array_to_tsvector(string_to_array(\(prefix)\(column), ' ')) @@ CAST(\(placeholder) AS tsquery)"
    }
  }

  /// The argument for `matches`: every token must be there.
  ///
  /// Tokens of other than letters and digits are left out.
  public func query(_ tokens: [String], _ dialect: Dialect) -> Value {
    let words = tokens.filter { !$0.isEmpty && $0.utf8.allSatisfy(SQLTokenReader.isWord) }
    switch dialect {
    case .sqlite: return .text(words.map { "\"\($0)\"" }.joined(separator: " "))
    case .postgres: return .text(words.map { "'\($0)'" }.joined(separator: " & "))
    }
  }

  /// Enters rows whose tokens were just stored in the table.
  public func add(_ rows: [(row: Int64, tokens: String)], in session: any Session) throws {
    guard session.dialect == .sqlite else { return }
    try session.runMany(
      "INSERT INTO \(name) (rowid, \(column)) VALUES ($1, $2)", rows.map { [.integer($0.row), .text($0.tokens)] })
  }

  /// Takes rows out before they are changed or deleted in the table; the tokens must be those that were added.
  public func remove(_ rows: [(row: Int64, tokens: String)], in session: any Session) throws {
    guard session.dialect == .sqlite else { return }
    try session.runMany(
      "INSERT INTO \(name) (\(name), rowid, \(column)) VALUES ('delete', $1, $2)",
      rows.map { [.integer($0.row), .text($0.tokens)] })
  }

  /// Builds the index anew from the table, so that nothing of deleted rows remains in it.
  public func rebuild(in session: any Session) throws {
    guard session.dialect == .sqlite else { return }
    try session.run("INSERT INTO \(name) (\(name)) VALUES ('rebuild')")
  }
}
