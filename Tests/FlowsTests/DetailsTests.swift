import Consent
import Flows
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

/// What cards say besides the directory, on its way to a CRM by the owner's leave.
@Suite("Fields of cards that leave by leave") struct DetailsTests {
  static let options = [
    "field.address": "address", "field.birthday": "birthday", "field.note": "note", "field.custom:Club": "club",
  ]

  private func told(_ stage: StagedDelivery) async throws -> ID<Person> {
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", card: true)
    try await stage.type(bob, Edit(.set, .birthday, "1980-01-31"))
    try await stage.type(bob, Edit(.add, .note, "Canary of a note"))
    try await stage.type(bob, Edit(.add, .address, "1 Canary Street, Houston"))
    try await stage.type(bob, Edit(.add, .custom, "canary golf", label: "Club"))
    return bob
  }

  /// Every open text that deliveries keep.
  private func kept(_ stage: StagedDelivery) async throws -> [String] {
    let account = stage.home.account
    return try await stage.home.store.read(account) { session in
      let values = try ["link_value", "delivery_value", "person_value"].flatMap { table in
        try session.rows("SELECT value FROM \(table) WHERE account_id = $1", [Value(account)]).map { $0.text(0) }
      }
      let facts = try session.rows(
        "SELECT value FROM fact WHERE account_id = $1 AND value IS NOT NULL AND field <> 'custom'", [Value(account)])
      let conflicts = try session.rows(
        "SELECT base, ours, theirs FROM conflict WHERE account_id = $1", [Value(account)])
      return values + facts.map { $0.text(0) } + conflicts.flatMap { [$0.text(0), $0.text(1), $0.text(2)] }
    }
  }

  private func expectClosed(_ stage: StagedDelivery) async throws {
    for text in try await kept(stage) {
      // Closed texts are figures: a year alone may stand in them by chance.
      #expect(!text.lowercased().contains("canary") && !text.contains("1980-01") && !text.contains("1990-0"), "\(text)")
    }
  }

  @Test(
    "an address, a birthday, a note and a field of one's own go out, come in and are taken back like any other, and lie closed",
    arguments: StagedHouse.EngineKind.allCases)
  func both(_ engine: StagedHouse.EngineKind) async throws {
    let stage = try await StagedDelivery(engine, options: DetailsTests.options)
    let bob = try await told(stage)
    #expect(try await stage.run().created == 1)
    let made = try #require(stage.record("bob@example.test"))
    #expect(made.values[.birthday] == ["1980-01-31"] && made.values[.note] == ["Canary of a note"])
    #expect(made.values[.address] == ["1 Canary Street, Houston"] && made.values[.custom("Club")] == ["canary golf"])
    try await expectClosed(stage)
    #expect(try await stage.run().isComplete && stage.crm.writes == 1)
    // What is changed there comes in, sealed as what cards say.
    stage.crm.edit(made.remote) { $0.values[.address]?.append("2 Canary Road") }
    #expect(try await stage.run().received == 1)
    let page = try await Show(store: stage.home.store, gate: stage.home.house.gate).person(bob, as: stage.home.viewer)
    #expect(page.facts.contains { $0.value == "2 Canary Road" && $0.seen.isSealed && $0.seen.fact.field == .address })
    try await expectClosed(stage)
    #expect(try await stage.run().received == 0 && stage.crm.writes == 1)
    // What is changed here goes out, and back by undo.
    try await stage.type(bob, Edit(.set, .birthday, "1990-02-01"))
    try await stage.type(bob, Edit(.remove, .note, "Canary of a note"))
    #expect(try await stage.run().updated == 1)
    #expect(stage.record("bob@example.test")?.values[.birthday] == ["1990-02-01"])
    #expect(stage.record("bob@example.test")?.values[.note] ?? [] == [])
    try await expectClosed(stage)
    let last = try #require(try await stage.journal().filter { $0.verb == .update }.map(\.run).max())
    let report = try await Undo(stage.deliver).run(.run(last), as: stage.home.viewer)
    #expect(report.isComplete, "\(report)")
    let back = try #require(stage.record("bob@example.test"))
    #expect(back.values[.birthday] == ["1980-01-31"] && back.values[.note] == ["Canary of a note"])
    let writes = stage.crm.writes
    #expect(try await stage.run().updated == 0 && stage.crm.writes == writes)
    try await expectClosed(stage)
  }

