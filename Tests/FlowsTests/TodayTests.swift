import Consent
import Model
import Plans
import Stage
import Store
import Testing

@testable import Flows

@Suite("The list of the day") struct TodayTests {
  /// Everybody in one bucket.
  private func scene(
    _ engine: StagedHouse.EngineKind = .sqlite, days: Int? = 5, cards: String = Bucketry.gus
  ) async throws -> (scene: Bucketry, bucket: Bucket) {
    let scene = try await Bucketry(engine, cards: cards)
    let bucket = try await scene.buckets.make("Clients", days: days, as: scene.viewer)
    let all = try await scene.office.people().filter { $0.kind == .person }.map(\.id)
    _ = try await scene.sorting.put(all, into: bucket.id, as: scene.viewer)
    return (scene, bucket)
  }

  @Test(
    "who is due by a bucket stands there with why; being in touch is what settles it",
    arguments: StagedHouse.EngineKind.allCases)
  func due(_ engine: StagedHouse.EngineKind) async throws {
    let (scene, _) = try await scene(engine)
    var list = try await scene.list()
    #expect(list.day.description == "2026-11-23" && list.zone == "UTC" && list.cap == 10)
    #expect(Set(list.lines.map(\.name)) == ["Bob Brown", "Eli Ember"])
    let eli = try #require(list.lines.first { $0.name == "Eli Ember" })
    #expect(eli.item.why == "Your last contact was 10 days ago; Clients is every 5 days.")
    #expect(list.settled == 0 && list.goal.done == 0 && list.goal.week.description == "2026-11-23")
    _ = try await scene.logging.log(.call, with: eli.item.person, as: scene.viewer)
    list = try await scene.list()
    #expect(list.lines.map(\.name) == ["Bob Brown"] && list.settled == 1 && list.goal.done == 1)
    // The next day it is due by nothing, and counts no more.
    scene.office.house.clock.advance(milliseconds: Instant.day)
    list = try await scene.list()
    #expect(!list.lines.contains { $0.name == "Eli Ember" } && list.settled == 0)
    scene.office.house.clock.advance(milliseconds: 4 * Instant.day)
    #expect(try await scene.list().lines.contains { $0.name == "Eli Ember" })
  }

  @Test("an answer and a promise that are owed stand there with why, until they are given or switched off")
  func owed() async throws {
    let (scene, _) = try await scene(days: nil)
    #expect(try await scene.lines().isEmpty)
    let letters = [
      letter(901, Cast.bob, [Cast.ada], daysAgo: 2, "The roof", "Can you send me the plan?"),
      letter(902, Cast.ada, [Cast.eli], daysAgo: 1, "The deed", "I will send you the deed on Friday."),
    ]
    try await scene.office.take(.mails, try scene.office.write(letters, "owed"))
    let lines = try await scene.list().lines
    #expect(lines.map { "\($0.item.kind) \($0.name)" } == ["answer Bob Brown", "promise Eli Ember"])
    #expect(lines.allSatisfy { !$0.item.why.isEmpty })
    let bob = try await scene.person(Cast.bob)
    _ = try await scene.saying.say(.dismiss, about: [bob], as: scene.viewer)
    #expect(try await scene.lines() == ["promise Eli Ember"])
    _ = try await scene.store.turn(.repliesOwed, on: false, scene.office.account, scene.office.ada)
    #expect(try await scene.lines().isEmpty)
  }

  @Test("snoozed, dismissed, muted and archived people leave the list, and come back when they should")
  func putOff() async throws {
    let (scene, _) = try await scene()
    let (bob, eli) = (try await scene.person(Cast.bob), try await scene.person(Cast.eli))
    let until = try #require(Day(iso: "2026-11-26"))
    let snoozed = try await scene.saying.say(.snooze(until: until), about: [bob], as: scene.viewer)
    _ = try await scene.saying.say(.dismiss, about: [eli], as: scene.viewer)
    var list = try await scene.list()
    #expect(list.lines.isEmpty && list.settled == 2)
    try await scene.undo(snoozed)
    #expect(try await scene.lines() == ["follow-up Bob Brown"])
    _ = try await scene.saying.say(.snooze(until: until), about: [bob], as: scene.viewer)
    func names(after days: Int64) async throws -> Set<String> {
      scene.office.house.clock.set(Cast.now.advanced(byDays: Double(days)))
      return Set(try await scene.list().lines.map(\.name)).intersection(["Bob Brown", "Eli Ember"])
    }
    #expect(try await names(after: 2).isEmpty)
    #expect(try await names(after: 3) == ["Bob Brown"])
    #expect(try await names(after: 5) == ["Bob Brown", "Eli Ember"])
    _ = try await scene.saying.say(.mute(true), about: [bob], as: scene.viewer)
    _ = try await scene.saying.say(.archive(true), about: [eli], as: scene.viewer)
    list = try await scene.list()
    #expect(!list.lines.contains { ["Bob Brown", "Eli Ember"].contains($0.name) })
  }

