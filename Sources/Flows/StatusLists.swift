import Model
import Plans
import Store

/// People with an interval by how it stands with them today, in each order of a list.
///
/// Statuses rest nowhere: they are worked out of the day, so a list by status is made of these and not by a query.
public struct StatusLists: Sendable {
  let statuses: [ID<Person>: TieStatus]
  private let known: [SeenFollowUps.Known]
  private let orders: [PeopleQuery.Sort: [Int]]

  init(_ book: FollowUpBook, _ plans: [FollowUpPlan]) {
    let known = book.tracked
    let today = book.today
    self.known = known
    statuses = Dictionary(
      zip(known, plans).map { ($0.person, $1.status(on: today)) }, uniquingKeysWith: { first, _ in first })
    orders = Dictionary(
      uniqueKeysWithValues: PeopleQuery.Sort.allCases.map { sort in
        (sort, known.indices.sorted { StatusLists.stands(known[$0], before: known[$1], by: sort) })
      })
  }

  init(_ book: FollowUpBook) { self.init(book, book.tracked.map { book.plan(of: $0) }) }

  /// Those with whom it stands so, from behind somebody on.
  func people(
    _ status: TieStatus, by sort: PeopleQuery.Sort, after last: SeenFollowUps.Known?
  ) -> [ID<Person>] {
    (orders[sort] ?? []).lazy.map { known[$0] }.filter { one in
      statuses[one.person] == status && last.map { StatusLists.stands($0, before: one, by: sort) } ?? true
    }.map(\.person)
  }

  /// The same orders as those of the queries of people.
  private static func stands(
    _ one: SeenFollowUps.Known, before other: SeenFollowUps.Known, by sort: PeopleQuery.Sort
  ) -> Bool {
    switch sort {
    case .strength:
      return one.strength == other.strength ? one.person < other.person : one.strength > other.strength
    case .name:
      return one.folded == other.folded
        ? one.person < other.person : one.folded.utf8.lexicographicallyPrecedes(other.folded.utf8)
    case .contact:
      let (mine, theirs) = (one.lastContact?.milliseconds ?? 0, other.lastContact?.milliseconds ?? 0)
      return mine == theirs ? one.person < other.person : mine > theirs
    case .added: return one.person > other.person
    }
  }
}
