import Consent
import Flows
import Insight
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@Suite("What is changed in the CRM comes in")
struct ReceiveTests {
  @Test(
    "a change there becomes a fact of the destination, is in the journal, and is not sent back",
    arguments: StagedHouse.EngineKind.allCases)
  func receives(_ engine: StagedHouse.EngineKind) async throws {
    let stage = try await StagedDelivery(engine)
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", title: "Buyer")
    #expect(try await stage.run().created == 1)
    let record = try #require(stage.record("bob@example.test"))
    stage.crm.edit(record.remote) {
      $0.values[.title] = ["Seller"]
      $0.values[.phone] = ["+31201234567"]
    }
    let report = try await stage.run()
    #expect(report.received == 1 && report.updated == 0 && report.isComplete)
    let now = try await stage.values(bob)
    #expect(now[.title] == ["Seller"] && now[.phone] == ["+31201234567"] && now[.name] == ["Bob Brown"])
    #expect(try await stage.journal().first?.verb == .receive)
    let (rows, writes) = (try await stage.home.house.digests(), stage.crm.writes)
    for _ in 0..<2 {
      let again = try await stage.run()
      #expect(again.received == 0 && again.updated == 0 && again.unchanged == 1)
    }
    #expect(try await stage.home.house.digests() == rows && stage.crm.writes == writes)
    // Changed here again, it goes out; changed there again, the new value takes the place of the old one.
    stage.crm.edit(record.remote) { $0.values[.title] = ["Owner"] }
    #expect(try await stage.run().received == 1)
    #expect(try await stage.values(bob)[.title] == ["Owner"])
  }

  @Test("P048 what the owner typed outranks what comes in, and is not written over what stands there")
  func typed() async throws {
    let stage = try await StagedDelivery()
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", card: true, title: "Buyer")
    try await stage.type(bob, Edit(.set, .title, "Broker"))
    try await stage.run()
    let record = try #require(stage.record("bob@example.test"))
    #expect(record.values[.title] == ["Broker"])
    stage.crm.edit(record.remote) { $0.values[.title] = ["Seller"] }
    for _ in 0..<3 { #expect(try await stage.run().updated == 0) }
    #expect(try await stage.values(bob)[.title] == ["Broker"])
    #expect(stage.record("bob@example.test")?.values[.title] == ["Seller"])
    // It is listed as what the CRM proposes.
    let page = try await Show(store: stage.home.store, gate: stage.home.house.gate).person(bob, as: stage.home.viewer)
    #expect(page.proposals.map(\.proposed) == ["Seller"])
  }

  @Test("what came in and was taken back stays away here and stays there")
  func undone() async throws {
    let stage = try await StagedDelivery()
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", title: "Buyer")
    try await stage.run()
    let record = try #require(stage.record("bob@example.test"))
    stage.crm.edit(record.remote) {
      $0.values[.title] = ["Seller"]
      $0.values[.email]?.append("bob@home.example")
    }
    try await stage.run()
    let entry = try #require(try await stage.journal().first { $0.verb == .receive })
    _ = try await Undo(stage.deliver).run(entry.id, as: stage.home.viewer)
    for _ in 0..<2 {
      let report = try await stage.run()
      #expect(report.received == 0 && report.updated == 0)
    }
    let now = try await stage.values(bob)
    #expect(now[.title] == ["Buyer"] && now[.email] == ["bob@example.test"])
    let there = try #require(stage.record("bob@example.test")).values
    #expect(there[.title] == ["Seller"] && there[.email] == ["bob@example.test", "bob@home.example"])
  }

  @Test("P120 an address of somebody who was erased does not come in again")
  func erased() async throws {
    let stage = try await StagedDelivery()
    let bob = try await stage.home.person("Bob Brown", "bob@example.test")
    let dee = try await stage.home.person("Dee Dawson", "dee@example.test")
    try await stage.run()
    let crm = stage.crm
    _ = try await Erase(store: stage.home.store, gate: stage.home.house.gate, crm: { _ in crm }).erase(
      dee, stage.home.account, stage.home.viewer.member)
    let record = try #require(stage.record("bob@example.test"))
    stage.crm.edit(record.remote) { $0.values[.email]?.append("dee@example.test") }
    try await stage.run()
    #expect(try await stage.values(bob)[.email] == ["bob@example.test"])
  }

  @Test("two accounts of Kith on one CRM settle within two runs each", arguments: 0..<4)
  func twoAccounts(_ seed: Int) async throws {
    let ada = try await StagedDelivery()
    let cyd = try await StagedDelivery(behind: ada.crm)
    let mine = try await ada.home.person("Bob Brown", "bob@example.test", title: seed % 2 == 0 ? "Buyer" : nil)
    try await cyd.home.person("Bob Brown", "bob@example.test", "bob@home.example", title: seed > 1 ? "Seller" : nil)
    for _ in 0..<2 {
      try await ada.run()
      try await cyd.run()
    }
    let (held, writes) = (ada.crm.held, ada.crm.writes)
    #expect(held.count == 1 && held.first?.values[.email] == ["bob@example.test", "bob@home.example"])
    for stage in [ada, cyd, ada, cyd] {
      let report = try await stage.run()
      #expect(report.created == 0 && report.updated == 0 && report.received == 0)
    }
    #expect(ada.crm.held == held && ada.crm.writes == writes)
    #expect(try await ada.values(mine)[.email]?.sorted() == ["bob@example.test", "bob@home.example"])
  }

  @Test("more that comes in over what is held than the brake allows waits for a yes to just that")
  func brake() async throws {
    let stage = try await StagedDelivery()
    for number in 0..<8 { try await stage.home.person("P \(number)", "p\(number)@example.org", title: "Old") }
    try await stage.run()
    for record in stage.crm.held { stage.crm.edit(record.remote) { $0.values[.title] = ["Garbled"] } }
    let held = try await stage.run()
    #expect(!held.approved && held.received == 0)
    let digest = try #require(held.planDigest)
    _ = try await AddDestination(stage.deliver).accept(stage.destination.id, digest: digest, as: stage.home.viewer)
    #expect(try await stage.run().received == 8)
  }
}
