public import Model

/// One thing an owner said of how a person is followed up, as it is stored.
public struct FollowUpRow: Sendable, Equatable {
  public var record: ID<Record>
  public var aspect: FollowUpAspect
  /// Days of an interval, milliseconds of a snooze's day; 0 of all else.
  public var value: Int64
  public var at: Instant

  public init(record: ID<Record>, aspect: FollowUpAspect, value: Int64 = 0, at: Instant) {
    self.record = record
    self.aspect = aspect
    self.value = value
    self.at = at
  }
}

/// Statements about how people are followed up.
public enum FollowUps {
  /// What is said of one aspect of persons, by record, in the order of the persons.
  public static func of(
    _ persons: [ID<Person>], _ aspect: FollowUpAspect, _ account: ID<Account>, in session: any Session
  ) throws -> [[FollowUpRow]] {
    try session.rowsMany(
      """
      SELECT f.record_id, f.value, f.at FROM record r
      JOIN follow_up f ON f.account_id = r.account_id AND f.record_id = r.id AND f.aspect = $3
      WHERE r.account_id = $1 AND r.person_id = $2 ORDER BY f.record_id
      """, persons.map { [Value(account), Value($0), .text(aspect.rawValue)] }
    ).map { rows in
      rows.map { FollowUpRow(record: $0.id(0), aspect: aspect, value: $0.int(1), at: $0.instant(2)) }
    }
  }

