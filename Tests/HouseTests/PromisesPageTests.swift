import Foundation
import Testing

/// What `scripts/promises.py` writes, checked without it.
@Suite("The page of the promises")
struct PromisesPageTests {
  /// One row of the page: the promise, what its cells of tests and of planted bugs say.
  private struct Row {
    var promise: String
    var tests: Set<String>
    var mutants: Set<String>
  }

  private static func page() throws -> String {
    try String(contentsOf: checkout.appending(path: "docs/promises.md"), encoding: .utf8)
  }

  private static func rows() throws -> [Row] {
    try page().split(separator: "\n").filter { $0.contains(#/^\| P\d{3} /#) }.map { line in
      let bar = "\u{1}"
      let cells = line.replacing("\\|", with: bar).split(separator: "|").map {
        $0.replacing(bar, with: "\\|").trimmingCharacters(in: .whitespaces)
      }
      try #require(cells.count == 5, "not five cells: \(line.prefix(40))")
      func listed(_ cell: String) -> Set<String> { cell == "not yet" ? [] : Set(cell.components(separatedBy: "<br>")) }
      return Row(
        promise: String(cells[0].prefix(4)), tests: listed(cells[3]), mutants: listed(cells[4]))
    }
  }

  private static func files(in folder: String, ending: String) -> [URL] {
    let enumerator = FileManager.default.enumerator(
      at: checkout.appending(path: folder), includingPropertiesForKeys: nil)
    return (enumerator?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == ending }
  }

  /// The tests whose names begin with promises, as the page names them.
  private static func tests() throws -> [String: Set<String>] {
    var found: [String: Set<String>] = [:]
    for file in files(in: "Tests", ending: "swift") {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /@Test\(\s*"((?:P\d{3},? )+)((?:[^"\\]|\\.)*)"/) {
        let name = match.output.2.replacing("\\\"", with: "\"").replacing("|", with: "\\|")
        for number in match.output.1.matches(of: /P\d{3}/) {
          found[String(number.output), default: []].insert(
            "\(name) (`\(file.deletingPathExtension().lastPathComponent)`)")
        }
      }
    }
    return found
  }

  private static func mutants() -> [String: Set<String>] {
    Dictionary(grouping: files(in: "Tests/Mutants", ending: "patch").map(\.lastPathComponent)) { String($0.prefix(4)) }
      .mapValues { Set($0.map { "`\($0)`" }) }
  }

  @Test("the page has every promise once and in order")
  func complete() throws {
    let numbers = (1...126).map { "P" + String(repeating: "0", count: 3 - String($0).count) + String($0) }
    #expect(try PromisesPageTests.rows().map(\.promise) == numbers)
  }

  @Test("the page names the tests and planted bugs there are and no others; scripts/promises.py writes it")
  func truthful() throws {
    let rows = try PromisesPageTests.rows()
    let tests = try PromisesPageTests.tests()
    let mutants = PromisesPageTests.mutants()
    for row in rows {
      let there = tests[row.promise] ?? []
      #expect(row.tests.subtracting(there).isEmpty, "\(row.promise) names a test that does not exist")
      #expect(there.subtracting(row.tests).isEmpty, "\(row.promise) does not name all of its tests")
      #expect(row.mutants == mutants[row.promise] ?? [], "\(row.promise) and Tests/Mutants differ")
    }
    let known = Set(rows.map(\.promise))
    #expect(Set(tests.keys).union(mutants.keys).isSubset(of: known), "a test or planted bug of no promise")
    let sum = "\(tests.count) of 126 promises have a test of their own, \(mutants.count) of them a planted bug as well."
    #expect(try PromisesPageTests.page().contains(sum), "the count is not '\(sum)'")
  }

  @Test("every file that the documents name is there")
  func named() throws {
    let pages =
      PromisesPageTests.files(in: "docs", ending: "md")
      + ["SECURITY.md", "CONTRIBUTING.md"].map { checkout.appending(path: $0) }
    for page in pages {
      let text = try String(contentsOf: page, encoding: .utf8)
      for match in text.matches(of: /`([A-Za-z]+\/[A-Za-z0-9\/+_.\-]+\.(?:swift|sql|cpp|h|py))`/) {
        let path = String(match.output.1)
        let isThere = ["", "Sources/"].contains {
          FileManager.default.fileExists(atPath: checkout.appending(path: $0 + path).path())
        }
        #expect(isThere, "\(page.lastPathComponent) names \(path)")
      }
    }
  }
}
