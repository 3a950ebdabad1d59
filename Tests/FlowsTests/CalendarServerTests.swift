import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

@Suite("calendars on a server", .serialized, .timeLimit(.minutes(10))) struct CalendarServerTests {
  private static let still: Set<String> = ["ledger", "ledger_head", "lease", "job", "source", "transcript", "folder"]

  @Test(
    "a calendar is read whole, by every kind of server and engine; tasks are left out; nothing is new the second time",
    arguments: StagedDAV.Kind.allCases)
  func whole(_ kind: StagedDAV.Kind) async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let stage = try await CalendarStage(kind, engine)
      try stage.fill()
      let source = try await stage.add()
      let report = try await stage.pull(source)
      #expect(report.isWhole && report.stored == 4 && report.trouble == nil)
      let calendar = try #require(report.folders.first)
      #expect(report.folders.count == 1)
      #expect(calendar.folder == (kind == .radicale ? "Agenda" : "calendar"))
      #expect(calendar.onServer == 5 && calendar.held == 4 && calendar.leftOut == ["todo": 1] && calendar.gap == 0)
      #expect(
        try await stage.met() == [
          Cast.bob.address: "2026-11-02", Cast.fay.address: "2026-11-20", Cast.eli.address: "2026-11-20",
        ])
      let before = try await stage.office.digests(without: Self.still)
      let asked = try stage.server.requests().count
      #expect(try await stage.pull(source).stored == 0)
      #expect(try await stage.office.digests(without: Self.still) == before)
      // Nothing is even listed.
      #expect(try stage.server.requests().dropFirst(asked).allSatisfy { $0.hasPrefix("PROPFIND") })
    }
  }

  @Test(
    "P082 what is moved, left and deleted in a calendar on a server is followed", arguments: StagedDAV.Kind.allCases)
  func followed(_ kind: StagedDAV.Kind) async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let stage = try await CalendarStage(kind, engine)
      try stage.fill()
      let source = try await stage.add()
      try await stage.pull(source)
      try stage.put(
        "viewing", [Cast.event("viewing", "20261104T100000Z", host: Cast.ada, with: [Cast.bob, Cast.hal])])
      try stage.delete("weekly")
      let report = try await stage.pull(source)
      #expect(report.stored == 1 && report.isWhole)
      #expect(report.folders.map(\.onServer) == [4] && report.folders.map(\.held) == [3])
      let there = [Cast.bob.address: "2026-11-04", Cast.hal.address: "2026-11-04"]
      #expect(try await stage.met() == there)
      // A token that is lost, or that nobody knows, costs a listing and replays nothing.
      for token in ["NULL", "'of another server'"] {
        try await stage.run("UPDATE collection SET sync_token = \(token), ctag = NULL WHERE account_id = $1")
        let again = try await stage.pull(source)
        #expect(again.stored == 0 && again.isWhole)
      }
      #expect(try await stage.met() == there)
    }
  }

  @Test(
    "an event is read again once its time has come, though nothing changed there", arguments: StagedDAV.Kind.allCases)
  func time(_ kind: StagedDAV.Kind) async throws {
    let stage = try await CalendarStage(kind)
    try stage.fill()
    let source = try await stage.add()
    try await stage.pull(source)
    stage.office.house.clock.set(Instant(year: 2026, month: 12, day: 1, hour: 15))
    let report = try await stage.pull(source)
    #expect(report.stored == 2 && report.isWhole && report.folders.map(\.held) == [4])
    let met = try await stage.met()
    #expect(met[Cast.gus.address] == "2026-12-01" && met[Cast.fay.address] == "2026-11-27")
    #expect(try await stage.pull(source).stored == 0)
  }

  @Test(
    "P013 P014 nothing is changed in a calendar on a server: etags stay over three syncs, only reading is asked",
    arguments: StagedDAV.Kind.allCases)
  func untouched(_ kind: StagedDAV.Kind) async throws {
    let stage = try await CalendarStage(kind)
    try stage.fill()
    let begun = try stage.server.requests().count
    let source = try await stage.add()
    try await stage.pull(source)
    let statement = "SELECT etag FROM resource ORDER BY place"
    let etags = try await stage.office.rows(statement)
    #expect(etags.count == 5)
    for _ in 0..<2 {
      // All is asked for anew.
      try await stage.run("DELETE FROM resource WHERE account_id = $1")
      try await stage.run("UPDATE collection SET sync_token = NULL, ctag = NULL WHERE account_id = $1")
      #expect(try await stage.pull(source).isWhole)
      #expect(try await stage.office.rows(statement) == etags)
    }
    let methods = Set(try stage.server.requests().dropFirst(begun).map { $0.prefix { $0 != " " } })
    #expect(methods.isSubset(of: ["PROPFIND", "REPORT", "GET"]) && methods.contains("REPORT"))
  }

  @Test(
    "an event that is lost here shows as a gap of one, and the next run repairs it", arguments: StagedDAV.Kind.allCases)
  func lost(_ kind: StagedDAV.Kind) async throws {
    let stage = try await CalendarStage(kind)
    try stage.fill()
    let source = try await stage.add()
    try await stage.pull(source)
    try await stage.run("DELETE FROM meeting WHERE account_id = $1")
    try await stage.run(
      "DELETE FROM event WHERE account_id = $1 AND id = (SELECT MIN(id) FROM event WHERE account_id = $1)")
    #expect(try await stage.office.store.completeness(stage.office.account).map(\.gap) == [1])
    let repaired = try await stage.pull(source)
    #expect(repaired.isWhole && repaired.stored == 1 && repaired.folders.map(\.gap) == [0])
  }

  @Test("P016 a revoked calendar is never asked again, and its login is gone")
  func revoked() async throws {
    let stage = try await CalendarStage(.radicale)
    try stage.fill()
    let source = try await stage.add()
    try await stage.pull(source)
    try await Revoke(store: stage.office.store, gate: stage.office.gate).run(
      stage.office.account, stage.office.ada, source.id)
    let asked = try stage.server.requests().count
    await #expect(throws: Refusal.self) { try await stage.pull(source) }
    #expect(try stage.server.requests().count == asked)
    #expect(try await stage.office.store.login(stage.office.account, source.id) == nil)
  }

  @Test("what a run said is kept without the names of events, and no word of one is in any file")
  func words() async throws {
    let stage = try await CalendarStage(.xandikos)
    try stage.fill()
    let source = try await stage.add()
    try await stage.pull(source)
    let lines = try await stage.office.store.transcript(stage.office.account, source.id).map(\.line)
    #expect(!lines.isEmpty && !lines.contains { $0.contains("viewing") })
    for name in try FileManager.default.subpathsOfDirectory(atPath: stage.office.house.data) {
      let bytes = FileManager.default.contents(atPath: stage.office.house.data + "/" + name) ?? Data()
      #expect(bytes.range(of: Data("Canary of a title".utf8)) == nil, "\(name)")
    }
  }
}
