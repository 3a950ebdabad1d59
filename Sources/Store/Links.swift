public import Model

/// Which record of a destination is which person, and the base that both sides last agreed on.
public struct Link: Sendable, Equatable {
  public var person: ID<Person>
  public var member: ID<Member>
  /// What the destination calls the record.
  public var remote: String
  /// The idempotency key of the last change; empty if nothing was ever written there.
  public var key: String
  /// The digest of the record as it was last written or read.
  public var remoteDigest: String
  public var base: FieldValues

  public init(
    person: ID<Person>, member: ID<Member>, remote: String, key: String, remoteDigest: String,
    base: FieldValues
  ) {
    self.person = person
    self.member = member
    self.remote = remote
    self.key = key
    self.remoteDigest = remoteDigest
    self.base = base
  }
}

/// A person as a delivery needs one: the directory, and what the create rules ask.
public struct DeliverablePerson: Sendable, Equatable {
  public var person: ID<Person>
  public var kind: Person.Kind
  public var restricted: Bool
  public var interactions: Int
  public var hasCard: Bool
  /// Whose keys the person's journal images lie under: the handles of the records, e-mail addresses first.
  public var handles: [Handle]
  public var values: FieldValues
}

/// A link of somebody who was merged into a person that had none.
public struct Inheritance: Sendable, Equatable {
  public var from: ID<Person>
  public var link: Link

  public init(from: ID<Person>, link: Link) {
    self.from = from
    self.link = link
  }
}

/// Statements about links.
public enum Links {
  /// Which values of a record are kept: those last agreed on, or those that stood there when it was last read.
  enum Side: String { case base, there }

  public static func all(
    _ account: ID<Account>, _ destination: ID<Destination>, in session: any Session
  ) throws -> [Link] {
    let key: [Value] = [Value(account), Value(destination)]
    let bases = try values(.base, key, in: session)
    return try session.rows(
      """
      SELECT person_id, member_id, remote_id, key, remote_digest FROM link
      WHERE account_id = $1 AND destination_id = $2 ORDER BY person_id
      """, key
    ).map { row in
      Link(
        person: row.id(0), member: row.id(1), remote: row.text(2), key: row.text(3), remoteDigest: row.text(4),
        base: bases[row.int(0)] ?? [:])
    }
  }

  /// The values of one side by the raw ids of persons.
  static func values(_ side: Side, _ key: [Value], in session: any Session) throws -> [Int64: FieldValues] {
    var found: [Int64: FieldValues] = [:]
    let values = """
      SELECT person_id, field, value FROM link_value WHERE account_id = $1 AND destination_id = $2 AND side = $3
      ORDER BY person_id, field, position
      """
    try session.stream(values, key + [.text(side.rawValue)]) { row in
      guard let field = FieldKey(name: row.text(1)) else { return }
      found[row.int(0), default: [:]][field, default: []].append(row.text(2))
    }
    return found
  }

