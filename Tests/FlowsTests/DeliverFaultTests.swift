import Consent
import Flows
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@Suite("Deliveries that are cut off")
struct DeliverFaultTests {
  static let people = 12

  /// A household with people who have as many titles as rounds.
  private func household(_ engine: StagedHouse.EngineKind) async throws -> (DeliverHousehold, [ID<Person>]) {
    let home = try await DeliverHousehold(engine)
    var people: [ID<Person>] = []
    for number in 0..<DeliverFaultTests.people {
      people.append(try await home.person("Person \(number)", "p\(number)@example.org", title: "First"))
    }
    return (home, people)
  }

  private func title(_ home: DeliverHousehold, _ title: String) async throws {
    let account = home.account
    _ = try await home.store.write(account) {
      try $0.run("UPDATE person SET title = $1 WHERE account_id = $2", [.text(title), Value(account)])
    }
  }

  /// A destination of this seed with its rules accepted.
  private func destination(_ home: DeliverHousehold, _ seed: Int) async throws -> Destination {
    let made = try await AddDestination(home.deliver()).folder(home.house.folder + "/crm-\(seed)", as: home.viewer)
    try await home.store.approve(
      home.account, home.viewer.member, made.id, kind: .standing,
      digest: Deliver.digest(DeliverFaultTests.unbraked(made)))
    return made
  }

  @Sendable static func unbraked(_ destination: Destination) -> StandingRules {
    var rules = Deliver.standingRules(destination)
    rules.brake.always = 1000
    return rules
  }

  /// Runs until a run ends by itself, dying up to ten times on the way.
  private func struggle(
    _ home: DeliverHousehold, _ destination: Destination, _ crm: any CRM, _ kill: Kill, _ dice: inout Dice
  ) async throws -> Int {
    let mortal = Store(
      engine: MortalEngine(engine: home.store.engine, kill: kill), ids: home.store.ids, clock: home.store.clock)
    let deliver = Deliver(
      store: mortal, gate: mortal.gate(home.house.vault), crm: { _ in crm }, rules: DeliverFaultTests.unbraked)
    var deaths = 0
    for _ in 0..<100 {
      // Later deaths strike later, so that every run gets somewhere.
      if deaths < 10 { kill.set(at: Int.random(in: 0..<(8 + 8 * deaths), using: &dice)) } else { kill.revive() }
      do {
        let report = try await home.run(destination.id, by: deliver)
        kill.revive()
        if report.isComplete { return deaths }
      } catch is Kill {
        deaths += 1
      }
    }
    Issue.record("the deliveries never ended")
    return deaths
  }

  /// Everybody is there once with the title, the outbox is empty, and each change is in the journal once.
  private func expectDone(
    _ home: DeliverHousehold, _ destination: Destination, _ held: [RemoteRecord], title: String, entries: Int,
    _ seed: Int
  ) async throws {
    #expect(held.count == DeliverFaultTests.people, "seed \(seed)")
    #expect(Set(held.compactMap(\.person)).count == DeliverFaultTests.people, "seed \(seed)")
    #expect(held.allSatisfy { $0.values[.title] == [title] && $0.values[.email]?.count == 1 }, "seed \(seed)")
    let account = home.account
    let counts = try await home.store.read(account) { session in
      try [
        "SELECT COUNT(*) FROM delivery WHERE account_id = $1 AND destination_id = $2 AND state <> 'done'",
        "SELECT COUNT(*) FROM journal WHERE account_id = $1 AND destination_id = $2",
        "SELECT COUNT(*) FROM link WHERE account_id = $1 AND destination_id = $2",
        "SELECT COUNT(*) FROM journal j WHERE j.account_id = $1 AND j.destination_id = $2 AND NOT EXISTS ("
          + "SELECT 1 FROM journal_image i WHERE i.account_id = j.account_id AND i.entry_id = j.id)",
      ].map { try session.row($0, [Value(account), Value(destination.id)])?.int(0) ?? -1 }
    }
    #expect(counts == [0, Int64(entries), Int64(DeliverFaultTests.people), 0], "seed \(seed)")
  }

  @Test(
    "P079 a CRM that commits and then times out, and a process killed anywhere: complete, each change once",
    arguments: [(StagedHouse.EngineKind.sqlite, 200), (.postgres, 20)])
  func staged(_ engine: StagedHouse.EngineKind, _ seeds: Int) async throws {
    let (home, _) = try await household(engine)
    var deaths = 0
    for seed in 0..<seeds {
      var dice = Dice(state: UInt64(seed))
      let kill = Kill()
      let destination = try await destination(home, seed)
      let salt = dice.next()
      let crm = StagedCRM(destination.id) { call, moment in
        try kill.step()
        var local = Dice(state: salt &+ UInt64(call))
        if moment == .afterCommit, Int.random(in: 0..<100, using: &local) < 30 {
          throw Trouble("no answer came", remedy: .wait(until: Instant(seconds: 0)))
        }
      }
      try await title(home, "First")
      deaths += try await struggle(home, destination, crm, kill, &dice)
      try await expectDone(
        home, destination, crm.held, title: "First", entries: DeliverFaultTests.people, seed)
      try await title(home, "Second")
      deaths += try await struggle(home, destination, crm, kill, &dice)
      try await expectDone(
        home, destination, crm.held, title: "Second", entries: 2 * DeliverFaultTests.people, seed)
      #expect(crm.writes == 2 * DeliverFaultTests.people, "seed \(seed)")
    }
    #expect(deaths > seeds)
  }

