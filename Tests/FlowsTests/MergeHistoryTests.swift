import Consent
import Model
import Outlets
import Stage
import Store
import Testing

@testable import Flows

/// What the owner did, told over again without a store: who holds which address once merges that hold are made anew, and
/// what was typed about whom.
private struct Retold {
  struct Merge {
    var kept: ID<Person>
    var absorbed: ID<Person>
    var entry: ID<JournalEntry>
  }

  /// A title that was typed, or an undoing of one; undone once, it stays undone.
  struct Typing {
    var person: ID<Person>
    var before: String?
    var entry: ID<JournalEntry>
  }

  let own: [ID<Person>: String]
  var merges: [Merge] = []
  var partings: [ID<JournalEntry>] = []
  var titles: [ID<Person>: String] = [:]
  var typings: [Typing] = []

  init(own: [ID<Person>: String]) { self.own = own }

  /// Addresses by person, of the merges that were not taken back.
  var people: [ID<Person>: Set<String>] {
    var people = own.mapValues { Set([$0]) }
    for merge in merges {
      people[merge.kept, default: []].formUnion(people[merge.absorbed] ?? [])
      people[merge.absorbed] = []
    }
    return people.filter { !$0.value.isEmpty }
  }

  /// The titles that were typed about those whose addresses somebody holds.
  func titles(of addresses: Set<String>) -> Set<String> {
    Set(own.filter { addresses.contains($0.value) }.compactMap { titles[$0.key] })
  }
}

/// Histories of merging, typing, reading, parting and undoing, drawn by number.
@Suite struct MergeHistoryTests {
  private static let from = [Cast.bob, Cast.bob.elsewhere, Cast.eli, Cast.fay, Cast.gus]
  private static let histories = 100

  @Test(
    "any history of merges, edits, syncs, unmerges and undoings ends where what still holds puts it",
    arguments: StagedHouse.EngineKind.allCases)
  func histories(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: engine)
    let letters = Self.from.enumerated().map { letter($0 + 1, $1, [Cast.ada]) }
    let source = try await house.take(.mails, try house.write(letters, "mail"))
    let viewer = try await house.viewer()
    let own = Dictionary(
      try await house.people().map { ($0.id, $0.emails.first ?? "") }, uniquingKeysWith: { first, _ in first })
    try #require(own.count == Self.from.count)
    var told = Retold(own: own)
    for history in 0..<Self.histories {
      var dice = Rolls(state: UInt64(history) &* 0x9E37_79B9_7F4A_7C15 &+ 7)
      for step in 0..<6 {
        try await self.step(step, history, source, house, viewer, &told, &dice)
        try await expect(told, house, "history \(history), step \(step)")
      }
      // Parted again to the last, everybody has what was theirs, and what was typed about them.
      while let merge = told.merges.popLast() {
        told.partings.append(try await house.merging.unmerge(merge.kept, as: viewer))
        try await expect(told, house, "history \(history), parting")
      }
      for person in try await house.people() { #expect(person.title == told.titles[person.id], "history \(history)") }
      (told.typings, told.partings) = ([], [])
      if history % 20 == 0 { try await expectRebuilt(house) }
    }
    try await expectRebuilt(house)
  }

  /// Everybody holds the addresses and shows a title of those who are one with them.
  private func expect(_ told: Retold, _ house: Office, _ when: Comment) async throws {
    let people = try await house.people()
    let held = Dictionary(people.map { ($0.id, Set($0.emails)) }, uniquingKeysWith: { first, _ in first })
    #expect(held == told.people, when)
    for person in people {
      let titles = told.titles(of: Set(person.emails))
      if let title = person.title { #expect(titles.contains(title), when) } else { #expect(titles.isEmpty, when) }
    }
  }

  private func step(
    _ step: Int, _ history: Int, _ source: ID<Source>, _ house: Office, _ viewer: Viewer, _ told: inout Retold,
    _ dice: inout Rolls
  ) async throws {
    let live = told.people.keys.sorted()
    switch dice.roll(8) {
    case 0, 1:
      let (a, b) = (live[dice.roll(live.count)], live[dice.roll(live.count)])
      guard a != b else { return }
      let entry = try await house.merging.merge([a, b], as: viewer)
      told.merges.append(Retold.Merge(kept: a, absorbed: b, entry: entry))
    case 2:
      guard !told.merges.isEmpty else { return }
      // The last merge into somebody, wherever that one is now.
      let kept = told.merges[dice.roll(told.merges.count)].kept
      guard let last = told.merges.lastIndex(where: { $0.kept == kept }) else { return }
      told.partings.append(try await house.merging.unmerge(kept, as: viewer))
      try await expectUndone(told.merges.remove(at: last).entry, house, viewer)
    case 3:
      guard !told.merges.isEmpty else { return }
      let undone = told.merges.remove(at: dice.roll(told.merges.count))
      told.partings.append(try #require(try await undo(undone.entry, house, viewer).undoing))
      try await expectUndone(undone.entry, house, viewer)
    case 4, 5:
      let person = live[dice.roll(live.count)]
      let title = "Title \(history).\(step)"
      let entry = try await house.editing.edit(person, Edit(.set, .title, title), as: viewer)
      told.typings.append(Retold.Typing(person: person, before: told.titles[person], entry: entry))
      told.titles[person] = title
    case 6:
      try await undoSomething(house, viewer, &told, &dice)
    default:
      if history % 10 == 0 {
        let number = 1_000 + history * 10 + step
        let mail = letter(number, Self.from[dice.roll(Self.from.count)], [Cast.ada])
        try await house.take(.mails, try house.write([mail], "more-\(number)"))
      } else {
        try await house.understand(source)
      }
    }
  }

  /// Undoes something that was typed at any time, or an undoing; of who is one with somebody else now nothing is undone,
  /// and a parting never is.
  private func undoSomething(
    _ house: Office, _ viewer: Viewer, _ told: inout Retold, _ dice: inout Rolls
  ) async throws {
    if let parting = told.partings.last, dice.roll(4) == 0 {
      return try await refuseUndoing(parting, house, viewer)
    }
    guard !told.typings.isEmpty else { return }
    let place = dice.roll(told.typings.count)
    let typing = told.typings[place]
    guard told.people[typing.person] != nil else { return try await refuseUndoing(typing.entry, house, viewer) }
    let undoing = try #require(try await undo(typing.entry, house, viewer).undoing)
    told.typings.remove(at: place)
    told.typings.append(Retold.Typing(person: typing.person, before: told.titles[typing.person], entry: undoing))
    told.titles[typing.person] = typing.before
    try await expectUndone(typing.entry, house, viewer)
  }

  private func undo(_ entry: ID<JournalEntry>, _ house: Office, _ viewer: Viewer) async throws -> UndoReport {
    try await Undo(Deliver(store: house.store, gate: house.gate)).run(entry, as: viewer)
  }

  private func refuseUndoing(_ entry: ID<JournalEntry>, _ house: Office, _ viewer: Viewer) async throws {
    await #expect(throws: Refusal.self) { _ = try await undo(entry, house, viewer) }
  }

  /// What was taken back says so, and is not taken back again.
  private func expectUndone(_ entry: ID<JournalEntry>, _ house: Office, _ viewer: Viewer) async throws {
    #expect(try await house.store.journalEntry(house.account, house.ada, entry)?.entry.undoneAt != nil)
    try await refuseUndoing(entry, house, viewer)
  }
}
