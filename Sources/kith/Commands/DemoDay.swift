import Consent
import Flows
import Foundation
import Model
import Stage
import Store

/// What the demo's agent set up for her days: buckets with people in them, a task, a birthday that is today.
struct DemoDay {
  let store: Store
  let gate: Gate
  let viewer: Viewer

  /// Whom she wants to be in touch with, and how often.
  private static let buckets: [(name: String, goal: String, days: Int, people: [Cast.Role])] = [
    ("Clients", "Whoever looks for a home", 14, [Cast.hal, Cast.ivy, Cast.bob]),
    ("Partners", "Notaries, lenders, builders", 45, [Cast.eli, Cast.gus]),
  ]

  func run() async throws {
    let known = try await store.people(viewer, PeopleQuery(kind: .person, limit: 1000)).map(\.person)
    func find(_ role: Cast.Role) throws -> ID<Person> {
      guard let person = known.first(where: { !Set($0.emails).isDisjoint(with: role.addresses) }) else {
        throw Trouble("somebody of the demo's household is not known", "run the demo again")
      }
      return person.id
    }
    for bucket in DemoDay.buckets {
      let made = try await EditBucket(store: store, gate: gate).make(
        bucket.name, goal: bucket.goal, days: bucket.days, as: viewer)
      _ = try await SortPeople(store: store, gate: gate).put(
        try bucket.people.map(find), into: made.id, as: viewer)
    }
    let today = try await SetDay(store: store).rules(viewer).zone.day(store.clock())
    _ = try await EditTodo(store: store, gate: gate).add(
      "Send the plan of the loft", due: today.midnight, about: try find(Cast.bob), as: viewer)
    let (_, month, day) = today.civil
    let born = "1984-" + [month, day].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: "-")
    _ = try await EditPerson(store: store, gate: gate).edit(
      try find(Cast.jon), Edit(.set, .birthday, born), as: viewer)
  }
}
