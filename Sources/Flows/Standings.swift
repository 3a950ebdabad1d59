import Consent
import Insight
import Model
import Store

extension Show {
  /// So many people are looked at for one page of those who stand as asked.
  private static let ahead = 200

  /// One page with the standing of each; where one standing or status is asked for, those of others are passed over.
  func page(
    _ query: PeopleQuery, _ standing: Person.Standing?, _ status: TieStatus?, _ viewer: Viewer
  ) async throws -> [SeenPerson] {
    guard standing != nil || status != nil else { return try await marked(query, viewer) }
    var page = query
    page.limit = max(query.limit, Show.ahead)
    var statuses: [ID<Person>: TieStatus]?
    if let status {
      statuses = try await FollowUpBook.read(store, viewer).statuses
      page.isTracked = page.isTracked || status != .none
    }
    var kept: [SeenPerson] = []
    while kept.count < query.limit {
      let found = try await standing == nil ? store.people(viewer, page) : marked(page, viewer)
      kept += found.filter { seen in
        (standing == nil || seen.standing == standing)
          && statuses.map { ($0[seen.person.id] ?? TieStatus.none) == status } ?? true
      }
      guard found.count == page.limit, let last = found.last else { break }
      page.after = last.person.id
    }
    kept = Array(kept.prefix(max(0, query.limit)))
    return try await standing == nil ? marked(kept, viewer) : kept
  }

  private func marked(_ query: PeopleQuery, _ viewer: Viewer) async throws -> [SeenPerson] {
    try await marked(try await store.people(viewer, query), viewer)
  }

  private func marked(_ found: [SeenPerson], _ viewer: Viewer) async throws -> [SeenPerson] {
    var found = found
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
