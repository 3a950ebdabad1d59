import Formats

/// Prints results: JSON for programs, text for people.
struct Output: Sendable {
  let json: Bool

  /// One result; without `--json` its text, or a line for each key.
  func value(_ value: JSON, text: String? = nil) throws {
    if json { return try Console.out(value.line) }
    if let text { return try Console.out(Output.harmless(text)) }
    guard case .object(let pairs) = value else { return try Console.out(Output.harmless(value.plain)) }
    let width = pairs.map(\.key.count).max() ?? 0
    for pair in pairs {
      let key = pair.key + String(repeating: " ", count: width - pair.key.count)
      try Console.out("\(key)  \(Output.harmless(pair.value.plain))")
    }
  }

  /// A list: one JSON value a line, or a table of some keys.
  func list(_ values: [JSON], columns: [String], empty: String) throws {
    if json {
      for value in values { try Console.out(value.line) }
      return
    }
    guard !values.isEmpty else { return try Console.out(empty) }
    let rows = values.map { value in columns.map { Output.cell(value[key: $0]?.plain ?? "") } }
    let widths = columns.indices.map { column in
      ([columns[column]] + rows.map { $0[column] }).map(\.count).max() ?? 0
    }
    for row in [columns.map { $0.replacing("_", with: " ") }] + rows {
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if column + 1 < row.count { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      try Console.out(line)
    }
  }

  /// A line for people only.
  func say(_ line: String) throws { if !json { try Console.out(Output.harmless(line)) } }

  /// Names come from strangers: what steers a terminal is taken out.
  static func harmless(_ text: String) -> String {
    String(
      text.unicodeScalars.filter { $0 == "\n" || ($0.value >= 32 && !(0x7f...0x9f).contains($0.value)) }.map(
        Character.init))
  }

  private static func cell(_ text: String) -> String {
    let clean = harmless(text).replacing("\n", with: " ")
    return clean.count > 60 ? clean.prefix(59) + "…" : clean
  }
}