  @Test("P079 the folder CRM under a process killed anywhere: the same cards as without")
  func folder() async throws {
    let (home, _) = try await household(.sqlite)
    for seed in 0..<30 {
      var dice = Dice(state: UInt64(seed))
      let kill = Kill()
      let destination = try await destination(home, seed)
      try await title(home, "First")
      _ = try await struggle(home, destination, Mortal(crm: FolderCRM(destination), kill: kill), kill, &dice)
      try await title(home, "Second")
      _ = try await struggle(home, destination, Mortal(crm: FolderCRM(destination), kill: kill), kill, &dice)
      let found = try await FolderCRM(destination).records()
      #expect(found.isTidy && found.leftAlone.isEmpty)
      try await expectDone(
        home, destination, found.records, title: "Second", entries: 2 * DeliverFaultTests.people, seed)
    }
  }

  @Test("P054 two runs at once deliver everybody once", arguments: StagedHouse.EngineKind.allCases)
  func parallel(_ engine: StagedHouse.EngineKind) async throws {
    let (home, _) = try await household(engine)
    let destination = try await home.accepted()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { _ = try? await home.run(destination) } }
      try await group.waitForAll()
    }
    #expect(try await home.run(destination).isComplete)
    #expect(home.cards().count == DeliverFaultTests.people)
    #expect(try await home.house.count("journal") == DeliverFaultTests.people)
    #expect(try await home.house.count("link") == DeliverFaultTests.people)
  }

  @Test("somebody's change between crash and second run is neither lost nor taken for an edit by hand")
  func changedAfterCrash() async throws {
    let (home, people) = try await household(.sqlite)
    let destination = try await destination(home, 0)
    let kill = Kill()
    let crm = StagedCRM(destination.id) { call, moment in
      if call == 5, moment == .afterCommit { kill.set(at: 0) }
      try kill.step()
    }
    let mortal = Store(
      engine: MortalEngine(engine: home.store.engine, kill: kill), ids: home.store.ids, clock: home.store.clock)
    let deliver = Deliver(
      store: mortal, gate: mortal.gate(home.house.vault), crm: { _ in crm }, rules: DeliverFaultTests.unbraked)
    await #expect(throws: Kill.self) { try await home.run(destination.id, by: deliver) }
    kill.revive()
    #expect(crm.held.count == 5)
    for person in people { try await home.title(person, "Second") }
    let report = try await home.run(destination.id, by: deliver)
    #expect(report.isComplete && report.created == 7 && report.updated == 5)
    #expect(crm.held.count == 12 && crm.held.allSatisfy { $0.values[.title] == ["Second"] })
  }

  @Test("a change that was planned and not sent is planned anew, never sent stale")
  func staleOutbox() async throws {
    let (home, people) = try await household(.sqlite)
    let destination = try await destination(home, 0)
    let kill = Kill()
    let crm = StagedCRM(destination.id) { call, moment in
      if call == 1, moment == .beforeCommit { kill.set(at: 0) }
      try kill.step()
    }
    let mortal = Store(
      engine: MortalEngine(engine: home.store.engine, kill: kill), ids: home.store.ids, clock: home.store.clock)
    let deliver = Deliver(
      store: mortal, gate: mortal.gate(home.house.vault), crm: { _ in crm }, rules: DeliverFaultTests.unbraked)
    await #expect(throws: Kill.self) { try await home.run(destination.id, by: deliver) }
    kill.revive()
    #expect(crm.held.isEmpty)
    #expect(try await home.house.count("delivery") == 12)
    try await home.title(people[0], "Second")
    #expect(try await home.run(destination.id, by: deliver).created == 12)
    #expect(crm.held.count { $0.values[.title] == ["Second"] } == 1)
    #expect(crm.writes == 12)
  }
}

/// An outlet that is killed before and after each of its writes.
private struct Mortal: CRM {
  let crm: FolderCRM
  let kill: Kill

  func shaped(_ values: FieldValues) -> FieldValues { crm.shaped(values) }
  func records(since cursor: RemoteCursor?) async throws -> RemoteRecords { try await crm.records(since: cursor) }
  var capabilities: CRMCapabilities { crm.capabilities }

  func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try kill.step()
    let answers = try await crm.apply(writes, permit, check: check)
    try kill.step()
    return answers
  }

  func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer { try await crm.remove(remote, expecting: digest, permit, check: check) }

  func tidy(_ permit: borrowing Permit<SyncToCRM>, check: StandingCheck) async throws {
    try kill.step()
    try await crm.tidy(permit, check: check)
  }
}