  @Test("a birthday that both sides changed is a conflict that lies closed, shows both and is decided")
  func conflict() async throws {
    for side in [FieldConflict.Side.ours, .theirs] {
      let stage = try await StagedDelivery(options: DetailsTests.options)
      let bob = try await told(stage)
      try await stage.run()
      let record = try #require(stage.record("bob@example.test"))
      stage.crm.edit(record.remote) { $0.values[.birthday] = ["1990-03-03"] }
      try await stage.type(bob, Edit(.set, .birthday, "1990-02-02"))
      #expect(try await stage.run().conflicts == 1)
      try await expectClosed(stage)
      let entry = try #require(try await stage.decide.list(stage.home.viewer).first)
      #expect([entry.base, entry.ours, entry.theirs] == ["1980-01-31", "1990-02-02", "1990-03-03"])
      #expect(try await stage.run().conflicts == 1)
      #expect(try await stage.decide.list(stage.home.viewer).map(\.id) == [entry.id])
      try await stage.decide.decide(entry.id, taking: side, as: stage.home.viewer)
      let report = try await stage.run()
      #expect(report.conflicts == 0 && report.updated == (side == .ours ? 1 : 0), "\(side)")
      let there = stage.record("bob@example.test")?.values[.birthday]
      #expect(there == [side == .ours ? "1990-02-02" : "1990-03-03"])
      #expect(try await stage.run().isComplete)
      try await expectClosed(stage)
    }
  }

  @Test("P079 a change of a note that arrived unheard is entered by the next run, and can be taken back")
  func unheard() async throws {
    let isCut = Kill()
    let stage = try await StagedDelivery(
      fault: { _, moment in if moment == .afterCommit { try isCut.step() } }, options: DetailsTests.options)
    let bob = try await told(stage)
    try await stage.run()
    try await stage.type(bob, Edit(.set, .birthday, "1990-02-01"))
    isCut.set(at: 0)
    await #expect(throws: Kill.self) { try await stage.run() }
    isCut.revive()
    try await expectClosed(stage)
    try await stage.run()
    #expect(stage.record("bob@example.test")?.values[.birthday] == ["1990-02-01"] && stage.crm.writes == 2)
    let last = try #require(try await stage.journal().last { $0.verb == .update })
    #expect(try await Undo(stage.deliver).run(last.id, as: stage.home.viewer).isComplete)
    #expect(stage.record("bob@example.test")?.values[.birthday] == ["1980-01-31"])
  }

  @Test("P012 P013 such a field leaves only once it was set and accepted anew; the dry run shows its very bytes")
  func leave() async throws {
    let stage = try await StagedDelivery()
    let bob = try await told(stage)
    try await stage.run()
    #expect(stage.record("bob@example.test")?.values.keys.allSatisfy(Deliver.directory.contains) == true)
    let add = AddDestination(stage.deliver)
    let set = try await add.set(["field.note": "note"], of: stage.destination.id, as: stage.home.viewer)
    let grant = try #require(
      try await stage.home.store.grants(stage.home.account, member: stage.home.viewer.member).last {
        $0.target == .destination(set.id) && $0.withdrawnAt == nil
      })
    #expect(grant.words.contains("note") && grant.purposes.contains("details-to-crm"))
    let dry = try await stage.run()
    #expect(!dry.approved && stage.crm.writes == 1)
    #expect(dry.lines.contains { $0.person == bob.description && $0.field == "note" && $0.new == ["Canary of a note"] })
    _ = try await add.accept(set.id, digest: dry.digest, as: stage.home.viewer)
    #expect(try await stage.run().updated == 1)
    let values = try #require(stage.record("bob@example.test")?.values)
    #expect(values[.note] == ["Canary of a note"] && values[.birthday] == nil && values[.address] == nil)
    // Taken back, it is neither read nor written any more.
    _ = try await add.set(["field.note": ""], of: set.id, as: stage.home.viewer)
    #expect(try await stage.run(dryRun: true).lines.isEmpty)
  }

  @Test("P012 no detail of a card leaves under a grant that does not name it, whatever the option says")
  func grantWithout() async throws {
    let stage = try await StagedDelivery(options: DetailsTests.options)
    _ = try await told(stage)
    let account = stage.home.account
    _ = try await stage.home.store.write(account) { session in
      try session.run(
        "DELETE FROM grant_purpose WHERE account_id = $1 AND purpose = 'details-to-crm'", [Value(account)])
    }
    #expect(try await stage.run().created == 1)
    let values = try #require(stage.record("bob@example.test")?.values)
    #expect(values[.name] == ["Bob Brown"])
    #expect(!values.values.joined().contains { $0.lowercased().contains("canary") || $0.contains("1980") })
  }

  @Test("what a card of an address book says goes out as it came in, from the card to the CRM folder")
  func cards() async throws {
    let household = try await Household.made(.sqlite)
    let viewer = try await household.viewer()
    let add = AddDestination(Deliver(store: household.store, gate: household.gate))
    let set = try await add.set(["field.note": "note"], of: household.destination, as: viewer)
    _ = try await add.accept(set.id, digest: Deliver.digest(Deliver.standingRules(set)), as: viewer)
    try await household.work()
    let cards = String(decoding: Household.bytes(below: household.crm + "/people"), as: UTF8.self)
    #expect(cards.contains("NOTE:Wants a garden and no stairs."))
    #expect(!cards.contains("BDAY"))
  }
}

