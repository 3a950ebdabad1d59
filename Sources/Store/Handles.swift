public import Consent
public import Model

/// A handle as it is stored.
public struct StoredHandle: Sendable, Equatable {
  public var id: ID<Handle>
  public var handle: Handle

  public init(id: ID<Handle>, handle: Handle) {
    self.id = id
    self.handle = handle
  }
}

/// A name an address was written with, and in how many mails; an instant of 0 says that no mail of it is dated.
public struct SeenName: Sendable, Equatable {
  public var name: String
  public var count: Int
  public var first: Instant
  public var last: Instant

  public init(name: String, count: Int = 1, first: Instant, last: Instant) {
    self.name = name
    self.count = count
    self.first = first
    self.last = last
  }

  /// Counts another sighting in; undated ones count without a date.
  public mutating func add(_ other: SeenName) {
    count += other.count
    guard other.last.milliseconds != 0 else { return }
    first = first.milliseconds == 0 ? other.first : min(first, other.first)
    last = max(last, other.last)
  }
}

/// Statements about handles.
public enum Handles {
  /// Keeps handles with their keys' numbers and marks them stale; the ids come in the order of the handles.
  public static func keep(
    _ handles: [(handle: Handle, key: KeyID)], of member: ID<Member>, _ account: ID<Account>,
    newID: () -> ID<Handle>, in session: any Session
  ) throws -> [ID<Handle>] {
    // Most are known and marked already: a look costs less than a write.
    let known = try session.rowsMany(
      """
      SELECT id FROM handle WHERE account_id = $1 AND member_id = $2 AND kind = $3 AND value = $4 AND stale = 1
      """,
      handles.map { [Value(account), Value(member), .text($0.handle.kind.rawValue), .text($0.handle.value)] }
    ).map { $0.first.map { ID<Handle>($0.int(0)) } }
    let rest = known.indices.filter { known[$0] == nil }
    let rows = try session.rowsMany(
      """
      INSERT INTO handle (account_id, id, member_id, kind, value, key_id, stale) VALUES ($1, $2, $3, $4, $5, $6, 1)
      ON CONFLICT (account_id, member_id, kind, value) DO UPDATE SET stale = 1
      RETURNING id
      """,
      rest.map { at in
        let (handle, key) = handles[at]
        return [
          Value(account), Value(newID()), Value(member), .text(handle.kind.rawValue), .text(handle.value),
          .integer(key.stored),
        ]
      })
    var ids = known
    for (at, row) in zip(rest, rows) { ids[at] = row.first?.id(0) }
    return ids.map { $0 ?? ID(0) }
  }

  /// Counts names that handles were written with.
  public static func count(
    _ names: [(handle: ID<Handle>, name: SeenName)], of member: ID<Member>, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO handle_name (account_id, handle_id, name, seen, first_at, last_at, member_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (account_id, handle_id, name) DO UPDATE SET seen = handle_name.seen + excluded.seen,
        first_at = CASE WHEN handle_name.first_at = 0
          OR (excluded.first_at <> 0 AND excluded.first_at < handle_name.first_at)
          THEN excluded.first_at ELSE handle_name.first_at END,
        last_at = CASE WHEN excluded.last_at > handle_name.last_at THEN excluded.last_at ELSE handle_name.last_at END
      """,
      names.map {
        [
          Value(account), Value($0.handle), .text($0.name.name), Value($0.name.count), Value($0.name.first),
          Value($0.name.last), Value(member),
        ]
      })
  }

  /// The names of handles, in the order of the handles; those seen most often first, at most 64.
  public static func names(
    _ handles: [ID<Handle>], _ account: ID<Account>, in session: any Session
  ) throws -> [[SeenName]] {
    try session.rowsMany(
      """
      SELECT name, seen, first_at, last_at FROM handle_name WHERE account_id = $1 AND handle_id = $2
      ORDER BY seen DESC, name LIMIT 64
      """, handles.map { [Value(account), Value($0)] }
    ).map { rows in
      rows.map { SeenName(name: $0.text(0), count: Int($0.int(1)), first: $0.instant(2), last: $0.instant(3)) }
    }
  }

  /// Handles by their ids, in the order asked; nil for one that is not there.
  public static func of(
    _ ids: [ID<Handle>], _ account: ID<Account>, in session: any Session
  ) throws -> [Handle?] {
    try session.rowsMany(
      "SELECT kind, value FROM handle WHERE account_id = $1 AND id = $2", ids.map { [Value(account), Value($0)] }
    ).map { rows in
      rows.first.flatMap { row in Handle.Kind(rawValue: row.text(0)).map { Handle($0, row.text(1)) } }
    }
  }

  /// Handles of which something new was stored, by id.
  public static func stale(
    of member: ID<Member>, limit: Int, _ account: ID<Account>, in session: any Session
  ) throws -> [StoredHandle] {
    try session.rows(
      """
      SELECT id, kind, value FROM handle WHERE account_id = $1 AND member_id = $2 AND stale = 1 ORDER BY id LIMIT $3
      """, [Value(account), Value(member), Value(limit)]
    ).compactMap { row in
      Handle.Kind(rawValue: row.text(1)).map { StoredHandle(id: row.id(0), handle: Handle($0, row.text(2))) }
    }
  }

  public static func settle(_ handles: [ID<Handle>], _ account: ID<Account>, in session: any Session) throws {
    try session.runMany(
      "UPDATE handle SET stale = 0 WHERE account_id = $1 AND id = $2", handles.map { [Value(account), Value($0)] })
  }

  /// Marks the cards of an address book stale, and the addresses that stand on them.
  public static func markStale(
    cardsOf source: ID<Source>, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    let key = [Value(account), Value(source), Value(member)]
    try session.run(
      """
      UPDATE handle SET stale = 1 WHERE account_id = $1 AND member_id = $3 AND id IN (
        SELECT handle_id FROM record WHERE account_id = $1 AND source_id = $2 AND kind = 'card')
      """, key)
    try session.run(
      """
      UPDATE handle SET stale = 1 WHERE account_id = $1 AND member_id = $3 AND kind = 'email' AND value IN (
        SELECT value FROM fact WHERE account_id = $1 AND field = 'email' AND record_id IN (
          SELECT id FROM record WHERE account_id = $1 AND member_id = $3 AND kind = 'card' AND source_id = $2))
      """, key)
  }

  /// Marks the handles of a person stale, so that the person is worked out again.
  public static func markStale(of person: ID<Person>, _ account: ID<Account>, in session: any Session) throws {
    try session.run(
      """
      UPDATE handle SET stale = 1 WHERE account_id = $1 AND id IN (
        SELECT handle_id FROM record WHERE account_id = $1 AND person_id = $2)
      """, [Value(account), Value(person)])
  }

  /// A member's own addresses, folded: where the member signs in, and what the sources name.
  public static func owners(
    _ member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> Set<String> {
    let rows = try session.rows(
      """
      SELECT email FROM member WHERE account_id = $1 AND id = $2
      UNION SELECT address FROM source_owner WHERE account_id = $1 AND member_id = $2
      """, [Value(account), Value(member)])
    return Set(rows.map { fold($0.text(0)) })
  }
}

extension Store {
  /// A member's own addresses, folded.
  public func owners(_ account: ID<Account>, _ member: ID<Member>) async throws -> Set<String> {
    try await read(account) { try Handles.owners(member, account, in: $0) }
  }
}
