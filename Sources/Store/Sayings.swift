public import Model

/// One thing that the signatures of an address say, over all its mails.
public struct Saying: Sendable, Equatable {
  public var said: MailSightings.Said
  /// In how many mails it stands.
  public var count: Int
  public var first: Instant
  public var last: Instant
}

/// Statements about what signatures say, mail by mail.
public enum Sayings {
  /// Keeps what mails say; what is known stays.
  public static func keep(
    _ all: [(handle: ID<Handle>, interaction: ID<Interaction>, said: MailSightings.Said)], of member: ID<Member>,
    _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO handle_said (account_id, handle_id, interaction_id, field, label, value, confidence, member_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (account_id, handle_id, interaction_id, field, label, value) DO UPDATE SET
        confidence = excluded.confidence
      """,
      all.map {
        [
          Value(account), Value($0.handle), Value($0.interaction), .text($0.said.field.rawValue), .text($0.said.label),
          .text($0.said.value), Value($0.said.confidence), Value(member),
        ]
      })
  }

  /// What the signatures of handles say, in the order of the handles, with the number of mails that say anything.
  public static func of(
    _ handles: [ID<Handle>], _ account: ID<Account>, in session: any Session
  ) throws -> [(sayings: [Saying], mails: Int)] {
    let rows = try session.rowsMany(
      """
      SELECT s.field, s.label, s.value, MAX(s.confidence), COUNT(*), MIN(i.at), MAX(i.at)
      FROM handle_said s JOIN interaction i ON i.account_id = s.account_id AND i.id = s.interaction_id
      WHERE s.account_id = $1 AND s.handle_id = $2
      GROUP BY s.field, s.label, s.value ORDER BY COUNT(*) DESC, s.field, s.label, s.value LIMIT 64
      """, handles.map { [Value(account), Value($0)] })
    let mails = try session.rowsMany(
      "SELECT COUNT(DISTINCT interaction_id) FROM handle_said WHERE account_id = $1 AND handle_id = $2",
      handles.map { [Value(account), Value($0)] })
    return zip(rows, mails).map { rows, mails in
      let sayings = rows.compactMap { row -> Saying? in
        guard let field = Fact.Field(rawValue: row.text(0)) else { return nil }
        let said = MailSightings.Said(field: field, label: row.text(1), value: row.text(2), confidence: row.real(3))
        return Saying(said: said, count: Int(row.int(4)), first: row.instant(5), last: row.instant(6))
      }
      return (sayings, Int(mails.first?.int(0) ?? 0))
    }
  }

  /// The touch whose mail said something last: where a proposal comes from.
  public static func source(
    of said: MailSightings.Said, by handle: ID<Handle>, _ account: ID<Account>, in session: any Session
  ) throws -> ID<Interaction>? {
    try session.row(
      """
      SELECT s.interaction_id FROM handle_said s
      JOIN interaction i ON i.account_id = s.account_id AND i.id = s.interaction_id
      WHERE s.account_id = $1 AND s.handle_id = $2 AND s.field = $3 AND s.value = $4 ORDER BY i.at DESC, i.id LIMIT 1
      """, [Value(account), Value(handle), .text(said.field.rawValue), .text(said.value)]
    ).map { $0.id(0) }
  }
}

extension Facts {
  /// Takes away what was inferred about records and is not among the keys any more.
  public static func forgetInferred(
    of records: [ID<Record>], but kept: Set<UInt64>, _ account: ID<Account>, in session: any Session
  ) throws {
    let rows = try session.rowsMany(
      "SELECT id, value_key FROM fact WHERE account_id = $1 AND record_id = $2 AND origin = $3",
      records.map { [Value(account), Value($0), Value(Fact.Origin.inferred.rawValue)] })
    let gone: [ID<Fact>] = rows.joined().filter { !kept.contains(UInt64(bitPattern: $0.int(1))) }.map { $0.id(0) }
    if !gone.isEmpty { try delete(gone, account, in: session) }
  }
}
