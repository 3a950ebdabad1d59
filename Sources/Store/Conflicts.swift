public import Consent
public import Model

/// Something that both sides changed: listed, nothing overwritten, until the owner decides.
public struct Conflict: Identified, Sendable, Equatable {
  public static let prefix = "conflict"

  /// What is in conflict.
  public enum Matter: Sendable, Hashable {
    case field(FieldKey)
    /// The record was deleted at the destination; it is neither made again nor deleted here.
    case deletedThere

    public init?(name: String) {
      if name == "deleted-there" {
        self = .deletedThere
      } else if let field = FieldKey(name: name) {
        self = .field(field)
      } else {
        return nil
      }
    }

    public var name: String {
      switch self {
      case .field(let field): field.name
      case .deletedThere: "deleted-there"
      }
    }
  }

  public var id: ID<Conflict>
  public var member: ID<Member>
  public var destination: ID<Destination>
  public var person: ID<Person>
  public var matter: Matter
  /// Only fields with one value conflict; empty if a side has none.
  public var base: String
  public var ours: String
  public var theirs: String
  public var resolvedAt: Instant?

  public init(
    id: ID<Conflict>, member: ID<Member>, destination: ID<Destination>, person: ID<Person>, matter: Matter,
    base: String = "", ours: String = "", theirs: String = "", resolvedAt: Instant? = nil
  ) {
    self.id = id
    self.member = member
    self.destination = destination
    self.person = person
    self.matter = matter
    self.base = base
    self.ours = ours
    self.theirs = theirs
    self.resolvedAt = resolvedAt
  }

  /// Whether both tell of the same thing, whatever their ids.
  func says(_ other: Conflict) -> Bool {
    person == other.person && matter == other.matter && base == other.base && ours == other.ours
      && theirs == other.theirs
  }
}

/// Statements about conflicts.
public enum Conflicts {
  public static func all(
    _ account: ID<Account>, _ destination: ID<Destination>, in session: any Session
  ) throws -> [Conflict] {
    try session.rows(
      """
      SELECT id, member_id, destination_id, person_id, field, base, ours, theirs, resolved_at FROM conflict
      WHERE account_id = $1 AND destination_id = $2 ORDER BY id
      """, [Value(account), Value(destination)]
    ).compactMap(conflict)
  }

  /// Makes the open conflicts of a destination these: new ones are entered, those that are no more are taken out, and
  /// one that stands as it was is not touched.
  public static func settle(
    _ now: [Conflict], _ destination: ID<Destination>, at instant: Instant, _ account: ID<Account>,
    in session: any Session
  ) throws {
    let held = try all(account, destination, in: session).filter { $0.resolvedAt == nil }
    let over = held.filter { old in !now.contains { $0.says(old) } }
    try session.runMany(
      "DELETE FROM conflict WHERE account_id = $1 AND id = $2", over.map { [Value(account), Value($0.id)] })
    for conflict in now where !held.contains(where: { $0.says(conflict) }) {
      try insert(conflict, at: instant, account, in: session)
    }
  }

  public static func insert(
    _ conflict: Conflict, at instant: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      """
      INSERT INTO conflict (account_id, id, member_id, destination_id, person_id, field, base, ours, theirs, at,
        resolved_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      """,
      [
        Value(account), Value(conflict.id), Value(conflict.member), Value(conflict.destination),
        Value(conflict.person), .text(conflict.matter.name), .text(conflict.base), .text(conflict.ours),
        .text(conflict.theirs), Value(instant), Value(conflict.resolvedAt),
      ])
  }

  /// Notes that the owner decided; false if it was decided before.
  public static func resolve(
    _ id: ID<Conflict>, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws -> Bool {
    try session.run(
      "UPDATE conflict SET resolved_at = $1 WHERE account_id = $2 AND id = $3 AND resolved_at IS NULL",
      [Value(now), Value(account), Value(id)]) == 1
  }

  /// Forgets what was decided about a record that is there again.
  public static func forgetDeletion(
    _ person: ID<Person>, _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      """
      DELETE FROM conflict WHERE account_id = $1 AND destination_id = $2 AND person_id = $3 AND field = $4
      """, [Value(account), Value(destination), Value(person), .text(Conflict.Matter.deletedThere.name)])
  }

  static func conflict(_ row: Row) -> Conflict? {
    guard let matter = Conflict.Matter(name: row.text(4)) else { return nil }
    return Conflict(
      id: row.id(0), member: row.id(1), destination: row.id(2), person: row.id(3), matter: matter, base: row.text(5),
      ours: row.text(6), theirs: row.text(7), resolvedAt: row.instantOrNil(8))
  }
}

extension Store {
  /// The conflicts that wait for a decision of this viewer, oldest first.
  public func conflicts(_ viewer: Viewer, _ destination: ID<Destination>? = nil) async throws -> [Conflict] {
    let member = viewer.member
    return try await see(viewer) { session in
      try session.rows(
        """
        SELECT id, 0, destination_id, person_id, field, base, ours, theirs, resolved_at FROM seen_conflict
        WHERE resolved_at IS NULL ORDER BY id
        """
      ).compactMap { row in
        var found = Conflicts.conflict(row)
        found?.member = member
        return destination == nil || found?.destination == destination ? found : nil
      }
    }
  }
}
