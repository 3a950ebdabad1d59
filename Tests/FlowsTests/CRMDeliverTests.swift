import Consent
import Flows
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

/// Deliveries through the engine into real CRMs.
@Suite("Deliveries into real CRMs", .serialized) struct CRMDeliverTests {
  enum System: String, Sendable, CaseIterable { case tryton82, tryton60, amagi }

  /// A CRM of its own, and the proxy before it.
  private func stage(_ system: System, seed: UInt64) async throws -> (ServerOutlet, StagedFaults) {
    if system == .amagi {
      let server = try await StagedAmagi.start()
      let proxy = try StagedFaults(before: server.port, StagedAmagi.faults, share: 0, seed: seed, pause: 0)
      return (try await ServerOutlet.amagi(server, by: proxy), proxy)
    }
    let server = try await StagedTryton.start(system == .tryton82 ? .v82 : .v60)
    let proxy = try StagedFaults(before: server.port, StagedTryton.faults, share: 0, seed: seed, pause: 0)
    return (try await ServerOutlet.tryton(server, by: proxy), proxy)
  }

  private func people(_ stage: ServerOutlet, _ count: Int) async throws -> [ID<Person>] {
    var made: [ID<Person>] = []
    for number in 0..<count {
      made.append(try await stage.home.person("Person Nr\(number)", "p\(number)@example.test"))
    }
    return made
  }

  /// What stands there, by the address that everybody has.
  private func held(_ stage: ServerOutlet) async throws -> [String: FieldValues] {
    try await stage.outlet { crm, _ in
      Dictionary(
        try await crm.records().records.map { ($0.values[.email]?.first ?? $0.remote, $0.values) },
        uniquingKeysWith: { first, _ in [.name: ["there twice"], .email: first[.email] ?? []] })
    }
  }

  private func run(_ stage: ServerOutlet) async throws -> DeliverReport {
    try await stage.home.run(stage.destination.id, by: stage.deliver)
  }

  @Test(
    "P079 three hundred changes arrive, each once, by hardly more calls than there must be", arguments: System.allCases)
  func calls(_ system: System) async throws {
    let (stage, proxy) = try await stage(system, seed: 5)
    let count = 300
    let people = try await people(stage, count)
    let batch = try await stage.outlet { crm, _ in crm.capabilities.batch }
    let least = 2 * ((count + batch - 1) / batch)
    func calls(_ proxy: StagedFaults) -> Int { proxy.counts.filter { $0.key != "common.db.login" }.values.reduce(0, +) }
    proxy.forget()
    let first = try await run(stage)
    #expect(first.created == count && first.failed == 0, "\(first.troubles)")
    print("\(system): \(count) created by \(calls(proxy)) calls, least \(least): \(proxy.counts)")
    #expect(Double(calls(proxy)) <= 1.1 * Double(least))
    for (number, person) in people.enumerated() {
      try await stage.home.email(person, add: "q\(number)@example.test")
    }
    proxy.forget()
    let second = try await run(stage)
    #expect(second.updated == count && second.failed == 0, "\(second.troubles)")
    print("\(system): \(count) updated by \(calls(proxy)) calls, least \(least): \(proxy.counts)")
    #expect(Double(calls(proxy)) <= 1.1 * Double(least))
    let held = try await held(stage)
    #expect(held.count == count)
    #expect(held["p7@example.test"]?[.email]?.sorted() == ["p7@example.test", "q7@example.test"])
    proxy.forget()
    let third = try await run(stage)
    #expect(third.created == 0 && third.updated == 0 && third.unchanged == count)
    #expect(calls(proxy) <= 2, "\(proxy.counts)")
  }

  @Test("P079 through faults everything arrives once, and no hand edit is lost", arguments: System.allCases)
  func faults(_ system: System) async throws {
    let (stage, proxy) = try await stage(system, seed: 3)
    let people = try await people(stage, 300)
    proxy.spoil(0.3)
    for _ in 0..<60 where (try? await run(stage))?.unchanged != people.count {
      stage.home.house.clock.advance(milliseconds: 3_600_000)
    }
    print("\(system): 300 created through \(proxy.faults), calls \(proxy.counts)")
    #expect(proxy.faults.count > 3)
    proxy.spoil(0)
    let held = try await held(stage)
    #expect(Set(held.keys) == Set((0..<300).map { "p\($0)@example.test" }))
    #expect(held.values.allSatisfy { $0[.name]?.first != "there twice" })
    let rest = try await run(stage)
    #expect(rest.created == 0 && rest.updated == 0 && rest.failed == 0)
  }

  @Test(
    "undo of a run restores what stood there before, but for what somebody changed since", arguments: System.allCases)
  func undo(_ system: System) async throws {
    let (stage, _) = try await stage(system, seed: 1)
    let people = try await people(stage, 8)
    _ = try await run(stage)
    let before = try await held(stage)
    for (number, person) in people.enumerated() {
      try await stage.home.email(person, add: "q\(number)@example.test")
    }
    #expect(try await run(stage).updated == 8)
    #expect(try await held(stage) != before)
    // Somebody gives one of them another address by hand.
    try await stage.outlet { crm, permit in
      let record = try #require(
        try await crm.records().records.first { $0.values[.email]?.contains("p3@example.test") == true })
      let edit = ServerOutlet.changing(record, people[3], [.email: ["p3@example.test", "hand@example.test"]])
      #expect(try await crm.apply(edit, permit, check: {}).remote != nil)
    }
    let journal = try await stage.home.store.journal(stage.home.viewer)
    let last = try #require(journal.map(\.run).max())
    let report = try await Undo(stage.deliver).run(.run(last), as: stage.home.viewer)
    let after = try await held(stage)
    for (email, values) in before where email != "p3@example.test" { #expect(after[email] == values, "\(email)") }
    #expect(after["p3@example.test"]?[.email]?.contains("hand@example.test") == true)
    #expect(!report.isComplete)
    // What was taken back is not pushed forward again.
    #expect(try await run(stage).updated == 0)
  }
}
