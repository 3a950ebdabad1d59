public import Consent
public import Model

/// Something that both sides have to do with and no rule may decide alone: listed, nothing overwritten, until the owner
/// decides; or decided by a rule, and kept so that the value which lost is not gone.
public struct Conflict: Identified, Sendable, Equatable {
  public static let prefix = "conflict"

  /// What is in conflict.
  public enum Matter: Sendable, Hashable {
    case field(FieldKey)
    /// The record was deleted at the destination; it is neither made again nor deleted here.
    case deletedThere
    /// The record is gone, and another there, in `theirs`, may have taken it in.
    case mergedThere
    /// Several records there, in `theirs`, may be the person, or one that several persons may be.
    case match
    /// A field of a task; the words of a title are not in the entry, since they stay sealed.
    case task(ID<Todo>, Todo.Field)
    /// The task was deleted at the destination; it is neither made again nor taken away here.
    case taskDeleted(ID<Todo>)

    public init?(name: String) {
      switch name {
      case "deleted-there": self = .deletedThere
      case "merged-there": self = .mergedThere
      case "match": self = .match
      default:
        if let task = Matter(task: name) {
          self = task
          return
        }
        guard let field = FieldKey(name: name) else { return nil }
        self = .field(field)
      }
    }

    /// `task_…:title`, or `task_…:deleted-there`.
    private init?(task name: String) {
      let parts = name.split(separator: ":")
      guard parts.count == 2, let id = ID<Todo>(parts[0]) else { return nil }
      if parts[1] == "deleted-there" {
        self = .taskDeleted(id)
      } else {
        guard let field = Todo.Field(rawValue: String(parts[1])) else { return nil }
        self = .task(id, field)
      }
    }

    /// True for what tasks are in conflict about, which is settled apart from persons.
    public var isOfTask: Bool {
      switch self {
      case .task, .taskDeleted: true
      case .field, .deletedThere, .mergedThere, .match: false
      }
    }

    public var name: String {
      switch self {
      case .field(let field): field.name
      case .task(let id, let field): "\(id):\(field.rawValue)"
      case .taskDeleted(let id): "\(id):deleted-there"
      case .deletedThere: "deleted-there"
      case .mergedThere: "merged-there"
      case .match: "match"
      }
    }
  }

  public var id: ID<Conflict>
  public var member: ID<Member>
  public var destination: ID<Destination>
  public var person: ID<Person>
  public var matter: Matter
  /// Why it is listed: `both-changed`, `insisted`, `refused: …`, or, decided by a rule, `ruled-ours` or `ruled-theirs`.
  public var cause: String
  /// Empty if a side has no value; several values each on a line of its own.
  public var base: String
  public var ours: String
  public var theirs: String
  /// When a side became what it is and by whom ours was said, where that is known.
  public var oursAt: Instant?
  public var oursFrom: Fact.Origin?
  public var theirsAt: Instant?
  public var at: Instant
  public var resolvedAt: Instant?
  /// Which side was taken, `ours` or `theirs`; nil while it is open.
  public var taken: String?

  public init(
    id: ID<Conflict>, member: ID<Member>, destination: ID<Destination>, person: ID<Person>, matter: Matter,
    cause: String = "", base: String = "", ours: String = "", theirs: String = "", oursAt: Instant? = nil,
    oursFrom: Fact.Origin? = nil, theirsAt: Instant? = nil, at: Instant = Instant(milliseconds: 0),
    resolvedAt: Instant? = nil, taken: String? = nil
  ) {
    self.id = id
    self.member = member
    self.destination = destination
    self.person = person
    self.matter = matter
    self.cause = cause
    self.base = base
    self.ours = ours
    self.theirs = theirs
    self.oursAt = oursAt
    self.oursFrom = oursFrom
    self.theirsAt = theirsAt
    self.at = at
    self.resolvedAt = resolvedAt
    self.taken = taken
  }

  /// What it tells, whatever its id and times: two that say the same are one.
  public var words: [String] { [person.description, matter.name, cause, base, ours, theirs] }
}

/// Statements about conflicts.
public enum Conflicts {
  private static let columns = """
    id, member_id, destination_id, person_id, field, base, ours, theirs, resolved_at, cause, ours_at, ours_from,
    theirs_at, at, taken
    """

