import Model

/// Makes roles, schemas, tables and rights on a PostgreSQL database; several processes may start at once.
struct PostgresMigration {
  let schema: Schema
  let link: PostgresLink

  static let owner = "kith_owner"
  /// The number of the lock that one starting process holds at a time: `kith`.
  private static let lock = 0x6b69_7468
  static let classes = ["kith_house", "kith_keyring", "kith_content", "kith_viewer", "kith_statistics"]

  func run() throws {
    do {
      try link.limitLocks(false)
      try link.execute("SELECT pg_advisory_lock(\(PostgresMigration.lock))")
      defer {
        _ = try? link.execute("SELECT pg_advisory_unlock(\(PostgresMigration.lock))")
        _ = try? link.limitLocks(true)
      }
      try PostgresRoles(link: link).make()
      for store in StoreKind.allCases { try migrate(store) }
      try PostgresRoles(link: link).verify()
    } catch let fault as PostgresFault {
      throw fault.trouble
    }
  }

  private func transaction(_ body: () throws -> Void) throws {
    try link.execute("BEGIN; SET LOCAL ROLE \(PostgresMigration.owner)")
    do {
      try body()
      try link.execute("COMMIT")
    } catch {
      link.rollback()
      throw error
    }
  }

  private func migrate(_ store: StoreKind) throws {
    let migrations = schema.migrations(of: store)
    try transaction {
      try link.execute("SET LOCAL search_path = \(store.rawValue), pg_catalog")
      try link.execute(Dialect.postgres.schema(SchemaVersions.table))
    }
    var applied: [SchemaVersions.Applied] = []
    try transaction {
      try link.execute("SET LOCAL search_path = \(store.rawValue), pg_catalog")
      applied = try link.execute(SchemaVersions.query).map(SchemaVersions.Applied.init)
    }
    let isUpToDate = try SchemaVersions.upToDate(applied, migrations, store)
    let rights = PostgresGrants(schema: schema, link: link)
    if isUpToDate {
      // The labels may have changed without a step; else nothing is locked, since others may be at work.
      return try rights.areGiven(store) ? () : transaction { try rights.give(store) }
    }
    for migration in migrations where !applied.contains(where: { $0.version == migration.version }) {
      try transaction {
        try link.execute("SET LOCAL search_path = \(store.rawValue), pg_catalog")
        if store == .account { try rights.liftRowSecurity() }
        for statement in migration.statements { try link.execute(Dialect.postgres.schema(statement)) }
        let session = PostgresSession(link, group: store.rawValue)
        try session.run(SchemaVersions.insertion, SchemaVersions.arguments(migration))
        try rights.give(store)
      }
    }
  }
}

/// The roles of Kith: one that owns, and one for each class of connection, none of which owns anything.
struct PostgresRoles {
  let link: PostgresLink

  private var all: [String] { [PostgresMigration.owner] + PostgresMigration.classes }

  func make() throws {
    let names = all.map { "'\($0)'" }.joined(separator: ", ")
    let there = try link.execute("SELECT CAST(rolname AS text) FROM pg_roles WHERE rolname IN (\(names))").map {
      $0.text(0)
    }
    do {
      for role in all where !there.contains(role) { try shared("CREATE ROLE \(role) NOLOGIN") }
      for role in all {
        let isMember = try link.execute("SELECT pg_has_role(current_user, '\(role)', 'MEMBER')").first?.bool(0) ?? false
        if !isMember { try shared("GRANT \(role) TO CURRENT_USER") }
      }
      for store in StoreKind.allCases.map(\.rawValue) + ["registry"] {
        if try link.execute("SELECT 1 FROM pg_namespace WHERE nspname = '\(store)'").isEmpty {
          try link.execute("CREATE SCHEMA \(store) AUTHORIZATION \(PostgresMigration.owner)")
        }
      }
    } catch let fault as PostgresFault where fault.state == "42501" {
      throw Trouble("the database login may not make Kith's roles and schemas", try administratorSQL())
    }
    try makeRegistry()
  }

  /// Roles and their members belong to the whole server, and no lock of one database covers them: what another database's
  /// first start has just done is done (duplicate object, duplicate key, or a row changed in the same moment).
  private func shared(_ statement: String) throws {
    for attempt in 1...10 {
      do {
        try link.execute(statement)
        return
      } catch let fault as PostgresFault where ["42710", "23505", "XX000"].contains(fault.state) {
        // A duplicate role is there; a duplicate membership may still be undone by the one that makes it, so ask again.
        if fault.state == "42710" { return }
        if attempt == 10 { throw fault }
        try link.execute("SELECT 1 FROM pg_sleep(0.05)")
      }
    }
  }

  private func administratorSQL() throws -> String {
    let login = try link.execute("SELECT quote_ident(CAST(current_user AS text))").first?.text(0) ?? "kith"
    let roles = all.map { "CREATE ROLE \($0) NOLOGIN;" } + ["GRANT \(all.joined(separator: ", ")) TO \(login);"]
    let schemas = (StoreKind.allCases.map(\.rawValue) + ["registry"])
      .map { "CREATE SCHEMA \($0) AUTHORIZATION \(PostgresMigration.owner);" }
    return "let an administrator of the database run this, leaving out what is there already:\n"
      + (roles + schemas).joined(separator: "\n")
  }

  /// Which accounts have a store here; its rows are also the locks that writers of one account wait for.
  private func makeRegistry() throws {
    let mine = "account_id = \(Dialect.postgres.filling("{account}") ?? "NULL")"
    try link.execute("BEGIN; SET LOCAL ROLE \(PostgresMigration.owner)")
    defer { link.rollback() }
    if try link.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'registry' AND tablename = 'held_account'").isEmpty
    {
      try link.execute(
        """
        CREATE TABLE registry.held_account (account_id BIGINT NOT NULL PRIMARY KEY);
        ALTER TABLE registry.held_account ENABLE ROW LEVEL SECURITY;
        ALTER TABLE registry.held_account FORCE ROW LEVEL SECURITY;
        CREATE POLICY every_account ON registry.held_account TO kith_house USING (true) WITH CHECK (true);
        CREATE POLICY own_account ON registry.held_account TO kith_content, kith_viewer, kith_statistics
          USING (\(mine)) WITH CHECK (\(mine));
        GRANT USAGE ON SCHEMA registry TO kith_house, kith_content, kith_viewer, kith_statistics;
        GRANT SELECT, INSERT ON registry.held_account TO kith_house;
        GRANT SELECT, UPDATE, DELETE ON registry.held_account TO kith_content;
        GRANT SELECT ON registry.held_account TO kith_viewer, kith_statistics
        """)
    }
    try link.execute("COMMIT")
  }

  /// No class may pass row-level security by, own a table or be a superuser.
  func verify() throws {
    for role in PostgresMigration.classes {
      let answer = try link.execute(
        """
        SELECT rolsuper OR rolbypassrls OR pg_has_role('\(role)', '\(PostgresMigration.owner)', 'MEMBER')
          OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid)
        FROM pg_roles r WHERE rolname = '\(role)'
        """)
      if answer.first?.bool(0) ?? true {
        throw Trouble(
          "the database role \(role) has more rights than it may have",
          "let an administrator run: ALTER ROLE \(role) NOSUPERUSER NOBYPASSRLS; it must own nothing")
      }
    }
  }
}
