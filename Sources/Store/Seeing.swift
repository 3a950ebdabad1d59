public import Consent
public import Model

/// A person as a viewer sees it, with whose it is.
public struct SeenPerson: Sendable, Equatable {
  public var person: Person
  public var owner: ID<Member>
  /// Whether the owner is in touch with them; nil until it is worked out.
  public var standing: Person.Standing?
}

/// One fact as a viewer sees it, with where it comes from.
public struct SeenFact: Sendable, Equatable {
  public var id: ID<Fact>
  public var fact: Fact
  public var recordKind: Record.Kind
  public var source: ID<Source>?
  /// What it says is sealed; `fact.value` is empty.
  public var isSealed: Bool
}

/// What a viewer sees of people: all of it by the views whose predicate is the sharing rule.
public enum Seeing {
  static let columns =
    "p.id, p.member_id, p.kind, p.name, p.organisation, p.title, p.strength, p.last_contacted, p.interactions"

  public static func person(_ id: ID<Person>, in session: any Session) throws -> SeenPerson? {
    let rows = try session.rows("SELECT \(columns) FROM seen_person p WHERE p.id = $1", [Value(id)])
    return try withValues(rows, in: session).first
  }

  /// How many people of each kind a viewer sees.
  public static func counts(in session: any Session) throws -> [Person.Kind: Int] {
    var counts: [Person.Kind: Int] = [:]
    for row in try session.rows("SELECT p.kind, COUNT(*) FROM seen_person p GROUP BY p.kind") {
      if let kind = Person.Kind(rawValue: row.text(0)) { counts[kind] = Int(row.int(1)) }
    }
    return counts
  }

  static func withValues(_ rows: [Row], in session: any Session) throws -> [SeenPerson] {
    let values = try session.rowsMany(
      """
      SELECT field, value FROM seen_person_value
      WHERE person_id = $1 AND field IN ('email', 'phone') ORDER BY field, position
      """, rows.map { [$0[0]] })
    return zip(rows, values).map { row, values in
      func all(_ field: Fact.Field) -> [String] { values.filter { $0.text(0) == field.rawValue }.map { $0.text(1) } }
      return SeenPerson(
        person: Person(
          id: row.id(0), kind: Person.Kind(rawValue: row.text(2)) ?? .person, name: row.text(3), emails: all(.email),
          phones: all(.phone), organisation: row.textOrNil(4), title: row.textOrNil(5), strength: row.real(6),
          lastContacted: row.instantOrNil(7), interactions: Int(row.int(8))),
        owner: row.id(1))
    }
  }

  /// The facts of a person, in order of field, rank and age.
  public static func facts(of person: ID<Person>, in session: any Session) throws -> [SeenFact] {
    try session.rows(
      """
      SELECT id, record_id, record_kind, source_id, field, label, value, origin, first_seen, last_seen, seen, confidence
      FROM seen_fact WHERE person_id = $1 ORDER BY field, origin DESC, seen DESC, id
      """, [Value(person)]
    ).compactMap { row in
      guard let kind = Record.Kind(rawValue: row.text(2)), let field = Fact.Field(rawValue: row.text(4)),
        let origin = Fact.Origin(rawValue: Int(row.int(7)))
      else { return nil }
      return SeenFact(
        id: row.id(0),
        fact: Fact(
          field: field, label: row.text(5), value: row.text(6), origin: origin, record: row.id(1),
          firstSeen: row.instant(8), lastSeen: row.instant(9), count: Int(row.int(10)), confidence: row.real(11)),
        recordKind: kind, source: row.idOrNil(3), isSealed: row[6].isNull)
    }
  }

  /// The sealed facts of a person that the viewer may have opened.
  public static func details(
    of person: ID<Person>, in session: any Session
  ) throws -> [(fact: ID<Fact>, detail: Sealed)] {
    try session.rows("SELECT id, detail FROM seen_detail WHERE person_id = $1 ORDER BY id", [Value(person)])
      .compactMap { row in Sealed(stored: row.bytes(1)).map { (row.id(0), $0) } }
  }

  /// The persons of mails or touches, by the address records the viewer sees.
  public static func people(
    of interactions: [ID<Interaction>], in session: any Session
  ) throws -> [ID<Interaction>: [ID<Person>]] {
    let rows = try session.rowsMany(
      "SELECT DISTINCT person_id FROM seen_touch WHERE id = $1 ORDER BY person_id", interactions.map { [Value($0)] })
    return Dictionary(
      zip(interactions, rows.map { $0.map { $0.id(0) } }), uniquingKeysWith: { first, _ in first })
  }
}

extension Store {
  /// Who sees a person at which level, from the rows of the sharing rule; the person's own member sees all (P009).
  public func whoSees(
    _ account: ID<Account>, _ person: ID<Person>
  ) async throws -> [ID<Member>: ShareLevel] {
    try await read(account) { session in
      guard let state = try People.states([person], account, in: session).first ?? nil, !state.isGone,
        state.restrictedAt == nil
      else { return [:] }
      var seen: [ID<Member>: ShareLevel] = [:]
      let rows = try session.rows(
        """
        SELECT m.id, MAX(s.level) FROM member m JOIN share s ON s.account_id = m.account_id
        WHERE m.account_id = $1 AND m.left_at IS NULL AND s.member_id = $2 AND s.withdrawn_at IS NULL
          AND (s.with_member = 0 OR s.with_member = m.id) AND (s.person_id = 0 OR s.person_id = $3)
        GROUP BY m.id
        """, [Value(account), Value(state.member), Value(person)])
      for row in rows { seen[row.id(0)] = ShareLevel(rawValue: Int(row.int(1))) }
      seen[state.member] = .content
      return seen
    }
  }

  /// Which colleagues share at a level with a viewer, and by which persons; 0 where it is all of them.
  ///
  /// Persons who are restricted, or are there no more, share nothing.
  public func sharers(
    with viewer: Viewer, at level: ShareLevel
  ) async throws -> [ID<Member>: Set<ID<Person>>] {
    try await read(viewer.account) { session in
      let rows = try session.rows(
        """
        SELECT DISTINCT s.member_id, s.person_id FROM share s
        WHERE s.account_id = $1 AND s.member_id <> $2 AND s.withdrawn_at IS NULL AND s.level >= $3
          AND (s.with_member = 0 OR s.with_member = $2)
          AND (s.person_id = 0 OR EXISTS (
            SELECT 1 FROM person p
            WHERE p.account_id = s.account_id AND p.id = s.person_id AND p.member_id = s.member_id AND p.gone = 0
              AND p.restricted_at IS NULL))
        """, [Value(viewer.account), Value(viewer.member), Value(level.rawValue)])
      var sharers: [ID<Member>: Set<ID<Person>>] = [:]
      for row in rows { sharers[row.id(0), default: []].insert(row.id(1)) }
      return sharers
    }
  }
}
