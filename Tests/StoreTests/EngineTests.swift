import Dispatch
import Foundation
import Model
import Stage
import Synchronization
import Testing

@testable import Store

@Suite("the engine") struct EngineTests {
  let ada = EngineFixture.ada

  @Test("every value comes back as it was stored", arguments: StagedEngine.allCases)
  func values(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      let blob = [UInt8]((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      let sets: [[Value]] = [
        [11, 1, .integer(.max), "a", .bytes([]), 0.1], [11, 2, .integer(.min), "", .bytes(blob), -1e300],
        [11, 3, 0, "Zoë \u{1F600} 'quoted' \\ $1", .bytes([0, 0]), .real(.leastNonzeroMagnitude)],
        [11, 4, -1, "tab\tline\n", nil, nil],
      ]
      try await engine.write(.account(ada)) { try $0.runMany(EngineFixture.insertion, sets) }
      let rows = try await engine.read(.account(ada)) {
        try $0.rows("SELECT account_id, id, member_id, name, note, strength FROM person ORDER BY id")
      }
      #expect(rows.map(\.values) == sets)
      #expect(rows[3].textOrNil(4) == nil && rows[3].realOrNil(5) == nil && rows[3].intOrNil(4) == nil)
      let id: ID<Person> = rows[1].id(1)
      #expect(id == ID(2) && rows[0].instant(1) == Instant(milliseconds: 1) && rows[0].bool(1))
      #expect(rows[0][99] == .null)
    }
  }

  @Test("a NUL in a text and a real that is not a number are kept alike", arguments: StagedEngine.allCases)
  func oddValues(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      let row = try await engine.write(.account(ada)) { session in
        try session.run(EngineFixture.insertion, [11, 1, 1, "a\0b", nil, .real(.nan)])
        return try session.row("SELECT name, strength FROM person")
      }
      #expect(row?.values == ["a\u{FFFD}b", nil])
    }
  }

