import Consent
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@testable import Flows

@Suite("A webhook as a CRM")
struct WebhookTests {
  /// A mishap on so many of a hundred deliveries, the same ones for the same seed.
  @Sendable private static func mishap(_ seed: UInt64) -> @Sendable (Int) -> StagedWebhook.Mishap? {
    { number in
      var dice = Dice(state: seed &+ UInt64(number))
      guard Int.random(in: 0..<100, using: &dice) < 30 else { return nil }
      return StagedWebhook.Mishap.allCases.randomElement(using: &dice)
    }
  }

  private func expectAll(_ hook: StagedWebhook, _ people: [ID<Person>], title: String) {
    let told = hook.people
    #expect(Set(told.keys) == Set(people.map(\.description)))
    for (number, person) in people.enumerated() {
      #expect(
        told[person.description] == [
          "name": ["Given\(number) Family\(number)"], "given": ["Given\(number)"], "family": ["Family\(number)"],
          "email": ["p\(number)@example.org", "q\(number)@example.org"],
          "title": [title],
        ])
    }
  }

  @Test("P079 300 people are told once each while 30 % of deliveries go wrong; a second run tells nothing")
  func faults() async throws {
    let hook = try StagedWebhook(mishap: WebhookTests.mishap(5))
    let stage = try await OutletStage(hook)
    let people = try await stage.people(300)
    var rounds = try await stage.struggle()
    expectAll(hook, people, title: "First")
    #expect(hook.events.count == 300)
    try await stage.title("Second")
    rounds += try await stage.struggle()
    expectAll(hook, people, title: "Second")
    #expect(hook.events.count == 600 && hook.forged == 0)
    print(
      "webhook: 600 events in \(hook.deliveries) deliveries, \(hook.doubled) of them heard before; \(rounds) runs")
    let deliveries = hook.deliveries
    _ = try await stage.run()
    #expect(hook.deliveries == deliveries)
  }

  @Test("what is played again, is forged or is old is not taken")
  func replayed() async throws {
    let hook = try StagedWebhook()
    let stage = try await OutletStage(hook)
    try await stage.people(1)
    try await stage.run()
    let question = try #require(hook.web.asked.first)
    #expect(hook.hear(question) == 200)
    #expect(hook.events.count == 1 && hook.doubled == 1)
    var forged = question
    forged.body = question.body.replacing("First", with: "Forged")
    #expect(hook.hear(forged) == 401)
    let late = try StagedWebhook(now: { Instant(milliseconds: Cast.now.milliseconds + 301_000) })
    #expect(late.hear(question) == 401)
    let other = try StagedWebhook(
      secret: "whsec_" + Data("another secret, of the same size".utf8).base64EncodedString(), now: { Cast.now })
    #expect(other.hear(question) == 401)
  }

  @Test("P077 an event holds the fields of the mapping and no other")
  func beyondMapping() async throws {
    let hook = try StagedWebhook()
    let stage = try await OutletStage(hook)
    let change = CRMChange(
      .create, person: ID(77), remote: nil,
      fields: [FieldChange(field: .birthday, old: [], new: ["Canary"])])
    await #expect {
      try await stage.lend { crm, permit, check in
        try await crm.apply([CRMWrite(change, key: "k")], permit, check: check)
      }
    } throws: { ($0 as? Refusal)?.promise == 77 }
    #expect(hook.deliveries == 0)
  }

  @Test("P005 P016 a webhook that was revoked is told nothing more")
  func revoked() async throws {
    let hook = try StagedWebhook()
    let stage = try await OutletStage(hook)
    try await stage.people(2)
    try await stage.run()
    let deliveries = hook.deliveries
    try await Withdraw(store: stage.home.store, gate: stage.home.house.gate)
      .destination(stage.destination.id, as: stage.home.viewer)
    try await stage.title("Second")
    await #expect(throws: Refusal.self) { try await stage.run() }
    #expect(hook.web.asked.count == deliveries)
  }

  @Test("an address that is gone, or that takes no signature of ours, ends the run and is named")
  func gone() async throws {
    for (status, remedy) in [(410, "revoke"), (401, "secret")] {
      let web = try StagedWeb { _ in StagedWeb.Answer(status) }
      let stage = try await OutletStage(
        .webhook, OutletStage.local(web.port, path: "/x"), [:], Login(user: "", secret: StagedWebhook.secret))
      try await stage.people(3)
      await #expect { try await stage.run() } throws: { error in
        guard case .stop(let help)? = (error as? Trouble)?.remedy else { return false }
        return help.contains(remedy)
      }
      #expect(web.asked.count == 1)
    }
  }
}
