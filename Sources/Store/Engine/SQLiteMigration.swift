import GRDB
import Model

/// Brings one file's schema up to date, one transaction per step; several processes may start at once.
struct SQLiteMigration {
  let store: StoreKind
  let migrations: [Migration]

  func run(on pool: DatabasePool) throws {
    if try pool.read({ try SchemaVersions.upToDate(try applied($0), migrations, store) }) { return }
    try pool.write { database in
      try database.execute(sql: Dialect.sqlite.schema(SchemaVersions.table))
    }
    for migration in migrations {
      // A write transaction begins IMMEDIATE: it is the migration lock, so what is applied is read again inside.
      try pool.write { database in
        let applied = try applied(database)
        _ = try SchemaVersions.upToDate(applied, migrations, store)
        if applied.contains(where: { $0.version == migration.version }) { return }
        for statement in migration.statements {
          try database.execute(sql: Dialect.sqlite.schema(statement))
        }
        let session = SQLiteSession(database)
        try session.run(SchemaVersions.insertion, SchemaVersions.arguments(migration))
        if store == .account { try SQLiteStatistics.seed(database) }
      }
    }
  }

  private func applied(_ database: Database) throws -> [SchemaVersions.Applied] {
    let session = SQLiteSession(database)
    guard try database.tableExists("schema_version") else { return [] }
    return try session.rows(SchemaVersions.query, []).map(SchemaVersions.Applied.init)
  }
}