/// The same in real CRMs, as far as each has a place for it.
@Suite("Fields of cards in real CRMs", .serialized) struct RealDetailsTests {
  @Test(
    "addresses, birthdays, notes and own fields arrive, are changed, come in, and go back by undo",
    arguments: RealCRM.allCases)
  func all(_ system: RealCRM) async throws {
    let options = DetailsTests.options.merging(["field.url": "url"]) { $1 }
    let (stage, proxy) = try await system.stage(seed: 1, options)
    let can = try await stage.outlet { crm, _ in crm.capabilities.fields }
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", card: true)
    try await stage.type(
      bob, Edit(.set, .birthday, "1980-01-31"), Edit(.add, .note, "Wants a garden; and no stairs, ever"),
      Edit(.add, .address, "1 Main Street, Houston"), Edit(.add, .custom, "golf", label: "Club"),
      Edit(.add, .url, "https://example.test/bob"))
    let keys: [FieldKey] = [.birthday, .note, .address, .custom("Club"), .url].filter { can.contains($0.field) }
    #expect(!keys.isEmpty)
    func there() async throws -> RemoteRecord {
      try #require(
        try await stage.lend { crm, _, _ in
          try await crm.records().records.first { $0.values[.email]?.contains("bob@example.test") == true }
        })
    }
    #expect(try await stage.run().created == 1)
    let first = try await there()
    let wanted: FieldValues = [
      .birthday: ["1980-01-31"], .note: ["Wants a garden; and no stairs, ever"], .address: ["1 Main Street, Houston"],
      .custom("Club"): ["golf"], .url: ["https://example.test/bob"],
    ]
    for key in keys { #expect(first.values[key] == wanted[key], "\(system) \(key)") }
    proxy.forget()
    let quiet = try await stage.run()
    #expect(quiet.isComplete && system.changes(proxy.counts) == 0, "\(system): \(proxy.counts)")
    // Here and there at once: another value of a field of many there, other values here.
    if can.contains(.address) {
      let answer = try await stage.lend { crm, permit, _ in
        try await crm.apply(
          CRMWrite.changing(first, bob, [.address: ["1 Main Street, Houston", "2 Side Street"]]), permit, check: {})
      }
      #expect(answer.remote != nil, "\(system) \(answer)")
      #expect(try await stage.run().received == 1, "\(system)")
    }
    let before = try await there()
    try await stage.type(
      bob, Edit(.set, .birthday, "1990-02-01"), Edit(.remove, .address, "1 Main Street, Houston"),
      Edit(.add, .address, "3 New Street"), Edit(.remove, .custom, "golf", label: "Club"),
      Edit(.add, .custom, "chess", label: "Club"))
    #expect(try await stage.run().updated == 1)
    let changed = try await there()
    if can.contains(.address) { #expect(changed.values[.address]?.sorted() == ["2 Side Street", "3 New Street"]) }
    if can.contains(.birthday) { #expect(changed.values[.birthday] == ["1990-02-01"]) }
    if can.contains(.custom) { #expect(changed.values[.custom("Club")] == ["chess"]) }
    let last = try #require(try await stage.home.store.journal(stage.home.viewer).map(\.run).max())
    let report = try await Undo(stage.deliver()).run(.run(last), as: stage.home.viewer)
    #expect(report.isComplete, "\(system): \(report)")
    let after = try await there()
    for key in keys { #expect(after.values[key]?.sorted() == before.values[key]?.sorted(), "\(system) \(key)") }
    #expect(try await stage.run().updated == 0)
  }

  @Test("HubSpot keeps an address, a birthday and a property of one's own, and nothing of a note")
  func hubSpot() async throws {
    let hub = try StagedHubSpot()
    let stage = try await OutletStage(hub, DetailsTests.options.merging(["field.custom:Club": "city"]) { $1 })
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", card: true)
    try await stage.type(
      bob, Edit(.set, .birthday, "1980-01-31"), Edit(.add, .note, "Canary"), Edit(.add, .address, "1 Main Street"),
      Edit(.add, .custom, "golf", label: "Club"))
    #expect(try await stage.run().created == 1)
    let held = try #require(hub.records(.contacts).first?.properties)
    #expect(held["date_of_birth"] == "1980-01-31" && held["address"] == "1 Main Street" && held["city"] == "golf")
    #expect(!held.values.contains { $0.contains("Canary") })
    try await stage.type(bob, Edit(.set, .birthday, "1990-02-01"))
    #expect(try await stage.run().updated == 1)
    #expect(hub.records(.contacts).first?.properties["date_of_birth"] == "1990-02-01")
    #expect(try await stage.run().updated == 0)
  }
}
