import Consent
import Insight
import Model
import Stage
import Store
import Testing

@testable import Flows

/// Who is who is decided, and every decision can be taken back.
@Suite struct MergeTests {
  private func household(_ kind: StagedHouse.EngineKind = .sqlite) async throws -> Office {
    let house = try await Office(engine: kind)
    let letters = [
      letter(1, Cast.bob, [Cast.ada]), letter(2, Cast.bob.elsewhere, [Cast.ada]), letter(3, Cast.eli, [Cast.ada]),
      letter(4, Cast.ada, [Cast.bob]), letter(5, Cast.fay, [Cast.ada]),
    ]
    try await house.take(.mails, try house.write(letters, "mail"))
    return house
  }

  @Test("merging by hand and taking it back ends where it began", arguments: StagedHouse.EngineKind.allCases)
  func thereAndBack(_ kind: StagedHouse.EngineKind) async throws {
    let house = try await household(kind)
    let viewer = try await house.viewer()
    let (first, second) = (try await house.person("bob@example.test"), try await house.person("bob.brown@example.org"))
    let before = try await house.digests(without: untouched)

    let entry = try await house.merging.merge([first.id, second.id], as: viewer)
    let bob = try await house.person("bob@example.test")
    #expect(Set(bob.emails) == Set(Cast.bob.addresses))
    #expect(bob.interactions == 3)
    #expect(try await house.people().count == 3)
    try await expectRebuilt(house)

    _ = try await house.merging.unmerge(first.id, as: viewer)
    #expect(try await house.digests(without: untouched) == before)
    let entries = try await house.store.journal(viewer)
    #expect(entries.map(\.verb) == [.unmerge, .merge])
    #expect(entries.first?.undoes == entry)
    await #expect(throws: Refusal.self) { _ = try await house.merging.unmerge(first.id, as: viewer) }
  }

  /// What a merge and its undoing leave behind on purpose.
  private let untouched: Set<String> = [
    "ledger", "ledger_head", "lease", "job", "journal", "journal_image", "decision", "decision_record", "apart",
  ]

  @Test("what was told apart by hand is never united again by a rule, and later edits stay")
  func apart() async throws {
    let house = try await household()
    try Cast.writeCards(house.files + "/cards.vcf")
    let cards = try await house.take(.vcard, house.files + "/cards.vcf")
    let viewer = try await house.viewer()
    let bob = try await house.person("bob@example.test")
    #expect(Set(bob.emails) == Set(Cast.bob.addresses))
    _ = try await house.editing.edit(bob.id, Edit(.set, .title, "Architect"), as: viewer)

    _ = try await house.merging.unmerge(bob.id, as: viewer)
    #expect(try await house.people("bob").count == 3)
    // The typed title belongs to the person it was typed about.
    #expect(try await house.show.person(bob.id, as: viewer).person.title == "Architect")

    try await house.understand(cards)
    #expect(try await house.people("bob").count == 3)
    let more = try house.write([letter(9, Cast.bob.elsewhere, [Cast.ada])], "more")
    try await house.take(.mails, more)
    #expect(try await house.people("bob").count == 3)
    try await expectRebuilt(house)
  }

  @Test("a later merge carries records on, and taking the first one back finds them")
  func chain() async throws {
    let house = try await household()
    let viewer = try await house.viewer()
    let a = try await house.person("bob@example.test").id
    let b = try await house.person("bob.brown@example.org").id
    let c = try await house.person(Cast.eli.address).id
    _ = try await house.merging.merge([a, b], as: viewer)
    _ = try await house.merging.merge([c, a], as: viewer)
    _ = try await house.merging.unmerge(a, as: viewer)
    #expect(Set(try await house.show.person(c, as: viewer).person.emails) == [Cast.eli.address, "bob@example.test"])
    #expect(try await house.show.person(b, as: viewer).person.emails == ["bob.brown@example.org"])
    _ = try await house.merging.unmerge(c, as: viewer)
    #expect(try await house.people().count == 4)
    try await expectRebuilt(house)
  }

  @Test("P007 nobody else's persons can be merged, and the refusal is that for none at all")
  func foreign() async throws {
    let house = try await household()
    let cyd = try await house.viewer(try await house.addCyd())
    let (a, b) = (try await house.person("bob@example.test").id, try await house.person(Cast.eli.address).id)
    var refusals: [String] = []
    for pair in [[a, b], [ID<Person>(1), ID<Person>(2)]] {
      do {
        _ = try await house.merging.merge(pair, as: cyd)
      } catch {
        refusals.append("\(error)")
      }
    }
    #expect(refusals.count == 2)
    #expect(Set(refusals).count == 1)
  }

  @Test("suggestions name pairs of one name, but none that was told apart")
  func suggestions() async throws {
    let house = try await household()
    let viewer = try await house.viewer()
    let suggest = SuggestMerges(store: house.store)
    let found = try await suggest.suggestions(viewer)
    #expect(found.map(\.reasons) == [["the same name"]])
    let pair = try #require(found.first)
    _ = try await house.merging.merge([pair.first, pair.second], as: viewer)
    _ = try await house.merging.unmerge(pair.first, as: viewer)
    #expect(try await suggest.suggestions(viewer).isEmpty)
  }

  @Test("any sequence of merging, unmerging, typing and reading leaves rows that facts rebuild", arguments: 0..<6)
  func sequences(seed: Int) async throws {
    let house = try await household()
    let viewer = try await house.viewer()
    let everybody = try await house.people().map(\.id)
    var dice = Rolls(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    var typed: [ID<Person>: String] = [:]
    for step in 0..<14 {
      let live = try await house.people().map(\.id)
      switch dice.roll(4) {
      case 0 where live.count > 1:
        let a = live[dice.roll(live.count)]
        let b = live[dice.roll(live.count)]
        if a != b { _ = try await house.merging.merge([a, b], as: viewer) }
      case 1:
        _ = try? await house.merging.unmerge(everybody[dice.roll(everybody.count)], as: viewer)
      case 2:
        let person = live[dice.roll(live.count)]
        typed[person] = "Title \(step)"
        _ = try await house.editing.edit(person, Edit(.set, .title, "Title \(step)"), as: viewer)
      default:
        let from = [Cast.bob, Cast.bob.elsewhere, Cast.eli, Cast.fay][dice.roll(4)]
        try await house.take(.mails, try house.write([letter(100 + step, from, [Cast.ada])], "more-\(step)"))
      }
      try await expectRebuilt(house)
      let records = try await house.rows("SELECT COUNT(*) FROM record WHERE kind = 'address'")
      #expect(records == [[.integer(4)]])
    }
    // Taking every decision back gives everybody their own again.
    for _ in 0..<3 { for person in everybody { _ = try? await house.merging.unmerge(person, as: viewer) } }
    #expect(Set(try await house.people().map(\.id)) == Set(everybody))
    for person in try await house.people() {
      #expect(person.emails.count == 1)
      if let title = typed[person.id] { #expect(person.title == title) }
    }
    try await expectRebuilt(house)
  }
}

/// Numbers that look random and are the same each time (xorshift).
struct Rolls {
  var state: UInt64

  mutating func roll(_ sides: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(sides))
  }
}
