import Consent
import Flows
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@Suite("The engine of deliveries")
struct DeliverEngineTests {
  private static func batches(_ batch: Int, _ feed: CRMCapabilities.Feed = .whole) -> CRMCapabilities {
    CRMCapabilities(batch: batch, feed: feed, fields: Set(Fact.Field.allCases))
  }

  @Test("changes go in batches, in no more calls than it takes")
  func batches() async throws {
    let stage = try await StagedDelivery(capabilities: Self.batches(10))
    for number in 0..<25 { try await stage.home.person("P \(number)", "p\(number)@example.org") }
    let report = try await stage.run()
    #expect(report.created == 25 && report.calls == 3 && report.leastCalls == 3 && stage.crm.calls == 3)
  }

  @Test("a batch that was committed and not answered is asked for again, and is there once")
  func lostAnswer() async throws {
    let stage = try await StagedDelivery(
      capabilities: Self.batches(10),
      fault: { call, moment in
        if call == 2, moment == .afterCommit {
          throw Trouble("no answer came", remedy: .wait(until: Instant(seconds: 0)))
        }
      })
    for number in 0..<25 { try await stage.home.person("P \(number)", "p\(number)@example.org") }
    let report = try await stage.run()
    #expect(report.created == 25 && report.calls == 4 && report.isComplete)
    #expect(stage.crm.held.count == 25 && stage.crm.writes == 25 && stage.pauses.held.count == 1)
    #expect(try await stage.run().unchanged == 25)
  }

