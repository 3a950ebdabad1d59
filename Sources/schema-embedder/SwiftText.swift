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
    // One statement for each label: the compiler solves one literal of hundreds as a whole, for minutes and gigabytes.
    text += "  ]\n\n  static let labels: [ColumnLabel] = allLabels()\n\n"
    text += "  private static func allLabels() -> [ColumnLabel] {\n    var all: [ColumnLabel] = []\n"
    for label in reading.labels { text += "    all.append(\(swift(label)))\n" }
    return text + "    return all\n  }\n}\n"
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
