public import Consent
public import Model

/// A task as it is stored: its title sealed under the key of its person's handle.
public struct StoredTodo: Sendable, Equatable {
  public var id: ID<Todo>
  public var member: ID<Member>
  /// Whose record it hangs on: the person's, whoever that is by now.
  public var record: ID<Record>
  public var person: ID<Person>
  public var title: Sealed
  /// The title as a token, the day and whether it is done.
  public var state: TodoState
  public var changedAt: Instant
  /// When the owner took it away.
  public var goneAt: Instant?

  public init(
    id: ID<Todo>, member: ID<Member>, record: ID<Record>, person: ID<Person>, title: Sealed, state: TodoState,
    changedAt: Instant, goneAt: Instant? = nil
  ) {
    self.id = id
    self.member = member
    self.record = record
    self.person = person
    self.title = title
    self.state = state
    self.changedAt = changedAt
    self.goneAt = goneAt
  }

  /// Where its title lies.
  public static func slot(_ account: ID<Account>, _ id: ID<Todo>) -> Slot {
    Slot(account, "task", "title", row: id.rawValue)
  }
}

/// Statements about tasks.
public enum Todos {
  private static let columns = """
    t.id, t.member_id, t.record_id, r.person_id, t.title, t.title_token, t.due, t.done, t.changed_at, t.gone_at
    """

  /// Keeps tasks as they are now.
  public static func keep(_ all: [StoredTodo], _ account: ID<Account>, in session: any Session) throws {
    try session.runMany(
      """
      INSERT INTO task (account_id, id, member_id, record_id, title, title_token, due, done, changed_at, gone_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      ON CONFLICT (account_id, id) DO UPDATE SET title = excluded.title, title_token = excluded.title_token,
        due = excluded.due, done = excluded.done, changed_at = excluded.changed_at, gone_at = excluded.gone_at
      """,
      all.map {
        [
          Value(account), Value($0.id), Value($0.member), Value($0.record), .bytes($0.title.bytes),
          .integer(Int64(bitPattern: $0.state.title)), Value($0.state.due), Value($0.state.isDone),
          Value($0.changedAt), Value($0.goneAt),
        ]
      })
  }

  /// The tasks of a member, those that were taken away too.
  public static func all(
    of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [StoredTodo] {
    try session.rows(
      """
      SELECT \(columns) FROM task t JOIN record r ON r.account_id = t.account_id AND r.id = t.record_id
      WHERE t.account_id = $1 AND t.member_id = $2 ORDER BY t.id
      """, [Value(account), Value(member)]
    ).compactMap(todo)
  }

  /// One of a member's own; nil for anybody else's.
  public static func one(
    _ id: ID<Todo>, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> StoredTodo? {
    try session.row(
      """
      SELECT \(columns) FROM task t JOIN record r ON r.account_id = t.account_id AND r.id = t.record_id
      WHERE t.account_id = $1 AND t.id = $2 AND t.member_id = $3
      """, [Value(account), Value(id), Value(member)]
    ).flatMap(todo)
  }

  private static func todo(_ row: Row) -> StoredTodo? {
    guard let title = Sealed(stored: row.bytes(4)) else { return nil }
    return StoredTodo(
      id: row.id(0), member: row.id(1), record: row.id(2), person: row.id(3), title: title,
      state: TodoState(title: UInt64(bitPattern: row.int(5)), due: row.instantOrNil(6), isDone: row.bool(7)),
      changedAt: row.instant(8), goneAt: row.instantOrNil(9))
  }
}

/// A task as its owner sees it in a list, the title still sealed.
public struct SeenTodo: Sendable {
  public var id: ID<Todo>
  public var person: ID<Person>
  public var title: Sealed
  public var due: Instant?
  public var isDone: Bool
  public var changedAt: Instant
}

extension Store {
  /// The tasks that a viewer sees, open ones first, by day; `person` names whose.
  ///
  /// With `dueBy` those of a day's list: with a day up to that one, and open, or done since `doneSince`.
  public func todos(
    _ viewer: Viewer, of person: ID<Person>? = nil, dueBy: (day: Instant, doneSince: Instant)? = nil
  ) async throws -> [SeenTodo] {
    try await see(viewer) { session in
      var conditions = ["1 = 1"]
      var arguments: [Value] = []
      func bind(_ value: Value) -> String {
        arguments.append(value)
        return "$\(arguments.count)"
      }
      if let person { conditions.append("person_id = \(bind(Value(person)))") }
      if let dueBy {
        conditions.append(
          "due <= \(bind(Value(dueBy.day))) AND (done = 0 OR changed_at >= \(bind(Value(dueBy.doneSince))))")
      }
      return try session.rows(
        """
        SELECT id, person_id, title, due, done, changed_at FROM seen_task
        WHERE \(conditions.joined(separator: " AND "))
        ORDER BY done, CASE WHEN due IS NULL THEN 1 ELSE 0 END, due, id
        """, arguments
      ).compactMap { row in
        Sealed(stored: row.bytes(2)).map {
          SeenTodo(
            id: row.id(0), person: row.id(1), title: $0, due: row.instantOrNil(3), isDone: row.bool(4),
            changedAt: row.instant(5))
        }
      }
    }
  }
}
