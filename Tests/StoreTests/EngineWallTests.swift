import Foundation
import Model
import Stage
import Testing

@testable import Store

@Suite("the walls between scopes") struct EngineWallTests {
  let ada = EngineFixture.ada
  let cyd = EngineFixture.cyd

  private func fill(_ engine: any Engine) async throws {
    try await engine.create(cyd)
    for account in [ada, cyd] {
      try await engine.write(.account(account)) { session in
        try session.runMany(EngineFixture.insertion, EngineFixture.people(account))
        let words: [(Int64, String)] = [(1, "aa bb"), (2, "bb cc")]
        try session.runMany(
          "INSERT INTO words (account_id, person_id, tokens) VALUES ($1, $2, $3)",
          words.map { [Value(account), .integer($0.0), .text($0.1)] })
        try EngineFixture.index.add(words.map { (row: $0.0, tokens: $0.1) }, in: session)
      }
    }
  }

  @Test("one account never sees another's rows", arguments: StagedEngine.allCases)
  func accounts(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      try await fill(engine)
      for account in [ada, cyd] {
        let ids = try await engine.read(.account(account)) {
          try $0.rows("SELECT DISTINCT account_id FROM person").map { $0.int(0) }
        }
        #expect(ids == [account.rawValue])
      }
      await #expect(throws: Trouble.self) { try await engine.read(.account(ID(99))) { try $0.rows("SELECT 1") } }
      await #expect(throws: Trouble.self) { try await engine.write(.account(ID(99))) { try $0.rows("SELECT 1") } }
    }
  }

  @Test("a viewer reads the seen views as that member, and nothing else", arguments: StagedEngine.allCases)
  func viewers(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      try await fill(engine)
      for (member, name) in [(EngineFixture.alice, "Bob"), (EngineFixture.bert, "Dee")] {
        let names = try await engine.read(.viewer(ada, member)) {
          try $0.rows("WITH x AS (SELECT name FROM seen_person) SELECT name FROM x AS seen_too").map { $0.text(0) }
        }
        #expect(names == [name])
      }
      let nobody = try await engine.read(.viewer(ada, ID(77))) { try $0.rows("SELECT name FROM seen_person") }
      #expect(nobody.isEmpty)
      let forbidden = [
        "SELECT name FROM person", "SELECT COUNT(*) FROM person", "SELECT tokens FROM words", "SELECT 1 FROM person",
        "SELECT s.name FROM seen_person s JOIN person p ON p.id = s.id", "SELECT (SELECT MAX(name) FROM person)",
        "SELECT name FROM seen_person UNION ALL SELECT name FROM person", "SELECT * FROM schema_version",
        "SELECT name FROM seen_person WHERE EXISTS (SELECT 1 FROM person WHERE member_id = 2)",
        "WITH x AS (SELECT name FROM person) SELECT * FROM x",
        "SELECT name FROM seen_person ORDER BY (SELECT COUNT(*) FROM person)",
      ]
      for sql in forbidden {
        await #expect(throws: Trouble.self, "\(sql)") {
          try await engine.read(.viewer(ada, EngineFixture.alice)) { try $0.rows(sql) }
        }
      }
    }
  }

  @Test("no name of a view can be borrowed to read a table")
  func borrowedNames() async throws {
    try await withEngine(.sqlite) { engine in
      try await fill(engine)
      let forbidden = [
        "WITH seen_person AS (SELECT name FROM person) SELECT * FROM seen_person",
        "WITH seen_person(name) AS (SELECT name FROM person) SELECT * FROM seen_person",
        "WITH \"SEEN_person\" /* */ AS NOT MATERIALIZED (SELECT name FROM person) SELECT * FROM seen_person",
        "WITH mine AS (SELECT name FROM person) SELECT * FROM mine",
        "WITH `mine`AS(SELECT name FROM person)SELECT*FROM mine",
        "WITH seen_other AS MATERIALIZED (SELECT name FROM person) SELECT * FROM seen_other",
        "SELECT * FROM sqlite_master", "SELECT * FROM pragma_table_info('person')", "PRAGMA table_info(person)",
        "ATTACH ':memory:' AS x", "SELECT * FROM words_index", "SELECT * FROM words_index_data",
        "SELECT * FROM words_index_content", "SELECT load_extension('x')", "CREATE TEMP TABLE t (a)",
        "SELECT rowid FROM words_index WHERE words_index MATCH 'aa'", "SELECT * FROM dbstat",
      ]
      for sql in forbidden {
        await #expect(throws: Trouble.self, "\(sql)") {
          try await engine.read(.viewer(ada, EngineFixture.alice)) { try $0.rows(sql) }
        }
      }
    }
  }

  @Test("a search finds by blind tokens, for a viewer only what that member sees", arguments: StagedEngine.allCases)
  func search(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      try await fill(engine)
      let index = EngineFixture.index
      func found(_ scope: Scope, _ tokens: [String]) async throws -> [Int64] {
        try await engine.read(scope) { session in
          let isViewer = scope.readsOnly
          let condition = index.matches("$1", session.dialect, viewer: isViewer)
          return try session.rows(
            "SELECT person_id FROM \(isViewer ? "seen_words" : "words") WHERE \(condition) ORDER BY person_id",
            [index.query(tokens, session.dialect)]
          ).map { $0.int(0) }
        }
      }
      #expect(try await found(.account(ada), ["bb"]) == [1, 2])
      #expect(try await found(.account(ada), ["bb", "aa"]) == [1])
      #expect(try await found(.account(ada), ["zz"]) == [])
      #expect(try await found(.viewer(ada, EngineFixture.alice), ["bb"]) == [1])
      #expect(try await found(.viewer(ada, EngineFixture.bert), ["bb"]) == [2])
      #expect(try await found(.viewer(ada, EngineFixture.bert), ["aa"]) == [])
      try await engine.write(.account(ada)) { session in
        try index.remove([(row: 1, tokens: "aa bb")], in: session)
        try session.run("DELETE FROM person WHERE account_id = $1 AND id = $2", [11, 1])
        try index.rebuild(in: session)
      }
      #expect(try await found(.account(ada), ["aa"]) == [])
      #expect(try await found(.account(ada), ["bb"]) == [2])
      #expect(try await found(.account(cyd), ["aa"]) == [1])
    }
  }

  @Test("statistics read only the columns the labels open for counting", arguments: StagedEngine.allCases)
  func statistics(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      try await fill(engine)
      let row = try await engine.read(.statistics(ada)) {
        try $0.row("SELECT COUNT(*), SUM(strength) FROM person WHERE account_id = $1", [11])
      }
      #expect(row?.values == [2, 0.75])
      for sql in [
        "SELECT name FROM person", "SELECT COUNT(name) FROM person", "SELECT id FROM person ORDER BY name",
        "SELECT COUNT(*) FROM words", "SELECT name FROM seen_person", "SELECT * FROM person",
      ] {
        await #expect(throws: Trouble.self, "\(sql)") { try await engine.read(.statistics(ada)) { try $0.rows(sql) } }
      }
    }
  }

  @Test("house, keyring and accounts do not reach into each other", arguments: StagedEngine.allCases)
  func stores(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      try await engine.write(.house) {
        try $0.run("INSERT INTO sign_in (email, account_id) VALUES ($1, $2)", ["ada@example.test", 11])
      }
      try await engine.write(.keyring) {
        try $0.run("INSERT INTO wrapped_key (id, wrapped) VALUES ($1, $2)", [1, nil])
      }
      let attempts: [(Scope, String)] = [
        (.house, "person"), (.house, "account.person"), (.house, "wrapped_key"), (.house, "keyring.wrapped_key"),
        (.keyring, "sign_in"), (.keyring, "house.sign_in"), (.keyring, "person"), (.account(ada), "sign_in"),
        (.account(ada), "house.sign_in"), (.account(ada), "keyring.wrapped_key"),
        (.viewer(ada, EngineFixture.alice), "house.sign_in"), (.statistics(ada), "keyring.wrapped_key"),
      ]
      for (scope, table) in attempts {
        await #expect(throws: Trouble.self, "\(table)") {
          try await engine.read(scope) { try $0.rows("SELECT * FROM \(table)") }
        }
      }
    }
  }

  @Test("row-level security holds without a setting, and against a row of another account")
  func rowSecurity() async throws {
    try await withEngine(.postgres) { engine in
      try await fill(engine)
      for setting in ["''", "'99'"] {
        let count = try await engine.write(.account(ada)) { session in
          try session.run("SET LOCAL kith.account = \(setting)")
          return try session.row("SELECT COUNT(*) FROM person")?.int(0)
        }
        #expect(count == 0)
      }
      await #expect(throws: Trouble.self) {
        try await engine.write(.account(ada)) { try $0.run(EngineFixture.insertion, [12, 5, 1, "Eve", nil, nil]) }
      }
      let rights = try await engine.read(.house) {
        try $0.rows(
          """
          SELECT c.relrowsecurity AND c.relforcerowsecurity
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = 'account' AND c.relkind = 'r' AND c.relname <> 'schema_version'
          """)
      }
      #expect(rights.count == 2 && rights.allSatisfy { $0.bool(0) })
      let roles = try await engine.read(.house) {
        try $0.rows(
          """
          SELECT rolname FROM pg_roles r
          WHERE rolname LIKE 'kith%' AND rolname <> 'kith_owner' AND (rolsuper OR rolbypassrls
            OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid))
          """)
      }
      #expect(roles.isEmpty)
    }
  }

  @Test("files of the data folder are the owner's alone, and an LRU keeps few of them open")
  func files() async throws {
    try await withPlace(.sqlite) { place in
      let engine = try await place.open(EngineFixture.schema, openAccounts: 3)
      for number in 1...10 {
        try await engine.create(ID(Int64(number)))
        try await engine.write(.account(ID(Int64(number)))) {
          try $0.run(EngineFixture.insertion, [Value(number), 1, 1, "Bob", nil, nil])
        }
      }
      for number in (1...10).reversed() {
        let count = try await engine.read(.viewer(ID(Int64(number)), EngineFixture.alice)) {
          try $0.rows("SELECT name FROM seen_person").count
        }
        #expect(count == 1)
      }
      let open = try FileManager.default.contentsOfDirectory(atPath: place.location + "/accounts")
      let held = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
      }
      #expect(Set(held.filter { $0.hasPrefix(place.location + "/accounts") && $0.hasSuffix(".sqlite") }).count <= 3)
      for name in open {
        let mode = try FileManager.default.attributesOfItem(atPath: place.location + "/accounts/" + name)
        #expect(mode[.posixPermissions] as? Int == 0o600, "\(name)")
      }
      let mode = try FileManager.default.attributesOfItem(atPath: place.location)
      #expect(mode[.posixPermissions] as? Int == 0o700)
      #expect(try await engine.accounts() == (1...10).map { ID($0) })
      try await engine.close()
    }
  }
}

extension EngineFixture {
  static let index = FullText("words_index", on: "words", column: "tokens", row: "person_id", seen: "seen_words")
}
