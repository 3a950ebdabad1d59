import Consent
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@testable import Flows

@Suite("Records of HubSpot")
struct HubSpotRecordTests {
  @Test("people are contacts, organisations are companies, and both are linked by the name")
  func kinds() async throws {
    let hub = try StagedHubSpot()
    let acme = try hub.add(.companies, ["name": "Acme Estates"])
    let stage = try await OutletStage(hub, owner: "7001")
    let bob = try await stage.home.person("Bob van Brown", "Bob@Example.test", card: true)
    try await stage.organisation(bob, "Acme Estates")
    try await stage.home.person("Harbour Homes", kind: .organisation, card: true)
    #expect(try await stage.run().created == 2)
    let contact = try #require(hub.records(.contacts).first)
    #expect(contact.properties["firstname"] == "Bob van" && contact.properties["lastname"] == "Brown")
    #expect(contact.properties["email"] == "bob@example.test" && contact.properties["company"] == "Acme Estates")
    #expect(contact.properties["hubspot_owner_id"] == "7001" && contact.properties["kith_id"] == bob.description)
    #expect(hub.records(.companies).compactMap { $0.properties["name"] } == ["Acme Estates", "Harbour Homes"])
    #expect(hub.linked(contact.id, .companies) == [acme])
    let writes = hub.writes
    #expect(try await stage.run().isComplete)
    #expect(hub.writes == writes)
    // A new organisation takes the link with it.
    let harbour = try #require(hub.records(.companies).last?.id)
    try await stage.organisation(bob, "Harbour Homes")
    #expect(try await stage.run().updated == 1)
    #expect(hub.linked(contact.id, .companies) == [harbour])
  }

  @Test("what a person edits in HubSpot survives every later run, and an undo leaves it alone")
  func edited() async throws {
    let hub = try StagedHubSpot()
    let stage = try await OutletStage(hub)
    let people = try await stage.people(3)
    try await stage.run()
    let before = hub.records(.contacts)
    hub.edit(before[0].id, ["jobtitle": "By hand", "phone": "+1 617 555 0100"])
    try await stage.home.email(people[0], add: "new@example.org")
    #expect(try await stage.run().updated == 1)
    let edited = try #require(hub.records(.contacts).first { $0.id == before[0].id })
    #expect(edited.properties["jobtitle"] == "By hand" && edited.properties["phone"] == "+1 617 555 0100")
    #expect(edited.properties["kith_more_emails"]?.contains("new@example.org") == true)
    try await stage.home.title(people[1], "Second")
    try await stage.run()
    let entry = try #require(try await stage.home.store.journal(stage.home.viewer).first)
    #expect(try await Undo(stage.deliver()).run(entry.id, as: stage.home.viewer).isComplete)
    let undone = try #require(hub.records(.contacts).first { $0.id == before[1].id })
    #expect(undone.properties["jobtitle"] == "First")
    let writes = hub.writes
    try await stage.run()
    try await stage.run()
    #expect(hub.writes == writes)
    #expect(hub.records(.contacts).first { $0.id == before[0].id } == edited)
  }

  @Test("somebody who stands there already is found by the address and not made a second time")
  func adopted() async throws {
    let hub = try StagedHubSpot()
    let there = try hub.add(.contacts, ["email": "p0@example.org", "firstname": "Given0", "lifecyclestage": "lead"])
    let stage = try await OutletStage(hub)
    try await stage.people(1)
    try await stage.run()
    let held = hub.records(.contacts)
    #expect(held.map(\.id) == [there])
    #expect(held.first?.properties["lifecyclestage"] == "lead" && held.first?.properties["jobtitle"] == "First")
  }

  @Test("a value that HubSpot does not take is a named conflict, and the others of its batch arrive")
  func refused() async throws {
    let hub = try StagedHubSpot()
    let stage = try await OutletStage(hub)
    let people = try await stage.people(4)
    try await stage.home.title(people[1], String(repeating: "x", count: 65_537))
    _ = try? await stage.run()
    #expect(hub.records(.contacts).count == 3)
    #expect(hub.records(.contacts).allSatisfy { $0.properties["jobtitle"] == "First" })
  }

