public import Consent
public import Model

/// A record of a source as it is stored: what it is known by, and whose it is.
public struct StoredRecord: Sendable, Equatable {
  public var id: ID<Record>
  public var kind: Record.Kind
  /// What it is known by in its kind: an address, a source with a card's uid, the person whom the owner typed about.
  public var identity: String
  public var handle: ID<Handle>
  public var person: ID<Person>
  public var isGone: Bool

  public init(
    id: ID<Record>, kind: Record.Kind, identity: String, handle: ID<Handle>, person: ID<Person>, isGone: Bool = false
  ) {
    self.id = id
    self.kind = kind
    self.identity = identity
    self.handle = handle
    self.person = person
    self.isGone = isGone
  }

  init?(_ row: Row) {
    guard let kind = Record.Kind(rawValue: row.text(1)) else { return nil }
    self.init(
      id: row.id(0), kind: kind, identity: row.text(2), handle: row.id(3), person: row.id(4),
      isGone: row.intOrNil(5) != nil)
  }
}

/// A fact on its way to be stored; either its value is open or its detail is sealed.
public struct NewFact: Sendable {
  public var id: ID<Fact>
  public var fact: Fact
  /// The blind token of the value, by which the same value is known again.
  public var key: UInt64
  public var detail: Sealed?

  public init(id: ID<Fact>, fact: Fact, key: UInt64, detail: Sealed? = nil) {
    self.id = id
    self.fact = fact
    self.key = key
    self.detail = detail
  }
}

/// Statements about records and facts.
public enum Facts {
  private static let columns = "id, kind, identity, handle_id, person_id, gone_at"

  // MARK: records

  /// The record of each handle that says what its address was seen with; nil where there is none yet.
  public static func addressRecords(
    of handles: [ID<Handle>], _ account: ID<Account>, in session: any Session
  ) throws -> [StoredRecord?] {
    try session.rowsMany(
      "SELECT \(columns) FROM record WHERE account_id = $1 AND handle_id = $2 AND kind = 'address'",
      handles.map { [Value(account), Value($0)] }
    ).map { $0.first.flatMap(StoredRecord.init) }
  }

  /// Every record of some handles, whatever its kind.
  public static func records(
    ofHandles handles: [ID<Handle>], _ account: ID<Account>, in session: any Session
  ) throws -> [StoredRecord] {
    try session.rowsMany(
      "SELECT \(columns) FROM record WHERE account_id = $1 AND handle_id = $2",
      handles.map { [Value(account), Value($0)] }
    ).flatMap { sorted($0) }
  }

  /// The records of persons, in the order of the persons.
  public static func records(
    of persons: [ID<Person>], _ account: ID<Account>, in session: any Session
  ) throws -> [[StoredRecord]] {
    try session.rowsMany(
      "SELECT \(columns) FROM record WHERE account_id = $1 AND person_id = $2",
      persons.map { [Value(account), Value($0)] }
    ).map(sorted)
  }

  /// By id; were it asked of the engine, SQLite would walk all records in that order rather than look a few up.
  private static func sorted(_ rows: [Row]) -> [StoredRecord] {
    rows.compactMap(StoredRecord.init).sorted { $0.id < $1.id }
  }

