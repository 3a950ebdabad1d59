import Consent
import Flows
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@Suite("Conflicts with the CRM")
struct ConflictTests {
  private func conflicted(
    _ engine: StagedHouse.EngineKind = .sqlite
  ) async throws -> (home: DeliverHousehold, destination: ID<Destination>) {
    let home = try await DeliverHousehold(engine)
    let bob = try await home.person("Bob Brown", "bob@example.test", title: "Buyer")
    let destination = try await home.accepted()
    try await home.run(destination)
    try await home.title(bob, "Seller")
    let card = try #require(home.card(with: "TITLE:Buyer"))
    try home.edit(card.name, "TITLE:Buyer", "TITLE:Tenant")
    return (home, destination)
  }

  @Test(
    "a field that both sides changed is listed with all three values and not written over",
    arguments: StagedHouse.EngineKind.allCases)
  func both(_ engine: StagedHouse.EngineKind) async throws {
    let (home, destination) = try await conflicted(engine)
    let report = try await home.run(destination)
    #expect(report.conflicts == 1 && report.updated == 0 && !report.isComplete)
    #expect(home.card(with: "TITLE:Tenant") != nil)
    let conflict = try #require(
      try await DecideConflict(store: home.store, gate: home.house.gate).list(home.viewer).first)
    #expect([conflict.base, conflict.ours, conflict.theirs] == ["Buyer", "Seller", "Tenant"])
    #expect(conflict.matter == .field(.title))
    // Looking again changes nothing, not even the row.
    let rows = try await home.house.digests()
    #expect(try await home.run(destination).conflicts == 1)
    #expect(try await home.house.digests() == rows)
  }

  @Test("the owner's choice ends a conflict", arguments: [FieldConflict.Side.ours, .theirs])
  func decided(_ side: FieldConflict.Side) async throws {
    let (home, destination) = try await conflicted()
    try await home.run(destination)
    let decide = DecideConflict(store: home.store, gate: home.house.gate)
    let conflict = try #require(try await decide.list(home.viewer).first)
    try await decide.decide(conflict.id, taking: side, as: home.viewer)
    let report = try await home.run(destination)
    #expect(report.conflicts == 0 && report.updated == (side == .ours ? 1 : 0))
    #expect(home.card(with: side == .ours ? "TITLE:Seller" : "TITLE:Tenant") != nil)
    #expect(try await decide.list(home.viewer).isEmpty)
    await #expect(throws: Refusal.self) { try await decide.decide(conflict.id, taking: side, as: home.viewer) }
  }

  @Test("a conflict that was mended by hand is no conflict any more")
  func mended() async throws {
    let (home, destination) = try await conflicted()
    try await home.run(destination)
    let card = try #require(home.card(with: "TITLE:Tenant"))
    try home.edit(card.name, "TITLE:Tenant", "TITLE:Seller")
    #expect(try await home.run(destination).isComplete)
    #expect(try await home.house.count("conflict") == 0)
  }

  @Test(
    "a record that was deleted there is neither made again nor forgotten", arguments: StagedHouse.EngineKind.allCases)
  func deletedThere(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await DeliverHousehold(engine)
    let bob = try await home.person("Bob Brown", "bob@example.test")
    try await home.person("Eli Ember", "eli@notary.example")
    let destination = try await home.accepted()
    try await home.run(destination)
    let card = try #require(home.card(with: "bob@example.test"))
    try FileManager.default.removeItem(atPath: home.folder + "/people/" + card.name)
    try await home.title(bob, "Buyer")
    let report = try await home.run(destination)
    #expect(report.conflicts == 1 && report.created == 0)
    #expect(home.cards().count == 1)
    let decide = DecideConflict(store: home.store, gate: home.house.gate)
    let conflict = try #require(try await decide.list(home.viewer).first)
    #expect(conflict.matter == .deletedThere)
    try await decide.decide(conflict.id, taking: .theirs, as: home.viewer)
    #expect(try await home.run(destination).isComplete)
    #expect(home.cards().count == 1)
  }

  @Test("taking our side of a deletion makes the record again")
  func madeAgain() async throws {
    let home = try await DeliverHousehold(.sqlite)
    try await home.person("Bob Brown", "bob@example.test")
    let destination = try await home.accepted()
    try await home.run(destination)
    let card = try #require(home.card(with: "bob@example.test"))
    try FileManager.default.removeItem(atPath: home.folder + "/people/" + card.name)
    try await home.run(destination)
    let decide = DecideConflict(store: home.store, gate: home.house.gate)
    try await decide.decide(try #require(try await decide.list(home.viewer).first).id, taking: .ours, as: home.viewer)
    #expect(try await home.run(destination).created == 1)
    #expect(try await home.run(destination).isComplete)
  }

  @Test("a card that was renamed by hand is still the same person's")
  func renamed() async throws {
    let home = try await DeliverHousehold(.sqlite)
    let bob = try await home.person("Bob Brown", "bob@example.test")
    let destination = try await home.accepted()
    try await home.run(destination)
    let card = try #require(home.card(with: "bob@example.test"))
    let people = home.folder + "/people/"
    try FileManager.default.moveItem(atPath: people + card.name, toPath: people + "bobby.vcf")
    try await home.title(bob, "Buyer")
    let report = try await home.run(destination)
    #expect(report.updated == 1 && report.isComplete)
    #expect(home.cards().keys.sorted() == ["bobby.vcf"])
    // A copy by hand is left alone and listed.
    try FileManager.default.copyItem(atPath: people + "bobby.vcf", toPath: people + "abba.vcf")
    let copied = try await home.run(destination)
    #expect(copied.leftAlone.map(\.remote) == ["people/abba.vcf"])
    #expect(copied.updated == 0 && copied.created == 0)
  }

  @Test("P007 a conflict of one member is nobody else's to see or decide")
  func foreign() async throws {
    let (home, destination) = try await conflicted()
    try await home.run(destination)
    let decide = DecideConflict(store: home.store, gate: home.house.gate)
    let conflict = try #require(try await decide.list(home.viewer).first)
    let cyd = try await home.house.gate.viewer(home.account, try await home.house.addCyd())
    #expect(try await decide.list(cyd).isEmpty)
    await #expect(throws: Refusal.self) { try await decide.decide(conflict.id, taking: .ours, as: cyd) }
  }
}
