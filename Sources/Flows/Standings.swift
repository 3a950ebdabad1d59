import Consent
import Insight
import Model
import Store

extension Show {
  /// So many people are looked at for one page of those who stand as asked.
  private static let ahead = 200

  /// One page; where one standing or status is asked for, those of others are passed over.
  func page(
    _ query: PeopleQuery, _ standing: Person.Standing?, _ status: TieStatus?, _ lists: StatusLists?, _ viewer: Viewer
  ) async throws -> [SeenPerson] {
    guard standing != nil || status != nil else { return try await store.people(viewer, query) }
    var lists = lists
    if status != nil, lists == nil { lists = StatusLists(try await FollowUpBook.read(store, viewer)) }
    if let status, status != TieStatus.none, let lists {
      return try await page(query, standing, status, of: lists, viewer)
    }
    var page = query
    page.limit = max(query.limit, Show.ahead)
    var kept: [SeenPerson] = []
    while kept.count < query.limit {
      let found = try await with(standing, try await store.people(viewer, page), viewer)
      kept += found.kept.filter { status == nil || (lists?.statuses[$0.person.id] ?? TieStatus.none) == TieStatus.none }
      guard found.of == page.limit, let last = found.last else { break }
      page.after = last
    }
    return Array(kept.prefix(max(0, query.limit)))
  }

  /// A page of those who have an interval.
  private func page(
    _ query: PeopleQuery, _ standing: Person.Standing?, _ status: TieStatus, of lists: StatusLists, _ viewer: Viewer
  ) async throws -> [SeenPerson] {
    var last: SeenFollowUps.Known?
    if let after = query.after {
      last = try await store.see(viewer) { try SeenFollowUps.known([after], of: viewer.member, in: $0).first }
      if last == nil { return [] }
    }
    var rest = lists.people(status, by: query.sort, after: last)[...]
    var kept: [SeenPerson] = []
    while kept.count < query.limit, !rest.isEmpty {
      // All at once, unless some of them are passed over afterwards.
      let these = standing == nil ? rest : rest.prefix(Show.ahead)
      rest = rest.dropFirst(these.count)
      var asked = query
      if standing != nil { asked.limit = these.count }
      let (all, page) = (Array(these), asked)
      let found = try await store.see(viewer) { try Seeing.people(page, among: all, in: $0) }
      kept += try await with(standing, found, viewer).kept
    }
    return Array(kept.prefix(max(0, query.limit)))
  }

  /// Those of a page with one standing, or all of them, with how many they were and who came last.
  private func with(
    _ standing: Person.Standing?, _ found: [SeenPerson], _ viewer: Viewer
  ) async throws -> (kept: [SeenPerson], of: Int, last: ID<Person>?) {
    let kept = standing == nil ? found : try await marked(found, viewer).filter { $0.standing == standing }
    return (kept, found.count, found.last?.person.id)
  }

  func marked(_ found: [SeenPerson], _ viewer: Viewer) async throws -> [SeenPerson] {
    var found = found
    for (place, standing) in try await standings(of: found, viewer.account).enumerated() {
      found[place].standing = standing
    }
    return found
  }

  /// Whether each is a contact of whose it is, or was merely discovered; whoever sees somebody sees that much.
  func standings(of seen: [SeenPerson], _ account: ID<Account>) async throws -> [Person.Standing] {
    try await store.read(account) { try standings(of: seen, account, in: $0) }
  }

  func standings(
    of seen: [SeenPerson], _ account: ID<Account>, in session: any Session
  ) throws -> [Person.Standing] {
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
