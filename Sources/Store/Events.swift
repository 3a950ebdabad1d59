public import Consent
public import Model

/// One occurrence of an event at which the owner met others, on its way to be stored.
public struct NewMeeting: Sendable {
  public var id: ID<Interaction>
  public var at: Instant
  /// Nil if the event does not tell.
  public var endsAt: Instant?
  public var direction: Interaction.Direction
  /// With the twin: the same occurrence in two calendars is one meeting.
  public var found: MailSightings

  public init(
    id: ID<Interaction>, at: Instant, endsAt: Instant? = nil, direction: Interaction.Direction, found: MailSightings
  ) {
    self.id = id
    self.at = at
    self.endsAt = endsAt
    self.direction = direction
    self.found = found
  }
}

/// An event on its way to be stored, with all of its meetings.
public struct NewEvent: Sendable {
  public var id: ID<Event>
  public var identity: String
  public var digest: [UInt8]
  /// When it has to be read again; nil if never.
  public var dueAt: Instant?
  public var meetings: [NewMeeting]

  public init(id: ID<Event>, identity: String, digest: [UInt8], dueAt: Instant?, meetings: [NewMeeting]) {
    self.id = id
    self.identity = identity
    self.digest = digest
    self.dueAt = dueAt
    self.meetings = meetings
  }
}

/// Statements about events and the meetings they tell of.
public enum Events {
  /// Puts what events say now in the place of what they said before; a meeting that is the same stays as it is.
  ///
  /// Handles of which something changed are marked, so that their persons are worked out again.
  public static func keep(
    _ events: [NewEvent], keys: [Handle: KeyID], of source: Source, grant: ID<Grant>, folder: ID<Folder>, ids: IDMaker,
    _ account: ID<Account>, in session: any Session
  ) throws {
    let handles = try keepHandles(events, keys, of: source.member, ids, account, in: session)
    for event in events {
      let row = try session.row(
        """
        INSERT INTO event (account_id, id, member_id, source_id, grant_id, folder_id, identity, digest, due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (account_id, member_id, identity) DO UPDATE SET source_id = excluded.source_id,
          grant_id = excluded.grant_id, folder_id = excluded.folder_id, digest = excluded.digest,
          due_at = excluded.due_at
        RETURNING id
        """,
        [
          Value(account), Value(event.id), Value(source.member), Value(source.id), Value(grant), Value(folder),
          .text(event.identity), .bytes(event.digest), Value(event.dueAt),
        ])
      let id: ID<Event> = row?.id(0) ?? event.id
      try put(event.meetings, of: id, handles, source.member, account, in: session)
    }
  }

  private static func keepHandles(
    _ events: [NewEvent], _ keys: [Handle: KeyID], of member: ID<Member>, _ ids: IDMaker, _ account: ID<Account>,
    in session: any Session
  ) throws -> [String: ID<Handle>] {
    var seen: Set<String> = []
    var all: [(handle: Handle, key: KeyID)] = []
    for sighting in events.lazy.flatMap(\.meetings).flatMap(\.found.sightings)
    where seen.insert(sighting.address).inserted {
      let handle = Handle(.email, sighting.address)
      all.append((handle, keys[handle] ?? .none))
    }
    let stored = try Handles.keep(all, of: member, account, newID: { ids.next() }, in: session)
    return Dictionary(zip(all.map(\.handle.value), stored), uniquingKeysWith: { first, _ in first })
  }

  /// Who takes part in a meeting, and as what.
  private struct Part: Hashable {
    var role: Int64
    var handle: ID<Handle>
  }

  /// Stores the meetings of one event, and deletes those it does not tell of any more.
  private static func put(
    _ meetings: [NewMeeting], of event: ID<Event>, _ handles: [String: ID<Handle>], _ member: ID<Member>,
    _ account: ID<Account>, in session: any Session
  ) throws {
    let before = try session.rows(
      "SELECT interaction_id FROM meeting WHERE account_id = $1 AND event_id = $2", [Value(account), Value(event)]
    ).map { $0.id(0) as ID<Interaction> }
    let known = Set(try parts(of: before, account, in: session).joined().map(\.handle))
    let ids = try session.rowsMany(
      """
      INSERT INTO interaction (account_id, id, member_id, kind, at, dated, direction, author, via_list, recipients,
        answers, shape, twin, ends_at)
      VALUES ($1, $2, $3, 'meeting', $4, 1, $5, $6, $7, $8, 0, 0, $9, $10)
      ON CONFLICT (account_id, member_id, twin) DO UPDATE SET at = excluded.at, direction = excluded.direction,
        via_list = excluded.via_list, recipients = excluded.recipients, ends_at = excluded.ends_at
      RETURNING id
      """,
      meetings.map {
        [
          Value(account), Value($0.id), Value(member), Value($0.at), Value($0.direction.rawValue),
          Value($0.found.author.rawValue), Value($0.found.viaList), Value($0.found.sightings.count),
          .bytes($0.found.twin), Value($0.endsAt),
        ]
      }
    ).enumerated().map { at, rows in rows.first?.id(0) ?? meetings[at].id }
    try session.runMany(
      """
      INSERT INTO meeting (account_id, event_id, interaction_id, member_id) VALUES ($1, $2, $3, $4)
      ON CONFLICT (account_id, event_id, interaction_id) DO NOTHING
      """, ids.map { [Value(account), Value(event), Value($0), Value(member)] })
    let now = meetings.map { meeting in
      meeting.found.sightings.compactMap { seen in
        handles[seen.address].map { Part(role: Int64(seen.role.rawValue), handle: $0) }
      }
    }
    for ((id, now), then) in zip(zip(ids, now), try parts(of: ids, account, in: session)) where now != then {
      try take(part: now, then, in: id, member, account, in: session)
    }
    try forget(Set(before).subtracting(ids).sorted(), of: event, account, in: session)
    try countNames(meetings, handles, known, member, account, in: session)
  }

