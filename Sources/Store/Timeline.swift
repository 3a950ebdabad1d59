public import Consent
public import Model

/// One touch of a person as a viewer sees it, with the mail that it was, if it was one.
public struct SeenTouch: Sendable {
  public var id: ID<Interaction>
  public var owner: ID<Member>
  public var kind: Interaction.Kind
  public var at: Instant
  public var isDated: Bool
  public var direction: Interaction.Direction
  public var viaList: Bool
  public var recipients: Int
  public var mail: SeenMail?
}

/// A mail that a viewer may have opened.
public struct SeenMail: Sendable {
  public var id: ID<Mail>
  public var owner: ID<Member>
  public var source: ID<Source>
  public var interaction: ID<Interaction>?
  /// Under which key it lies.
  public var key: KeyID
  public var subject: Sealed?
}

/// What a viewer sees of what passed with a person, the newest first.
public enum Timeline {
  /// Where a page ends; the next begins behind it.
  public struct Mark: Sendable, Equatable {
    public var at: Instant
    public var id: ID<Interaction>

    public init(at: Instant, id: ID<Interaction>) {
      self.at = at
      self.id = id
    }
  }

  public static func of(
    _ person: ID<Person>, after mark: Mark? = nil, limit: Int, in session: any Session
  ) throws -> [SeenTouch] {
    let touched = "id, member_id, kind, at, dated, direction, via_list, recipients"
    let rows = try session.rows(
      """
      SELECT DISTINCT \(touched) FROM (
        SELECT \(touched) FROM seen_touch WHERE person_id = $1
        UNION SELECT \(touched) FROM seen_logged WHERE person_id = $1) t
      WHERE at < $2 OR (at = $2 AND id < $3) ORDER BY at DESC, id DESC LIMIT $4
      """,
      [
        Value(person), Value(mark?.at ?? Instant(milliseconds: .max)), Value(mark?.id.rawValue ?? Int64.max),
        Value(limit),
      ])
    return try withMails(rows, in: session)
  }

  /// Some touches of a person, as far as the viewer sees them, in the order asked for.
  public static func of(
    _ person: ID<Person>, _ touches: [ID<Interaction>], in session: any Session
  ) throws -> [SeenTouch] {
    let touched = "id, member_id, kind, at, dated, direction, via_list, recipients"
    let rows = try session.rowsMany(
      """
      SELECT \(touched) FROM seen_touch WHERE id = $2 AND person_id = $1
      UNION SELECT \(touched) FROM seen_logged WHERE id = $2 AND person_id = $1
      """, touches.map { [Value(person), Value($0)] })
    return try withMails(rows.compactMap(\.first), in: session)
  }

  private static func withMails(_ rows: [Row], in session: any Session) throws -> [SeenTouch] {
    let touches = rows.compactMap(touch)
    let mails = try session.rowsMany(
      "\(mailColumns) WHERE interaction_id = $1", touches.map { [Value($0.id)] })
    return zip(touches, mails).map { touch, rows in
      var touch = touch
      // No order by the database: it would go through all mails in that order.
      touch.mail = rows.map(mail).min { $0.id < $1.id }
      return touch
    }
  }

  public static func mail(_ id: ID<Mail>, in session: any Session) throws -> SeenMail? {
    try session.row("\(mailColumns) WHERE id = $1", [Value(id)]).map(mail)
  }

  private static let mailColumns = "SELECT id, member_id, source_id, interaction_id, key_id, subject FROM seen_mail"

  private static func mail(_ row: Row) -> SeenMail {
    SeenMail(
      id: row.id(0), owner: row.id(1), source: row.id(2), interaction: row.idOrNil(3), key: KeyID(stored: row.int(4)),
      subject: row.bytesOrNil(5).flatMap { Sealed(stored: $0) })
  }

  private static func touch(_ row: Row) -> SeenTouch? {
    guard let kind = Interaction.Kind(rawValue: row.text(2)),
      let direction = Interaction.Direction(rawValue: Int(row.int(5)))
    else { return nil }
    return SeenTouch(
      id: row.id(0), owner: row.id(1), kind: kind, at: row.instant(3), isDated: row.bool(4), direction: direction,
      viaList: row.bool(6), recipients: Int(row.int(7)))
  }
}