  @Test("placeholders go by number, not by order", arguments: StagedEngine.allCases)
  func placeholders(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      let rows = try await engine.write(.account(ada)) { session in
        try session.run(
          "INSERT INTO person (name, member_id, id, account_id) VALUES ($4, $3, $2, $1)", [11, 7, 3, "Bob"])
        return try session.rows("SELECT id FROM person WHERE id = $2 AND (name = $1 OR id > $2)", ["Bob", 7])
      }
      #expect(rows.map { $0.int(0) } == [7])
      await #expect(throws: Trouble.self) {
        try await engine.read(.account(ada)) { try $0.rows("SELECT id FROM person WHERE id = $2", [1]) }
      }
    }
  }

  @Test("sums, counts and averages come as numbers", arguments: StagedEngine.allCases)
  func numbers(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      let row = try await engine.write(.account(ada)) { session in
        try session.runMany(EngineFixture.insertion, EngineFixture.people(ada))
        return try session.row(
          """
          SELECT COUNT(*), SUM(id), SUM(strength), COUNT(*) FILTER (WHERE id > 1), MAX(name), COALESCE(SUM(touched), 0),
            SUM(id * 3000000000), AVG(id), SUM(-id)
          FROM person
          """)
      }
      #expect(row?.values.prefix(7) == [2, 3, 0.75, 1, "Dee", 0, 9_000_000_000])
      #expect(row?.real(7) == 1.5 && row?.int(8) == -3)
    }
  }

  @Test("a throw undoes the whole transaction", arguments: StagedEngine.allCases)
  func rollback(_ kind: StagedEngine) async throws {
    struct Stop: Error {}
    try await withEngine(kind) { engine in
      await #expect(throws: Stop.self) {
        try await engine.write(.account(ada)) { session in
          try session.runMany(EngineFixture.insertion, EngineFixture.people(ada))
          throw Stop()
        }
      }
      await #expect(throws: Trouble.self) {
        try await engine.write(.account(ada)) { session in
          try session.runMany(EngineFixture.insertion, EngineFixture.people(ada) + EngineFixture.people(ada))
        }
      }
      let count = try await engine.read(.account(ada)) { try $0.row("SELECT COUNT(*) FROM person")?.int(0) }
      #expect(count == 0)
    }
  }

  @Test("a broken rule names the rule and never the value", arguments: StagedEngine.allCases)
  func messages(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      let trouble = await #expect(throws: Trouble.self) {
        try await engine.write(.account(ada)) { session in
          try session.run(EngineFixture.insertion, [11, 1, 1, "Bob the client", nil, nil])
          try session.run(EngineFixture.insertion, [11, 2, 1, "Bob the client", nil, nil])
        }
      }
      let text = trouble?.description ?? ""
      #expect(text.contains("person") && !text.contains("Bob"))
    }
  }

  @Test("many statements run in order and answer in order", arguments: StagedEngine.allCases)
  func many(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      let sets: [[Value]] = (0..<2500).map { [11, Value($0), 1, Value("p\($0)"), nil, nil] }
      let answers = try await engine.write(.account(ada)) { session in
        try session.runMany(EngineFixture.insertion, sets)
        return try session.rowsMany(
          EngineFixture.insertion
            + " ON CONFLICT (account_id, id) DO UPDATE SET touched = person.touched + $2 RETURNING id, touched", sets)
      }
      #expect(answers.map { $0.map(\.values) } == (0..<2500).map { [[Value($0), Value($0)]] })
      let changed = try await engine.write(.account(ada)) { session in
        let none = try session.run("UPDATE person SET touched = 1 WHERE id = $1", [99_999])
        let some = try session.run("UPDATE person SET touched = 1 WHERE id < $1", [10])
        let read = try session.run("SELECT id FROM person WHERE id = $1", [1])
        let ignored = try session.run(EngineFixture.insertion + " ON CONFLICT DO NOTHING", sets[0])
        return [none, some, read, ignored]
      }
      #expect(changed == [0, 10, 0, 0])
    }
  }

  @Test("a stream gives every row, may be left early, and lets nothing in between", arguments: StagedEngine.allCases)
  func streams(_ kind: StagedEngine) async throws {
    struct Enough: Error {}
    try await withEngine(kind) { engine in
      let sets: [[Value]] = (0..<3000).map { [11, Value($0), 1, Value("p\($0)"), nil, nil] }
      try await engine.write(.account(ada)) { try $0.runMany(EngineFixture.insertion, sets) }
      let ids = try await engine.read(.account(ada)) { session in
        var ids: [Int64] = []
        try session.stream("SELECT id FROM person WHERE id >= $1 ORDER BY id", [1000]) { ids.append($0.int(0)) }
        return ids
      }
      #expect(ids == Array(1000..<3000))
      await #expect(throws: Enough.self) {
        try await engine.read(.account(ada)) { session in
          try session.stream("SELECT id FROM person ORDER BY id", []) { if $0.int(0) == 5 { throw Enough() } }
        }
      }
      await #expect(throws: Trouble.self) {
        try await engine.read(.account(ada)) { session in
          try session.stream("SELECT id FROM person", []) { _ in _ = try session.rows("SELECT 1") }
        }
      }
      let count = try await engine.read(.account(ada)) { try $0.row("SELECT COUNT(*) FROM person")?.int(0) }
      #expect(count == 3000)
    }
  }

  @Test("a reading transaction cannot write", arguments: StagedEngine.allCases)
  func readOnly(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { engine in
      await #expect(throws: Trouble.self) {
        try await engine.read(.account(ada)) { try $0.run(EngineFixture.insertion, [11, 1, 1, "Bob", nil, nil]) }
      }
      for scope in [Scope.viewer(ada, EngineFixture.alice), .statistics(ada)] {
        await #expect(throws: Trouble.self) { try await engine.write(scope) { _ in } }
        await #expect(throws: Trouble.self) {
          try await engine.read(scope) { try $0.run("DELETE FROM person") }
        }
      }
    }
  }

  @Test("writers of one account follow each other, so no update is lost", arguments: StagedEngine.allCases)
  func serialWriters(_ kind: StagedEngine) async throws {
    try await withEngine(kind) { [ada] engine in
      try await engine.write(.account(ada)) { try $0.run(EngineFixture.insertion, [11, 1, 1, "Bob", nil, nil]) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<40 {
          group.addTask {
            try await engine.write(.account(ada)) { session in
              let held = try session.row("SELECT touched FROM person WHERE id = $1", [1])?.int(0) ?? 0
              try session.run("UPDATE person SET touched = $2 WHERE id = $1", [1, .integer(held + 1)])
            }
          }
        }
        try await group.waitForAll()
      }
      let count = try await engine.read(.account(ada)) { try $0.row("SELECT touched FROM person")?.int(0) }
      #expect(count == 40)
    }
  }

  @Test("a transaction the server undid is tried again, but not for ever")
  func retries() async throws {
    try await withEngine(.postgres) { engine in
      let tries = Mutex(0)
      let fail = "DO $body$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $body$"
      let answer = try await engine.write(.account(ada)) { session in
        if tries.withLock({
          $0 += 1; return $0
        }) < 4 {
          try session.run(fail)
        }
        return try session.row("SELECT 5")?.int(0)
      }
      #expect(answer == 5 && tries.withLock { $0 } == 4)
      tries.withLock { $0 = 0 }
      let trouble = await #expect(throws: Trouble.self) {
        try await engine.write(.account(ada)) { session in
          tries.withLock { $0 += 1 }
          try session.run(fail)
        }
      }
      #expect(tries.withLock { $0 } == 6)
      if case .wait = trouble?.remedy {} else { Issue.record("the remedy is not to wait") }
    }
  }

  @Test("a connection that was cut is made anew")
  func reconnects() async throws {
    try await withEngine(.postgres) { engine in
      await #expect(throws: Trouble.self) {
        try await engine.write(.house) { try $0.rows("SELECT pg_terminate_backend(pg_backend_pid())") }
      }
      let answer = try await engine.read(.house) { try $0.row("SELECT 1")?.int(0) }
      #expect(answer == 1)
    }
  }

  @Test("an error passed over inside a transaction does not pass for success")
  func swallowedError() async throws {
    try await withEngine(.postgres) { engine in
      await #expect(throws: Trouble.self) {
        try await engine.write(.account(ada)) { session in
          try session.run(EngineFixture.insertion, [11, 1, 1, "Bob", nil, nil])
          _ = try? session.run(EngineFixture.insertion, [11, 1, 1, "Bob", nil, nil])
        }
      }
    }
  }

  @Test(
    "who waits too long for a lock is told to come back, and nothing is half done", arguments: StagedEngine.allCases)
  func busy(_ kind: StagedEngine) async throws {
    try await withPlace(kind) { [ada] place in
      let holder = try await place.open(EngineFixture.schema)
      try await holder.create(ada)
      let other = try await place.open(EngineFixture.schema, patience: 0.2)
      try await other.read(.account(ada)) { _ in }
      let (begun, signal) = AsyncStream<Void>.makeStream()
      let looked = DispatchSemaphore(value: 0)
      async let held: Void = holder.write(.account(ada)) { session in
        try session.run(EngineFixture.insertion, [11, 1, 1, "Bob", nil, nil])
        signal.finish()
        // On a thread of the engine's own: it may block until the other one has looked.
        looked.wait()
      }
      for await _ in begun {}
      let trouble = await #expect(throws: Trouble.self) {
        try await other.write(.account(ada)) { try $0.run(EngineFixture.insertion, [11, 2, 1, "Dee", nil, nil]) }
      }
      if case .wait = trouble?.remedy {
      } else {
        Issue.record("the remedy is not to wait: \(String(describing: trouble))")
      }
      #expect(try await other.read(.account(ada)) { try $0.rows("SELECT id FROM person").count } == 0)
      looked.signal()
      try await held
      try await other.write(.account(ada)) { try $0.run(EngineFixture.insertion, [11, 2, 1, "Dee", nil, nil]) }
      #expect(try await other.read(.account(ada)) { try $0.rows("SELECT id FROM person").count } == 2)
      try await holder.close()
      try await other.close()
    }
  }

  @Test("a full disk refuses the write, keeps the reads, and is over when there is space")
  func fullDisk() async throws {
    try await withEngine(.sqlite) { engine in
      let sets: [[Value]] = (0..<300).map {
        [11, Value($0), 1, Value("p\($0)"), .bytes(Array(repeating: 7, count: 4000)), nil]
      }
      let trouble = await #expect(throws: Trouble.self) {
        try await engine.write(.account(ada)) { session in
          _ = try session.rows("PRAGMA max_page_count = 60")
          try session.runMany(EngineFixture.insertion, sets)
        }
      }
      #expect(trouble?.what == "the disk is full")
      #expect(try await engine.read(.account(ada)) { try $0.rows("SELECT id FROM person").count } == 0)
      try await engine.write(.account(ada)) { session in
        _ = try session.rows("PRAGMA max_page_count = 1000000")
        try session.runMany(EngineFixture.insertion, sets)
      }
      #expect(try await engine.read(.account(ada)) { try $0.rows("SELECT id FROM person").count } == 300)
    }
  }
}
