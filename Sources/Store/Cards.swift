public import Consent
public import Model

/// A card on its way to be stored.
public struct NewCard: Sendable {
  public var record: ID<Record>
  /// The person it comes with, if it is new.
  public var person: ID<Person>
  public var identity: String
  public var digest: [UInt8]
  public var handle: Handle
  public var key: KeyID
  public var facts: [NewFact]

  public init(
    record: ID<Record>, person: ID<Person>, identity: String, digest: [UInt8], handle: Handle, key: KeyID,
    facts: [NewFact]
  ) {
    self.record = record
    self.person = person
    self.identity = identity
    self.digest = digest
    self.handle = handle
    self.key = key
    self.facts = facts
  }
}

/// Statements about cards.
public enum Cards {
  /// Stores cards that are new or say something else than before; answers the persons whose fold must be written.
  ///
  /// A fact that a card still says keeps its id and the instant it was first seen.
  public static func keep(
    _ cards: [NewCard], of source: Source, grant: ID<Grant>, folder: ID<Folder>, at now: Instant, ids: IDMaker,
    _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Person>] {
    let handles = try Handles.keep(
      cards.map { ($0.handle, $0.key) }, of: source.member, account, newID: { ids.next() }, in: session)
    let held = try session.rowsMany(
      "SELECT id, person_id FROM record WHERE account_id = $1 AND member_id = $2 AND kind = 'card' AND identity = $3",
      cards.map { [Value(account), Value(source.member), .text($0.identity)] }
    ).map(\.first)
    let new = cards.indices.filter { held[$0] == nil }
    try People.insert(new.map { cards[$0].person }, of: source.member, account, in: session)
    try session.runMany(
      """
      INSERT INTO record (account_id, id, member_id, kind, source_id, grant_id, folder_id, identity, digest, handle_id,
        person_id)
      VALUES ($1, $2, $3, 'card', $4, $5, $6, $7, $8, $9, $10)
      """,
      new.map { at in
        [
          Value(account), Value(cards[at].record), Value(source.member), Value(source.id), Value(grant), Value(folder),
          .text(cards[at].identity), .bytes(cards[at].digest), Value(handles[at]), Value(cards[at].person),
        ]
      })
    var persons = new.map { cards[$0].person }
    for at in cards.indices {
      guard let row = held[at] else { continue }
      persons.append(row.id(1))
      try session.run(
        """
        UPDATE record SET grant_id = $3, folder_id = $4, digest = $5, handle_id = $6, gone_at = NULL
        WHERE account_id = $1 AND id = $2
        """, [Value(account), row[0], Value(grant), Value(folder), .bytes(cards[at].digest), Value(handles[at])])
      try forgetOld(cards[at].facts, row.id(0), account, in: session)
    }
    try insert(
      cards.indices.flatMap { at in
        cards[at].facts.map { ($0, held[at]?.id(0) ?? cards[at].record) }
      }, of: source.member, at: now, account, in: session)
    return persons
  }

  /// Deletes what a card no longer says.
  private static func forgetOld(
    _ facts: [NewFact], _ record: ID<Record>, _ account: ID<Account>, in session: any Session
  ) throws {
    struct Said: Hashable {
      var field: String
      var label: String
      var key: Int64
    }
    let now = Set(
      facts.map { Said(field: $0.fact.field.rawValue, label: $0.fact.label, key: Int64(bitPattern: $0.key)) })
    let old = try session.rows(
      "SELECT id, field, label, value_key FROM fact WHERE account_id = $1 AND record_id = $2",
      [Value(account), Value(record)]
    ).filter { !now.contains(Said(field: $0.text(1), label: $0.text(2), key: $0.int(3))) }
    try session.runMany(
      "DELETE FROM fact WHERE account_id = $1 AND id = $2", old.map { [Value(account), $0[0]] })
  }

  private static func insert(
    _ facts: [(new: NewFact, record: ID<Record>)], of member: ID<Member>, at now: Instant, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO fact (account_id, id, member_id, record_id, field, label, value, detail, value_key, origin,
        first_seen, last_seen, seen, confidence)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1, 1)
      ON CONFLICT (account_id, record_id, field, label, value_key) DO UPDATE SET last_seen = excluded.last_seen
      """,
      facts.map { new, record in
        [
          Value(account), Value(new.id), Value(member), Value(record), .text(new.fact.field.rawValue),
          .text(new.fact.label), new.detail == nil ? .text(new.fact.value) : .null, Value(new.detail?.bytes),
          .integer(Int64(bitPattern: new.key)), Value(Fact.Origin.card.rawValue), Value(now),
        ]
      })
  }

  /// Notes that cards are no longer in their book; answers the persons whose fold must be written.
  public static func leave(
    _ identities: [String], of source: Source, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Person>] {
    let keys = identities.map { [Value(account), Value(source.member), .text($0)] }
    let rows = try session.rowsMany(
      """
      UPDATE record SET gone_at = $4
      WHERE account_id = $1 AND member_id = $2 AND kind = 'card' AND identity = $3 AND gone_at IS NULL
      RETURNING person_id
      """, keys.map { $0 + [Value(now)] })
    return rows.compactMap { $0.first?.id(0) }
  }
}

extension Store {
  /// The cards of a source that are there, by identity, with the digest of each.
  public func heldCards(_ account: ID<Account>, _ source: ID<Source>) async throws -> [String: [UInt8]] {
    try await read(account) { session in
      let rows = try session.rows(
        """
        SELECT identity, digest FROM record
        WHERE account_id = $1 AND source_id = $2 AND kind = 'card' AND gone_at IS NULL
        """, [Value(account), Value(source)])
      return Dictionary(uniqueKeysWithValues: rows.map { ($0.text(0), $0.bytes(1)) })
    }
  }
}
