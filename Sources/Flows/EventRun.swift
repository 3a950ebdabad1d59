import Consent
import Formats
import Insight
import Model
import Plans
import Readers
import Store

/// One run over the events of a source: what all its batches share.
struct EventRun: CollectionRun {
  let store: Store
  let gate: Gate
  let account: ID<Account>
  let source: Source
  let grant: Grant
  let lease: Lease
  let owners: Set<String>

  var content: DAVContent { .events }

  func permit(_ count: Int = 0) async throws -> Permit<ReadCalendar> {
    let permit = try await gate.permit(
      ReadCalendar.self, for: Request(account: account, member: source.member, sources: [source.id], count: count))
    guard permit.stamps == [grant.stamp] else { throw Pull.changed }
    return permit
  }

  private var taking: EventTaking { EventTaking(source: source.id, since: grant.since) }

  /// What an event of this source is known by.
  func identity(_ uid: String) -> String { taking.identity(uid) }

  func uid(_ event: CalendarBook.Event) -> String { event.seen.uid }

  func fetch(
    _ hrefs: [DAVHref], _ session: DAVSession, in book: DAVBook
  ) async throws -> [DAVItem<CalendarBook.Event>] {
    try await session.events(hrefs, in: book, now: store.clock())
  }

  func keep(
    _ events: [CalendarBook.Event], in folder: ID<Folder>, of book: DAVBook, found: [FoundPlace<CalendarBook.Event>]
  ) async throws -> Int { try await keep(events, in: folder, isOwn: book.isOwn, found: found) }

  /// Permit and one transaction that stores what events say now and causes what follows; for a calendar on a server it
  /// also notes where each event lies.
  ///
  /// `isOwn` says that the calendar is the owner's own.
  func keep(
    _ events: [CalendarBook.Event], in folder: ID<Folder>, isOwn: Bool = true,
    found: [FoundPlace<CalendarBook.Event>] = []
  ) async throws -> Int {
    let permit = try await permit(events.count)
    let (taken, keys) = try await taking.take(events, permit)
    let new = taken.map { self.event(from: $0, isOwn: isOwn) }
    let (leaving, resources) = (leaving(permit), found.map { resource($0) })
    let (account, source, grant) = (account, source, grant.id)
    try await store.write(under: permit, lease: lease) { [ids = store.ids] session in
      try Events.keep(
        new, keys: keys, of: source, grant: grant, folder: folder, ids: ids, account, in: session)
      let orphans = try Collections.put(resources, of: folder, source.member, account, in: session)
      _ = try Events.leave(orphans, of: source, account, in: session)
      try leaving.follow(in: session)
    }
    return new.count
  }

  private func event(from taken: TakenEvent, isOwn: Bool) -> NewEvent {
    NewEvent(
      id: store.ids.next(), identity: taken.identity, digest: taken.digest, dueAt: taken.next,
      meetings: taken.occurrences.compactMap { occurrence in
        guard var met = meeting(of: occurrence.guests, owners: owners, isOwn: isOwn) else { return nil }
        met.found.twin = occurrence.twin
        return NewMeeting(
          id: store.ids.next(), at: occurrence.at, endsAt: occurrence.endsAt, direction: met.direction,
          found: met.found)
      })
  }

  /// What is needed to note in a transaction that events are gone.
  func leaving(_ permit: borrowing Permit<ReadCalendar>) -> LeavingEvents {
    LeavingEvents(account: account, source: source, job: store.ids.next(), now: store.clock())
  }
}

/// Notes that events are gone, and causes what follows.
struct LeavingEvents: LeavingItems {
  let account: ID<Account>
  let source: Source
  let job: ID<Job>
  let now: Instant

  func leave(_ identities: [String], in session: any Session) throws {
    if try Events.leave(identities, of: source, account, in: session) > 0 { try follow(in: session) }
  }

  /// Persons are worked out again.
  func follow(in session: any Session) throws {
    try Jobs.enqueue(.analyse, source.id.rawValue, source.member, id: job, at: now, account, in: session)
  }
}
