import Consent
import Insight
import Model
import Stage
import Store
import Testing

@testable import Flows

/// Who sees whom, and what the owner says about people.
@Suite struct PeopleTests {
  private func household(_ kind: StagedHouse.EngineKind) async throws -> (Office, cyd: ID<Member>) {
    let house = try await Office(engine: kind)
    let letters = [
      letter(1, Cast.bob, [Cast.ada]), letter(2, Cast.ada, [Cast.bob]), letter(3, Cast.eli, [Cast.ada]),
      letter(4, Cast.dee, [Cast.ada], "About the shed", "The shed is leaking."),
    ]
    try await house.take(.mails, try house.write(letters, "mail"))
    return (house, try await house.addCyd())
  }

  @Test("P007 another member sees nobody, finds nothing and counts nothing", arguments: StagedHouse.EngineKind.allCases)
  func invisible(_ kind: StagedHouse.EngineKind) async throws {
    let (house, cyd) = try await household(kind)
    let bob = try await house.person(Cast.bob.address)
    let viewer = try await house.viewer(cyd)
    #expect(try await house.people(as: cyd).isEmpty)
    #expect(try await house.people("bob", as: cyd).isEmpty)
    let found = try await house.searching.search("house", as: viewer)
    #expect(found.mails.isEmpty)
    #expect(found.people.isEmpty)
    #expect(try await house.store.see(viewer) { try Seeing.counts(in: $0) }.isEmpty)
    #expect(try await house.store.journal(viewer).isEmpty)
    // The same words for what is hidden as for what is not there.
    let refusals = await [bob.id, ID<Person>(77)].asyncMap { id -> String in
      do {
        _ = try await house.show.person(id, as: viewer)
        return "shown"
      } catch { return "\(error)" }
    }
    #expect(refusals[0] == refusals[1])
    #expect(refusals[0].contains("P007"))
  }

  @Test("P008 a share shows just its level, to just whom it names", arguments: StagedHouse.EngineKind.allCases)
  func levels(_ kind: StagedHouse.EngineKind) async throws {
    let (house, cyd) = try await household(kind)
    let bob = try await house.person(Cast.bob.address)
    let viewer = try await house.viewer(cyd)
    _ = try await house.editing.edit(bob.id, Edit(.add, .note, "Likes apples"), as: house.viewer())

    let directory = try await house.store.share(house.account, house.ada, with: cyd, person: bob.id, level: .directory)
    #expect(try await house.people(as: cyd).map(\.id) == [bob.id])
    var page = try await house.show.person(bob.id, as: viewer)
    #expect(page.person.strength == bob.strength)
    #expect(page.strength.parts.isEmpty)
    #expect(page.facts.first { $0.seen.fact.field == .note }?.value == nil)

    _ = try await house.store.share(house.account, house.ada, with: cyd, person: bob.id, level: .interactions)
    page = try await house.show.person(bob.id, as: viewer)
    #expect(page.strength.value == bob.strength)
    #expect(page.strength.parts.map(\.value).reduce(0, +) == bob.strength)
    #expect(try await house.searching.search("house", as: viewer).mails.isEmpty)

    _ = try await house.store.share(house.account, house.ada, with: cyd, person: bob.id, level: .content)
    page = try await house.show.person(bob.id, as: viewer)
    #expect(page.facts.first { $0.seen.fact.field == .note }?.value == "Likes apples")
    #expect(try await house.searching.search("house", as: viewer).mails.count == 2)
    #expect(try await house.searching.search("\"look at it on Monday\"", as: viewer).mails.count == 2)
    #expect(try await house.searching.search("shed", as: viewer).mails.isEmpty)

    for share in try await house.store.shares(viewer) {
      _ = try await house.store.unshare(house.account, house.ada, share.id)
    }
    #expect(try await house.people(as: cyd).isEmpty)
    _ = directory
  }

  @Test("P009 the page that says who sees a person equals what each member sees", arguments: 0..<4)
  func whoSees(seed: Int) async throws {
    let (house, cyd) = try await household(seed == 0 ? .postgres : .sqlite)
    let bob = try await house.person(Cast.bob.address).id
    let eli = try await house.person(Cast.eli.address).id
    var dice = Rolls(state: UInt64(seed) &* 77 &+ 5)
    for _ in 0..<12 {
      let level = ShareLevel.allCases[dice.roll(3)]
      let share = try await house.store.share(
        house.account, house.ada, with: dice.roll(2) == 0 ? cyd : nil, person: [nil, bob, eli][dice.roll(3)],
        level: level)
      if dice.roll(2) == 0 { _ = try await house.store.unshare(house.account, house.ada, share) }
      for person in [bob, eli] {
        let said = try await house.store.whoSees(house.account, person)
        var seen: Set<ID<Member>> = []
        for member in try await house.store.members(house.account) {
          let viewer = try await house.viewer(member.id)
          if try await house.store.see(viewer, { try Seeing.person(person, in: $0) }) != nil { seen.insert(member.id) }
        }
        #expect(Set(said.keys) == seen)
      }
    }
  }

