import Consent
import Insight
import Model
import Store

extension Show {
  /// So many people are looked at for one page of those who stand as asked.
  private static let ahead = 200

  /// One page with the standing of each; where one standing is asked for, those of the other are passed over.
  func page(_ query: PeopleQuery, _ standing: Person.Standing?, _ viewer: Viewer) async throws -> [SeenPerson] {
    guard let standing else { return try await marked(query, viewer) }
    var page = query
    page.limit = max(query.limit, Show.ahead)
    var kept: [SeenPerson] = []
    while kept.count < query.limit {
      let found = try await marked(page, viewer)
      kept += found.filter { $0.standing == standing }
      guard found.count == page.limit, let last = found.last else { break }
      page.after = last.person.id
    }
    return Array(kept.prefix(max(0, query.limit)))
  }

  private func marked(_ query: PeopleQuery, _ viewer: Viewer) async throws -> [SeenPerson] {
    var found = try await store.people(viewer, query)
    for (place, standing) in try await standings(of: found, viewer.account).enumerated() {
      found[place].standing = standing
    }
    return found
  }

  /// Whether each is a contact of whose it is, or was merely discovered; whoever sees somebody sees that much.
  func standings(of seen: [SeenPerson], _ account: ID<Account>) async throws -> [Person.Standing] {
    try await store.read(account) { session in
      var rules: [ID<Member>: SenderRules] = [:]
      for owner in Set(seen.map(\.owner)) {
        rules[owner] = SenderRules(try SenderLists.of(owner, account, in: session).map(\.rule))
      }
      let traces = try ContactTraces.of(seen.map(\.person.id), crowd: ContactSigns.crowd, account, in: session)
      return zip(seen, traces).map { seen, trace in
        let isKept = seen.person.emails.contains { rules[seen.owner]?.kind(of: $0) == .keep }
        return ContactSigns(
          isRecorded: trace.isRecorded, isWrittenTo: trace.isWrittenTo, isMet: trace.isMet, isKept: isKept
        ).standing
      }
    }
  }
}
