public import Model

/// How far the records of a destination were read.
public struct ReadSoFar: Sendable, Equatable {
  /// The destination's own words; nil if everything is to be read.
  public var cursor: String?
  /// When everything was read last, and when it was last looked for what is gone.
  public var wholeAt: Instant?
  public var sweptAt: Instant?

  public init(cursor: String? = nil, wholeAt: Instant? = nil, sweptAt: Instant? = nil) {
    self.cursor = cursor
    self.wholeAt = wholeAt
    self.sweptAt = sweptAt
  }
}

/// A record of a linked person as it was last seen at the destination.
public struct Shadow: Sendable, Equatable {
  public var person: ID<Person>
  public var remote: String
  public var stamp: ID<Person>?
  public var kind: Person.Kind
  public var key: String?
  public var digest: String
  public var changedAt: Instant?
  public var values: FieldValues

  public init(
    person: ID<Person>, remote: String, stamp: ID<Person>?, kind: Person.Kind, key: String?, digest: String,
    changedAt: Instant?, values: FieldValues
  ) {
    self.person = person
    self.remote = remote
    self.stamp = stamp
    self.kind = kind
    self.key = key
    self.digest = digest
    self.changedAt = changedAt
    self.values = values
  }
}

/// Statements about what was read at a destination.
public enum Readings {
  public static func of(
    _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws -> ReadSoFar {
    let row = try session.row(
      "SELECT cursor, whole_at, swept_at FROM destination WHERE account_id = $1 AND id = $2",
      [Value(account), Value(destination)])
    guard let row else { return ReadSoFar() }
    return ReadSoFar(cursor: row.textOrNil(0), wholeAt: row.instantOrNil(1), sweptAt: row.instantOrNil(2))
  }

  public static func keep(
    _ reading: ReadSoFar, of destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      "UPDATE destination SET cursor = $3, whole_at = $4, swept_at = $5 WHERE account_id = $1 AND id = $2",
      [
        Value(account), Value(destination), Value(reading.cursor), Value(reading.wholeAt), Value(reading.sweptAt),
      ])
  }

  public static func shadows(
    _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws -> [Shadow] {
    let key: [Value] = [Value(account), Value(destination)]
    let values = try Links.values(.there, key, in: session)
    return try session.rows(
      """
      SELECT person_id, remote_id, seen_stamp, seen_kind, seen_key, seen_digest, seen_changed FROM link
      WHERE account_id = $1 AND destination_id = $2 AND seen_digest <> '' ORDER BY person_id
      """, key
    ).map { row in
      Shadow(
        person: row.id(0), remote: row.text(1), stamp: row.idOrNil(2),
        kind: Person.Kind(rawValue: row.text(3)) ?? .person, key: row.textOrNil(4), digest: row.text(5),
        changedAt: row.instantOrNil(6), values: values[row.int(0)] ?? [:])
    }
  }

  /// Keeps how linked records were last seen, in the place of what was kept of them.
  public static func keep(
    _ shadows: [Shadow], of destination: ID<Destination>, _ member: ID<Member>, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.runMany(
      """
      UPDATE link SET seen_stamp = $4, seen_kind = $5, seen_key = $6, seen_digest = $7, seen_changed = $8
      WHERE account_id = $1 AND destination_id = $2 AND person_id = $3
      """,
      shadows.map { shadow in
        [
          Value(account), Value(destination), Value(shadow.person), Value(shadow.stamp),
          .text(shadow.kind.rawValue), Value(shadow.key), .text(shadow.digest), Value(shadow.changedAt),
        ]
      })
    try Links.keep(
      .there, shadows.map { ($0.person, $0.values) }, destination, member, account, in: session)
  }

  /// True if there are linked records of which it is not known how they stand.
  public static func hasUnseen(
    _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws -> Bool {
    try session.row(
      "SELECT 1 FROM link WHERE account_id = $1 AND destination_id = $2 AND seen_digest IS NULL LIMIT 1",
      [Value(account), Value(destination)]) != nil
  }

  /// True if there are persons who may be created there.
  public static func hasNew(
    _ destination: ID<Destination>, of member: ID<Member>, interactions: Int, _ account: ID<Account>,
    in session: any Session
  ) throws -> Bool {
    try session.row(
      """
      SELECT 1 FROM person p
      WHERE p.account_id = $1 AND p.member_id = $3 AND p.gone = 0 AND p.restricted_at IS NULL AND p.kind <> 'machine'
        AND p.name <> '' AND (p.interactions >= $4 OR EXISTS (SELECT 1 FROM record r
          WHERE r.account_id = p.account_id AND r.person_id = p.id AND r.kind = 'card' AND r.gone_at IS NULL))
        AND NOT EXISTS (SELECT 1 FROM link l
          WHERE l.account_id = p.account_id AND l.destination_id = $2 AND l.person_id = p.id)
      LIMIT 1
      """, [Value(account), Value(destination), Value(member), Value(interactions)]) != nil
  }

  /// Notes that records are gone, which is knowing how they stand.
  public static func forget(
    _ persons: [ID<Person>], of destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      UPDATE link SET seen_stamp = NULL, seen_kind = NULL, seen_key = NULL, seen_digest = '', seen_changed = NULL
      WHERE account_id = $1 AND destination_id = $2 AND person_id = $3
      """, persons.map { [Value(account), Value(destination), Value($0)] })
  }
}