  @Test("a destination that asks for a long wait is left in peace: what arrived is entered, the rest is put off")
  func longWait() async throws {
    let stage = try await StagedDelivery(
      capabilities: Self.batches(10),
      fault: { call, _ in
        if call == 2 { throw Trouble("too many calls", remedy: .wait(until: Instant(year: 2099, month: 1, day: 1))) }
      })
    for number in 0..<25 { try await stage.home.person("P \(number)", "p\(number)@example.org") }
    await #expect {
      try await stage.run()
    } throws: { error in
      guard case .wait(let until)? = (error as? Trouble)?.remedy else { return false }
      return until == Instant(year: 2099, month: 1, day: 1)
    }
    #expect(stage.crm.calls == 2 && stage.crm.held.count == 10)
    #expect(try await stage.home.house.count("link") == 10)
    #expect(try await stage.run().created == 15)
  }

  @Test("a value that is not taken there is a conflict that names it; the rest goes, and it is not sent again")
  func notTaken() async throws {
    let stage = try await StagedDelivery(refusing: { write in
      let titles = write.change.fields.first { $0.field == .title }?.new ?? []
      return titles.contains { $0.count > 5 } ? (.title, "at most 5 characters") : nil
    })
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", title: "A long title")
    for _ in 0..<3 { _ = try await stage.run() }
    #expect(stage.record("bob@example.test")?.values[.title] == nil)
    #expect(stage.record("bob@example.test")?.values[.name] == ["Bob Brown"])
    let open = try await stage.decide.list(stage.home.viewer)
    #expect(open.map(\.matter) == [.field(.title)] && open.first?.cause == "not taken there: at most 5 characters")
    #expect(open.first?.ours == "A long title")
    let calls = stage.crm.calls
    _ = try await stage.run()
    #expect(stage.crm.calls == calls)
    try await stage.home.title(bob, "Short")
    #expect(try await stage.run().isComplete)
    #expect(stage.record("bob@example.test")?.values[.title] == ["Short"])
  }

  @Test("a limit of the system or a type of the mapping refuses before anything is sent")
  func refused() async throws {
    let limits = CRMCapabilities(
      fields: Set(Fact.Field.allCases), limits: [.title: .init(longest: 5), .email: .init(values: 1)])
    let stage = try await StagedDelivery(capabilities: limits)
    try await stage.home.person("Bob Brown", "bob@example.test", "bob@home.example", title: "A long title")
    #expect(try await stage.run().conflicts == 2)
    #expect(stage.record("bob@example.test")?.values[.email] == ["bob@example.test"])
    let causes = try await stage.decide.list(stage.home.viewer).map(\.cause).sorted()
    #expect(
      causes == [
        "refused: longer than 5 characters", "refused: more values than the 1 that are held there",
      ])
    let writes = stage.crm.writes
    #expect(try await stage.run().conflicts == 2)
    #expect(stage.crm.writes == writes)
  }

  @Test(
    "once everything was read, what changed suffices; whoever is new has everything read again",
    arguments: StagedHouse.EngineKind.allCases)
  func incremental(_ engine: StagedHouse.EngineKind) async throws {
    let stage = try await StagedDelivery(
      engine, capabilities: Self.batches(5, .since(showsDeletions: true)))
    var people: [ID<Person>] = []
    for number in 0..<7 { people.append(try await stage.home.person("P \(number)", "p\(number)@example.org")) }
    try await stage.run()
    try await stage.run()
    try await stage.run()
    let record = try #require(stage.record("p3@example.org"))
    stage.crm.edit(record.remote) { $0.values[.title] = ["Seller"] }
    #expect(try await stage.run().received == 1)
    #expect(try await stage.values(people[3])[.title] == ["Seller"])
    try await stage.home.title(people[4], "Buyer")
    #expect(try await stage.run().updated == 1)
    stage.crm.delete(try #require(stage.record("p5@example.org")).remote)
    #expect(try await stage.run().conflicts == 1)
    #expect(stage.crm.reads.first == true && stage.crm.reads.dropFirst(2).allSatisfy { !$0 })
    try await stage.home.person("New", "new@example.org")
    #expect(try await stage.run().created == 1)
    #expect(stage.crm.reads.last == true && stage.crm.held.count == 7)
    #expect(try await stage.run().unchanged == 7)
  }

  @Test("where the feed does not show deletions, they are found by what is missing among all names")
  func swept() async throws {
    let stage = try await StagedDelivery(capabilities: Self.batches(5, .since(showsDeletions: false)))
    for number in 0..<5 { try await stage.home.person("P \(number)", "p\(number)@example.org") }
    try await stage.run()
    try await stage.run()
    stage.crm.delete(try #require(stage.record("p2@example.org")).remote)
    #expect(try await stage.run().conflicts == 0)
    stage.home.house.clock.advance(milliseconds: 90_000_000)
    #expect(try await stage.run().conflicts == 1)
  }

  @Test("of several records that may be meant nobody guesses: the owner names one, and it is not doubled")
  func asked() async throws {
    let stage = try await StagedDelivery()
    let bob = try await stage.home.person("Bob Brown", "bob@example.test")
    stage.crm.add("a", [.name: ["Bob Brown"], .email: ["bob@example.test"]])
    stage.crm.add("b", [.name: ["R. Brown"], .email: ["bob@example.test"], .title: ["Seller"]])
    #expect(try await stage.run().conflicts == 1)
    let conflict = try #require(try await stage.decide.list(stage.home.viewer).first)
    #expect(conflict.matter == .match && conflict.theirs == "a\nb")
    await #expect(throws: Trouble.self) {
      try await stage.decide.decide(conflict.id, taking: .theirs, as: stage.home.viewer)
    }
    try await stage.decide.decide(conflict.id, taking: .theirs, remote: "b", as: stage.home.viewer)
    let report = try await stage.run()
    #expect(report.created == 0 && stage.crm.held.count == 2)
    #expect(try await stage.values(bob)[.title] == ["Seller"])
  }

  @Test("a record that was merged into another's there is followed by merging the persons, if the owner says so")
  func merged() async throws {
    let stage = try await StagedDelivery()
    let bob = try await stage.home.person("Bob Brown", "bob@example.test")
    let rob = try await stage.home.person("Rob Brown", "rob@home.example")
    try await stage.run()
    let (first, second) = try (
      #require(stage.record("bob@example.test")).remote, #require(stage.record("rob@home.example")).remote
    )
    stage.crm.merge(first, second)
    try await stage.run()
    let open = try await stage.decide.list(stage.home.viewer)
    let conflict = try #require(open.first { $0.matter == .mergedThere })
    #expect(conflict.person == rob && conflict.theirs == first)
    #expect(stage.crm.held.count == 1)
    try await stage.decide.decide(conflict.id, taking: .theirs, as: stage.home.viewer)
    let report = try await stage.run()
    #expect(report.isComplete && report.created == 0 && stage.crm.held.count == 1)
    #expect(try await stage.values(bob)[.email]?.sorted() == ["bob@example.test", "rob@home.example"])
  }

  @Test("the link of somebody who was merged here goes to whom they were merged into, and nobody is made twice")
  func mergedHere() async throws {
    let stage = try await StagedDelivery()
    let bob = try await stage.home.person("Bob Brown", "bob@example.test")
    try await stage.run()
    let kept = try await stage.home.person("Robert Brown", "robert@home.example")
    _ = try await MergePeople(store: stage.home.store, gate: stage.home.house.gate).merge(
      [kept, bob], as: stage.home.viewer)
    let report = try await stage.run()
    #expect(report.created == 0 && stage.crm.held.count == 1)
    #expect(stage.record("robert@home.example") != nil)
    #expect(try await stage.run().unchanged == 1)
  }

  @Test("rules: ours is written over once, and whoever insists there becomes a conflict; the value that lost is kept")
  func rules() async throws {
    let stage = try await StagedDelivery(rules: { destination in
      var rules = Deliver.standingRules(destination)
      for index in rules.mapping.indices where rules.mapping[index].field == .title {
        rules.mapping[index].rule = .ours
      }
      return rules
    })
    try await stage.home.person("Bob Brown", "bob@example.test", title: "Buyer")
    try await stage.run()
    let record = try #require(stage.record("bob@example.test")).remote
    stage.crm.edit(record) { $0.values[.title] = ["Seller"] }
    #expect(try await stage.run().updated == 1)
    #expect(stage.record("bob@example.test")?.values[.title] == ["Buyer"])
    let settled = try await stage.decide.list(stage.home.viewer, settled: true)
    #expect(settled.map(\.theirs) == ["Seller"] && settled.map(\.taken) == ["ours"])
    stage.crm.edit(record) { $0.values[.title] = ["Seller"] }
    #expect(try await stage.run().conflicts == 1)
    let open = try #require(try await stage.decide.list(stage.home.viewer).first)
    #expect(open.cause == "insisted")
    try await stage.decide.decide(open.id, taking: .theirs, as: stage.home.viewer)
    for _ in 0..<2 { #expect(try await stage.run().isComplete) }
    #expect(stage.record("bob@example.test")?.values[.title] == ["Seller"])
  }

  @Test("a run is undone as a whole: what stands there is as it was before, but what somebody changed since")
  func undoRun() async throws {
    let stage = try await StagedDelivery()
    var people: [ID<Person>] = []
    for number in 0..<6 {
      people.append(try await stage.home.person("P \(number)", "p\(number)@example.org", title: "Old"))
    }
    try await stage.run()
    let before = stage.crm.held
    for person in people.prefix(3) { try await stage.home.title(person, "New") }
    try await stage.home.email(people[3], add: "three@home.example")
    #expect(try await stage.run().updated == 4)
    let edited = try #require(stage.record("p1@example.org")).remote
    stage.crm.edit(edited) { $0.values[.title] = ["By hand"] }
    let run = try #require(try await stage.journal().first).run
    let report = try await Undo(stage.deliver).run(.run(run), as: stage.home.viewer)
    #expect(report.undone.count == 3 && report.left.count == 1 && !report.isComplete)
    for (old, new) in zip(before, stage.crm.held) {
      if new.remote == edited { #expect(new.values[.title] == ["By hand"]) } else { #expect(new.values == old.values) }
    }
    let writes = stage.crm.writes
    for _ in 0..<2 { _ = try await stage.run() }
    #expect(stage.crm.writes == writes)
  }

  @Test("undoing creations removes records only by the digest of just these")
  func undoCreations() async throws {
    let stage = try await StagedDelivery()
    for number in 0..<3 { try await stage.home.person("P \(number)", "p\(number)@example.org") }
    try await stage.run()
    let run = try #require(try await stage.journal().first).run
    let undo = Undo(stage.deliver)
    let first = try await undo.run(.run(run), as: stage.home.viewer)
    let digest = try #require(first.digest)
    #expect(stage.crm.held.count == 3 && !first.isComplete)
    await #expect(throws: Refusal.self) {
      try await undo.run(.run(run), as: stage.home.viewer, approve: String(repeating: "0", count: 64))
    }
    #expect(try await undo.run(.run(run), as: stage.home.viewer, approve: digest).isComplete)
    #expect(stage.crm.held.isEmpty)
    #expect(try await stage.run().created == 0)
  }

  @Test("a run that is killed anywhere while things come in and go out ends with each of them once")
  func killed() async throws {
    var deaths = 0
    for seed in 0..<25 {
      var dice = Dice(state: UInt64(seed))
      let kill = Kill()
      let salt = dice.next()
      let stage = try await StagedDelivery(
        capabilities: Self.batches(4),
        fault: { call, moment in
          try kill.step()
          var local = Dice(state: salt &+ UInt64(call))
          if moment == .afterCommit, Int.random(in: 0..<100, using: &local) < 30 {
            throw Trouble("no answer came", remedy: .wait(until: Instant(seconds: 0)))
          }
        })
      var people: [ID<Person>] = []
      for number in 0..<9 {
        people.append(try await stage.home.person("P \(number)", "p\(number)@example.org", title: "Old"))
      }
      try await stage.run()
      for number in 0..<3 {
        stage.crm.edit(try #require(stage.record("p\(number)@example.org")).remote) {
          $0.values[.phone] = ["+3120123456\(number)"]
        }
      }
      for person in people.suffix(3) { try await stage.home.title(person, "New") }
      let mortal = Store(
        engine: MortalEngine(engine: stage.home.store.engine, kill: kill), ids: stage.home.store.ids,
        clock: stage.home.store.clock)
      let crm = stage.crm
      let deliver = Deliver(
        store: mortal, gate: mortal.gate(stage.home.house.vault), crm: { _ in crm }, pause: { _ in true })
      for round in 0..<30 {
        if round < 8 { kill.set(at: Int.random(in: 0..<(4 + 4 * round), using: &dice)) } else { kill.revive() }
        do {
          _ = try await stage.home.run(stage.destination.id, by: deliver)
          if round >= 8 { break }
        } catch is Kill {
          deaths += 1
        }
      }
      kill.revive()
      let last = try await stage.run()
      #expect(last.isComplete && last.received == 0 && last.updated == 0 && last.created == 0, "seed \(seed)")
      #expect(stage.crm.held.count == 9, "seed \(seed)")
      #expect(stage.crm.held.count { $0.values[.title] == ["New"] } == 3, "seed \(seed)")
      let entries = try await stage.journal()
      #expect(entries.count { $0.verb == .receive } == 3 && entries.count { $0.verb == .update } == 3, "seed \(seed)")
      for (number, person) in people.prefix(3).enumerated() {
        #expect(try await stage.values(person)[.phone] == ["+3120123456\(number)"], "seed \(seed)")
      }
    }
    #expect(deaths > 25)
  }

  @Test("what else leaves is set with words that say it, voids the approval, and reaches the record")
  func moreLeaves() async throws {
    let stage = try await StagedDelivery()
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", card: true)
    try await stage.type(bob, Edit(.add, .tag, "client"))
    try await stage.run()
    #expect(stage.record("bob@example.test")?.values[.tag] == nil)
    let add = AddDestination(stage.deliver)
    await #expect(throws: Trouble.self) {
      try await add.set(["field.shoe-size": "notes"], of: stage.destination.id, as: stage.home.viewer)
    }
    let kept = try await add.set(
      ["field.tag": "labels", "rule.title": "ours"], of: stage.destination.id, as: stage.home.viewer)
    let live = try await stage.home.store.grants(stage.home.account).filter {
      $0.target == .destination(kept.id) && $0.withdrawnAt == nil
    }
    #expect(live.count == 1 && live.first?.words.contains("also tag") == true)
    #expect(try await stage.run().approved == false)
    _ = try await add.accept(
      kept.id, digest: Deliver.digest(Deliver.standingRules(kept)), as: stage.home.viewer)
    try await stage.run()
    #expect(stage.record("bob@example.test")?.values[.tag] == ["client"])
  }
}
