public import Consent
public import Model

/// Which task of a destination is which, and what both sides last agreed on.
public struct TodoLink: Sendable, Equatable {
  public enum State: String, Sendable {
    /// Posted, and perhaps on its way.
    case due
    /// It stands there.
    case held
    /// It was deleted there, and the owner let it be.
    case left
    /// It was entered as a note, since the system has no tasks: what becomes of it is not told there.
    case note
  }

  public var todo: ID<Todo>
  public var member: ID<Member>
  public var key: String
  public var state: State
  public var remote: String?
  public var base: TodoState
  /// What stood there when it was last read, and its title, while the two sides differ.
  public var there: TodoState?
  public var theirTitle: Sealed?

  public init(
    todo: ID<Todo>, member: ID<Member>, key: String, state: State, remote: String? = nil, base: TodoState,
    there: TodoState? = nil, theirTitle: Sealed? = nil
  ) {
    self.todo = todo
    self.member = member
    self.key = key
    self.state = state
    self.remote = remote
    self.base = base
    self.there = there
    self.theirTitle = theirTitle
  }

  /// Where the title that stands there lies.
  public static func slot(_ account: ID<Account>, _ todo: ID<Todo>) -> Slot {
    Slot(account, "task_link", "their_title", row: todo.rawValue)
  }
}

/// Statements about which task of a destination is which.
public enum TodoLinks {
  private static let columns = """
    task_id, member_id, key, state, remote_id, base_title, base_due, base_done, there_title, there_due, there_done,
    their_title
    """

  public static func all(
    _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws -> [TodoLink] {
    try session.rows(
      "SELECT \(columns) FROM task_link WHERE account_id = $1 AND destination_id = $2 ORDER BY task_id",
      [Value(account), Value(destination)]
    ).compactMap(link)
  }

  /// The records there of persons who may be told of, without those that are known to be gone (P121).
  public static func contacts(
    _ destination: ID<Destination>, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Person>: String] {
    let rows = try session.rows(
      """
      SELECT l.person_id, l.remote_id FROM link l
      JOIN person p ON p.account_id = l.account_id AND p.id = l.person_id AND p.gone = 0 AND p.restricted_at IS NULL
      WHERE l.account_id = $1 AND l.destination_id = $2 AND l.member_id = $3 AND \(Activities.isThere)
      """, [Value(account), Value(destination), Value(member)])
    return Dictionary(rows.map { ($0.id(0), $0.text(1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Keeps links in the place of what was kept of these tasks.
  public static func keep(
    _ links: [TodoLink], _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO task_link (account_id, destination_id, task_id, member_id, key, state, remote_id, base_title,
        base_due, base_done, there_title, there_due, there_done, their_title)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      ON CONFLICT (account_id, destination_id, task_id) DO UPDATE SET key = excluded.key, state = excluded.state,
        remote_id = excluded.remote_id, base_title = excluded.base_title, base_due = excluded.base_due,
        base_done = excluded.base_done, there_title = excluded.there_title, there_due = excluded.there_due,
        there_done = excluded.there_done, their_title = excluded.their_title
      """,
      links.map { link in
        [
          Value(account), Value(destination), Value(link.todo), Value(link.member), .text(link.key),
          .text(link.state.rawValue), Value(link.remote), .integer(Int64(bitPattern: link.base.title)),
          Value(link.base.due), Value(link.base.isDone),
          link.there.map { Value.integer(Int64(bitPattern: $0.title)) } ?? .null, Value(link.there?.due),
          link.there.map { Value($0.isDone) } ?? .null, Value(link.theirTitle?.bytes),
        ]
      })
  }

  /// Forgets what a task is called there, so that the next delivery makes it again.
  public static func forget(
    _ todo: ID<Todo>, _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      "DELETE FROM task_link WHERE account_id = $1 AND destination_id = $2 AND task_id = $3",
      [Value(account), Value(destination), Value(todo)])
  }

  private static func link(_ row: Row) -> TodoLink? {
    guard let state = TodoLink.State(rawValue: row.text(3)) else { return nil }
    let there = row.intOrNil(8).map {
      TodoState(title: UInt64(bitPattern: $0), due: row.instantOrNil(9), isDone: row.bool(10))
    }
    return TodoLink(
      todo: row.id(0), member: row.id(1), key: row.text(2), state: state, remote: row.textOrNil(4),
      base: TodoState(title: UInt64(bitPattern: row.int(5)), due: row.instantOrNil(6), isDone: row.bool(7)),
      there: there, theirTitle: row.bytesOrNil(11).flatMap { Sealed(stored: $0) })
  }
}
