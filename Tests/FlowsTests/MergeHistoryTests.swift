import Consent
import Model
import Outlets
import Stage
import Store
import Testing

@testable import Flows

/// What the owner did, told over again without a store: who holds which address once merges that hold are made anew.
private struct Retold {
  struct Merge {
    var kept: ID<Person>
    var absorbed: ID<Person>
    var entry: ID<JournalEntry>
  }

  let own: [ID<Person>: String]
  var merges: [Merge] = []

  /// Addresses by person, of the merges that were not taken back.
  var people: [ID<Person>: Set<String>] {
    var people = own.mapValues { Set([$0]) }
    for merge in merges {
      people[merge.kept, default: []].formUnion(people[merge.absorbed] ?? [])
      people[merge.absorbed] = []
    }
    return people.filter { !$0.value.isEmpty }
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
    var titles: [ID<Person>: String] = [:]
    for history in 0..<Self.histories {
      var told = Retold(own: own)
      var dice = Rolls(state: UInt64(history) &* 0x9E37_79B9_7F4A_7C15 &+ 7)
      for step in 0..<5 {
        try await self.step(step, history, source, house, viewer, &told, &titles, &dice)
        #expect(try await self.people(house) == told.people, "history \(history), step \(step)")
      }
      // Parted again to the last, everybody has what was theirs, and what was typed about them.
      while let merge = told.merges.popLast() {
        _ = try await house.merging.unmerge(merge.kept, as: viewer)
        #expect(try await self.people(house) == told.people, "history \(history), parting")
      }
      for person in try await house.people() { #expect(person.title == titles[person.id], "history \(history)") }
      if history % 20 == 0 { try await expectRebuilt(house) }
    }
    try await expectRebuilt(house)
  }

  private func people(_ house: Office) async throws -> [ID<Person>: Set<String>] {
    Dictionary(try await house.people().map { ($0.id, Set($0.emails)) }, uniquingKeysWith: { first, _ in first })
  }

  private func step(
    _ step: Int, _ history: Int, _ source: ID<Source>, _ house: Office, _ viewer: Viewer, _ told: inout Retold,
    _ titles: inout [ID<Person>: String], _ dice: inout Rolls
  ) async throws {
    let live = told.people.keys.sorted()
    switch dice.roll(6) {
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
      _ = try await house.merging.unmerge(kept, as: viewer)
      told.merges.remove(at: last)
    case 3:
      guard !told.merges.isEmpty else { return }
      let undone = told.merges.remove(at: dice.roll(told.merges.count))
      _ = try await undo(undone.entry, house, viewer)
    case 4:
      // Typed about somebody nobody was merged into: it is theirs whatever comes.
      let person = live[dice.roll(live.count)]
      guard told.people[person]?.count == 1 else { return }
      let entry = try await house.editing.edit(person, Edit(.set, .title, "Title \(history).\(step)"), as: viewer)
      if dice.roll(3) == 0 {
        _ = try await undo(entry, house, viewer)
      } else {
        titles[person] = "Title \(history).\(step)"
      }
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

  private func undo(_ entry: ID<JournalEntry>, _ house: Office, _ viewer: Viewer) async throws -> UndoReport {
    try await Undo(Deliver(store: house.store, gate: house.gate)).run(entry, as: viewer)
  }
}