  private static func parts(
    of meetings: [ID<Interaction>], _ account: ID<Account>, in session: any Session
  ) throws -> [[Part]] {
    try session.rowsMany(
      """
      SELECT role, handle_id FROM participant WHERE account_id = $1 AND interaction_id = $2 ORDER BY role, position
      """, meetings.map { [Value(account), Value($0)] }
    ).map { rows in rows.map { Part(role: $0.int(0), handle: $0.id(1)) } }
  }

  private static func take(
    part now: [Part], _ then: [Part], in meeting: ID<Interaction>, _ member: ID<Member>, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.run(
      "DELETE FROM participant WHERE account_id = $1 AND interaction_id = $2", [Value(account), Value(meeting)])
    try session.runMany(
      """
      INSERT INTO participant (account_id, interaction_id, role, position, handle_id, member_id)
      VALUES ($1, $2, $3, $4, $5, $6)
      """,
      now.enumerated().map { position, part in
        [
          Value(account), Value(meeting), .integer(part.role), Value(position), Value(part.handle), Value(member),
        ]
      })
    try mark(Set(then).subtracting(now).map(\.handle), account, in: session)
  }

  /// A name counts once for an event, however often it recurs.
  private static func countNames(
    _ meetings: [NewMeeting], _ handles: [String: ID<Handle>], _ known: Set<ID<Handle>>, _ member: ID<Member>,
    _ account: ID<Account>, in session: any Session
  ) throws {
    var names: [ID<Handle>: SeenName] = [:]
    for meeting in meetings {
      for seen in meeting.found.sightings where !seen.name.isEmpty {
        guard let handle = handles[seen.address], !known.contains(handle) else { continue }
        let name = SeenName(name: seen.name, first: meeting.at, last: meeting.at)
        names[handle] =
          names[handle].map {
            SeenName(name: $0.name, first: min($0.first, meeting.at), last: max($0.last, meeting.at))
          } ?? name
      }
    }
    try Handles.count(
      names.sorted { $0.key < $1.key }.map { (handle: $0.key, name: $0.value) }, of: member, account, in: session)
  }

  private static func mark(
    _ handles: some Sequence<ID<Handle>>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "UPDATE handle SET stale = 1 WHERE account_id = $1 AND id = $2",
      Set(handles).sorted().map { [Value(account), Value($0)] })
  }

  /// An event does not tell of these meetings any more; those that no other event tells of are deleted.
  private static func forget(
    _ meetings: [ID<Interaction>], of event: ID<Event>, _ account: ID<Account>, in session: any Session
  ) throws {
    guard !meetings.isEmpty else { return }
    try session.runMany(
      "DELETE FROM meeting WHERE account_id = $1 AND event_id = $2 AND interaction_id = $3",
      meetings.map { [Value(account), Value(event), Value($0)] })
    let told = try session.rowsMany(
      "SELECT event_id FROM meeting WHERE account_id = $1 AND interaction_id = $2 LIMIT 1",
      meetings.map { [Value(account), Value($0)] })
    let gone = zip(meetings, told).filter { $1.isEmpty }.map(\.0)
    try mark(try parts(of: gone, account, in: session).joined().map(\.handle), account, in: session)
    let keys = gone.map { [Value(account), Value($0)] }
    try session.runMany("DELETE FROM participant WHERE account_id = $1 AND interaction_id = $2", keys)
    try session.runMany("DELETE FROM interaction WHERE account_id = $1 AND id = $2", keys)
  }

  /// Forgets events that are no longer in their calendar, with the meetings that only they told of; answers how many.
  public static func leave(
    _ identities: [String], of source: Source, _ account: ID<Account>, in session: any Session
  ) throws -> Int {
    let keys = identities.map { [Value(account), Value(source.member), .text($0)] }
    let events = try session.rowsMany(
      "SELECT id FROM event WHERE account_id = $1 AND member_id = $2 AND identity = $3", keys
    ).compactMap { $0.first?.id(0) as ID<Event>? }
    for event in events {
      let meetings = try session.rows(
        "SELECT interaction_id FROM meeting WHERE account_id = $1 AND event_id = $2", [Value(account), Value(event)])
      try forget(meetings.map { $0.id(0) }, of: event, account, in: session)
    }
    try session.runMany(
      "DELETE FROM event WHERE account_id = $1 AND id = $2", events.map { [Value(account), Value($0)] })
    return events.count
  }
}

/// An event of a source that is held.
public struct HeldEvent: Sendable, Equatable {
  public var digest: [UInt8]
  /// Whether it took place again since it was read.
  public var isDue: Bool
}

extension Store {
  /// The events of a source that are held, by identity.
  public func heldEvents(
    _ account: ID<Account>, _ source: ID<Source>, at now: Instant
  ) async throws -> [String: HeldEvent] {
    try await read(account) { session in
      let rows = try session.rows(
        "SELECT identity, digest, due_at FROM event WHERE account_id = $1 AND source_id = $2",
        [Value(account), Value(source)])
      return Dictionary(
        uniqueKeysWithValues: rows.map {
          ($0.text(0), HeldEvent(digest: $0.bytes(1), isDue: $0.instantOrNil(2).map { $0 <= now } ?? false))
        })
    }
  }
}
