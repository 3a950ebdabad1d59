/// Which of the three kinds of store a table lies in.
public enum StoreKind: String, Sendable, Hashable, CaseIterable { case house, keyring, account }

/// How a column keeps what it holds (`house.md`, three classes of column, and keys).
public enum ColumnClass: String, Sendable, Hashable, CaseIterable { case sealed, blind, open, key }

/// What the schema says about one column: the source of export, erasure, retention and “what we hold”.
public struct ColumnLabel: Sendable, Hashable {
  public var store: StoreKind
  public var table: String
  public var column: String
  /// The type as the schema writes it: `BIGINT`, `TEXT`, `BYTEA`, `DOUBLE PRECISION`.
  public var type: String
  /// Place in the primary key, from 0; nil outside it.
  public var primaryKeyIndex: Int?
  public var cls: ColumnClass
  public var category: String
  public var whose: String
  /// Names of the purposes that may open it; empty for `-`.
  public var purposes: [String]
  public var retention: String
  public var export: String
  public var erase: String

  public init(
    store: StoreKind, table: String, column: String, type: String, primaryKeyIndex: Int? = nil, cls: ColumnClass,
    category: String, whose: String, purposes: [String], retention: String, export: String, erase: String
  ) {
    self.store = store
    self.table = table
    self.column = column
    self.type = type
    self.primaryKeyIndex = primaryKeyIndex
    self.cls = cls
    self.category = category
    self.whose = whose
    self.purposes = purposes
    self.retention = retention
    self.export = export
    self.erase = erase
  }
}
