import ArgumentParser
import Formats
import Foundation
import Insight
import Model

/// `kith lab duplicates`: which rows of a table are the same person, with what speaks for it.
struct LabDuplicates: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates", abstract: "Finds the rows of a table that are one person.")
  @OptionGroup var global: GlobalOptions
  @Argument(help: "A table with a header line.") var file: String
  @Option(help: "The column that names each row.") var id: String
  @Option(help: "What a column holds, FIELD=COLUMN; guessed from the headers if none is given.") var map: [String] = []
  @Flag(help: "Prints the group of every row instead of pairs.") var clusters = false
  @Option(help: "Pairs of at least this probability.") var least: Double = 0.5

  func run() throws {
    let table = try LabTable(file)
    let names = try table.column(id)
    let columns = try map.isEmpty ? table.guessed(but: id) : table.columns(map)
    let finder = SameFinder(table.rows.map { columns.record($0).withNumbers() })
    let output = Output(json: global.json)
    func name(_ row: Int) -> JSON { .text(table.cell(row, names)) }
    if clusters {
      return try output.list(
        finder.groups.enumerated().map { ["id": name($0), "cluster": name($1)] }, columns: ["id", "cluster"],
        empty: "No rows.")
    }
    try output.list(
      finder.pairs(least: least).map { pair in
        [
          "a": name(pair.first), "b": name(pair.second), "probability": JSON(pair.probability),
          "automatic": .bool(pair.isAutomatic),
          "weights": .object(pair.score.parts.map { .init(key: $0.label, value: JSON(Double($0.millibits) / 1_000)) }),
          "steps": .object(
            pair.score.parts.filter { !$0.step.isEmpty }.map { .init(key: $0.label, value: .text($0.step)) }),
          "guards": JSON(pair.guards.map(\.words)),
        ]
      }, columns: ["a", "b", "probability", "automatic", "weights"], empty: "No two rows are alike.")
  }
}

/// A table of a file, its cells by the names of their columns.
struct LabTable {
  let header: [String]
  let rows: [[String]]

  init(_ path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw Trouble("the table could not be read", "check the path, and give this user the right to read it")
    }
    let table = CSVTable.read(Array(bytes)).table
    header = table.header.map { $0.trimmingCharacters(in: .whitespaces) }
    rows = table.rows
  }

  func column(_ name: String) throws -> Int {
    if let place = header.firstIndex(of: name) { return place }
    guard let place = header.firstIndex(where: { fold($0) == fold(name) }) else {
      throw ValidationError("there is no column \(name)")
    }
    return place
  }

  func cell(_ row: Int, _ column: Int) -> String {
    column < rows[row].count ? rows[row][column].trimmingCharacters(in: .whitespaces) : ""
  }

  func columns(_ map: [String]) throws -> SameColumns {
    SameColumns(
      places: try map.map { word in
        guard let cut = word.firstIndex(of: "="), let field = SameField(rawValue: fold(word[..<cut])) else {
          let known = SameField.allCases.map(\.rawValue).joined(separator: " ")
          throw ValidationError("--map takes FIELD=COLUMN; fields are: \(known)")
        }
        return (field, try column(String(word[word.index(after: cut)...])))
      })
  }

  func guessed(but others: String...) throws -> SameColumns {
    let own = try others.map { try column($0) }
    let columns = SameColumns(guessing: header.enumerated().map { own.contains($0) ? "" : $1 })
    guard !columns.places.isEmpty else {
      throw Trouble("no column is called like anything a person has", "say what they hold with --map FIELD=COLUMN")
    }
    return columns
  }
}

extension SameRecord {
  /// With numbers in E.164 where they are written with their country.
  func withNumbers() -> SameRecord {
    var record = self
    record.values[.phone] = values[.phone]?.map { number in
      number.utf8.contains(43) ? Phone.e164(number) ?? number : number
    }
    return record
  }
}
