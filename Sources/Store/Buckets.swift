public import Model

/// Statements about buckets and who is in them.
public enum Buckets {
  /// A bucket of one owner, which may have been taken away.
  public struct Stored: Sendable, Equatable {
    public var bucket: Bucket
    public var madeAt: Instant
    public var goneAt: Instant?

    public init(bucket: Bucket, madeAt: Instant, goneAt: Instant? = nil) {
      self.bucket = bucket
      self.madeAt = madeAt
      self.goneAt = goneAt
    }
  }

  /// One record that is in a bucket.
  public struct Place: Sendable, Equatable {
    public var bucket: ID<Bucket>
    public var record: ID<Record>
    public var putAt: Instant

    public init(bucket: ID<Bucket>, record: ID<Record>, putAt: Instant) {
      self.bucket = bucket
      self.record = record
      self.putAt = putAt
    }
  }

  public static func keep(
    _ all: [Stored], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO bucket (account_id, id, member_id, name, goal, days, made_at, gone_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, goal = excluded.goal, days = excluded.days,
        gone_at = excluded.gone_at
      """,
      all.map {
        [
          Value(account), Value($0.bucket.id), Value(member), .text($0.bucket.name), Value($0.bucket.goal),
          Value($0.bucket.days), Value($0.madeAt), Value($0.goneAt),
        ]
      })
  }

  /// All buckets of a member, those that were taken away too.
  public static func all(
    of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [Stored] {
    try session.rows(
      """
      SELECT id, name, goal, days, made_at, gone_at FROM bucket WHERE account_id = $1 AND member_id = $2 ORDER BY id
      """, [Value(account), Value(member)]
    ).map { row in
      Stored(
        bucket: Bucket(id: row.id(0), name: row.text(1), goal: row.textOrNil(2), days: row.intOrNil(3).map { Int($0) }),
        madeAt: row.instant(4), goneAt: row.instantOrNil(5))
    }
  }

  /// Where persons are in one bucket, by record, in the order of the persons.
  public static func places(
    of persons: [ID<Person>], in bucket: ID<Bucket>, _ account: ID<Account>, in session: any Session
  ) throws -> [[Place]] {
    try session.rowsMany(
      """
      SELECT b.record_id, b.put_at FROM record r
      JOIN bucketed b ON b.account_id = r.account_id AND b.bucket_id = $3 AND b.record_id = r.id
      WHERE r.account_id = $1 AND r.person_id = $2 ORDER BY b.record_id
      """, persons.map { [Value(account), Value($0), Value(bucket)] }
    ).map { rows in rows.map { Place(bucket: bucket, record: $0.id(0), putAt: $0.instant(1)) } }
  }

  /// The persons in a bucket, by id; the restricted too.
  public static func persons(
    in bucket: ID<Bucket>, _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Person>] {
    try session.rows(
      """
      SELECT DISTINCT r.person_id FROM bucketed b JOIN record r ON r.account_id = b.account_id AND r.id = b.record_id
      WHERE b.account_id = $1 AND b.bucket_id = $2 ORDER BY r.person_id
      """, [Value(account), Value(bucket)]
    ).map { $0.id(0) }
  }

  /// Puts records into buckets; one that is in there stays as it is.
  public static func put(
    _ places: [Place], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO bucketed (account_id, bucket_id, record_id, member_id, put_at) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (account_id, bucket_id, record_id) DO NOTHING
      """,
      places.map { [Value(account), Value($0.bucket), Value($0.record), Value(member), Value($0.putAt)] })
  }

  public static func take(_ places: [Place], _ account: ID<Account>, in session: any Session) throws {
    try session.runMany(
      "DELETE FROM bucketed WHERE account_id = $1 AND bucket_id = $2 AND record_id = $3",
      places.map { [Value(account), Value($0.bucket), Value($0.record)] })
  }
}

/// A person's place in a bucket, as its owner sees it.
public struct SeenPlace: Sendable, Equatable {
  public var person: ID<Person>
  public var bucket: ID<Bucket>
  public var putAt: Instant
}

/// What a viewer sees of their buckets.
public enum SeenBuckets {
  public static func all(in session: any Session) throws -> [Bucket] {
    try session.rows("SELECT id, name, goal, days FROM seen_bucket ORDER BY id").map { row in
      Bucket(id: row.id(0), name: row.text(1), goal: row.textOrNil(2), days: row.intOrNil(3).map { Int($0) })
    }
  }

  /// Where some people are.
  public static func places(among persons: [ID<Person>], in session: any Session) throws -> [SeenPlace] {
    try session.rowsMany(
      """
      SELECT b.person_id, b.bucket_id, MIN(b.put_at) FROM seen_bucketed b JOIN seen_bucket k ON k.id = b.bucket_id
      WHERE b.person_id = $1 GROUP BY b.person_id, b.bucket_id ORDER BY b.bucket_id
      """, persons.map { [Value($0)] }
    ).flatMap { $0.map { SeenPlace(person: $0.id(0), bucket: $0.id(1), putAt: $0.instant(2)) } }
  }

  /// Some of those in a bucket, by id.
  public static func people(in bucket: ID<Bucket>, limit: Int, in session: any Session) throws -> [ID<Person>] {
    try session.rows(
      "SELECT DISTINCT person_id FROM seen_bucketed WHERE bucket_id = $1 ORDER BY person_id LIMIT $2",
      [Value(bucket), Value(limit)]
    ).map { $0.id(0) }
  }

  /// Who is in which bucket; of a person united from several, since the first was put in.
  public static func places(
    of person: ID<Person>? = nil, in session: any Session
  ) throws -> [SeenPlace] {
    try session.rows(
      """
      SELECT b.person_id, b.bucket_id, MIN(b.put_at) FROM seen_bucketed b JOIN seen_bucket k ON k.id = b.bucket_id
      \(person == nil ? "" : "WHERE b.person_id = $1")
      GROUP BY b.person_id, b.bucket_id ORDER BY b.person_id, b.bucket_id
      """, person.map { [Value($0)] } ?? []
    ).map { SeenPlace(person: $0.id(0), bucket: $0.id(1), putAt: $0.instant(2)) }
  }
}