  /// Keeps the values of one side, in the place of what was kept of these persons.
  static func keep(
    _ side: Side, _ all: [(ID<Person>, FieldValues)], _ destination: ID<Destination>, _ member: ID<Member>,
    _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "DELETE FROM link_value WHERE account_id = $1 AND destination_id = $2 AND person_id = $3 AND side = $4",
      all.map { [Value(account), Value(destination), Value($0.0), .text(side.rawValue)] })
    try session.runMany(
      """
      INSERT INTO link_value (account_id, destination_id, person_id, side, field, position, value, member_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """,
      all.flatMap { person, values in
        flat(values).map { field, position, value in
          [
            Value(account), Value(destination), Value(person), .text(side.rawValue), .text(field.name),
            Value(position), .text(value), Value(member),
          ]
        }
      })
  }

  /// Keeps links with their bases, in the place of what was kept of these persons.
  public static func keep(
    _ links: [Link], _ destination: ID<Destination>, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    guard !links.isEmpty else { return }
    try session.runMany(
      """
      INSERT INTO link (account_id, destination_id, person_id, member_id, remote_id, key, remote_digest, delivered_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (account_id, destination_id, person_id) DO UPDATE SET remote_id = excluded.remote_id,
        key = excluded.key, remote_digest = excluded.remote_digest, delivered_at = excluded.delivered_at
      """,
      links.map { link in
        [
          Value(account), Value(destination), Value(link.person), Value(link.member), .text(link.remote),
          .text(link.key), .text(link.remoteDigest), Value(now),
        ]
      })
    for (member, links) in Dictionary(grouping: links, by: \.member) {
      try keep(.base, links.map { ($0.person, $0.base) }, destination, member, account, in: session)
    }
  }

  /// Forgets which record a person is, so that the next delivery makes a new one.
  public static func forget(
    _ person: ID<Person>, _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(destination), Value(person)]
    try session.run("DELETE FROM link_value WHERE account_id = $1 AND destination_id = $2 AND person_id = $3", key)
    try session.run("DELETE FROM link WHERE account_id = $1 AND destination_id = $2 AND person_id = $3", key)
  }

  /// The persons of a member who are not merged away, with the directory as the fold holds it.
  public static func people(
    _ account: ID<Account>, _ member: ID<Member>, in session: any Session
  ) throws -> [DeliverablePerson] {
    let key: [Value] = [Value(account), Value(member)]
    var values: [Int64: FieldValues] = [:]
    let folded = """
      SELECT person_id, field, value FROM person_value WHERE account_id = $1 AND member_id = $2
      ORDER BY person_id, field, position
      """
    try session.stream(folded, key) { row in
      guard let field = FieldKey(name: row.text(1)) else { return }
      values[row.int(0), default: [:]][field, default: []].append(row.text(2))
    }
    var cards: Set<Int64> = []
    var handles: [Int64: [Handle]] = [:]
    let known = """
      SELECT r.person_id, r.kind, h.kind, h.value FROM record r
      JOIN handle h ON h.account_id = r.account_id AND h.id = r.handle_id
      WHERE r.account_id = $1 AND r.member_id = $2 AND r.gone_at IS NULL
      ORDER BY CASE h.kind WHEN 'email' THEN 1 ELSE 2 END, r.id
      """
    for row in try session.rows(known, key) {
      if row.text(1) == Record.Kind.card.rawValue { cards.insert(row.int(0)) }
      guard let kind = Handle.Kind(rawValue: row.text(2)) else { continue }
      let handle = Handle(kind, row.text(3))
      if handles[row.int(0)]?.contains(handle) != true { handles[row.int(0), default: []].append(handle) }
    }
    return try session.rows(
      """
      SELECT id, kind, name, organisation, title, interactions, restricted_at FROM person
      WHERE account_id = $1 AND member_id = $2 AND gone = 0 ORDER BY id
      """, key
    ).map { row in
      var own = values[row.int(0)] ?? [:]
      for (field, text) in [(FieldKey.name, row.text(2)), (.organisation, row.text(3)), (.title, row.text(4))] {
        own[field] = text.isEmpty ? nil : [text]
      }
      return DeliverablePerson(
        person: row.id(0), kind: Person.Kind(rawValue: row.text(1)) ?? .person, restricted: row.intOrNil(6) != nil,
        interactions: Int(row.int(5)), hasCard: cards.contains(row.int(0)),
        handles: handles[row.int(0)] ?? [], values: own)
    }
  }

  /// The directory of some persons, as the fold holds it.
  public static func values(
    of persons: [ID<Person>], _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Person>: FieldValues] {
    let keys: [[Value]] = persons.map { [Value(account), Value($0)] }
    let rows = try session.rowsMany(
      "SELECT name, organisation, title FROM person WHERE account_id = $1 AND id = $2", keys)
    let many = try session.rowsMany(
      "SELECT field, value FROM person_value WHERE account_id = $1 AND person_id = $2 ORDER BY field, position", keys)
    var found: [ID<Person>: FieldValues] = [:]
    for (person, (row, values)) in zip(persons, zip(rows, many)) {
      var own: FieldValues = [:]
      for value in values {
        if let field = FieldKey(name: value.text(0)) { own[field, default: []].append(value.text(1)) }
      }
      for (field, place) in [(FieldKey.name, 0), (.organisation, 1), (.title, 2)] {
        let text = row.first?.text(place) ?? ""
        own[field] = text.isEmpty ? nil : [text]
      }
      found[person] = own
    }
    return found
  }

  /// What came in from a destination of each person, whether it shows or not.
  public static func received(
    _ account: ID<Account>, _ destination: ID<Destination>, in session: any Session
  ) throws -> [ID<Person>: FieldValues] {
    let prefix = "\(destination):"
    var found: [ID<Person>: FieldValues] = [:]
    let rows = try session.rows(
      """
      SELECT r.person_id, f.field, f.label, f.value FROM record r
      JOIN fact f ON f.account_id = r.account_id AND f.record_id = r.id
      WHERE r.account_id = $1 AND r.kind = 'destination' AND r.gone_at IS NULL AND f.value IS NOT NULL
        AND substr(r.identity, 1, $2) = $3
      ORDER BY f.id
      """, [Value(account), Value(prefix.utf8.count), .text(prefix)])
    for row in rows {
      guard let field = Fact.Field(rawValue: row.text(1)) else { continue }
      found[row.id(0), default: [:]][FieldKey(field, label: row.text(2)), default: []].append(row.text(3))
    }
    return found
  }

  /// Into whom linked persons were merged who are gone.
  public static func heirs(
    _ account: ID<Account>, _ destination: ID<Destination>, in session: any Session
  ) throws -> [ID<Person>: ID<Person>] {
    let gone = try session.row(
      """
      SELECT 1 FROM link l JOIN person p ON p.account_id = l.account_id AND p.id = l.person_id
      WHERE l.account_id = $1 AND l.destination_id = $2 AND p.gone = 1 LIMIT 1
      """, [Value(account), Value(destination)])
    guard gone != nil else { return [:] }
    var next: [ID<Person>: ID<Person>] = [:]
    for row in try session.rows(
      """
      SELECT DISTINCT r.from_person, d.person_id FROM decision_record r
      JOIN decision d ON d.account_id = r.account_id AND d.id = r.decision_id
      JOIN person p ON p.account_id = r.account_id AND p.id = r.from_person
      WHERE r.account_id = $1 AND d.revoked_at IS NULL AND r.from_person <> d.person_id AND p.gone = 1
      """, [Value(account)])
    {
      next[row.id(0)] = row.id(1)
    }
    return next.mapValues { first in
      var heir = first
      for _ in 0..<next.count { if let after = next[heir] { heir = after } else { break } }
      return heir
    }
  }

  /// Values in the order of fields, each with its place.
  static func flat(_ values: FieldValues) -> [(FieldKey, Int, String)] {
    values.keys.sorted().flatMap { field in
      (values[field] ?? []).enumerated().map { (field, $0.offset, $0.element) }
    }
  }
}
