import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

@Suite("Rights: erasure, export, coming and going", .serialized)
struct RightsTests {
  static let dees = Cast.dee.address
  static let words = ["dee@example.test", "dawson"]

  @Test(
    "P120 erased stays erased: files, a second import, yesterday's export, undo",
    arguments: StagedHouse.EngineKind.allCases)
  func erased(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await Household.made(engine)
    let export = Export(store: home.store, gate: home.gate, progress: { _ in })
    let yesterday = home.house.files + "/yesterday.kith"
    let passphrase = Array("correct horse battery".utf8)
    try await export.export(home.account, home.ada, passphrase: passphrase, to: yesterday)

    let dee = try #require(try await home.person(RightsTests.dees))
    let bob = try #require(try await home.person(Cast.bob.address))
    if engine == .sqlite {
      // The control: before, she is in the open columns and in the CRM folder.
      #expect(Household.holds(Household.bytes(below: home.house.data), RightsTests.dees))
      #expect(Household.holds(Household.bytes(below: home.crm), RightsTests.dees))
    }
    let entries = try await home.store.journal(try await home.viewer())
    let outcome = try await Erase(store: home.store, gate: home.gate).erase(dee.id, home.account, home.ada)
    #expect(outcome.leftThere.isEmpty)
    #expect(outcome.removedThere == 1)

    func gone(_ moment: String) async throws {
      #expect(try await home.person(RightsTests.dees) == nil, "\(moment)")
      for word in RightsTests.words {
        if engine == .sqlite {
          try await home.store.engine.checkpoint()
          #expect(!Household.holds(Household.bytes(below: home.house.data), word), "\(moment): \(word)")
        }
        #expect(!Household.holds(Household.bytes(below: home.crm), word), "\(moment): \(word) in the CRM")
      }
      // Her counterpart's history keeps its counts.
      let now = try #require(try await home.person(Cast.bob.address))
      #expect(now.interactions == bob.interactions, "\(moment)")
    }
    try await gone("after the erasure")
    try await home.read()
    try await gone("after importing again")
    _ = try await export.restore(yesterday, passphrase: passphrase)
    try await gone("after restoring yesterday's export")
    try await home.read()
    try await gone("after importing into the restored account")

    // No entry of the journal brings her back.
    let undo = Undo(Deliver(store: home.store, gate: home.gate))
    let viewer = try await home.viewer()
    for entry in entries where entry.person == dee.id {
      await #expect(throws: Refusal.self) { _ = try await undo.run(entry.id, as: viewer) }
    }
    try await gone("after trying to undo")
  }

  @Test("P120 an erasure that was cut short after the keys is finished by the next run")
  func resumed() async throws {
    let home = try await Household.made(.sqlite)
    let dee = try #require(try await home.person(RightsTests.dees))
    let permit = try await home.gate.permit(EraseData.self, for: Request(account: home.account, member: home.ada))
    let keys = try await permit.keyIDs(try await home.store.handles(of: dee.id, home.account, home.ada))
    _ = permit.close()
    _ = try await home.store.beginErasure(home.account, of: home.ada, keys: keys)
    #expect(try await home.person(RightsTests.dees) != nil)
    try await Erase(store: home.store, gate: home.gate).resume(home.account)
    #expect(try await home.person(RightsTests.dees) == nil)
    #expect(try await home.store.erasures(home.account).map(\.finished) == [true])
  }

  @Test("P120 an erased account opens nowhere and is not restored")
  func erasedAccount() async throws {
    let home = try await Household.made(.sqlite)
    let export = Export(store: home.store, gate: home.gate, progress: { _ in })
    let file = home.house.files + "/all.kith"
    try await export.export(home.account, home.ada, passphrase: Array("correct horse".utf8), to: file)
    try await Erase(store: home.store, gate: home.gate).erase(home.account, home.ada)
    #expect(try await home.store.account(home.account) == nil)
    await #expect(throws: Refusal.self) { _ = try await export.restore(file, passphrase: Array("correct horse".utf8)) }
    try await home.store.engine.checkpoint()
    #expect(!Household.holds(Household.bytes(below: home.house.data + "/accounts"), RightsTests.dees))
  }

  @Test("an export restored into an empty house has an equal digest, from SQLite to PostgreSQL and back")
  func acrossEngines() async throws {
    let home = try await Household.made(.sqlite)
    let digest = try await home.store.digest(home.account)
    let passphrase = Array("correct horse battery".utf8)
    var (store, gate, file) = (home.store, home.gate, home.house.files + "/0.kith")
    var houses: [StagedHouse] = []
    for (number, engine) in [StagedHouse.EngineKind.postgres, .sqlite, .postgres].enumerated() {
      try await Export(store: store, gate: gate, progress: { _ in })
        .export(home.account, home.ada, passphrase: passphrase, to: file)
      let next = try await StagedHouse(engine: engine)
      houses.append(next)
      let back = Export(store: next.store, gate: next.gate, progress: { _ in })
      #expect(try await back.restore(file, passphrase: passphrase) == home.account)
      #expect(try await next.store.digest(home.account) == digest, "\(number): \(engine)")
      (store, gate, file) = (next.store, next.gate, next.files + "/\(number + 1).kith")
      // What was restored goes on to work: keys, search, delivery.
      let viewer = try await gate.viewer(home.account, home.ada)
      #expect(try await Show(store: store, gate: gate).people(PeopleQuery(limit: 100), as: viewer).count > 5)
    }
    #expect(try await store.verifyLedger(home.account, kept: try await home.store.ledgerHead(home.account)) > 0)
  }

