import Foundation
import Model
import Programs
import Testing

@testable import Store

@Suite("reading the schema") struct EngineSchemaTests {
  private func faults(_ text: String, _ store: StoreKind = .house) -> [String] {
    var reading = SchemaReading()
    reading.read(text, named: "V01-test.sql", store: store)
    return reading.faults.map(\.description)
  }

  @Test("a label is read word by word")
  func label() {
    let label = EngineFixture.schema.labels.first { $0.table == "person" && $0.column == "name" }
    #expect(
      label
        == ColumnLabel(
          store: .account, table: "person", column: "name", type: "TEXT", cls: .open, category: "directory",
          whose: "contact", purposes: ["show-to-owner"], retention: "life", export: "export", erase: "row"))
    let keys = EngineFixture.schema.labels.filter { $0.table == "person" && $0.primaryKeyIndex != nil }
    #expect(keys.map(\.column) == ["account_id", "id"] && keys.map(\.primaryKeyIndex) == [0, 1])
    #expect(EngineFixture.schema.statisticsColumns == ["person": ["account_id", "id", "strength"]])
    #expect(EngineFixture.schema.tables(of: .account) == ["person", "words"])
  }

  @Test(
    "P027 a column without a well-formed label is a fault",
    arguments: [
      ("CREATE TABLE t (\n  a TEXT NOT NULL\n);", "V01-test.sql:2: error: column t.a has no label"),
      (
        "CREATE TABLE t (a BIGINT, --: open id x - life export row\n b TEXT,\n CHECK (a > 0));",
        "V01-test.sql:2: error: column t.b has no label"
      ),
      ("ALTER TABLE t ADD COLUMN c TEXT;", "V01-test.sql:1: error: column t.c has no label"),
      (
        "CREATE TABLE t (a BIGINT --: open id x - life\n);",
        "V01-test.sql:1: error: the label of column t.a has 5 words instead of 7"
      ),
      (
        "CREATE TABLE t (a BIGINT --: public id x - life export row\n);",
        "V01-test.sql:1: error: the label of column t.a names an unknown class public"
      ),
      (
        "CREATE TABLE t (a TEXT --: open subject x - life export row\n);",
        "V01-test.sql:1: error: column t.a is open, but subject is no category that may be open"
      ),
      (
        "CREATE TABLE t (a TEXT --: sealed subject x - life export row\n);",
        "V01-test.sql:1: error: column t.a is sealed, but its type is not BYTEA"
      ),
      (
        "CREATE TABLE t (a TIMESTAMP --: open instant x - life export row\n);",
        "V01-test.sql:1: error: column t.a has the type TIMESTAMP, which is not part of the house dialect"
      ),
      ("CREATE TRIGGER x;", "V01-test.sql:1: error: CREATE TRIGGER is not part of the house dialect"),
      (
        "CREATE INDEX x ON t (a); --: open id x - life export row",
        "V01-test.sql:1: error: a label that belongs to no column"
      ),
    ])
  func faulty(_ text: String, _ message: String) { #expect(faults(text) == [message]) }

  @Test("a column's label may stand after an added column's semicolon, and goes with a dropped one")
  func alterations() {
    var reading = SchemaReading()
    reading.read(
      """
      CREATE TABLE t (
        a BIGINT PRIMARY KEY, --: open id x - life export row
        b TEXT DEFAULT 'x;,--: no' --: open enum x p,q life export row
      );
      """, named: "V01-a.sql", store: .house)
    reading.read(
      """
      ALTER TABLE t ADD COLUMN c TEXT; --: open enum x - life export row
      ALTER TABLE t DROP COLUMN b;
      ALTER TABLE t RENAME COLUMN c TO d;
      ALTER TABLE t RENAME TO u;
      """, named: "V02-b.sql", store: .house)
    #expect(reading.faults.isEmpty)
    #expect(reading.labels.map { "\($0.table).\($0.column)" } == ["u.a", "u.d"])
    #expect(reading.migrations.map(\.version) == [1, 2] && reading.migrations[1].statements.count == 4)
    reading.read("", named: "V04-c.sql", store: .house)
    reading.read("", named: "third.sql", store: .house)
    #expect(reading.faults.count == 2)
  }

  @Test("an account table whose primary key does not begin with the account is a fault")
  func accountKey() {
    let text = "CREATE TABLE t (id BIGINT PRIMARY KEY --: open id x - life export row\n);"
    #expect(faults(text, .account).count == 1 && faults(text).isEmpty)
  }

  @Test("types and placeholders are put into each engine's words, strings are left alone")
  func dialect() {
    let text =
      "CREATE VIEW v AS SELECT 'BYTEA {member}' AS a, CAST(x AS BYTEA), CAST(y AS INTEGER) FROM t WHERE m = {member}"
    #expect(
      Dialect.sqlite.schema(text)
        == "CREATE VIEW v AS SELECT 'BYTEA {member}' AS a, CAST(x AS BLOB), CAST(y AS INTEGER) FROM t "
        + "WHERE m = kith_member()"
    )
    #expect(Dialect.postgres.schema(text).contains("CAST(y AS BIGINT)"))
    #expect(Dialect.postgres.schema(text).contains("NULLIF(current_setting('kith.member', true), '')::bigint"))
  }

  @Test("the picture of the schema names every column with its label")
  func picture() throws {
    let picture = try EngineFixture.schema.picture()
    for label in EngineFixture.schema.labels { #expect(picture.contains("--: \(label.line)")) }
    #expect(picture.contains("CREATE FULLTEXT") && picture.contains("CREATE VIEW seen_person"))
    _ = try Schema.embedded.picture()
  }

  /// The tool as the build runs it, beside the tests.
  static let embedder: String? = {
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let folder = program.split(separator: "/").dropLast().joined(separator: "/")
    return ["schema-embedder", "schema-embedder-tool"].map { "/\(folder)/\($0)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  @Test(
    "an unlabelled column stops the build", .enabled(if: embedder != nil, "skipped: schema-embedder not built here"))
  func embedderFails() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kith-embed-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let house = folder.appending(path: "House")
    try FileManager.default.createDirectory(at: house, withIntermediateDirectories: true)
    let good = "CREATE TABLE t (\n  a TEXT --: open enum x - life export row\n);"
    for (text, status) in [(good, Int32(0)), ("CREATE TABLE t (\n  a TEXT\n);", 1)] {
      let file = house.appending(path: "V01-a.sql")
      try text.write(to: file, atomically: true, encoding: .utf8)
      let ended = try ChildProcess.run([
        try #require(EngineSchemaTests.embedder), folder.path, folder.appending(path: "Embedded.swift").path,
      ])
      #expect(ended.status == status)
      if status != 0 { #expect(ended.err == "\(file.path):2: error: column t.a has no label\n") }
    }
  }
}
