/// Writes what was read as Swift source.
enum SwiftText {
  static func schema(_ reading: SchemaReading) -> String {
    var text = "/// The schema of this build, written by schema-embedder.\nenum EmbeddedSchema {\n"
    text += "  static let migrations: [Migration] = [\n"
    for migration in reading.migrations {
      text += "    Migration(store: .\(migration.store.rawValue), version: \(migration.version), "
      text += "name: \(literal(migration.name)), statements: [\n"
      for statement in migration.statements { text += "      \(literal(statement)),\n" }
      text += "    ]),\n"
    }
    // One function for each table: the compiler needs minutes for one literal of hundreds of labels, and its optimiser for
    // one function of hundreds of statements.
    let tables = byTable(reading.labels)
    let calls = tables.indices.map { "table\($0)()" }.joined(separator: ", ")
    text += "  ]\n\n  static let labels: [ColumnLabel] = Array([[ColumnLabel]]([\(calls)]).joined())\n"
    for (number, labels) in tables.enumerated() {
      text += "\n  @inline(never) private static func table\(number)() -> [ColumnLabel] {\n    [\n"
      for label in labels { text += "      \(swift(label)),\n" }
      text += "    ]\n  }\n"
    }
    return text + "}\n"
  }

  private static func byTable(_ labels: [ColumnLabel]) -> [[ColumnLabel]] {
    var tables: [[ColumnLabel]] = []
    for label in labels {
      if let last = tables.last?.last, last.store == label.store, last.table == label.table {
        tables[tables.count - 1].append(label)
      } else {
        tables.append([label])
      }
    }
    return tables
  }

  private static func swift(_ label: ColumnLabel) -> String {
    let key = label.primaryKeyIndex.map { String($0) } ?? "nil"
    let purposes = label.purposes.map(literal).joined(separator: ", ")
    return "ColumnLabel(store: .\(label.store.rawValue), table: \(literal(label.table)), "
      + "column: \(literal(label.column)), type: \(literal(label.type)), primaryKeyIndex: \(key), "
      + "cls: .\(label.cls.rawValue), category: \(literal(label.category)), whose: \(literal(label.whose)), "
      + "purposes: [\(purposes)], retention: \(literal(label.retention)), export: \(literal(label.export)), "
      + "erase: \(literal(label.erase)))"
  }

  private static func literal(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      case "\r": escaped += "\\r"
      case "\t": escaped += "\\t"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return "\"\(escaped)\""
  }
}