  public static func all(
    _ account: ID<Account>, _ destination: ID<Destination>, in session: any Session
  ) throws -> [Conflict] {
    try session.rows(
      "SELECT \(columns) FROM conflict WHERE account_id = $1 AND destination_id = $2 ORDER BY id",
      [Value(account), Value(destination)]
    ).compactMap(conflict)
  }

  /// Makes the open conflicts of a destination these: new ones are entered, those that are no more are taken out, and
  /// one that stands as it was is not touched.
  ///
  /// Those of tasks and those of persons are settled apart.
  public static func settle(
    _ now: [Conflict], _ destination: ID<Destination>, ofTasks: Bool = false, at instant: Instant,
    _ account: ID<Account>, in session: any Session
  ) throws {
    let held = try all(account, destination, in: session).filter {
      $0.resolvedAt == nil && $0.matter.isOfTask == ofTasks
    }
    let (standing, known) = (Set(now.map(\.words)), Set(held.map(\.words)))
    let over = held.filter { !standing.contains($0.words) }
    try session.runMany(
      "DELETE FROM conflict WHERE account_id = $1 AND id = $2", over.map { [Value(account), Value($0.id)] })
    for conflict in now where !known.contains(conflict.words) {
      try insert(conflict, at: instant, account, in: session)
    }
  }

  public static func insert(
    _ conflict: Conflict, at instant: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      """
      INSERT INTO conflict (account_id, id, member_id, destination_id, person_id, field, base, ours, theirs, at,
        resolved_at, cause, ours_at, ours_from, theirs_at, taken)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
      """,
      [
        Value(account), Value(conflict.id), Value(conflict.member), Value(conflict.destination),
        Value(conflict.person), .text(conflict.matter.name), .text(conflict.base), .text(conflict.ours),
        .text(conflict.theirs), Value(instant), Value(conflict.resolvedAt), .text(conflict.cause),
        Value(conflict.oursAt), Value(conflict.oursFrom?.rawValue), Value(conflict.theirsAt),
        Value(conflict.taken),
      ])
  }

  /// Notes which side the owner took; false if it was decided before.
  public static func resolve(
    _ id: ID<Conflict>, taking side: String, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws -> Bool {
    try session.run(
      """
      UPDATE conflict SET resolved_at = $1, taken = $4
      WHERE account_id = $2 AND id = $3 AND resolved_at IS NULL
      """, [Value(now), Value(account), Value(id), .text(side)]) == 1
  }

  /// Forgets what was decided about a record that is there again.
  public static func forgetDeletion(
    _ person: ID<Person>, _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      """
      DELETE FROM conflict WHERE account_id = $1 AND destination_id = $2 AND person_id = $3 AND field IN ($4, $5)
      """,
      [
        Value(account), Value(destination), Value(person), .text(Conflict.Matter.deletedThere.name),
        .text(Conflict.Matter.mergedThere.name),
      ])
  }

  static func conflict(_ row: Row) -> Conflict? {
    guard let matter = Conflict.Matter(name: row.text(4)) else { return nil }
    return Conflict(
      id: row.id(0), member: row.id(1), destination: row.id(2), person: row.id(3), matter: matter, cause: row.text(9),
      base: row.text(5), ours: row.text(6), theirs: row.text(7), oursAt: row.instantOrNil(10),
      oursFrom: row.intOrNil(11).flatMap { Fact.Origin(rawValue: Int($0)) }, theirsAt: row.instantOrNil(12),
      at: row.instant(13), resolvedAt: row.instantOrNil(8), taken: row.textOrNil(14))
  }
}

extension Store {
  /// The conflicts that wait for a decision of this viewer, or those that were decided; oldest first.
  public func conflicts(
    _ viewer: Viewer, _ destination: ID<Destination>? = nil, settled: Bool = false
  ) async throws -> [Conflict] {
    let member = viewer.member
    return try await see(viewer) { session in
      try session.rows(
        """
        SELECT id, 0, destination_id, person_id, field, base, ours, theirs, resolved_at, cause, ours_at, ours_from,
          theirs_at, at, taken
        FROM seen_conflict ORDER BY id
        """
      ).compactMap { row in
        var found = Conflicts.conflict(row)
        found?.member = member
        guard (found?.resolvedAt != nil) == settled else { return nil }
        return destination == nil || found?.destination == destination ? found : nil
      }
    }
  }
}
