public import Consent
public import Model

/// Statements about which interactions were entered at a destination.
public enum Activities {
  /// An interaction that is not entered there yet, as one linked person took part in it.
  public struct Waiting: Sendable, Equatable {
    public var interaction: ID<Interaction>
    public var kind: Interaction.Kind
    public var at: Instant
    /// When a meeting ended, if its calendar tells.
    public var endsAt: Instant?
    public var direction: Interaction.Direction
    public var person: ID<Person>
    public var remote: String
    /// The key under which it was tried before.
    public var tried: String?
  }

  /// A link whose record is not known to be gone.
  static let isThere = """
    NOT EXISTS (SELECT 1 FROM conflict c WHERE c.account_id = l.account_id AND c.destination_id = l.destination_id
      AND c.person_id = l.person_id AND c.field IN ('deleted-there', 'merged-there'))
    """

  /// Interactions since an instant that linked persons took part in and that are not entered yet, the oldest first.
  ///
  /// Whoever is restricted is not told of (P121); what came by a list or has no believable instant is nobody's touch.
  public static func waiting(
    _ destination: ID<Destination>, of member: ID<Member>, since: Instant, limit: Int, _ account: ID<Account>,
    in session: any Session
  ) throws -> [Waiting] {
    try session.rows(
      """
      SELECT DISTINCT i.id, i.kind, i.at, i.direction, l.person_id, l.remote_id, a.key, i.ends_at
      FROM (
        SELECT n.id, n.kind, n.at, n.direction, n.account_id, n.ends_at FROM interaction n
        LEFT JOIN activity d ON d.account_id = n.account_id AND d.destination_id = $2 AND d.interaction_id = n.id
        WHERE n.account_id = $1 AND n.member_id = $3 AND n.at >= $4 AND n.dated = 1 AND n.via_list = 0
          AND (d.state IS NULL OR d.state = 'due')
          AND EXISTS (
            SELECT 1 FROM participant q
            JOIN record r ON r.account_id = q.account_id AND r.handle_id = q.handle_id AND r.gone_at IS NULL
            JOIN link l ON l.account_id = r.account_id AND l.person_id = r.person_id AND l.destination_id = $2
              AND \(isThere)
            WHERE q.account_id = n.account_id AND q.interaction_id = n.id)
        ORDER BY n.at, n.id LIMIT $5
      ) i
      JOIN participant q ON q.account_id = i.account_id AND q.interaction_id = i.id
      JOIN record r ON r.account_id = q.account_id AND r.handle_id = q.handle_id AND r.gone_at IS NULL
      JOIN person p ON p.account_id = r.account_id AND p.id = r.person_id AND p.restricted_at IS NULL
      JOIN link l ON l.account_id = r.account_id AND l.person_id = r.person_id AND l.destination_id = $2
        AND \(isThere)
      LEFT JOIN activity a ON a.account_id = i.account_id AND a.destination_id = $2 AND a.interaction_id = i.id
      ORDER BY i.at, i.id, l.person_id
      """, [Value(account), Value(destination), Value(member), Value(since), Value(limit)]
    ).compactMap { row in
      guard let kind = Interaction.Kind(rawValue: row.text(1)),
        let direction = Interaction.Direction(rawValue: Int(row.int(3)))
      else { return nil }
      return Waiting(
        interaction: row.id(0), kind: kind, at: row.instant(2), endsAt: row.instantOrNil(7), direction: direction,
        person: row.id(4), remote: row.text(5), tried: row.textOrNil(6))
    }
  }

  /// A mail that an interaction was read from, with its sealed columns.
  public struct SealedText: Sendable {
    public var interaction: ID<Interaction>
    public var mail: ID<Mail>
    public var source: ID<Source>
    public var key: Int64
    public var subject: Sealed?
    /// Nil if it is kept apart, because of its size.
    public var content: Sealed?

    /// Where a column of it lies.
    public func slot(_ account: ID<Account>, _ column: StaticString) -> Slot {
      Slot(account, "mail", column, row: mail.rawValue)
    }
  }

  /// The mails of interactions that are held, without those that were erased.
  public static func mails(
    of interactions: [ID<Interaction>], _ account: ID<Account>, in session: any Session
  ) throws -> [SealedText] {
    let rows = try session.rowsMany(
      """
      SELECT m.id, m.source_id, m.key_id, m.subject, m.content FROM mail_interaction x
      JOIN mail m ON m.account_id = x.account_id AND m.id = x.mail_id AND m.erased = 0
      WHERE x.account_id = $1 AND x.interaction_id = $2
      """, interactions.map { [Value(account), Value($0)] })
    return zip(interactions, rows).flatMap { interaction, rows in
      rows.map { row in
        SealedText(
          interaction: interaction, mail: row.id(0), source: row.id(1), key: row.int(2),
          subject: row.bytesOrNil(3).flatMap { Sealed(stored: $0) },
          content: row.bytesOrNil(4).flatMap { Sealed(stored: $0) })
      }
    }
  }

  /// Notes what is about to be entered, under its keys; one that is noted already stays as it is.
  public static func post(
    _ entries: [(interaction: ID<Interaction>, key: String)], _ destination: ID<Destination>, of member: ID<Member>,
    at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO activity (account_id, destination_id, interaction_id, member_id, key, state, at)
      VALUES ($1, $2, $3, $4, $5, 'due', $6) ON CONFLICT (account_id, destination_id, interaction_id) DO NOTHING
      """,
      entries.map {
        [
          Value(account), Value(destination), Value($0.interaction), Value(member), .text($0.key), Value(now),
        ]
      })
  }

  /// Notes what became of it: what it is called there, or that it was not taken and is not tried again.
  public static func end(
    _ entries: [(interaction: ID<Interaction>, remote: String?)], _ destination: ID<Destination>,
    _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      UPDATE activity SET state = $4, remote_id = $5
      WHERE account_id = $1 AND destination_id = $2 AND interaction_id = $3
      """,
      entries.map {
        [
          Value(account), Value(destination), Value($0.interaction), .text($0.remote == nil ? "refused" : "done"),
          Value($0.remote),
        ]
      })
  }

  /// Notes that the owner took it back there: it is not entered again.
  public static func takeBack(
    _ interaction: ID<Interaction>, _ destination: ID<Destination>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      """
      UPDATE activity SET state = 'taken-back', remote_id = NULL
      WHERE account_id = $1 AND destination_id = $2 AND interaction_id = $3
      """, [Value(account), Value(destination), Value(interaction)])
  }
}
