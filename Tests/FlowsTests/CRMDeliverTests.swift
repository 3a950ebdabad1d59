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
  private func people(_ stage: OutletStage, _ count: Int) async throws -> [ID<Person>] {
    var made: [ID<Person>] = []
    for number in 0..<count {
      made.append(try await stage.home.person("Person Nr\(number)", "p\(number)@example.test"))
    }
    return made
  }

  @Test(
    "P079 three hundred changes arrive, each once, by hardly more calls than there must be", arguments: RealCRM.allCases
  )
  func calls(_ system: RealCRM) async throws {
    let (stage, proxy) = try await system.stage(seed: 5)
    let count = 300
    let people = try await people(stage, count)
    let least = system.least(count, batch: try await stage.outlet { crm, _ in crm.capabilities.batch })
    proxy.forget()
    let first = try await stage.run()
    #expect(first.created == count && first.failed == 0, "\(first.troubles)")
    print("\(system): \(count) created by \(calls(proxy)) calls, least \(least): \(proxy.counts)")
    #expect(Double(calls(proxy)) <= 1.1 * Double(least))
    for (number, person) in people.enumerated() {
      try await stage.home.email(person, add: "q\(number)@example.test")
    }
    proxy.forget()
    let second = try await stage.run()
    #expect(second.updated == count && second.failed == 0, "\(second.troubles)")
    print("\(system): \(count) updated by \(calls(proxy)) calls, least \(least): \(proxy.counts)")
    #expect(Double(calls(proxy)) <= 1.1 * Double(least))
    let held = try await stage.held()
    #expect(held.count == count)
    #expect(held["p7@example.test"]?[.email]?.sorted() == ["p7@example.test", "q7@example.test"])
    proxy.forget()
    let third = try await stage.run()
    #expect(third.created == 0 && third.updated == 0 && third.unchanged == count)
    // A system that tells what changed tells Kith's own changes too, once.
    #expect(system.changes(proxy.counts) == 0 && calls(proxy) <= 10, "\(proxy.counts)")
  }

  /// Runs until a run ends by itself with nothing left to do; answers how many it took.
  private func settle(_ stage: OutletStage) async throws -> Int {
    for run in 1...60 {
      if (try? await stage.run())?.isComplete == true { return run }
      stage.home.house.clock.advance(milliseconds: 3_600_000)
    }
    throw Trouble("it does not settle", "")
  }

  @Test(
    "P079 through faults everything arrives once, no hand edit is lost, and hardly more calls are needed",
    arguments: RealCRM.apis)
  func faults(_ system: RealCRM) async throws {
    let (stage, proxy) = try await system.stage(seed: 3)
    let batch = try await stage.outlet { crm, _ in crm.capabilities.batch }
    // Where one call writes many, few calls say little: there more are made, and more rounds changed.
    let (count, changed, rounds) = (batch == 1 ? 300 : 600, 300, batch == 1 ? 1 : 5)
    let people = try await people(stage, count)
    proxy.forget()
    proxy.spoil(0.3)
    var runs = try await settle(stage)
    var faults = proxy.faults.count
    let (created, leastToCreate) = (calls(proxy), system.least(count, batch: batch))
    print(
      "\(system): \(count) created through \(proxy.faults) by \(created) calls, least \(leastToCreate), runs \(runs): "
        + "\(proxy.counts)")
    #expect(Double(created) <= 1.5 * Double(leastToCreate))
    proxy.forget()
    for round in 0..<rounds {
      for (number, person) in people.prefix(changed).enumerated() {
        try await stage.home.email(person, add: "q\(number)-\(round)@example.test", place: 9 + round)
      }
      runs += try await settle(stage)
    }
    let (updated, leastToUpdate) = (calls(proxy), rounds * system.least(changed, batch: batch))
    faults += proxy.faults.count
    #expect(faults > 3)
    print(
      "\(system): \(rounds) × \(changed) updated through \(proxy.faults) by \(updated) calls, least \(leastToUpdate), "
        + "runs with those before \(runs): \(proxy.counts)")
    #expect(Double(updated) <= 1.5 * Double(leastToUpdate))
    proxy.spoil(0)
    let held = try await stage.held()
    #expect(Set(held.keys) == Set((0..<count).map { "p\($0)@example.test" }))
    #expect(held.values.allSatisfy { $0[.name]?.first != "there twice" })
    #expect(held.values.count { $0[.email]?.count == 1 + rounds } == changed)
    let rest = try await stage.run()
    #expect(rest.created == 0 && rest.updated == 0 && rest.failed == 0)
  }

  /// All but those that sign in.
  private func calls(_ proxy: StagedFaults) -> Int {
    proxy.counts.filter { $0.key != "common.db.login" }.values.reduce(0, +)
  }
}
