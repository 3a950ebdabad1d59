public import Model

/// One mail, meeting, call or text of a member's, with those persons in it whom one may rank.
public struct Exchange: Sendable, Equatable {
  public var interaction: ID<Interaction>
  public var kind: Interaction.Kind
  public var at: Instant
  public var direction: Interaction.Direction
  public var author: MailSightings.Author
  public var viaList: Bool
  public var recipients: Int
  /// A keyed digest of the subject's shape; equal for mails on one subject.
  public var shape: Int64
  public var people: [Part]

  /// A person in one role.
  public struct Part: Sendable, Equatable {
    public var person: ID<Person>
    public var role: Interaction.Role
  }
}

/// Statements about what passed between a member and all persons together.
public enum Exchanges {
  /// What passed since an instant, oldest first: dated, with live persons nobody has restricted.
  ///
  /// The signs before two columns keep a planner from going through all that ever passed, person by person.
  public static func of(
    _ member: ID<Member>, since: Instant, _ account: ID<Account>, in session: any Session
  ) throws -> [Exchange] {
    let rows = try session.rows(
      """
      SELECT i.id, i.kind, i.at, i.direction, i.author, i.via_list, i.recipients, i.shape, q.role, r.person_id
      FROM interaction i
      JOIN participant q ON q.account_id = i.account_id AND q.interaction_id = i.id
      JOIN record r ON r.account_id = q.account_id AND r.handle_id = +q.handle_id
      JOIN person p ON p.account_id = r.account_id AND p.id = r.person_id
      WHERE i.account_id = $1 AND i.member_id = $2 AND i.dated = 1 AND i.at >= $3 AND +r.member_id = $2
        AND r.kind = 'address' AND p.gone = 0 AND p.restricted_at IS NULL AND p.kind = 'person'
      ORDER BY i.at, i.id, q.role, r.person_id
      """, [Value(account), Value(member), Value(since)])
    var found: [Exchange] = []
    for row in rows {
      guard let role = Interaction.Role(rawValue: Int(row.int(8))) else { continue }
      let part = Exchange.Part(person: row.id(9), role: role)
      if found.last?.interaction == row.id(0) {
        found[found.count - 1].people.append(part)
        continue
      }
      guard let kind = Interaction.Kind(rawValue: row.text(1)),
        let direction = Interaction.Direction(rawValue: Int(row.int(3))),
        let author = MailSightings.Author(rawValue: Int(row.int(4)))
      else { continue }
      found.append(
        Exchange(
          interaction: row.id(0), kind: kind, at: row.instant(2), direction: direction, author: author,
          viaList: row.bool(5), recipients: Int(row.int(6)), shape: row.int(7), people: [part]))
    }
    return found
  }
}

extension Store {
  /// The last change that a member made of people, and when the last interaction was: where both stay, so does what
  /// is made of them.
  public func lastChange(
    of member: ID<Member>, before now: Instant, _ account: ID<Account>
  ) async throws -> (entry: ID<JournalEntry>?, touch: Instant?) {
    try await read(account) { session in
      let entry = try session.row(
        "SELECT id FROM journal WHERE account_id = $1 AND member_id = $2 ORDER BY id DESC LIMIT 1",
        [Value(account), Value(member)])
      let touch = try session.row(
        "SELECT at FROM interaction WHERE account_id = $1 AND member_id = $2 AND at <= $3 ORDER BY at DESC LIMIT 1",
        [Value(account), Value(member), Value(now)])
      return (entry?.id(0), touch?.instant(0))
    }
  }

  /// When the last mail of a member came or went before an instant.
  public func lastMail(of member: ID<Member>, before now: Instant, _ account: ID<Account>) async throws -> Instant? {
    try await read(account) { session in
      try session.row(
        """
        SELECT at FROM interaction WHERE account_id = $1 AND member_id = $2 AND at <= $3 AND kind = 'mail'
        ORDER BY at DESC LIMIT 1
        """, [Value(account), Value(member), Value(now)]
      ).map { $0.instant(0) }
    }
  }
}
