/// All migrations and labels of the three kinds of store.
public struct Schema: Sendable {
  public var migrations: [Migration]
  public var labels: [ColumnLabel]
  /// A column whose label names this purpose may be read by connections of the class statistics.
  public var statisticsPurpose: String

  public init(migrations: [Migration], labels: [ColumnLabel], statisticsPurpose: String = "statistics") {
    self.migrations = migrations
    self.labels = labels
    self.statisticsPurpose = statisticsPurpose
  }

  /// The schema of this build.
  public static var embedded: Schema { Schema(migrations: EmbeddedSchema.migrations, labels: EmbeddedSchema.labels) }

  public func migrations(of store: StoreKind) -> [Migration] {
    migrations.filter { $0.store == store }.sorted { $0.version < $1.version }
  }

  public func labels(of store: StoreKind) -> [ColumnLabel] { labels.filter { $0.store == store } }

  /// Tables of a store in the order in which they were made, so that what refers comes after what it refers to.
  public func tables(of store: StoreKind) -> [String] {
    var seen: Set<String> = []
    return labels(of: store).compactMap { seen.insert($0.table).inserted ? $0.table : nil }
  }

  /// Columns that connections of the class statistics may read, by table; the account's id is always among them.
  public var statisticsColumns: [String: Set<String>] {
    var columns: [String: Set<String>] = [:]
    for label in labels(of: .account) where label.purposes.contains(statisticsPurpose) {
      columns[label.table, default: ["account_id"]].insert(label.column)
    }
    return columns
  }
}