  public static func keep(
    _ rows: [FollowUpRow], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO follow_up (account_id, record_id, aspect, value, at, member_id) VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (account_id, record_id, aspect) DO UPDATE SET value = excluded.value, at = excluded.at
      """,
      rows.map {
        [
          Value(account), Value($0.record), .text($0.aspect.rawValue), .integer($0.value), Value($0.at), Value(member),
        ]
      })
  }

  public static func delete(_ rows: [FollowUpRow], _ account: ID<Account>, in session: any Session) throws {
    try session.runMany(
      "DELETE FROM follow_up WHERE account_id = $1 AND record_id = $2 AND aspect = $3",
      rows.map { [Value(account), Value($0.record), .text($0.aspect.rawValue)] })
  }
}

/// All that a person's owner said of how they are followed up.
///
/// Where several were united, the last word on each aspect counts; but whether somebody is archived is said of whoever the
/// others were united into, so that nobody vanishes by being united with somebody archived.
public struct FollowUpWords: Sendable, Equatable {
  public var interval: (days: Int, at: Instant)?
  public var snooze: (until: Day, at: Instant)?
  public var dismissedAt: Instant?
  public var skippedAt: Instant?
  public var isMuted = false
  public var isArchived = false

  public init() {}

  mutating func take(_ aspect: FollowUpAspect, _ value: Int64, at: Instant, isOwn: Bool) {
    switch aspect {
    case .interval: if interval.map({ $0.at < at }) ?? true { interval = (Int(value), at) }
    case .snooze: if snooze.map({ $0.at < at }) ?? true { snooze = (Day(utc: Instant(milliseconds: value)), at) }
    case .dismiss: dismissedAt = max(dismissedAt ?? at, at)
    case .skip: skippedAt = max(skippedAt ?? at, at)
    case .mute: isMuted = true
    case .archive: isArchived = isArchived || isOwn
    case .delete: break
    }
  }

  public static func == (a: FollowUpWords, b: FollowUpWords) -> Bool {
    a.interval?.days == b.interval?.days && a.interval?.at == b.interval?.at && a.snooze?.until == b.snooze?.until
      && a.snooze?.at == b.snooze?.at && a.dismissedAt == b.dismissedAt && a.skippedAt == b.skippedAt
      && a.isMuted == b.isMuted && a.isArchived == b.isArchived
  }
}

/// What a viewer sees of how their people are followed up.
public enum SeenFollowUps {
  public static func all(
    of person: ID<Person>? = nil, in session: any Session
  ) throws -> [ID<Person>: FollowUpWords] {
    var found: [ID<Person>: FollowUpWords] = [:]
    let rows = try session.rows(
      """
      SELECT person_id, aspect, value, at, identity FROM seen_follow_up
      \(person == nil ? "" : "WHERE person_id = $1") ORDER BY person_id, at, record_id
      """, person.map { [Value($0)] } ?? [])
    for row in rows { take(row, into: &found) }
    return found
  }

  /// What was said of some people.
  public static func all(
    among persons: [ID<Person>], in session: any Session
  ) throws -> [ID<Person>: FollowUpWords] {
    var found: [ID<Person>: FollowUpWords] = [:]
    let rows = try session.rowsMany(
      """
      SELECT person_id, aspect, value, at, identity FROM seen_follow_up WHERE person_id = $1 ORDER BY at, record_id
      """, persons.map { [Value($0)] })
    for row in rows.joined() { take(row, into: &found) }
    return found
  }

  private static func take(_ row: Row, into found: inout [ID<Person>: FollowUpWords]) {
    guard let aspect = FollowUpAspect(rawValue: row.text(1)) else { return }
    let person: ID<Person> = row.id(0)
    found[person, default: FollowUpWords()].take(
      aspect, row.int(2), at: row.instant(3), isOwn: row.text(4) == StoredRecord.typed(person))
  }

  /// Somebody who may be laid before the owner in the bucket game.
  public struct Unsorted: Sendable, Equatable {
    public var person: ID<Person>
    public var lastContact: Instant?
  }

  /// The viewer's own people who are in no bucket.
  public static func unsorted(_ viewer: ID<Member>, in session: any Session) throws -> [Unsorted] {
    try session.rows(
      """
      SELECT p.id, p.last_contacted FROM seen_person p
      WHERE p.member_id = $1 AND p.kind = 'person' AND NOT EXISTS (
        SELECT 1 FROM seen_bucketed b JOIN seen_bucket k ON k.id = b.bucket_id WHERE b.person_id = p.id)
      ORDER BY p.id
      """, [Value(viewer)]
    ).map { Unsorted(person: $0.id(0), lastContact: $0.instantOrNil(1)) }
  }

  /// Somebody who has an interval, or whom a list of the day is about.
  public struct Known: Sendable, Equatable {
    public var person: ID<Person>
    public var name: String
    /// As names are sorted.
    public var folded: String
    public var strength: Double
    public var lastContact: Instant?
  }

  /// The viewer's own people who are in a bucket with an interval, or have one of their own.
  public static func tracked(_ viewer: ID<Member>, in session: any Session) throws -> [Known] {
    try session.rows(
      """
      SELECT p.id, p.name, p.folded, p.strength, p.last_contacted FROM seen_person p
      WHERE p.member_id = $1 AND p.kind = 'person' AND p.id IN (
        SELECT b.person_id FROM seen_bucketed b JOIN seen_bucket k ON k.id = b.bucket_id AND k.days IS NOT NULL
        UNION SELECT f.person_id FROM seen_follow_up f WHERE f.aspect = 'interval')
      ORDER BY p.id
      """, [Value(viewer)]
    ).map(known)
  }

  /// Those of some persons who are the viewer's own, and people.
  public static func known(
    _ persons: [ID<Person>], of viewer: ID<Member>, in session: any Session
  ) throws -> [Known] {
    try session.rowsMany(
      """
      SELECT p.id, p.name, p.folded, p.strength, p.last_contacted FROM seen_person p
      WHERE p.id = $1 AND p.member_id = $2 AND p.kind = 'person'
      """, persons.map { [Value($0), Value(viewer)] }
    ).flatMap { $0.map(known) }
  }

  private static func known(_ row: Row) -> Known {
    Known(
      person: row.id(0), name: row.text(1), folded: row.text(2), strength: row.real(3), lastContact: row.instantOrNil(4)
    )
  }
}

extension StoredRecord {
  /// What the record is known by of what an owner types about a person.
  public static func typed(_ person: ID<Person>) -> String { "typed:\(person)" }
}

extension ID {
  /// When it was made, to the millisecond; ids run ahead of the clock only in a burst.
  public var madeAt: Instant { Instant(milliseconds: (rawValue >> 22) &+ IDMaker.epoch) }
}
