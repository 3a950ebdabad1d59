import Model

/// The table that records which steps a store has seen, and what follows from it.
enum SchemaVersions {
  static let table = """
    CREATE TABLE IF NOT EXISTS schema_version (
      version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL)
    """
  static let query = "SELECT version, name, digest FROM schema_version ORDER BY version"
  static let insertion = "INSERT INTO schema_version (version, name, digest) VALUES ($1, $2, $3)"

  static func arguments(_ migration: Migration) -> [Value] {
    [Value(migration.version), .text(migration.name), .text(migration.digest)]
  }

  /// One step that a store has seen.
  struct Applied: Sendable {
    var version: Int
    var name: String
    var digest: String

    init(_ row: Row) {
      version = Int(row.int(0))
      name = row.text(1)
      digest = row.text(2)
    }
  }

  /// Whether nothing is left to do; a store from the future or with other steps is not touched.
  static func upToDate(_ applied: [Applied], _ migrations: [Migration], _ store: StoreKind) throws -> Bool {
    let newest = migrations.map(\.version).max() ?? 0
    for step in applied {
      guard let known = migrations.first(where: { $0.version == step.version }) else {
        throw Trouble(
          "the \(store.rawValue) database has version \(step.version), this Kith knows up to \(newest)",
          "upgrade Kith; a newer one has written this data folder")
      }
      if known.digest != step.digest {
        throw Trouble(
          "step V\(step.version) (\(step.name)) of the \(store.rawValue) database differs from the one in this Kith",
          "use the Kith that made this database; a step is never changed after it was released")
      }
    }
    return applied.count == migrations.count
  }
}
