public import Model

/// Counting what is held from the rows.
extension Folders {
  /// A folder whose mails are counted: those of one generation of uids, or of any.
  struct Generation {
    var folder: ID<Folder>
    var source: ID<Source>
    var uidValidity: Int64?
  }

  /// How many mails each folder holds as deep as its source wants them.
  ///
  /// A place counts if its mail is there. Looking each mail up takes as long as there are mails; where a source has as
  /// many rows of mails as were ever stored for it, all at its depth, no place can be without one, and counting the
  /// places is enough.
  static func held(_ folders: [Generation], _ account: ID<Account>, in session: any Session) throws -> [Int] {
    let whole = try wholeSources(account, in: session)
    let places = try count(folders.filter { whole.contains($0.source) }, placesHeld, account, in: session)
    let mails = try count(folders.filter { !whole.contains($0.source) }, mailsHeld, account, in: session)
    return folders.map { (whole.contains($0.source) ? places : mails)[$0.folder] ?? 0 }
  }

  private static func count(
    _ folders: [Generation], _ sql: String, _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Folder>: Int] {
    let answers = try session.rowsMany(
      sql,
      folders.map { [Value(account), Value($0.folder), $0.uidValidity.map { Value.integer($0) } ?? .integer(-1)] })
    return Dictionary(uniqueKeysWithValues: zip(folders.map(\.folder), answers.map { Int($0.first?.int(0) ?? 0) }))
  }

  private static let placesHeld = """
    SELECT COUNT(*) FROM place
    WHERE account_id = $1 AND folder_id = $2 AND uid_validity BETWEEN $3 AND CASE WHEN $3 < 0 THEN 4294967295 ELSE $3 END
    """

  private static let mailsHeld = """
    SELECT COUNT(*) FROM folder f JOIN source s ON s.account_id = f.account_id AND s.id = f.source_id
    JOIN place p ON p.account_id = f.account_id AND p.folder_id = f.id
    JOIN mail m ON m.account_id = p.account_id AND m.id = p.mail_id AND (m.depth = s.depth OR m.erased = 1)
    WHERE f.account_id = $1 AND f.id = $2 AND ($3 < 0 OR p.uid_validity = $3)
    """

  /// The depths before and behind a source's own are looked for apart, each a range of the index: every row is only counted.
  private static func wholeSources(_ account: ID<Account>, in session: any Session) throws -> Set<ID<Source>> {
    Set(
      try session.rows(
        """
        SELECT s.id FROM source s WHERE s.account_id = $1 AND s.mails = (
          SELECT COUNT(*) FROM mail m WHERE m.account_id = s.account_id AND m.source_id = s.id)
        AND NOT EXISTS (
          SELECT 1 FROM mail m
          WHERE m.account_id = s.account_id AND m.source_id = s.id AND m.depth < s.depth AND m.erased = 0)
        AND NOT EXISTS (
          SELECT 1 FROM mail m
          WHERE m.account_id = s.account_id AND m.source_id = s.id AND m.depth > s.depth AND m.erased = 0)
        """, [Value(account)]
      ).map { $0.id(0) })
  }

  /// Notes anew how many mails of a source there are, where no place is without its mail: after a repair.
  public static func recountMails(of source: ID<Source>, _ account: ID<Account>, in session: any Session) throws {
    try session.run(
      """
      UPDATE source SET mails = (SELECT COUNT(*) FROM mail m WHERE m.account_id = $1 AND m.source_id = $2)
      WHERE account_id = $1 AND id = $2
        AND mails <> (SELECT COUNT(*) FROM mail m WHERE m.account_id = $1 AND m.source_id = $2)
        AND NOT EXISTS (
          SELECT 1 FROM folder f JOIN place p ON p.account_id = f.account_id AND p.folder_id = f.id
          LEFT JOIN mail m ON m.account_id = p.account_id AND m.id = p.mail_id
          WHERE f.account_id = $1 AND f.source_id = $2 AND m.id IS NULL)
      """, [Value(account), Value(source)])
  }
}
