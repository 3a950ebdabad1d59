import Consent
import Model
import Plans
import Stage
import Store
import Testing

@testable import Flows

/// Ada's household with the verbs of buckets, follow-ups and the list of the day.
struct Bucketry: Sendable {
  let office: Office
  let viewer: Viewer

  /// Letters with Bob 40 days ago, Eli 10, Fay 3 and Hal 2, which ask nothing, and a card of Gus, who has no mail.
  init(_ engine: StagedHouse.EngineKind = .sqlite, letters: [Cast.Letter]? = nil, cards: String = Self.gus) async throws
  {
    office = try await Office(engine: engine)
    let usual = [
      letter(1, Cast.bob, [Cast.ada], daysAgo: 40, "The roof", "The roof holds."),
      letter(2, Cast.eli, [Cast.ada], daysAgo: 10, "The deed", "The deed is signed."),
      letter(3, Cast.ada, [Cast.fay], daysAgo: 3, "The loan", "The loan is paid."),
      letter(4, Cast.hal, [Cast.ada], daysAgo: 2, "The fence", "The fence is green."),
    ]
    try await office.take(.mails, try office.write(letters ?? usual, "mail"))
    try Cast.write(Array(cards.utf8), office.files + "/cards.vcf")
    try await office.take(.vcard, office.files + "/cards.vcf")
    viewer = try await office.viewer()
  }

  static let gus = card("gus", "Gus Garner", "TEL:+1 713-555-0107")

  static func card(_ uid: String, _ name: String, _ lines: String...) -> String {
    (["BEGIN:VCARD", "VERSION:3.0", "UID:\(uid)", "FN:\(name)"] + lines + ["END:VCARD", ""])
      .joined(separator: "\r\n")
  }

  var store: Store { office.store }
  var gate: Gate { office.gate }
  var buckets: EditBucket { EditBucket(store: store, gate: gate) }
  var sorting: SortPeople { SortPeople(store: store, gate: gate) }
  var saying: EditFollowUp { EditFollowUp(store: store, gate: gate) }
  var notes: WriteNote { WriteNote(store: store, gate: gate) }
  var logging: LogTouch { LogTouch(store: store, gate: gate) }
  var today: Today { Today(store: store, gate: gate) }
  var days: SetDay { SetDay(store: store) }

  func person(_ role: Cast.Role) async throws -> ID<Person> { try await office.person(role.address).id }

  func named(_ name: String) async throws -> Person {
    let found = try await office.people(name)
    try #require(found.count == 1)
    return found[0]
  }

  func undo(_ entry: ID<JournalEntry>) async throws {
    _ = try await Undo(Deliver(store: store, gate: gate)).run(entry, as: viewer)
  }

  func undo(_ kept: KeptRun) async throws {
    if kept.run == 0 { return try await undo(try #require(kept.entries.first)) }
    let report = try await Undo(Deliver(store: store, gate: gate)).run(.run(kept.run), as: viewer)
    #expect(report.isComplete, "\(report.left)")
  }

  /// Which people are in which bucket, by its name.
  func places() async throws -> [String: Set<ID<Person>>] {
    let book = try await FollowUpBook.read(store, viewer)
    var found: [String: Set<ID<Person>>] = [:]
    for bucket in book.buckets.values { found[bucket.name] = [] }
    for (person, places) in book.places {
      for place in places { found[book.buckets[place.bucket]?.name ?? "?", default: []].insert(person) }
    }
    return found
  }

  func words(of person: ID<Person>) async throws -> FollowUpWords {
    try await FollowUpBook.read(store, viewer, of: person).words[person] ?? FollowUpWords()
  }

  func list() async throws -> TodayList { try await today.list(viewer) }

  /// The lines of the day as `kind name`.
  func lines() async throws -> [String] { try await list().lines.map { "\($0.item.kind.rawValue) \($0.name)" } }
}
