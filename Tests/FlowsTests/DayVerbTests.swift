import Consent
import Model
import Stage
import Store
import Testing

@testable import Flows

@Suite("What the pages of a day stand on") struct DayVerbTests {
  /// What the board knows once it has looked.
  private func found(_ board: OwedBoard, _ viewer: Viewer) async throws -> [OwedReply] {
    for _ in 0..<2_000 {
      switch try await board.known(to: viewer) {
      case .found(let owed): return owed
      case .failed(let error): throw error
      case .looking: try await Task.sleep(for: .milliseconds(5))
      }
    }
    throw Trouble("nothing was found", "look why")
  }

  private func asking(_ id: Int, _ from: Cast.Role) -> Cast.Letter {
    letter(id, from, [Cast.ada], daysAgo: 2, "The roof", "Can you send me the plan?")
  }

  @Test("what is owed is looked for once: no mail is opened for the next look, until one came or went")
  func board() async throws {
    let scene = try await Bucketry(letters: [asking(901, Cast.bob)])
    let board = OwedBoard(store: scene.store, gate: scene.gate)
    guard case .looking = try await board.known(to: scene.viewer) else {
      Issue.record("the first look waits for nothing")
      return
    }
    #expect(try await found(board, scene.viewer).map(\.person.name) == ["Bob Brown"])
    let lines = try await scene.store.ledger(scene.office.account).count
    for _ in 0..<5 { _ = try await board.known(to: scene.viewer) }
    #expect(try await scene.store.ledger(scene.office.account).count == lines)
    var later = asking(902, Cast.eli)
    later.sentAt = Cast.now.advanced(byDays: -1)
    try await scene.office.take(.mails, try scene.office.write([later], "later"))
    for _ in 0..<2_000 where try await found(board, scene.viewer).count == 1 {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(Set(try await found(board, scene.viewer).map(\.person.name)) == ["Bob Brown", "Eli Ember"])
    let list = try await scene.today.list(scene.viewer, owed: try await found(board, scene.viewer))
    #expect(Set(list.lines.map(\.name)) == ["Bob Brown", "Eli Ember"] && list.lines.allSatisfy { $0.kind == "answer" })
  }

  @Test("P016 once a grant is withdrawn, what was found under it is not shown any more; switched off, neither")
  func withdrawn() async throws {
    let scene = try await Bucketry(letters: [asking(901, Cast.bob)])
    let board = OwedBoard(store: scene.store, gate: scene.gate)
    #expect(try await found(board, scene.viewer).count == 1)
    _ = try await scene.store.turn(.repliesOwed, on: false, scene.office.account, scene.office.ada)
    #expect(try await found(board, scene.viewer).isEmpty)
    _ = try await scene.store.turn(.repliesOwed, on: true, scene.office.account, scene.office.ada)
    #expect(try await found(board, scene.viewer).count == 1)
    for grant in try await scene.store.grants(scene.office.account, member: scene.office.ada) {
      try await Withdraw(store: scene.store, gate: scene.gate).grant(grant.id, as: scene.viewer)
    }
    guard case .looking = try await board.known(to: scene.viewer) else {
      Issue.record("what was found under a grant outlived it")
      return
    }
    #expect(try await found(board, scene.viewer).isEmpty)
  }

  @Test(
    "P121 the kept list of a day follows every change of its owner at once, and names nobody who was restricted since")
  func kept() async throws {
    let scene = try await Bucketry()
    let board = DayBoard(store: scene.store, gate: scene.gate)
    let (bob, eli) = (try await scene.person(Cast.bob), try await scene.person(Cast.eli))
    func names() async throws -> [String] {
      let list = try await board.list(scene.viewer, owed: [])
      #expect(try await scene.today.list(scene.viewer, owed: []).lines == list.lines)
      return list.lines.map(\.name)
    }
    #expect(try await names().isEmpty)
    let bucket = try await scene.buckets.make("Clients", days: 5, as: scene.viewer)
    _ = try await scene.sorting.put([bob, eli], into: bucket.id, as: scene.viewer)
    #expect(Set(try await names()) == ["Bob Brown", "Eli Ember"])
    let snoozed = try await scene.saying.say(.snooze(until: Day(utc: Cast.now) + 3), about: [eli], as: scene.viewer)
    #expect(try await names() == ["Bob Brown"])
    try await scene.undo(snoozed)
    _ = try await scene.logging.log(.call, with: eli, as: scene.viewer)
    #expect(try await names() == ["Bob Brown"])
    _ = try await scene.buckets.change(bucket.id, .init(days: 90), as: scene.viewer)
    #expect(try await names().isEmpty)
    _ = try await scene.buckets.change(bucket.id, .init(days: 5), as: scene.viewer)
    _ = try await scene.days.run(SetDay.Change(cap: 3), as: scene.viewer)
    #expect(try await names() == ["Bob Brown"])
    try await scene.office.editing.restrict(bob, as: scene.viewer)
    #expect(try await board.list(scene.viewer, owed: []).lines.isEmpty)
  }

  @Test("a tag is put on many at once, taken off whatever said it, and each of it is taken back together")
  func tags() async throws {
    let scene = try await Bucketry(
      cards: Bucketry.card("gus", "Gus Garner", "TEL:+1 713-555-0107", "CATEGORIES:Plumber"))
    let tagging = TagPeople(store: scene.store, gate: scene.gate)
    let undo = UndoHere(store: scene.store, gate: scene.gate)
    let (bob, gus) = (try await scene.person(Cast.bob), try await scene.named("Gus").id)
    func tags(_ person: ID<Person>) async throws -> [String] {
      let page = try await Show(store: scene.store, gate: scene.gate).person(person, as: scene.viewer)
      return page.facts.filter { $0.seen.fact.field == .tag && $0.seen.fact.confidence > 0 }.compactMap(\.value)
    }
    let before = try await tags(gus)
    let kept = try await tagging.tag([bob, gus], " first   class ", isOn: true, as: scene.viewer)
    #expect(kept.entries.count == 2 && kept.run != 0)
    #expect(try await tags(bob) == ["first class"])
    #expect(try await tagging.tag([bob, gus], "first class", isOn: true, as: scene.viewer).entries.isEmpty)
    let off = try await tagging.tag([bob], "first class", isOn: false, as: scene.viewer)
    #expect(try await tags(bob).isEmpty && off.entries.count == 1)
    #expect(try await undo.run(.entry(off.entries[0]), as: scene.viewer).undone == 1)
    #expect(try await tags(bob) == ["first class"])
    #expect(try await undo.run(.run(kept.run), as: scene.viewer).undone == 2)
    #expect(try await tags(bob).isEmpty)
    #expect(try await tags(gus) == before)
    for wrong in [" ", String(repeating: "a", count: 61)] {
      await #expect(throws: Trouble.self) { try await tagging.tag([bob], wrong, isOn: true, as: scene.viewer) }
    }
    await #expect(throws: Refusal.self) { try await undo.run(.run(kept.run), as: scene.viewer) }
    await #expect(throws: Refusal.self) { try await undo.run(.run(0), as: scene.viewer) }
    let cyd = try await scene.office.viewer(try await scene.office.addCyd())
    await #expect(throws: Refusal.self) { try await undo.run(.entry(off.entries[0]), as: cyd) }
  }

  @Test("an interval is proposed from the real rhythm, for a person and for a bucket; switched off, none is")
  func rhythm() async throws {
    let letters = (1...6).map { letter($0, Cast.bob, [Cast.ada], daysAgo: Int64($0) * 29, "The roof", "It holds.") }
    let scene = try await Bucketry(letters: letters)
    let suggest = SuggestInterval(store: scene.store)
    let bob = try await scene.person(Cast.bob)
    let near = try await scene.buckets.make("Near", days: 14, as: scene.viewer)
    // One that is far from the rhythm does not fit because there is no other.
    let none = try #require(try await suggest.of(bob, as: scene.viewer))
    #expect(none.days == 30 && none.bucket == nil && none.why.contains("None of your buckets"))
    let far = try await scene.buckets.make("Far", days: 35, as: scene.viewer)
    let one = try #require(try await suggest.of(bob, as: scene.viewer))
    #expect(one.days == 30 && one.bucket == far.id)
    #expect(try await suggest.of(near.id, as: scene.viewer) == nil)
    _ = try await scene.sorting.put([bob], into: near.id, as: scene.viewer)
    let many = try #require(try await suggest.of(near.id, as: scene.viewer))
    #expect(many.days == 30 && many.why.contains("every 29 days"))
    _ = try await scene.store.turn(.rhythm, on: false, scene.office.account, scene.office.ada)
    #expect(try await suggest.of(bob, as: scene.viewer) == nil)
  }
}
