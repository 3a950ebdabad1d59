/// Reads the columns of a `CREATE TABLE` or `ADD COLUMN` with the labels in their trailing comments.
struct ColumnReading {
  let store: StoreKind
  private(set) var table: String?
  private(set) var labels: [ColumnLabel] = []
  private(set) var faults: [(Int, String)] = []
  private var items: [Item] = []

  /// What stands between two commas of the column list.
  private struct Item {
    var tokens: [SQLToken] = []
    var lines: Set<Int> = []
    var label: SQLToken?
  }

  /// What an open column may hold: nothing a person wrote but the directory (`house.md`, three classes of column).
  static let openCategories: Set<String> = [
    "id", "instant", "count", "enum", "flag", "measure", "directory", "digest", "cursor", "setting", "progress",
  ]
  /// Types that mean the same on both engines after `Dialect` has translated them.
  static let types: Set<String> = ["BIGINT", "INTEGER", "TEXT", "BYTEA", "BLOB", "DOUBLE PRECISION", "REAL"]
  private static let constraints: Set<String> = ["PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "CONSTRAINT"]
  private static let afterType: Set<String> = [
    "NOT", "NULL", "PRIMARY", "DEFAULT", "CHECK", "REFERENCES", "UNIQUE", "COLLATE", "GENERATED", "CONSTRAINT",
  ]

  init(store: StoreKind) { self.store = store }

  mutating func readTable(_ tokens: [SQLToken]) {
    let code = tokens.filter { $0.kind != .comment }
    guard let open = code.firstIndex(where: { $0.text == "(" && $0.kind == .symbol }), open > 0 else {
      faults.append((code.first?.line ?? 1, "a CREATE TABLE without columns"))
      return
    }
    let name = code[open - 1].name ?? ""
    table = name
    split(tokens.drop { !($0.kind == .symbol && $0.text == "(") }.dropFirst())
    finish(table: name)
    for item in items where item.tokens.first?.keyword == "PRIMARY" {
      for (index, key) in item.tokens.dropFirst(3).filter({ $0.name != nil }).enumerated() {
        guard let at = labels.firstIndex(where: { $0.column == key.name }) else { continue }
        labels[at].primaryKeyIndex = index
      }
    }
  }

  mutating func readAddition(_ tokens: [SQLToken], to table: String) {
    self.table = table
    let start = tokens.firstIndex { $0.keyword == "COLUMN" } ?? tokens.startIndex
    split(tokens[start...].dropFirst())
    finish(table: table)
  }

  private mutating func split(_ tokens: ArraySlice<SQLToken>) {
    var depth = 0
    items = [Item()]
    for token in tokens {
      if token.kind == .comment {
        if token.text.hasPrefix("--:") { attach(token) }
        continue
      }
      if token.kind == .symbol {
        if token.text == "(" { depth += 1 }
        if token.text == ")" { depth -= 1 }
        if depth < 0 { continue }
        if token.text == ",", depth == 0 {
          items[items.count - 1].lines.insert(token.line)
          items.append(Item())
          continue
        }
      }
      items[items.count - 1].tokens.append(token)
      items[items.count - 1].lines.insert(token.line)
    }
  }

  private mutating func attach(_ label: SQLToken) {
    if ColumnReading.words(label).first == "table" { return }
    guard let at = items.lastIndex(where: { $0.lines.contains(label.line) }) else {
      faults.append((label.line, "a label that belongs to no column"))
      return
    }
    if items[at].label != nil { faults.append((label.line, "a second label for one column")) }
    items[at].label = label
  }

  private mutating func finish(table: String) {
    for item in items {
      guard let first = item.tokens.first else { continue }
      if ColumnReading.constraints.contains(first.keyword) {
        if let label = item.label { faults.append((label.line, "a label that belongs to no column")) }
      } else {
        column(item, first, table)
      }
    }
  }

  private mutating func column(_ item: Item, _ first: SQLToken, _ table: String) {
    let column = first.name ?? first.text
    let path = "\(table).\(column)"
    let rest = item.tokens.dropFirst()
    let type = rest.prefix { !ColumnReading.afterType.contains($0.keyword) }.map(\.keyword).joined(separator: " ")
    if !ColumnReading.types.contains(type) {
      faults.append((first.line, "column \(path) has the type \(type), which is not part of the house dialect"))
    }
    guard let label = item.label else {
      faults.append((first.line, "column \(path) has no label"))
      return
    }
    let words = ColumnReading.words(label)
    guard words.count == 7 else {
      faults.append((label.line, "the label of column \(path) has \(words.count) words instead of 7"))
      return
    }
    guard let cls = ColumnClass(rawValue: words[0]) else {
      faults.append((label.line, "the label of column \(path) names an unknown class \(words[0])"))
      return
    }
    if cls == .open, !ColumnReading.openCategories.contains(words[1]) {
      faults.append((label.line, "column \(path) is open, but \(words[1]) is no category that may be open"))
    }
    if cls == .sealed, type != "BYTEA", type != "BLOB" {
      faults.append((label.line, "column \(path) is sealed, but its type is not BYTEA"))
    }
    let isKey = rest.contains { $0.keyword == "PRIMARY" }
    labels.append(
      ColumnLabel(
        store: store, table: table, column: column, type: type, primaryKeyIndex: isKey ? 0 : nil, cls: cls,
        category: words[1], whose: words[2],
        purposes: words[3] == "-" ? [] : words[3].split(separator: ",").map(String.init), retention: words[4],
        export: words[5], erase: words[6]))
  }

  private static func words(_ label: SQLToken) -> [String] {
    label.text.dropFirst(3).split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
  }
}
