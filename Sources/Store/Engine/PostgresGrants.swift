import Model

/// The rights of each class of connection, generated from the schema and its labels; run as the owner.
struct PostgresGrants {
  let schema: Schema
  let link: PostgresLink

  func give(_ store: StoreKind) throws {
    switch store {
    case .house: try giveAll("house", to: "kith_house")
    case .keyring: try giveAll("keyring", to: "kith_keyring")
    case .account: try giveAccount()
    }
    try link.execute("COMMENT ON SCHEMA \(store.rawValue) IS '\(mark(store))'")
  }

  /// Whether rights were given for just this schema and these labels.
  func areGiven(_ store: StoreKind) throws -> Bool {
    let answer = try link.execute(
      "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = '\(store.rawValue)'")
    return answer.first?.textOrNil(0) == mark(store)
  }

  private func mark(_ store: StoreKind) -> String {
    let columns = schema.statisticsColumns.sorted { $0.key < $1.key }.map { "\($0.key)(\($0.value.sorted()))" }
    let text = schema.migrations(of: store).map(\.digest) + (store == .account ? columns : [])
    return Migration(store: store, version: 0, name: "", statements: text).digest
  }

  private func tables(_ name: String, kind: String) throws -> [String] {
    try link.execute(
      """
      SELECT CAST(c.relname AS text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = '\(name)' AND c.relkind = '\(kind)' AND c.relname <> 'schema_version' ORDER BY c.oid
      """
    ).map { $0.text(0) }
  }

  private func giveAll(_ name: String, to role: String) throws {
    try link.execute("GRANT USAGE ON SCHEMA \(name) TO \(role)")
    for table in try tables(name, kind: "r") + tables(name, kind: "v") {
      try link.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON \(name).\(table) TO \(role)")
    }
  }

  private func giveAccount() throws {
    try link.execute("GRANT USAGE ON SCHEMA account TO kith_content, kith_viewer, kith_statistics")
    try link.execute("REVOKE ALL ON ALL TABLES IN SCHEMA account FROM kith_viewer, kith_statistics, PUBLIC")
    for table in try tables("account", kind: "r") {
      try secure(table)
      try link.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON account.\(table) TO kith_content")
      try link.execute("REVOKE ALL ON account.\(table) FROM kith_viewer, kith_statistics")
    }
    for view in try tables("account", kind: "v") {
      try link.execute("GRANT SELECT ON account.\(view) TO kith_content")
      if view.hasPrefix("seen_") { try link.execute("GRANT SELECT ON account.\(view) TO kith_viewer") }
    }
    let there = Set(try tables("account", kind: "r"))
    for (table, columns) in schema.statisticsColumns where there.contains(table) {
      try link.execute(
        "GRANT SELECT (\(columns.sorted().joined(separator: ", "))) ON account.\(table) TO kith_statistics")
    }
  }

  /// Without the setting the condition is null, so no row is there to read or to write.
  private func secure(_ table: String) throws {
    let mine = "account_id = \(Dialect.postgres.filling("{account}") ?? "NULL")"
    try link.execute(
      """
      ALTER TABLE account.\(table) ENABLE ROW LEVEL SECURITY;
      ALTER TABLE account.\(table) FORCE ROW LEVEL SECURITY;
      DROP POLICY IF EXISTS own_account ON account.\(table);
      CREATE POLICY own_account ON account.\(table) USING (\(mine)) WITH CHECK (\(mine))
      """)
  }

  /// A step that changes rows must see those of every account; `give` forces row security again in its transaction.
  func liftRowSecurity() throws {
    for table in try tables("account", kind: "r") {
      try link.execute("ALTER TABLE account.\(table) NO FORCE ROW LEVEL SECURITY")
    }
  }
}
