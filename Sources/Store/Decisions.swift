public import Model

/// Who was decided to be who: which records came to a person, and from whom.
public struct Decision: Identified, Sendable, Equatable {
  public static let prefix = "decision"

  public enum Kind: String, Sendable, CaseIterable {
    /// By the owner.
    case merge
    /// By a rule.
    case match
  }

  public var id: ID<Decision>
  public var kind: Kind
  /// Who stays.
  public var person: ID<Person>
  public var at: Instant
  /// Each record with the person it came from; the kept person's own records came from itself.
  public var records: [(record: ID<Record>, from: ID<Person>)]

  public init(
    id: ID<Decision>, kind: Kind, person: ID<Person>, at: Instant, records: [(record: ID<Record>, from: ID<Person>)]
  ) {
    self.id = id
    self.kind = kind
    self.person = person
    self.at = at
    self.records = records
  }

  public static func == (a: Decision, b: Decision) -> Bool {
    a.id == b.id && a.kind == b.kind && a.person == b.person && a.at == b.at
      && a.records.map(\.record) == b.records.map(\.record) && a.records.map(\.from) == b.records.map(\.from)
  }
}

/// Statements about decisions, and the pairs that stay apart.
public enum Decisions {
  public static func insert(
    _ decision: Decision, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      "INSERT INTO decision (account_id, id, member_id, kind, person_id, at) VALUES ($1, $2, $3, $4, $5, $6)",
      [
        Value(account), Value(decision.id), Value(member), .text(decision.kind.rawValue), Value(decision.person),
        Value(decision.at),
      ])
    try session.runMany(
      """
      INSERT INTO decision_record (account_id, decision_id, record_id, from_person, member_id)
      VALUES ($1, $2, $3, $4, $5)
      """,
      decision.records.map { [Value(account), Value(decision.id), Value($0.record), Value($0.from), Value(member)] })
  }

  public static func revoke(
    _ decision: ID<Decision>, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      "UPDATE decision SET revoked_at = $1 WHERE account_id = $2 AND id = $3 AND revoked_at IS NULL",
      [Value(now), Value(account), Value(decision)])
  }

  /// The decisions of a member that hold, oldest first, from one on.
  public static func live(
    from first: ID<Decision> = ID(0), of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [Decision] {
    let key = [Value(account), Value(member), Value(first)]
    let records = Dictionary(
      grouping: try session.rows(
        """
        SELECT r.decision_id, r.record_id, r.from_person
        FROM decision d JOIN decision_record r ON r.account_id = d.account_id AND r.decision_id = d.id
        WHERE d.account_id = $1 AND d.member_id = $2 AND d.id >= $3 AND d.revoked_at IS NULL ORDER BY r.record_id
        """, key), by: { $0.int(0) })
    return try session.rows(
      """
      SELECT id, kind, person_id, at FROM decision
      WHERE account_id = $1 AND member_id = $2 AND id >= $3 AND revoked_at IS NULL ORDER BY id
      """, key
    ).compactMap { row in
      guard let kind = Decision.Kind(rawValue: row.text(1)) else { return nil }
      return Decision(
        id: row.id(0), kind: kind, person: row.id(2), at: row.instant(3),
        records: (records[row.int(0)] ?? []).map { (record: $0.id(1), from: $0.id(2)) })
    }
  }

  /// The last decision that holds and brought records to a person; nil if there is none.
  public static func last(
    into person: ID<Person>, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> ID<Decision>? {
    try session.row(
      """
      SELECT id FROM decision
      WHERE account_id = $1 AND member_id = $2 AND person_id = $3 AND revoked_at IS NULL ORDER BY id DESC LIMIT 1
      """, [Value(account), Value(member), Value(person)])?.id(0)
  }

  // MARK: apart

  /// Keeps pairs of records that no rule may unite; the order of a pair does not matter.
  public static func keepApart(
    _ pairs: [(ID<Record>, ID<Record>)], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO apart (account_id, record_a, record_b, member_id) VALUES ($1, $2, $3, $4)
      ON CONFLICT (account_id, record_a, record_b) DO NOTHING
      """, pairs.map { [Value(account), Value(min($0.0, $0.1)), Value(max($0.0, $0.1)), Value(member)] })
  }

  /// Forgets that records were to stay apart: the owner unites them.
  public static func forgetApart(
    _ pairs: [(ID<Record>, ID<Record>)], _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "DELETE FROM apart WHERE account_id = $1 AND record_a = $2 AND record_b = $3",
      pairs.map { [Value(account), Value(min($0.0, $0.1)), Value(max($0.0, $0.1))] })
  }

  public static func apart(
    of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [(ID<Record>, ID<Record>)] {
    try session.rows(
      "SELECT record_a, record_b FROM apart WHERE account_id = $1 AND member_id = $2 ORDER BY record_a, record_b",
      [Value(account), Value(member)]
    ).map { ($0.id(0), $0.id(1)) }
  }
}
