/// One forward-only step of one store's schema: the statements of a file `V01-….sql`, without comments.
public struct Migration: Sendable, Hashable {
  public var store: StoreKind
  public var version: Int
  public var name: String
  public var statements: [String]

  public init(store: StoreKind, version: Int, name: String, statements: [String]) {
    self.store = store
    self.version = version
    self.name = name
    self.statements = statements
  }

  /// FNV-1a over the statements: tells a file that was changed after it was applied; comments and labels may change.
  public var digest: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for statement in statements {
      for byte in statement.utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      }
      hash = (hash ^ 0x3b) &* 0x100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}

/// A fault of a schema file, printed as a compiler prints one.
public struct SchemaFault: Error, Sendable, Hashable, CustomStringConvertible {
  public var file: String
  public var line: Int
  public var what: String

  public var description: String { "\(file):\(line): error: \(what)" }
}

/// Reads schema files in order and keeps the labels as they stand after the last of them.
public struct SchemaReading: Sendable {
  public private(set) var migrations: [Migration] = []
  public private(set) var labels: [ColumnLabel] = []
  public private(set) var faults: [SchemaFault] = []
  private var file = ""
  private var store = StoreKind.house

  public init() {}

  /// Reads one file; its name must be `V<number>-<name>.sql` and follow the file before of the same store.
  public mutating func read(_ text: String, named file: String, store: StoreKind) {
    self.file = file
    self.store = store
    let base = file.split(separator: "/").last.map(String.init) ?? file
    guard let (version, name) = SchemaReading.version(of: base) else {
      fault(1, "the file is not named V<number>-<name>.sql")
      return
    }
    let last = migrations.last { $0.store == store }?.version ?? 0
    if version != last + 1 { fault(1, "V\(version) follows V\(last): numbers go up by one") }
    var statements: [String] = []
    for tokens in SQLText.statements(text) {
      take(tokens)
      statements.append(SQLText.join(tokens))
    }
    migrations.append(Migration(store: store, version: version, name: name, statements: statements))
  }

  static func version(of base: String) -> (Int, String)? {
    guard base.hasPrefix("V"), base.hasSuffix(".sql") else { return nil }
    let parts = base.dropFirst().dropLast(4).split(separator: "-", maxSplits: 1)
    guard parts.count == 2, let version = Int(parts[0]), version > 0 else { return nil }
    return (version, String(parts[1]))
  }

  private mutating func fault(_ line: Int, _ what: String) {
    faults.append(SchemaFault(file: file, line: line, what: what))
  }

  /// Statements that mean the same on both engines; anything else stops the build.
  private mutating func take(_ tokens: [SQLToken]) {
    let code = tokens.filter { $0.kind != .comment }
    let line = code.first?.line ?? 1
    let first = code.first?.keyword ?? ""
    let second = code.count > 1 ? code[1].keyword : ""
    switch (first, second) {
    case ("CREATE", "TABLE"): createTable(tokens)
    case ("ALTER", "TABLE"): alterTable(tokens, code)
    case ("DROP", "TABLE"): labels.removeAll { $0.store == store && $0.table == code.last?.name }
    case ("CREATE", "INDEX"), ("CREATE", "UNIQUE"), ("CREATE", "VIEW"), ("CREATE", "FULLTEXT"),
      ("DROP", "INDEX"), ("DROP", "VIEW"), ("INSERT", _), ("UPDATE", _), ("DELETE", _):
      if let stray = tokens.first(where: { $0.kind == .comment && $0.text.hasPrefix("--:") }) {
        fault(stray.line, "a label that belongs to no column")
      }
    default: fault(line, "\(first) \(second) is not part of the house dialect")
    }
  }

  private mutating func createTable(_ tokens: [SQLToken]) {
    var columns = ColumnReading(store: store)
    columns.readTable(tokens)
    keep(columns)
    guard store == .account, let table = columns.table else { return }
    let key = labels.first { $0.store == store && $0.table == table && $0.primaryKeyIndex == 0 }
    if key?.column != "account_id" {
      fault(tokens.first?.line ?? 1, "the primary key of \(table) does not begin with account_id")
    }
  }

  private mutating func keep(_ columns: ColumnReading) {
    labels += columns.labels
    for (line, what) in columns.faults { fault(line, what) }
  }

  private mutating func alterTable(_ tokens: [SQLToken], _ code: [SQLToken]) {
    let words = code.map(\.keyword)
    let names = code.map { $0.name ?? "" }
    guard words.count > 4 else { return fault(code.first?.line ?? 1, "an ALTER TABLE that says nothing") }
    let table = names[2]
    switch (words[3], words[4]) {
    case ("ADD", "COLUMN"):
      var columns = ColumnReading(store: store)
      columns.readAddition(tokens, to: table)
      keep(columns)
    case ("DROP", "COLUMN") where words.count == 6:
      labels.removeAll { $0.store == store && $0.table == table && $0.column == names[5] }
    case ("RENAME", "TO") where words.count == 6:
      rename { label in if label.table == table { label.table = names[5] } }
    case ("RENAME", "COLUMN") where words.count == 8:
      rename { label in if label.table == table, label.column == names[5] { label.column = names[7] } }
    default: fault(code[3].line, "\(words[3]) \(words[4]) is not part of the house dialect")
    }
  }

  private mutating func rename(_ change: (inout ColumnLabel) -> Void) {
    for index in labels.indices where labels[index].store == store { change(&labels[index]) }
  }
}
