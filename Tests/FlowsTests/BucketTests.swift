import Consent
import Model
import Plans
import Stage
import Store
import Testing

@testable import Flows

@Suite("Buckets, follow-ups, notes") struct BucketTests {
  @Test("a bucket is made, renamed and given an interval; two of one name there are not, and nobody else's is touched")
  func make() async throws {
    let scene = try await Bucketry()
    let made = try await scene.buckets.make("  Inner \n circle ", goal: " ", days: 14, as: scene.viewer)
    #expect(made.name == "Inner circle" && made.goal == nil && made.days == 14)
    for name in ["inner CIRCLE", " ", String(repeating: "a", count: 61)] {
      await #expect(throws: Trouble.self) { try await scene.buckets.make(name, as: scene.viewer) }
    }
    for days in [0, -1, 3651] {
      await #expect(throws: Trouble.self) { try await scene.buckets.make("Far", days: days, as: scene.viewer) }
    }
    let other = try await scene.buckets.make("Far", as: scene.viewer)
    await #expect(throws: Trouble.self) {
      try await scene.buckets.change(other.id, .init(name: "Inner Circle"), as: scene.viewer)
    }
    let changed = try await scene.buckets.change(
      made.id, .init(name: "Inner Circle", goal: "Lunch", days: .some(nil)), as: scene.viewer)
    #expect(changed.name == "Inner Circle" && changed.goal == "Lunch" && changed.days == nil)
    let cyd = try await scene.office.viewer(try await scene.office.addCyd())
    await #expect(throws: Refusal.self) { try await scene.buckets.change(made.id, .init(name: "Mine"), as: cyd) }
    await #expect(throws: Refusal.self) { try await scene.buckets.remove(made.id, as: cyd) }
    #expect(try await ShowBuckets(store: scene.store).run(cyd).isEmpty)
    #expect(try await ShowBuckets(store: scene.store).run(scene.viewer).map(\.bucket.name) == ["Inner Circle", "Far"])
  }

  @Test(
    "people are put in and taken out, alone or many at once, and each of it can be undone",
    arguments: StagedHouse.EngineKind.allCases)
  func sorted(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let (bob, eli, gus) = (
      try await scene.person(Cast.bob), try await scene.person(Cast.eli), try await scene.named("Gus").id
    )
    let bucket = try await scene.buckets.make("Clients", days: 10, as: scene.viewer)
    let one = try await scene.sorting.put([bob], into: bucket.id, as: scene.viewer)
    #expect(one.run == 0 && one.entries.count == 1)
    let more = try await scene.sorting.put([bob, eli, gus, eli], into: bucket.id, as: scene.viewer)
    #expect(more.run != 0 && more.entries.count == 2)
    #expect(try await scene.places() == ["Clients": [bob, eli, gus]])
    try await scene.undo(more)
    #expect(try await scene.places() == ["Clients": [bob]])
    let taken = try await scene.sorting.take([bob, eli], outOf: bucket.id, as: scene.viewer)
    #expect(try await scene.places() == ["Clients": []] && taken.entries.count == 1)
    try await scene.undo(try #require(taken.entries.first))
    #expect(try await scene.places() == ["Clients": [bob]])
    let removed = try await scene.buckets.remove(bucket.id, as: scene.viewer)
    #expect(try await scene.places().isEmpty)
    await #expect(throws: Refusal.self) { try await scene.sorting.put([eli], into: bucket.id, as: scene.viewer) }
    try await scene.undo(removed)
    #expect(try await scene.places() == ["Clients": [bob]])
    let cyd = try await scene.office.viewer(try await scene.office.addCyd())
    await #expect(throws: Refusal.self) { try await scene.sorting.put([bob], into: bucket.id, as: cyd) }
  }

  @Test(
    "people who are united bring their buckets and words along, and take them with them when they are parted",
    arguments: StagedHouse.EngineKind.allCases)
  func united(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let (bob, eli) = (try await scene.person(Cast.bob), try await scene.person(Cast.eli))
    let clients = try await scene.buckets.make("Clients", days: 10, as: scene.viewer)
    let friends = try await scene.buckets.make("Friends", days: 30, as: scene.viewer)
    _ = try await scene.sorting.put([bob], into: clients.id, as: scene.viewer)
    _ = try await scene.sorting.put([eli], into: friends.id, as: scene.viewer)
    _ = try await scene.saying.say(.mute(true), about: [eli], as: scene.viewer)
    _ = try await scene.saying.say(.archive(true), about: [eli], as: scene.viewer)
    _ = try await scene.notes.add("Likes tea", about: eli, as: scene.viewer)
    _ = try await scene.office.merging.merge([bob, eli], as: scene.viewer)
    #expect(try await scene.places() == ["Clients": [bob], "Friends": [bob]])
    let words = try await scene.words(of: bob)
    #expect(words.isMuted && !words.isArchived)
    let shown = try await ShowNotes(store: scene.store, gate: scene.gate).run(scene.viewer, of: bob)
    #expect(shown.map(\.words) == ["Likes tea"])
    // Taking somebody out takes every part of them out.
    let taken = try await scene.sorting.take([bob], outOf: friends.id, as: scene.viewer)
    #expect(try await scene.places() == ["Clients": [bob], "Friends": []])
    try await scene.undo(taken)
    _ = try await scene.office.merging.unmerge(bob, as: scene.viewer)
    #expect(try await scene.places() == ["Clients": [bob], "Friends": [eli]])
    #expect(try await scene.words(of: bob) == FollowUpWords())
    let elis = try await scene.words(of: eli)
    #expect(elis.isMuted && elis.isArchived)
  }

  @Test(
    "what is said of how somebody is followed up holds until it is taken back, by hand or by undo",
    arguments: StagedHouse.EngineKind.allCases)
  func said(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let bob = try await scene.person(Cast.bob)
    let until = try #require(Day(iso: "2026-12-01"))
    for (word, off) in [
      (EditFollowUp.Word.interval(30), EditFollowUp.Word.interval(nil)), (.snooze(until: until), .snooze(until: nil)),
      (.mute(true), .mute(false)), (.skip(true), .skip(false)), (.archive(true), .archive(false)),
    ] {
      let kept = try await scene.saying.say(word, about: [bob], as: scene.viewer)
      let words = try await scene.words(of: bob)
      #expect(words != FollowUpWords(), "\(word)")
      try await scene.undo(kept)
      #expect(try await scene.words(of: bob) == FollowUpWords(), "\(word)")
      _ = try await scene.saying.say(word, about: [bob], as: scene.viewer)
      #expect(try await scene.words(of: bob) != FollowUpWords())
      #expect(try await scene.saying.say(off, about: [bob], as: scene.viewer).entries.count == 1)
      #expect(try await scene.saying.say(off, about: [bob], as: scene.viewer).entries.isEmpty)
      #expect(try await scene.words(of: bob) == FollowUpWords(), "\(off)")
    }
    let first = try await scene.saying.say(.interval(30), about: [bob], as: scene.viewer)
    _ = try await scene.saying.say(.interval(90), about: [bob], as: scene.viewer)
    #expect(try await scene.words(of: bob).interval?.days == 90)
    try await scene.undo(first)
    #expect(try await scene.words(of: bob).interval == nil)
    await #expect(throws: Trouble.self) { try await scene.saying.say(.interval(0), about: [bob], as: scene.viewer) }
  }

  @Test(
    "whom the owner deletes is shown nowhere and comes back by no sync, but by undo",
    arguments: StagedHouse.EngineKind.allCases)
  func deleted(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let bob = try await scene.person(Cast.bob)
    let kept = try await scene.saying.say(.delete, about: [bob], as: scene.viewer)
    #expect(try await scene.office.people("bob").isEmpty)
    let mails = try scene.office.write([letter(9, Cast.bob, [Cast.ada], daysAgo: 1)], "more")
    try await scene.office.take(.mails, mails)
    #expect(try await scene.office.people("bob").isEmpty)
    await #expect(throws: Refusal.self) { try await scene.saying.say(.delete, about: [bob], as: scene.viewer) }
    try await scene.undo(kept)
    #expect(try await scene.office.person(Cast.bob.address).interactions == 2)
  }

  @Test("P121 whoever is restricted is not brought back by taking a deletion back")
  func restricted() async throws {
    let scene = try await Bucketry()
    let bob = try await scene.person(Cast.bob)
    let kept = try await scene.saying.say(.delete, about: [bob], as: scene.viewer)
    scene.office.house.clock.advance(milliseconds: 1000)
    try await scene.office.editing.restrict(bob, as: scene.viewer)
    try await scene.undo(kept)
    #expect(try await scene.office.people("bob").isEmpty)
  }

  @Test(
    "a touch that is logged by hand is contact, also with somebody who has no address; taken back it was none",
    arguments: StagedHouse.EngineKind.allCases)
  func logged(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let (bob, gus) = (try await scene.person(Cast.bob), try await scene.named("Gus").id)
    for person in [bob, gus] {
      let before = try await scene.office.show.person(person, as: scene.viewer).person
      let at = Cast.now.advanced(byDays: -1)
      let made = try await scene.logging.log(.call, with: person, at: at, words: "About the roof", as: scene.viewer)
      let page = try await scene.office.show.person(person, as: scene.viewer)
      #expect(page.person.lastContacted == at && page.person.interactions == before.interactions + 1)
      #expect(page.person.strength > before.strength)
      let listed = try #require(try await scene.office.people().first { $0.id == person })
      #expect(listed.lastContacted == at && listed.interactions == before.interactions + 1)
      let notes = try await ShowNotes(store: scene.store, gate: scene.gate).run(scene.viewer, of: person)
      #expect(notes.map(\.words) == ["About the roof"] && notes[0].interaction != nil && notes[0].at == at)
      await #expect(throws: Trouble.self) { try await scene.notes.remove(made.note, as: scene.viewer) }
      try await scene.undo(made.entry)
      let after = try await scene.office.show.person(person, as: scene.viewer).person
      #expect(after.lastContacted == before.lastContacted && after.interactions == before.interactions)
      #expect(try await ShowNotes(store: scene.store, gate: scene.gate).run(scene.viewer, of: person).isEmpty)
    }
    let future = Cast.now.advanced(byDays: 1)
    await #expect(throws: Trouble.self) {
      try await scene.logging.log(.call, with: bob, at: future, as: scene.viewer)
    }
    await #expect(throws: Trouble.self) { try await scene.logging.log(.note, with: bob, as: scene.viewer) }
  }

  @Test(
    "a note keeps its lines, is changed and taken away, and each of it can be undone",
    arguments: StagedHouse.EngineKind.allCases)
  func noted(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let bob = try await scene.person(Cast.bob)
    let showing = ShowNotes(store: scene.store, gate: scene.gate)
    func words() async throws -> [String] { try await showing.run(scene.viewer, of: bob).map(\.words) }
    let made = try await scene.notes.add(" Wants a garden.\nNo stairs. \n", about: bob, as: scene.viewer)
    #expect(try await words() == ["Wants a garden.\nNo stairs."])
    let changed = try await scene.notes.change(made.note, to: "Wants a pool.", as: scene.viewer)
    #expect(try await words() == ["Wants a pool."])
    try await scene.undo(changed)
    #expect(try await words() == ["Wants a garden.\nNo stairs."])
    let removed = try await scene.notes.remove(made.note, as: scene.viewer)
    #expect(try await words().isEmpty)
    await #expect(throws: Refusal.self) { try await scene.notes.change(made.note, to: "x", as: scene.viewer) }
    try await scene.undo(removed)
    #expect(try await words() == ["Wants a garden.\nNo stairs."])
    try await scene.undo(made.entry)
    #expect(try await words().isEmpty)
    for bad in ["", " \n ", String(repeating: "a", count: Note.longest + 1)] {
      await #expect(throws: Trouble.self) { try await scene.notes.add(bad, about: bob, as: scene.viewer) }
    }
  }

  @Test("P008 a colleague sees notes at the level of content and no other; buckets are one's own at every level")
  func shared() async throws {
    let scene = try await Bucketry()
    let bob = try await scene.person(Cast.bob)
    _ = try await scene.notes.add("Canary of a note", about: bob, as: scene.viewer)
    let bucket = try await scene.buckets.make("Clients", days: 10, as: scene.viewer)
    _ = try await scene.sorting.put([bob], into: bucket.id, as: scene.viewer)
    let member = try await scene.office.addCyd()
    let cyd = try await scene.office.viewer(member)
    let showing = ShowNotes(store: scene.store, gate: scene.gate)
    await #expect(throws: Refusal.self) { try await showing.run(cyd, of: bob) }
    for (level, count) in [(ShareLevel.directory, 0), (.interactions, 0), (.content, 1)] {
      _ = try await scene.store.share(scene.office.account, scene.office.ada, with: member, person: bob, level: level)
      #expect(try await showing.run(cyd, of: bob).count == count, "\(level)")
      #expect(try await FollowUpBook.read(scene.store, cyd).places.isEmpty)
      #expect(try await scene.today.list(cyd).lines.isEmpty)
    }
    let foreign = try #require(try await showing.run(cyd, of: bob).first)
    #expect(foreign.author == scene.office.ada)
    await #expect(throws: Refusal.self) { try await scene.notes.change(foreign.id, to: "Mine", as: cyd) }
  }

  @Test(
    "P120 buckets, words, notes and logged touches of somebody who is erased are gone",
    arguments: StagedHouse.EngineKind.allCases)
  func erased(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let gus = try await scene.named("Gus").id
    let tables = ["bucketed", "follow_up", "note", "interaction", "participant"]
    var before: [Int] = []
    for table in tables { before.append(try await scene.office.count(table)) }
    let bucket = try await scene.buckets.make("Builders", days: 10, as: scene.viewer)
    _ = try await scene.sorting.put([gus], into: bucket.id, as: scene.viewer)
    _ = try await scene.saying.say(.interval(5), about: [gus], as: scene.viewer)
    _ = try await scene.notes.add("Canary of a note", about: gus, as: scene.viewer)
    _ = try await scene.logging.log(.call, with: gus, words: "Canary of a call", as: scene.viewer)
    for (table, count) in zip(tables, before) { #expect(try await scene.office.count(table) > count, "\(table)") }
    _ = try await Erase(store: scene.store, gate: scene.gate).erase(gus, scene.office.account, scene.office.ada)
    for (table, count) in zip(tables, before) { #expect(try await scene.office.count(table) == count, "\(table)") }
    #expect(try await scene.office.count("bucket") == 1)
  }

  @Test("the bucket game shows the unsorted by their last contact, remembers who was skipped, and can be taken back")
  func game() async throws {
    let scene = try await Bucketry()
    let playing = PlayBuckets(store: scene.store)
    func names() async throws -> [String] { try await playing.round(scene.viewer).cards.map(\.person.name) }
    #expect(
      try await names() == ["Hal Hooper", "Fay Fischer", "Eli Ember", "Bob Brown", "Gus Garner"])
    let hal = try await scene.person(Cast.hal)
    let skipped = try await scene.saying.say(.skip(true), about: [hal], as: scene.viewer)
    #expect(try await names().last == "Hal Hooper")
    #expect(try await playing.round(scene.viewer).cards.last?.wasSkipped == true)
    try await scene.undo(skipped)
    #expect(try await names().first == "Hal Hooper")
    let bucket = try await scene.buckets.make("Clients", as: scene.viewer)
    let put = try await scene.sorting.put([hal], into: bucket.id, as: scene.viewer)
    #expect(try await names().first == "Fay Fischer")
    #expect(try await playing.round(scene.viewer, size: 1).left == 4)
    try await scene.undo(put)
    #expect(try await playing.round(scene.viewer, size: 1).left == 5)
    _ = try await scene.saying.say(.archive(true), about: [hal], as: scene.viewer)
    #expect(try await names().count == 4)
  }
}