  public static func record(
    _ kind: Record.Kind, _ identity: String, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> StoredRecord? {
    try session.row(
      "SELECT \(columns) FROM record WHERE account_id = $1 AND member_id = $2 AND kind = $3 AND identity = $4",
      [Value(account), Value(member), .text(kind.rawValue), .text(identity)]
    ).flatMap(StoredRecord.init)
  }

  /// Enters records that come from no source of their own: addresses that were met, and what the owner types.
  public static func insert(
    _ records: [StoredRecord], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO record (account_id, id, member_id, kind, identity, handle_id, person_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """,
      records.map {
        [
          Value(account), Value($0.id), Value(member), .text($0.kind.rawValue), .text($0.identity), Value($0.handle),
          Value($0.person),
        ]
      })
  }

  /// Gives records to persons.
  public static func move(
    _ moves: [(record: ID<Record>, to: ID<Person>)], _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "UPDATE record SET person_id = $3 WHERE account_id = $1 AND id = $2",
      moves.map { [Value(account), Value($0.record), Value($0.to)] })
  }

  /// Notes that records stand for nobody (any more), or do so again.
  public static func mark(
    _ records: [(record: ID<Record>, goneAt: Instant?)], _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "UPDATE record SET gone_at = $3 WHERE account_id = $1 AND id = $2",
      records.map { [Value(account), Value($0.record), Value($0.goneAt)] })
  }

  /// The addresses that stand on a member's cards.
  public static func cardAddresses(
    of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> Set<String> {
    let rows = try session.rows(
      """
      SELECT DISTINCT value FROM fact WHERE account_id = $1 AND field = 'email' AND record_id IN (
        SELECT id FROM record WHERE account_id = $1 AND member_id = $2 AND kind = 'card' AND gone_at IS NULL)
      """, [Value(account), Value(member)])
    return Set(rows.map { $0.text(0) })
  }

  /// The cards of a member that are there, by id.
  public static func cards(
    of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [StoredRecord] {
    try session.rows(
      """
      SELECT \(columns) FROM record
      WHERE account_id = $1 AND member_id = $2 AND kind = 'card' AND gone_at IS NULL
      """, [Value(account), Value(member)]
    ).compactMap(StoredRecord.init)
  }

  /// The records with these ids that are there.
  public static func records(
    _ ids: [ID<Record>], _ account: ID<Account>, in session: any Session
  ) throws -> [StoredRecord] {
    try session.rowsMany(
      "SELECT \(columns) FROM record WHERE account_id = $1 AND id = $2", ids.map { [Value(account), Value($0)] }
    ).flatMap { $0.compactMap(StoredRecord.init) }
  }

  /// The address records of these addresses that are there.
  public static func addressRecords(
    _ addresses: [String], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [StoredRecord] {
    try session.rowsMany(
      """
      SELECT \(columns) FROM record
      WHERE account_id = $1 AND member_id = $2 AND kind = 'address' AND identity = $3 AND gone_at IS NULL
      """, addresses.map { [Value(account), Value(member), .text($0)] }
    ).flatMap { $0.compactMap(StoredRecord.init) }
  }

  // MARK: facts

  /// Keeps facts; one that is known is counted and dated anew.
  public static func keep(
    _ facts: [NewFact], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO fact (account_id, id, member_id, record_id, field, label, value, detail, value_key, origin,
        first_seen, last_seen, seen, confidence)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      ON CONFLICT (account_id, record_id, field, label, value_key) DO UPDATE SET origin = excluded.origin,
        first_seen = excluded.first_seen, last_seen = excluded.last_seen, seen = excluded.seen,
        confidence = excluded.confidence
      """,
      facts.map { new in
        [
          Value(account), Value(new.id), Value(member), Value(new.fact.record), .text(new.fact.field.rawValue),
          .text(new.fact.label), new.detail == nil ? .text(new.fact.value) : .null, Value(new.detail?.bytes),
          .integer(Int64(bitPattern: new.key)), Value(new.fact.origin.rawValue), Value(new.fact.firstSeen),
          Value(new.fact.lastSeen), Value(new.fact.count), Value(new.fact.confidence),
        ]
      })
  }

  /// The open facts of records, in the order of the records; sealed ones are no part of a fold.
  public static func of(
    _ records: [ID<Record>], _ account: ID<Account>, in session: any Session
  ) throws -> [[Fact]] {
    let answers = try session.rowsMany(
      """
      SELECT field, label, value, origin, first_seen, last_seen, seen, confidence FROM fact
      WHERE account_id = $1 AND record_id = $2 AND value IS NOT NULL
      """, records.map { [Value(account), Value($0)] })
    return zip(records, answers).map { record, rows in
      rows.compactMap { row in
        guard let field = Fact.Field(rawValue: row.text(0)), let origin = Fact.Origin(rawValue: Int(row.int(3))) else {
          return nil
        }
        return Fact(
          field: field, label: row.text(1), value: row.text(2), origin: origin, record: record,
          firstSeen: row.instant(4), lastSeen: row.instant(5), count: Int(row.int(6)), confidence: row.real(7))
      }
    }
  }

  /// One fact of a record with all its columns, as an edit replaces and restores it.
  public struct Typed: Sendable, Equatable {
    public var id: ID<Fact>
    public var field: Fact.Field
    public var label: String
    public var value: String?
    public var detail: Sealed?
    /// The blind token of the value.
    public var key: UInt64
    public var confidence: Double

    public init(
      id: ID<Fact>, field: Fact.Field, label: String, value: String?, detail: Sealed?, key: UInt64, confidence: Double
    ) {
      self.id = id
      self.field = field
      self.label = label
      self.value = value
      self.detail = detail
      self.key = key
      self.confidence = confidence
    }
  }

  /// What the owner typed into a record about one field.
  public static func typed(
    _ record: ID<Record>, _ field: Fact.Field, _ account: ID<Account>, in session: any Session
  ) throws -> [Typed] {
    try session.rows(
      """
      SELECT id, label, value, detail, confidence, value_key FROM fact
      WHERE account_id = $1 AND record_id = $2 AND field = $3 AND origin = $4 ORDER BY label, value_key
      """, [Value(account), Value(record), .text(field.rawValue), Value(Fact.Origin.typed.rawValue)]
    ).map {
      Typed(
        id: $0.id(0), field: field, label: $0.text(1), value: $0.textOrNil(2),
        detail: $0.bytesOrNil(3).flatMap { Sealed(stored: $0) }, key: UInt64(bitPattern: $0.int(5)),
        confidence: $0.real(4))
    }
  }

  /// Takes facts of a record out, by what they say.
  public static func forget(
    _ facts: [Fact], of record: ID<Record>, by blind: BlindKey, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      DELETE FROM fact WHERE account_id = $1 AND record_id = $2 AND field = $3 AND label = $4 AND value_key = $5
      """,
      facts.map {
        [
          Value(account), Value(record), .text($0.field.rawValue), .text($0.label),
          .integer(Int64(bitPattern: blind.token(Array($0.value.utf8)))),
        ]
      })
  }

  /// The persons of a member whose birthday has one of these tokens, by person; whatever the owner says stays away does.
  public static func birthdays(
    _ tokens: [UInt64], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [(person: ID<Person>, token: UInt64)] {
    let rows = try session.rowsMany(
      """
      SELECT r.person_id FROM fact f
      JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id AND r.gone_at IS NULL
      JOIN person p ON p.account_id = r.account_id AND p.id = r.person_id AND p.gone = 0 AND p.restricted_at IS NULL
      WHERE f.account_id = $1 AND f.member_id = $2 AND f.field = 'birthday' AND f.value_key = $3 AND f.confidence > 0
        AND NOT EXISTS (
          SELECT 1 FROM record o JOIN fact t ON t.account_id = o.account_id AND t.record_id = o.id
          WHERE o.account_id = r.account_id AND o.person_id = r.person_id AND t.field = 'birthday'
            AND t.origin > f.origin)
      """, tokens.map { [Value(account), Value(member), .integer(Int64(bitPattern: $0))] })
    var found: [ID<Person>: UInt64] = [:]
    for (token, rows) in zip(tokens, rows) { for row in rows { found[row.id(0)] = token } }
    return found.sorted { $0.key < $1.key }.map { (person: $0.key, token: $0.value) }
  }

  public static func delete(_ facts: [ID<Fact>], _ account: ID<Account>, in session: any Session) throws {
    try session.runMany(
      "DELETE FROM fact WHERE account_id = $1 AND id = $2", facts.map { [Value(account), Value($0)] })
  }
}
