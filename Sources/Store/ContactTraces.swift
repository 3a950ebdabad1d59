public import Model

/// What is stored that may make somebody a contact.
public struct ContactTrace: Sendable, Equatable {
  /// A record that is no address is about them: a card, a row of a list, a record of a CRM, what the owner typed.
  public var isRecorded: Bool
  /// The owner wrote to them among few, and not through a list.
  public var isWrittenTo: Bool
  /// They met or called; who merely sat in one audience did not.
  public var isMet: Bool
}

/// Statements about what may make somebody a contact.
public enum ContactTraces {
  private static func touched(_ how: String) -> String {
    """
    CASE WHEN EXISTS (
      SELECT 1 FROM record r
      JOIN participant q ON q.account_id = r.account_id AND q.handle_id = r.handle_id
      JOIN interaction i ON i.account_id = q.account_id AND i.id = q.interaction_id
      WHERE r.account_id = $1 AND r.person_id = $2 AND r.kind = 'address' AND r.gone_at IS NULL AND i.via_list = 0
        AND \(how)) THEN 1 ELSE 0 END
    """
  }

  /// In the order of the persons; a mail to more than `crowd` was written to nobody in person.
  public static func of(
    _ persons: [ID<Person>], crowd: Int, _ account: ID<Account>, in session: any Session
  ) throws -> [ContactTrace] {
    let wrote = "i.kind <> 'meeting' AND i.direction = 1 AND q.role IN (2, 3, 4) AND i.recipients <= $3"
    let rows = try session.rowsMany(
      """
      SELECT
        CASE WHEN EXISTS (
          SELECT 1 FROM record r
          WHERE r.account_id = $1 AND r.person_id = $2 AND r.kind <> 'address' AND r.gone_at IS NULL) THEN 1 ELSE 0 END,
        \(touched(wrote)),
        \(touched("i.kind IN ('meeting', 'call')"))
      """, persons.map { [Value(account), Value($0), Value(crowd)] })
    return rows.map { rows in
      ContactTrace(
        isRecorded: rows.first?.bool(0) ?? false, isWrittenTo: rows.first?.bool(1) ?? false,
        isMet: rows.first?.bool(2) ?? false)
    }
  }
}