  @Test("P030 a look at a colleague's person is in the ledger first; if it cannot be written, nothing is shown")
  func looksAreWritten() async throws {
    let (house, cyd) = try await household(.sqlite)
    let bob = try await house.person(Cast.bob.address).id
    _ = try await house.store.share(house.account, house.ada, with: cyd, person: nil, level: .content)
    let viewer = try await house.viewer(cyd)
    func looks() async throws -> Int {
      try await house.store.ledger(house.account).count {
        $0.line.purpose == "show-to-owner" && $0.line.by != $0.line.owner
      }
    }
    _ = try await house.show.people(PeopleQuery(), as: viewer)
    #expect(try await looks() == 1)
    _ = try await house.show.person(bob, as: viewer)
    #expect(try await looks() == 2)
    _ = try await house.searching.search("house", as: viewer)
    #expect(try await looks() >= 3)

    let full = Gate(
      vault: house.vault, standing: { try await house.store.standing($0) },
      append: { _, _ in throw Trouble("the disk is full", "") }, clock: house.store.clock)
    let blind = Show(store: house.store, gate: full)
    await #expect(throws: Trouble.self) { _ = try await blind.people(PeopleQuery(), as: viewer) }
    await #expect(throws: Trouble.self) { _ = try await blind.person(bob, as: viewer) }
    await #expect(throws: Trouble.self) {
      _ = try await Search(store: house.store, gate: full).search("house", as: viewer)
    }
  }

  @Test(
    "P048 what was typed stays when a source says otherwise, and the proposal is listed",
    arguments: StagedHouse.EngineKind.allCases)
  func typedStays(_ kind: StagedHouse.EngineKind) async throws {
    let (house, _) = try await household(kind)
    let viewer = try await house.viewer()
    let bob = try await house.person(Cast.bob.address).id
    let entry = try await house.editing.edit(bob, Edit(.set, .title, "Architect"), as: viewer)
    _ = try await house.editing.edit(bob, Edit(.add, .phone, "+17135550199"), as: viewer)
    try Cast.writeCards(house.files + "/cards.vcf")
    try await house.take(.vcard, house.files + "/cards.vcf")

    let page = try await house.show.person(bob, as: viewer)
    #expect(page.person.title == "Architect")
    #expect(page.person.phones == ["+17135550199", "+17135550101"])
    #expect(page.proposals.map(\.proposed) == ["Engineer"])
    try await expectRebuilt(house)

    _ = try await house.editing.edit(bob, Edit(.forget, .title), as: viewer)
    #expect(try await house.person(Cast.bob.address).title == "Engineer")
    _ = try await house.editing.edit(bob, Edit(.remove, .phone, "+17135550101"), as: viewer)
    #expect(try await house.person(Cast.bob.address).phones == ["+17135550199"])
    #expect(try await house.store.journalEntry(house.account, house.ada, entry)?.images.count == 1)
  }

  @Test("an edit is undone from its sealed image, notes too")
  func undone() async throws {
    let (house, _) = try await household(.sqlite)
    let viewer = try await house.viewer()
    let bob = try await house.person(Cast.bob.address).id
    func undo(_ id: ID<JournalEntry>) async throws {
      let (entry, images) = try #require(try await house.store.journalEntry(house.account, house.ada, id))
      let permit = try await house.gate.permit(
        UndoChange.self, for: Request(account: house.account, member: house.ada, handles: images.map(\.key)))
      let before = try #require(images.first?.before).open(in: entry.slot(house.account, "before"), permit) { span in
        JournalImage(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
      }
      _ = try await house.editing.undo(entry, before: before, as: viewer)
    }
    _ = try await house.editing.edit(bob, Edit(.set, .title, "Builder"), as: viewer)
    let title = try await house.editing.edit(bob, Edit(.set, .title, "Architect"), as: viewer)
    try await undo(title)
    #expect(try await house.person(Cast.bob.address).title == "Builder")
    await #expect(throws: Refusal.self) { try await undo(title) }

    _ = try await house.editing.edit(bob, Edit(.add, .note, "Likes apples"), as: viewer)
    let forgotten = try await house.editing.edit(bob, Edit(.forget, .note), as: viewer)
    func notes() async throws -> [String?] {
      try await house.show.person(bob, as: viewer).facts.filter { $0.seen.fact.field == .note }.map(\.value)
    }
    #expect(try await notes().isEmpty)
    try await undo(forgotten)
    #expect(try await notes() == ["Likes apples"])
  }

  @Test(
    "P121 a restricted person is stored and not used: no list, no search, no analysis, until it is lifted",
    arguments: StagedHouse.EngineKind.allCases)
  func restricted(_ kind: StagedHouse.EngineKind) async throws {
    let (house, _) = try await household(kind)
    let viewer = try await house.viewer()
    let bob = try await house.person(Cast.bob.address)
    try await house.editing.restrict(bob.id, as: viewer)
    #expect(try await house.people("bob").isEmpty)
    #expect(try await house.searching.search("bob", as: viewer).people.isEmpty)
    await #expect(throws: Refusal.self) { _ = try await house.show.person(bob.id, as: viewer) }
    #expect(try await house.store.whoSees(house.account, bob.id).isEmpty)
    #expect(try await house.store.journal(viewer).isEmpty)
    try await house.take(.mails, try house.write([letter(9, Cast.bob, [Cast.ada], daysAgo: 1)], "more"))
    #expect(try await house.rows("SELECT interactions FROM person WHERE id = \(bob.id.rawValue)") == [[.integer(2)]])
    try await house.editing.unrestrict(bob.id, as: viewer)
    #expect(try await house.person(Cast.bob.address).interactions == 3)
  }

  @Test("P001 P045 the statistics class reads no content, on both engines", arguments: StagedHouse.EngineKind.allCases)
  func statistics(_ kind: StagedHouse.EngineKind) async throws {
    let (house, _) = try await household(kind)
    let counted = Schema.embedded.statisticsColumns
    for label in Schema.embedded.labels(of: .account) {
      if counted[label.table]?.contains(label.column) ?? false {
        #expect(label.cls == .open && label.category != "directory", "\(label.table).\(label.column)")
        continue
      }
      await #expect(throws: Trouble.self, "\(label.table).\(label.column)") {
        try await house.store.engine.read(.statistics(house.account)) { session in
          _ = try session.rows("SELECT \(label.column) FROM \(label.table)")
        }
      }
    }
  }

  @Test("P113 each purpose has one of the four bases, and none is without")
  func bases() {
    #expect(
      Set(Declaration.Basis.allCases.map(\.rawValue)) == [
        "contract", "consent", "legal-obligation", "legitimate-interest",
      ])
    for purpose in Catalogue.all { #expect(purpose.fault == nil) }
  }

  @Test("a page follows the page before it, and no person is on two", arguments: StagedHouse.EngineKind.allCases)
  func paging(_ kind: StagedHouse.EngineKind) async throws {
    let (house, _) = try await household(kind)
    let viewer = try await house.viewer()
    var all: [ID<Person>] = []
    var after: ID<Person>?
    while true {
      let page = try await house.show.people(PeopleQuery(limit: 1, after: after), as: viewer)
      guard let last = page.last else { break }
      all.append(last.person.id)
      after = last.person.id
    }
    #expect(all == (try await house.people().map(\.id)))
    #expect(all.count == 3)
    #expect(try await house.show.people(PeopleQuery(kind: .machine), as: viewer).isEmpty)
    #expect(try await house.people("%").isEmpty)
  }

  @Test("strength as of an instant looks at nothing later, and its parts sum to it")
  func asOf() async throws {
    let house = try await Office()
    try Cast.writeMaildir(house.files + "/mail")
    try await house.take(.maildir, house.files + "/mail")
    let viewer = try await house.viewer()
    let bob = try await house.person(Cast.bob.address)
    let now = try await house.show.person(bob.id, as: viewer)
    #expect(now.strength.value == bob.strength)
    #expect(now.person.interactions == bob.interactions)
    let early = try await house.show.person(bob.id, at: Cast.now.advanced(byDays: -300), as: viewer)
    #expect(early.person.interactions < bob.interactions)
    #expect(early.strength.parts.map(\.value).reduce(0, +) == early.strength.value)
    let never = try await house.show.person(bob.id, at: Instant(milliseconds: 0), as: viewer)
    #expect(never.strength.value == 0)
    #expect(never.person.lastContacted == nil)
  }
}

extension Array {
  fileprivate func asyncMap<T>(_ body: (Element) async -> T) async -> [T] {
    var out: [T] = []
    for element in self { out.append(await body(element)) }
    return out
  }
}