  @Test("P098 a HubSpot that does not answer, or with a page, is named in the trouble, and nothing is lost")
  func down() async throws {
    for kind in [HubSpotMishap.page, .brokenBefore, .lostBefore, .tooManyWithoutHint, .expired] {
      let hub = try StagedHubSpot(faults: HubSpotFaults(seed: 1, share: 100, kinds: [kind]))
      let stage = try await OutletStage(hub)
      try await stage.people(2)
      await #expect("\(kind)") { try await stage.run() } throws: { error in
        let trouble = error as? Trouble
        return kind == .lostBefore ? trouble != nil : trouble?.what.contains("HubSpot") == true
      }
      hub.heal()
      try await stage.run()
      #expect(hub.records(.contacts).count == 2)
    }
  }

  @Test("P012 at the level of metadata neither a subject nor a text leaves")
  func metadata() async throws {
    let hub = try StagedHubSpot()
    let stage = try await OutletStage(hub)
    try await stage.people(1)
    try await stage.run()
    let remote = "contacts/" + (try #require(hub.records(.contacts).first).id)
    let kinds = Interaction.Kind.allCases
    for level in ["metadata", "subject", "full"] {
      let activities = kinds.map { kind in
        ActivityWrite(
          kind, key: "\(level)-\(kind.rawValue)", remotes: [remote], direction: .inward,
          at: Instant(seconds: 1_790_000_000),
          subject: level == "metadata" ? nil : "Canary-subject", text: level == "full" ? "Canary-text" : nil)
      }
      for _ in 0..<2 {
        let answers = try await stage.lend { crm, permit, check in
          try await crm.log(activities, permit, check: check)
        }
        #expect(answers.allSatisfy { if case .written = $0 { true } else { false } })
      }
      let heard = hub.web.asked.map { $0.head + $0.body }.joined()
      #expect(heard.contains("Canary-subject") == (level != "metadata"))
      #expect(heard.contains("Canary-text") == (level == "full"))
    }
    #expect(hub.records(.emails).count == 3 && hub.records(.meetings).count == 3 && hub.records(.calls).count == 3)
    #expect(hub.records(.notes).count == 6)
    #expect(hub.records(.emails).allSatisfy { hub.linked($0.id, .contacts) == [String(remote.dropFirst(9))] })
  }

  @Test("P077 a field that the mapping does not name does not leave")
  func beyondMapping() async throws {
    let hub = try StagedHubSpot()
    let stage = try await OutletStage(hub)
    let change = CRMChange(
      .create, person: ID(77), remote: nil,
      fields: [
        FieldChange(field: .family, old: [], new: ["Brown"]), FieldChange(field: .birthday, old: [], new: ["Canary"]),
      ])
    let answers = try await stage.lend { crm, permit, check in
      try await crm.apply([CRMWrite(change, key: "k")], permit, check: check)
    }
    guard case .refused(let field, _)? = answers.first else { throw Trouble("it was taken", "") }
    #expect(field == .birthday)
    #expect(!hub.web.asked.contains { $0.body.contains("Canary") })
    #expect(hub.records(.contacts).isEmpty)
  }

  @Test("P005 P016 a HubSpot that was revoked gets no further byte")
  func revoked() async throws {
    let hub = try StagedHubSpot()
    let stage = try await OutletStage(hub)
    try await stage.people(2)
    try await stage.run()
    let asked = hub.web.asked.count
    try await Withdraw(store: stage.home.store, gate: stage.home.house.gate)
      .destination(stage.destination.id, as: stage.home.viewer)
    try await stage.title("Second")
    await #expect(throws: Refusal.self) { try await stage.run() }
    await #expect(throws: Refusal.self) {
      _ = try await stage.lend { crm, _, _ in try await crm.records(since: nil).records.count }
    }
    #expect(hub.web.asked.count == asked)
    #expect(try await stage.home.house.count("credential") == 0)
  }

  @Test(
    "what changed there since a while is read by pages, and a merged or deleted contact is no longer among the names")
  func changed() async throws {
    let hub = try StagedHubSpot(now: { Instant(seconds: 1_790_000_000) })
    let stage = try await OutletStage(hub)
    for number in 0..<250 { try hub.add(.contacts, ["lastname": "L\(number)"]) }
    let whole = try await stage.lend { crm, _, _ in try await crm.records(since: nil) }
    #expect(whole.records.count == 250 && whole.isWhole)
    let first = hub.records(.contacts)
    hub.archive(.contacts, first[0].id)
    try hub.merge(.contacts, first[1].id, with: first[2].id)
    let cursor = try #require(whole.cursor)
    let since = try await stage.lend { crm, _, _ in try await crm.records(since: cursor) }
    #expect(since.records.count == 248 && !since.isWhole)
    let names = try await stage.lend { crm, _, _ in try await crm.names() }
    #expect(names.count == 248 && !names.contains("contacts/" + first[2].id))
  }
}

extension OutletStage {
  func organisation(_ person: ID<Person>, _ name: String) async throws {
    let account = home.account
    _ = try await home.store.write(account) {
      try $0.run(
        "UPDATE person SET organisation = $1 WHERE account_id = $2 AND id = $3",
        [.text(name), Value(account), Value(person)])
    }
  }
}

extension StagedHubSpot {
  /// Calls that wrote something.
  var writes: Int {
    calls.count { call in
      ["upsert", "update", "create", "archive", "default"].contains { call.what.hasSuffix("/" + $0) }
        || call.what.hasPrefix("DELETE")
    }
  }
}
