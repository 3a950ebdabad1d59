import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing
import Wire

/// The pull against a mail server of other hands than Dovecot's.
@Suite("a second mail server", .serialized) struct SecondServerTests {
  @Test("pymap is read whole; what comes, goes and stays there is followed", arguments: StagedHouse.EngineKind.allCases)
  func whole(_ engine: StagedHouse.EngineKind) async throws {
    let stage = try await PymapStage(engine)
    let client = try stage.server.client()
    for folder in ["Work", "Work/2026", "&AOQ-rger"] { try client.run("CREATE \"\(folder)\"") }
    for number in 0..<30 {
      try client.append(ServerStage.mail(number), to: ["INBOX", "Work", "Work/2026"][number % 3])
    }
    for folder in ["INBOX", "Work", "&AOQ-rger"] { try client.append(ServerStage.mail(1000), to: folder) }
    let source = try await stage.add()
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.trouble == nil)
    #expect(try await stage.held(source) == stage.there())
    #expect(try await stage.way.house.count("mail") == 31)
    #expect(try await stage.pull(source).stored == 0)
    // One more comes, three go, a folder is renamed.
    try client.append(ServerStage.mail(2000), to: "INBOX")
    let uids = try client.select("Work").uids
    try client.run("UID STORE \(uids[0]):\(uids[2]) +FLAGS (\\Deleted)")
    try client.run("EXPUNGE")
    try client.run("RENAME \"Work/2026\" \"Old\"")
    #expect(try await stage.pull(source).isWhole)
    #expect(try await stage.held(source) == stage.there())
    #expect(try await stage.way.house.count("mail") == 32)
    #expect(try await stage.pull(source).stored == 0)
  }

  @Test("P013 P014 nothing is changed at another mail server either: flags and counts are the same after three syncs")
  func untouched() async throws {
    let stage = try await PymapStage()
    let client = try stage.server.client()
    for number in 0..<12 { try client.append(ServerStage.mail(number), to: "INBOX") }
    let uids = try client.select("INBOX").uids
    try client.run("UID STORE \(uids[0]) +FLAGS (\\Seen)")
    try client.run("UID STORE \(uids[1]) +FLAGS (\\Deleted)")
    let before = try stage.picture()
    let source = try await stage.add()
    for _ in 0..<3 { #expect(try await stage.pull(source).isWhole) }
    let account = stage.way.account
    _ = try await stage.way.store.write(account) { session in
      try session.run("DELETE FROM place WHERE account_id = $1", [Value(account)])
    }
    #expect(try await stage.pull(source).isWhole)
    #expect(try stage.picture() == before)
    #expect(before.filter { $0.contains(" FETCH ") }.count == 12)
  }
}

/// A mailbox at a staged pymap, and Kith's way in to it.
private struct PymapStage {
  let way: WayIn
  let server: StagedPymap

  init(_ engine: StagedHouse.EngineKind = .sqlite) async throws {
    way = try await WayIn(engine)
    server = try await StagedPymap.start()
  }

  func add() async throws -> Source {
    let login = Login(user: StagedPymap.user, secret: StagedDovecot.password)
    return try await AddSource(store: way.store, gate: way.house.gate).run(
      way.account, way.house.ada, AddSource.Wish(server.server(), login, isWarranted: true)
    ).source
  }

  func pull(_ source: Source) async throws -> Pulled {
    let door = ServerDoor(store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true))
    return try await way.pull(source.id, door: door)
  }

  func held(_ source: Source) async throws -> [StagedMailClient.Found] { try await way.held(source) }

  /// What the server has, under names for people.
  func there() throws -> [StagedMailClient.Found] {
    try server.client().everything().map { found in
      var found = found
      found.folder = found.folder.replacing("&AOQ-rger", with: "ärger")
      return found
    }.sorted()
  }

  /// Counts and flags, seen by somebody who only looks.
  func picture() throws -> [String] {
    let looks = try server.client()
    let status = try looks.run("STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)").map(\.line)
    try looks.run("EXAMINE INBOX")
    return status + (try looks.run("UID FETCH 1:* (UID FLAGS)").map(\.line))
  }
}
