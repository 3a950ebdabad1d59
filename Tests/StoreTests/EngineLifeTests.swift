import Foundation
import Model
import Stage
import Testing

@testable import Store

@Suite("the life of a database") struct EngineLifeTests {
  let ada = EngineFixture.ada

  private func schema(_ account: [String]) -> Schema {
    EngineFixture.schema(
      [(.house, EngineFixture.house), (.keyring, EngineFixture.keyring)] + account.map { (.account, $0) })
  }

  @Test("an account can be made, found, listed and removed without a trace", arguments: StagedEngine.allCases)
  func accounts(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      let cyd = EngineFixture.cyd
      #expect(try await engine.accounts() == [ada])
      try await engine.create(cyd)
      try await engine.create(cyd)
      for account in [ada, cyd] {
        try await engine.write(.account(account)) {
          try $0.runMany(EngineFixture.insertion, EngineFixture.people(account))
        }
      }
      #expect(try await engine.exists(cyd))
      try await engine.remove(cyd)
      try await engine.remove(cyd)
      #expect(try await engine.exists(cyd) == false)
      #expect(try await engine.accounts() == [ada])
      await #expect(throws: Trouble.self) { try await engine.read(.account(cyd)) { try $0.rows("SELECT 1") } }
      try await engine.create(cyd)
      #expect(try await engine.read(.account(cyd)) { try $0.rows("SELECT id FROM person").count } == 0)
      #expect(try await engine.read(.account(ada)) { try $0.rows("SELECT id FROM person").count } == 2)
      try await engine.checkpoint()
      try await engine.compact(ada)
      #expect(try await engine.read(.account(ada)) { try $0.rows("SELECT id FROM person").count } == 2)
    }
  }

  @Test("a step changes the rows of every account, and opening again changes nothing", arguments: StagedEngine.allCases)
  func steps(_ kind: StagedEngine) async throws {
    try await withPlace(kind) { place in
      let first = try await place.open(schema([EngineFixture.account]))
      for account in [ada, EngineFixture.cyd] {
        try await first.create(account)
        try await first.write(.account(account)) {
          try $0.runMany(EngineFixture.insertion, EngineFixture.people(account))
        }
      }
      try await first.close()
      let step = """
        ALTER TABLE person ADD COLUMN folded TEXT NOT NULL DEFAULT ''; --: open directory contact - life export row
        UPDATE person SET folded = LOWER(name);
        """
      for _ in 0..<2 {
        let second = try await place.open(schema([EngineFixture.account, step]))
        for account in [ada, EngineFixture.cyd] {
          let names = try await second.read(.account(account)) {
            try $0.rows("SELECT folded FROM person ORDER BY id").map { $0.text(0) }
          }
          #expect(names == ["bob", "dee"])
        }
        try await second.close()
      }
      let older = await #expect(throws: Trouble.self) {
        let engine = try await place.open(schema([EngineFixture.account]))
        try await engine.read(.account(ada)) { _ in }
      }
      #expect(older?.description.contains("upgrade Kith") == true)
    }
  }

  @Test("a step that was changed after its release is refused", arguments: StagedEngine.allCases)
  func changedStep(_ kind: StagedEngine) async throws {
    try await withPlace(kind) { place in
      let first = try await place.open(schema([EngineFixture.account]))
      try await first.create(ada)
      try await first.close()
      let changed = EngineFixture.account.replacingOccurrences(of: "UNIQUE (account_id, name)", with: "CHECK (id > 0)")
      let trouble = await #expect(throws: Trouble.self) {
        let engine = try await place.open(schema([changed]))
        try await engine.read(.account(ada)) { _ in }
      }
      #expect(trouble?.what.contains("differs") == true)
      // A comment or a label is no step.
      let labelled = EngineFixture.account.replacingOccurrences(of: "show-to-owner life", with: "- life")
      let again = try await place.open(schema(["-- a comment\n" + labelled]))
      try await again.read(.account(ada)) { _ in }
      try await again.close()
    }
  }

  @Test("a step that fails leaves nothing behind", arguments: StagedEngine.allCases)
  func failedStep(_ kind: StagedEngine) async throws {
    try await withPlace(kind) { place in
      let broken = "CREATE INDEX person_touched ON person (account_id, touched); CREATE INDEX b ON nothing (x);"
      await #expect(throws: Trouble.self) {
        let engine = try await place.open(schema([EngineFixture.account, broken]))
        try await engine.create(ada)
      }
      let mended = try await place.open(
        schema([EngineFixture.account, "CREATE INDEX person_touched ON person (account_id, touched);"]))
      try await mended.create(ada)
      try await mended.read(.account(ada)) { _ in }
      try await mended.close()
    }
  }

  @Test("several processes may start at once", arguments: StagedEngine.allCases)
  func startsAtOnce(_ kind: StagedEngine) async throws {
    try await withPlace(kind) { [ada] place in
      let schema = schema([EngineFixture.account])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 {
          group.addTask {
            let engine = try await place.open(schema)
            try await engine.create(ada)
            try await engine.read(.account(ada)) { _ in }
            try await engine.close()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("what was deleted is not in the file after it was compacted")
  func compact() async throws {
    try await withPlace(.sqlite) { place in
      let engine = try await place.open(EngineFixture.schema)
      try await engine.create(ada)
      let index = EngineFixture.index
      try await engine.write(.account(ada)) { session in
        try session.run(EngineFixture.insertion, [11, 1, 1, "Deeforgetsme", nil, nil])
        try session.run("INSERT INTO words (account_id, person_id, tokens) VALUES (11, 1, $1)", ["qqforgottenqq"])
        try index.add([(row: 1, tokens: "qqforgottenqq")], in: session)
      }
      try await engine.write(.account(ada)) { session in
        try index.remove([(row: 1, tokens: "qqforgottenqq")], in: session)
        try session.run("DELETE FROM person")
        try index.rebuild(in: session)
      }
      try await engine.compact(ada)
      for name in try FileManager.default.contentsOfDirectory(atPath: place.location + "/accounts") {
        let data = try Data(contentsOf: URL(fileURLWithPath: place.location + "/accounts/" + name))
        #expect(data.range(of: Data("Deeforgetsme".utf8)) == nil, "\(name)")
        #expect(data.range(of: Data("qqforgottenqq".utf8)) == nil, "\(name)")
      }
      try await engine.close()
    }
  }

  @Test("the schema of this build applies, and has no column without rights", arguments: StagedEngine.allCases)
  func embedded(_ kind: StagedEngine) async throws {
    try await withPlace(kind) { place in
      let schema = Schema.embedded
      let engine = try await place.open(schema)
      try await engine.create(ada)
      for table in schema.tables(of: .account) {
        _ = try await engine.read(.account(ada)) { try $0.rows("SELECT * FROM \(table) WHERE account_id = $1", [11]) }
      }
      let views = schema.migrations(of: .account).flatMap(\.statements).filter { $0.hasPrefix("CREATE VIEW seen_") }
        .compactMap { $0.split(separator: " ").dropFirst(2).first.map(String.init) }
      for view in views {
        _ = try await engine.read(.viewer(ada, EngineFixture.alice)) { try $0.rows("SELECT * FROM \(view)") }
      }
      try await engine.remove(ada)
      try await engine.close()
    }
  }
}
