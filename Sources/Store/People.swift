public import Model

/// A person as the fold leaves it: one row, and the values of the fields that stand side by side.
public struct FoldedRow: Sendable, Equatable {
  public var id: ID<Person>
  public var kind: Person.Kind
  /// What it is shown by: the name, else an address or a number.
  public var name: String
  public var organisation: String?
  public var title: String?
  public var strength: Double
  public var lastContacted: Instant?
  public var interactions: Int
  public var values: FieldValues

  public init(
    id: ID<Person>, kind: Person.Kind, name: String, organisation: String?, title: String?, strength: Double,
    lastContacted: Instant?, interactions: Int, values: FieldValues
  ) {
    self.id = id
    self.kind = kind
    self.name = name
    self.organisation = organisation
    self.title = title
    self.strength = strength
    self.lastContacted = lastContacted
    self.interactions = interactions
    self.values = values
  }
}

/// Whose a person is, and whether it is there.
public struct PersonState: Sendable, Equatable {
  public var id: ID<Person>
  public var member: ID<Member>
  public var isGone: Bool
  public var restrictedAt: Instant?
}

/// Statements about persons.
public enum People {
  /// Enters persons of whom nothing is known yet; the fold fills them in the same transaction.
  public static func insert(
    _ persons: [ID<Person>], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO person (account_id, id, member_id, kind, name, folded, strength, interactions, gone)
      VALUES ($1, $2, $3, 'person', '', '', 0, 0, 0)
      """, persons.map { [Value(account), Value($0), Value(member)] })
  }

  /// Writes folds over what was there.
  public static func write(
    _ rows: [FoldedRow], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      UPDATE person SET kind = $3, name = $4, folded = $5, organisation = $6, title = $7, strength = $8,
        last_contacted = $9, interactions = $10, gone = 0
      WHERE account_id = $1 AND id = $2
      """,
      rows.map {
        [
          Value(account), Value($0.id), .text($0.kind.rawValue), .text($0.name), .text(fold($0.name)),
          Value($0.organisation), Value($0.title), Value($0.strength), Value($0.lastContacted), Value($0.interactions),
        ]
      })
    try forgetValues(rows.map(\.id), account, in: session)
    var values: [[Value]] = []
    for row in rows {
      for (field, all) in row.values {
        for (position, value) in all.enumerated() {
          values.append([
            Value(account), Value(row.id), .text(field.name), Value(position), .text(value), Value(member),
          ])
        }
      }
    }
    try session.runMany(
      """
      INSERT INTO person_value (account_id, person_id, field, position, value, member_id)
      VALUES ($1, $2, $3, $4, $5, $6)
      """, values)
    try session.runMany(
      "INSERT INTO person_word (account_id, person_id, word, member_id) VALUES ($1, $2, $3, $4)",
      rows.flatMap { row in words(of: row).map { [Value(account), Value(row.id), .text($0), Value(member)] } })
  }

  /// The words by which a person is found, in an order that is the same each time.
  private static func words(of row: FoldedRow) -> [String] {
    SearchWords.of(
      names: [row.name, row.organisation ?? ""] + (row.values[.given] ?? []) + (row.values[.family] ?? []),
      emails: row.values[.email] ?? [], phones: row.values[.phone] ?? []
    ).sorted()
  }

  /// Notes that persons have no record any more, since they were merged or stand for nobody; their rows are emptied.
  public static func markGone(_ persons: [ID<Person>], _ account: ID<Account>, in session: any Session) throws {
    try session.runMany(
      """
      UPDATE person SET gone = 1, kind = 'person', name = '', folded = '', organisation = NULL, title = NULL,
        strength = 0, last_contacted = NULL, interactions = 0
      WHERE account_id = $1 AND id = $2
      """, persons.map { [Value(account), Value($0)] })
    try forgetValues(persons, account, in: session)
  }

  private static func forgetValues(_ persons: [ID<Person>], _ account: ID<Account>, in session: any Session) throws {
    for table in ["person_value", "person_word"] {
      try session.runMany(
        "DELETE FROM \(table) WHERE account_id = $1 AND person_id = $2", persons.map { [Value(account), Value($0)] })
    }
  }

  /// How persons stand, in the order asked; nil for one that is not there.
  public static func states(
    _ persons: [ID<Person>], _ account: ID<Account>, in session: any Session
  ) throws -> [PersonState?] {
    try session.rowsMany(
      "SELECT member_id, gone, restricted_at FROM person WHERE account_id = $1 AND id = $2",
      persons.map { [Value(account), Value($0)] }
    )
    .enumerated().map { index, rows in
      rows.first.map {
        PersonState(
          id: persons[index], member: $0.id(0), isGone: $0.bool(1), restrictedAt: $0.instantOrNil(2))
      }
    }
  }

  public static func restrict(
    _ person: ID<Person>, at: Instant?, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      "UPDATE person SET restricted_at = $3 WHERE account_id = $1 AND id = $2",
      [Value(account), Value(person), Value(at)])
  }

  /// Every person of a member with its row, by id; the gone too.
  public static func all(
    of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Person>] {
    try session.rows(
      "SELECT id FROM person WHERE account_id = $1 AND member_id = $2 ORDER BY id", [Value(account), Value(member)]
    ).map { $0.id(0) }
  }

  /// Live persons of a member who may be one with another, by id: no offices, no programs, nobody restricted.
  public static func comparable(
    of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Person>] {
    try session.rows(
      """
      SELECT id FROM person
      WHERE account_id = $1 AND member_id = $2 AND gone = 0 AND restricted_at IS NULL AND kind = 'person' ORDER BY id
      """, [Value(account), Value(member)]
    ).map { $0.id(0) }
  }
}