  @Test("a person's own interval counts, with or without a bucket; a bucket without one reminds of nobody")
  func intervals() async throws {
    let (scene, bucket) = try await scene(days: nil)
    #expect(try await scene.lines().isEmpty)
    let bob = try await scene.person(Cast.bob)
    _ = try await scene.saying.say(.interval(30), about: [bob], as: scene.viewer)
    var list = try await scene.list()
    #expect(list.lines.map(\.item.why) == ["Your last contact was 40 days ago; you want to be in touch every 30 days."])
    _ = try await scene.saying.say(.interval(90), about: [bob], as: scene.viewer)
    _ = try await scene.buckets.change(bucket.id, .init(days: 9), as: scene.viewer)
    list = try await scene.list()
    #expect(list.lines.map(\.name) == ["Eli Ember"])
    let shown = try #require(try await ShowBuckets(store: scene.store).run(scene.viewer).first)
    #expect(shown.people == 5 && shown.statuses == [.strong: 3, .fading: 2])
  }

  @Test("tasks that are due stand there until they are done", arguments: StagedHouse.EngineKind.allCases)
  func tasks(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let edit = EditTodo(store: scene.store, gate: scene.gate)
    let bob = try await scene.person(Cast.bob)
    func midnight(_ text: String) throws -> Instant { try #require(Day(iso: text)).midnight }
    let (task, _) = try await edit.add("Call", due: try midnight("2026-11-20"), about: bob, as: scene.viewer)
    _ = try await edit.add("Sign", due: try midnight("2026-11-23"), about: bob, as: scene.viewer)
    _ = try await edit.add("Later", due: try midnight("2026-11-24"), about: bob, as: scene.viewer)
    _ = try await edit.add("Some day", about: bob, as: scene.viewer)
    var list = try await scene.list()
    #expect(list.lines.map(\.item.why) == ["You noted, due since 2026-11-20: Call", "You noted, due today: Sign"])
    _ = try await edit.change(task, .init(isDone: true), as: scene.viewer)
    list = try await scene.list()
    #expect(list.lines.map(\.item.why) == ["You noted, due today: Sign"] && list.settled == 1)
  }

  @Test(
    "a birthday stands there on its day and for three more, unless there was contact; no date is opened for it",
    arguments: StagedHouse.EngineKind.allCases)
  func birthdays(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(
      engine,
      cards: Bucketry.card("gus", "Gus Garner", "TEL:+1 713-555-0107", "BDAY:1970-11-25")
        + Bucketry.card("ivy", "Ivy Ito", "EMAIL:ivy@example.net", "BDAY:--11-25")
        + Bucketry.card("jon", "Jon Jensen", "EMAIL:jon@photos.example", "BDAY:1972-02-29"))
    func names(on day: String) async throws -> [String] {
      scene.office.house.clock.set(try #require(Day(iso: day)).midnight.advanced(byDays: 0.5))
      return try await scene.lines().filter { $0.hasPrefix("birthday") }.map { String($0.dropFirst(9)) }
    }
    #expect(try await names(on: "2026-11-24").isEmpty)
    #expect(try await names(on: "2026-11-25") == ["Gus Garner", "Ivy Ito"])
    #expect(try await names(on: "2026-11-28") == ["Gus Garner", "Ivy Ito"])
    #expect(try await names(on: "2026-11-29").isEmpty)
    #expect(try await names(on: "2027-02-28") == ["Jon Jensen"])
    #expect(try await names(on: "2028-02-29") == ["Jon Jensen"])
    let gus = try await scene.named("Gus").id
    #expect(try await names(on: "2026-11-26").count == 2)
    _ = try await scene.logging.log(.call, with: gus, as: scene.viewer)
    #expect(try await scene.list().settled == 1)
    #expect(try await names(on: "2026-11-27") == ["Ivy Ito"])
    let ivy = try await scene.named("Ivy").id
    _ = try await scene.saying.say(.dismiss, about: [ivy], as: scene.viewer)
    #expect(try await names(on: "2026-11-27").isEmpty)
    #expect(try await names(on: "2027-11-25") == ["Gus Garner", "Ivy Ito"])
    // The owner's word outranks a card.
    _ = try await scene.office.editing.edit(ivy, Edit(.set, .birthday, "1980-12-24"), as: scene.viewer)
    #expect(try await names(on: "2028-11-25") == ["Gus Garner"])
    #expect(try await names(on: "2028-12-24") == ["Ivy Ito"])
  }

  @Test("P121 whoever is restricted stands in no list, and neither do the deleted, organisations and machines")
  func nobody() async throws {
    let cards = Bucketry.card("gus", "Gus Garner", "TEL:+1 713-555-0107", "BDAY:1970-11-23")
    let (scene, _) = try await scene(cards: cards)
    let (bob, eli, gus) = (
      try await scene.person(Cast.bob), try await scene.person(Cast.eli), try await scene.named("Gus").id
    )
    let edit = EditTodo(store: scene.store, gate: scene.gate)
    let due = Day(utc: Cast.now).midnight
    for person in [bob, eli, gus] { _ = try await edit.add("Call", due: due, about: person, as: scene.viewer) }
    #expect(Set(try await scene.list().lines.map(\.item.person)) == [bob, eli, gus])
    for person in [bob, gus] { try await scene.office.editing.restrict(person, as: scene.viewer) }
    #expect(Set(try await scene.list().lines.map(\.item.person)) == [eli])
    _ = try await scene.saying.say(.delete, about: [eli], as: scene.viewer)
    let list = try await scene.list()
    #expect(list.lines.isEmpty && list.settled == 0 && list.behind == 0)
    _ = try await scene.office.editing.unrestrict(bob, as: scene.viewer)
    #expect(Set(try await scene.list().lines.map(\.item.person)) == [bob])
  }

  @Test("the rules of the day are set, kept and checked; the day is that of the owner's own clock")
  func rules() async throws {
    let scene = try await Bucketry()
    var rules = try await scene.days.run(.init(zone: "Pacific/Auckland", cap: 3, goal: .some(7)), as: scene.viewer)
    #expect(rules.zone.name == "Pacific/Auckland" && rules.cap == 3 && rules.goal == 7)
    scene.office.house.clock.set(Instant(year: 2026, month: 11, day: 23, hour: 12))
    #expect(try await scene.list().day.description == "2026-11-24")
    rules = try await scene.days.run(.init(goal: .some(nil)), as: scene.viewer)
    #expect(rules.goal == nil && rules.cap == 3)
    for bad in [SetDay.Change(zone: "Mars/Olympus"), .init(zone: ""), .init(cap: 0), .init(cap: 101), .init(goal: 0)] {
      await #expect(throws: Trouble.self) { try await scene.days.run(bad, as: scene.viewer) }
    }
    #expect(try await scene.days.rules(scene.viewer) == rules)
  }

  @Test("time zones are read with every step of their clocks")
  func zones() throws {
    let berlin = try #require(Zones.named("Europe/Berlin"))
    let spring = Instant(year: 2026, month: 3, day: 29, hour: 1)
    #expect(
      berlin.seconds(at: spring) == 7200 && berlin.seconds(at: Instant(milliseconds: spring.milliseconds - 1)) == 3600)
    let autumn = Instant(year: 2026, month: 10, day: 25, hour: 1)
    #expect(
      berlin.seconds(at: autumn) == 3600 && berlin.seconds(at: Instant(milliseconds: autumn.milliseconds - 1)) == 7200)
    // Samoa left out a whole day.
    let apia = try #require(Zones.named("Pacific/Apia"))
    let last = Instant(year: 2011, month: 12, day: 30, hour: 9, minute: 59)
    #expect(apia.day(last).description == "2011-12-29")
    #expect(apia.day(last.advanced(byDays: 0.001)).description == "2011-12-31")
    #expect(Zones.named("UTC") == Zone("UTC", first: 0) && Zones.named("Nowhere/Town") == nil)
    #expect(Zones.named("Asia/Kolkata")?.first == 19_800)
  }

  @Test("a long day stays short: no more lines than its number, and the rest is counted")
  func short() async throws {
    let (scene, _) = try await scene(days: 1)
    _ = try await scene.days.run(.init(cap: 2), as: scene.viewer)
    var list = try await scene.list()
    #expect(list.lines.count == 2 && list.behind == 2)
    for line in list.lines { _ = try await scene.logging.log(.text, with: line.item.person, as: scene.viewer) }
    list = try await scene.list()
    #expect(list.lines.isEmpty && list.settled == 2 && list.behind == 2)
  }
}