  @Test("an export that is cut, changed or opened with another passphrase changes nothing")
  func badExports() async throws {
    let home = try await Household.made(.sqlite)
    let export = Export(store: home.store, gate: home.gate, progress: { _ in })
    let file = home.house.files + "/whole.kith"
    try await export.export(home.account, home.ada, passphrase: Array("correct horse".utf8), to: file)
    let digest = try await home.store.digest(home.account)
    let bytes = Array(try #require(FileManager.default.contents(atPath: file)))
    await #expect(throws: Trouble.self) { _ = try await export.restore(file, passphrase: Array("wrong horse".utf8)) }
    for cut in [0, 10, 44, bytes.count / 2, bytes.count - 1] {
      try Cast.write(Array(bytes[..<cut]), file + ".cut")
      await #expect(throws: Trouble.self) {
        _ = try await export.restore(file + ".cut", passphrase: Array("correct horse".utf8))
      }
    }
    var flipped = bytes
    flipped[bytes.count / 2] ^= 1
    try Cast.write(flipped, file + ".flipped")
    await #expect(throws: Trouble.self) {
      _ = try await export.restore(file + ".flipped", passphrase: Array("correct horse".utf8))
    }
    #expect(try await home.store.digest(home.account) == digest)
  }

  @Test("P114 a grant withdrawn since an export stays withdrawn when it is restored")
  func choicesStay() async throws {
    let home = try await Household.made(.sqlite)
    let export = Export(store: home.store, gate: home.gate, progress: { _ in })
    let file = home.house.files + "/before.kith"
    try await export.export(home.account, home.ada, passphrase: Array("correct horse".utf8), to: file)
    let grants = try await home.store.grants(home.account).filter { $0.withdrawnAt == nil }
    for grant in grants { #expect(try await home.store.withdraw(home.account, home.ada, grant.id)) }
    let head = try await home.store.ledgerHead(home.account)
    _ = try await export.restore(file, passphrase: Array("correct horse".utf8))
    #expect(try await home.store.grants(home.account).allSatisfy { $0.withdrawnAt != nil })
    #expect(try await home.store.verifyLedger(home.account, kept: head) >= (head?.size ?? 0))
  }

  @Test(
    "a member who leaves takes own rows and keys along, and nothing of a colleague's",
    arguments: StagedHouse.EngineKind.allCases)
  func leaving(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await Household.made(engine)
    let cyd = try await home.house.addCyd()
    let before = try await home.people().map(\.name).sorted()
    let new = try await Move(store: home.store, gate: home.gate).leave(home.account, home.ada)
    #expect(new != home.account)
    let viewer = try await home.gate.viewer(new, home.ada)
    let show = Show(store: home.store, gate: home.gate)
    #expect(try await show.people(PeopleQuery(limit: 1000), as: viewer).map(\.person.name).sorted() == before)
    // What was sealed opens in the new account, and is found by its words.
    #expect(try await Search(store: home.store, gate: home.gate).search("chimney OR keys", as: viewer).mails.count >= 0)
    let cyds = try await home.gate.viewer(home.account, cyd)
    #expect(try await show.people(PeopleQuery(limit: 1000), as: cyds).isEmpty)
    await #expect(throws: Refusal.self) { _ = try await home.gate.viewer(home.account, home.ada) }
    for table in ["mail", "person", "fact", "handle", "source", "journal"] {
      #expect(try await home.house.count(table) == 0, "\(table)")
    }
    // Doing it again after a crash between the steps changes nothing.
    #expect(try await home.store.members(new).map(\.id) == [home.ada])
  }

  @Test("P030 who joins a team is told first, and comes with rows and keys")
  func joining() async throws {
    let home = try await Household.made(.sqlite)
    let team: ID<Account> = home.store.ids.next()
    let cyd: ID<Member> = home.store.ids.next()
    try await home.store.create(
      team, name: "team",
      member: Member(
        id: cyd, account: team, email: Cast.cyd.address, name: Cast.cyd.name, role: .administrator,
        joinedAt: home.store.clock()), accepting: .current, from: "test")
    try await home.gate.vault.create(team)
    let move = Move(store: home.store, gate: home.gate)
    await #expect(throws: Refusal.self) { _ = try await move.join(home.account, team, acknowledged: false) }
    let before = try await home.people().count
    #expect(try await move.join(home.account, team, acknowledged: true) == home.ada)
    let show = Show(store: home.store, gate: home.gate)
    let ada = try await home.gate.viewer(team, home.ada)
    #expect(try await show.people(PeopleQuery(limit: 1000), as: ada).count == before)
    #expect(try await show.people(PeopleQuery(limit: 1000), as: try await home.gate.viewer(team, cyd)).isEmpty)
    #expect(try await home.store.account(home.account)?.closedAt != nil)
  }
}
