public import Model

/// One touch as one handle took part in it.
public struct HandleTouch: Sendable, Equatable {
  public var interaction: ID<Interaction>
  public var kind: Interaction.Kind
  public var at: Instant
  /// Whether the instant is to be believed; what is not dated counts, but is no last contact.
  public var isDated: Bool
  public var direction: Interaction.Direction
  public var author: MailSightings.Author
  public var viaList: Bool
  public var recipients: Int
  public var role: Interaction.Role
  public var answers: Bool
  public var shape: Int64

  init?(_ row: Row) {
    guard let kind = Interaction.Kind(rawValue: row.text(1)),
      let direction = Interaction.Direction(rawValue: Int(row.int(4))),
      let author = MailSightings.Author(rawValue: Int(row.int(5))),
      let role = Interaction.Role(rawValue: Int(row.int(8)))
    else { return nil }
    self.interaction = row.id(0)
    self.kind = kind
    self.at = row.instant(2)
    self.isDated = row.bool(3)
    self.direction = direction
    self.author = author
    self.viaList = row.bool(6)
    self.recipients = Int(row.int(7))
    self.role = role
    self.answers = row.bool(9)
    self.shape = row.int(10)
  }
}

/// Statements about touches as handles and viewers see them.
public enum Touches {
  /// The touches of handles, in the order of the handles.
  public static func of(
    _ handles: [ID<Handle>], _ account: ID<Account>, in session: any Session
  ) throws -> [[HandleTouch]] {
    try session.rowsMany(
      """
      SELECT i.id, i.kind, i.at, i.dated, i.direction, i.author, i.via_list, i.recipients, q.role, i.answers, i.shape
      FROM participant q JOIN interaction i ON i.account_id = q.account_id AND i.id = q.interaction_id
      WHERE q.account_id = $1 AND q.handle_id = $2
      """, handles.map { [Value(account), Value($0)] }
    ).map { $0.compactMap(HandleTouch.init) }
  }

  /// How many touches each handle has; none where nil is asked for.
  public static func counts(
    of handles: [ID<Handle>?], _ account: ID<Account>, in session: any Session
  ) throws -> [Int] {
    let asked = handles.compactMap(\.self)
    let counts = try session.rowsMany(
      "SELECT COUNT(*) FROM participant WHERE account_id = $1 AND handle_id = $2",
      asked.map { [Value(account), Value($0)] })
    let found = Dictionary(
      zip(asked, counts.map { Int($0.first?.int(0) ?? 0) }), uniquingKeysWith: { count, _ in count })
    return handles.map { $0.flatMap { found[$0] } ?? 0 }
  }

  /// The role of whoever a touch was logged with: who was called, or who called.
  private static let logged = "CASE WHEN direction = 2 THEN 1 ELSE 2 END"

  /// The touches that an owner logged by hand, in the order of the records of what was typed.
  public static func logged(
    of records: [ID<Record>], _ account: ID<Account>, in session: any Session
  ) throws -> [[HandleTouch]] {
    try session.rowsMany(
      """
      SELECT i.id, i.kind, i.at, i.dated, i.direction, i.author, i.via_list, i.recipients, \(logged), i.answers, i.shape
      FROM note n JOIN interaction i ON i.account_id = n.account_id AND i.id = n.interaction_id
      WHERE n.account_id = $1 AND n.record_id = $2 AND n.gone_at IS NULL
      """, records.map { [Value(account), Value($0)] }
    ).map { $0.compactMap(HandleTouch.init) }
  }

  /// The touches of a person that a viewer may see, oldest first; one may come in several roles.
  public static func seen(of person: ID<Person>, in session: any Session) throws -> [HandleTouch] {
    try session.rows(
      """
      SELECT id, kind, at, dated, direction, author, via_list, recipients, role, 0, 0 FROM seen_touch
      WHERE person_id = $1
      UNION
      SELECT id, kind, at, dated, direction, author, via_list, recipients, \(logged), 0, 0 FROM seen_logged
      WHERE person_id = $1
      ORDER BY 3, 1, 9
      """, [Value(person)]
    ).compactMap(HandleTouch.init)
  }
}
