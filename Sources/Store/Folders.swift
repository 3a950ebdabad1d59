public import Model

/// What a run found out about one folder or book.
public struct FolderCount: Sendable, Equatable {
  public var folder: ID<Folder>
  public var onServer: Int
  public var leftOut: [String: Int]

  public init(folder: ID<Folder>, onServer: Int, leftOut: [String: Int]) {
    self.folder = folder
    self.onServer = onServer
    self.leftOut = leftOut
  }
}

/// Statements about folders and books: the completeness ledger.
public enum Folders {
  /// The ids of a source's folders by name; those that are new are entered.
  public static func keep(
    _ names: [String], of source: Source, newID: () -> ID<Folder>, _ account: ID<Account>, in session: any Session
  ) throws -> [String: ID<Folder>] {
    try session.runMany(
      """
      INSERT INTO folder (account_id, id, member_id, source_id, name, uid_validity, cursor_uid, on_server, held)
      VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0)
      ON CONFLICT (account_id, source_id, name) DO NOTHING
      """,
      names.map {
        [
          Value(account), Value(newID()), Value(source.member), Value(source.id), .text($0),
          // Files have one generation of uids; a server's is not known yet.
          .integer(source.kind.isFile ? 1 : 0),
        ]
      })
    let rows = try session.rows(
      "SELECT name, id FROM folder WHERE account_id = $1 AND source_id = $2", [Value(account), Value(source.id)])
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.text(0), $0.id(1)) })
  }

  /// Notes how many there are before any is stored, so that a run that is cut short shows its gap.
  public static func expect(
    _ counts: [FolderCount], _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "UPDATE folder SET on_server = $3 WHERE account_id = $1 AND id = $2 AND on_server < $3",
      counts.map { [Value(account), Value($0.folder), Value($0.onServer)] })
  }

  /// Counts anew what is held at a depth, where the depth was changed.
  public static func recount(
    _ folders: [ID<Folder>], depth: Depth, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "UPDATE folder SET held = (\(heldMails)) WHERE account_id = $1 AND id = $2",
      folders.map { [Value(account), Value($0), .text(depth.rawValue)] })
  }

  private static let heldMails = """
    SELECT COUNT(*) FROM place p JOIN mail m ON m.account_id = p.account_id AND m.id = p.mail_id
    WHERE p.account_id = $1 AND p.folder_id = $2 AND (m.depth = $3 OR m.erased = 1)
    """

  /// Counts mails that were just stored.
  public static func count(
    held: [ID<Folder>: Int], _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "UPDATE folder SET held = held + $3 WHERE account_id = $1 AND id = $2",
      held.map { [Value(account), Value($0.key), Value($0.value)] })
  }

  /// Compares what is there with the rows that are held: at the grant's depth for mails, not gone for cards.
  public static func compare(
    _ counts: [FolderCount], of source: Source, depth: Depth, at now: Instant, _ account: ID<Account>,
    in session: any Session
  ) throws {
    let cards =
      "SELECT COUNT(*) FROM record WHERE account_id = $1 AND folder_id = $2 AND kind = 'card' AND gone_at IS NULL"
    let events = "SELECT COUNT(*) FROM event WHERE account_id = $1 AND folder_id = $2"
    let held = source.kind.isMail ? heldMails : source.kind.isCalendar ? events : cards
    for count in counts {
      let key: [Value] = [Value(account), Value(count.folder)]
      let rows = try session.row(held, source.kind.isMail ? key + [.text(depth.rawValue)] : key)?.int(0) ?? 0
      try session.run(
        """
        UPDATE folder SET on_server = $3, held = $4, cursor_uid = $4, compared_at = $5
        WHERE account_id = $1 AND id = $2
        """, key + [Value(count.onServer), .integer(rows), Value(now)])
      try session.run("DELETE FROM left_out WHERE account_id = $1 AND folder_id = $2", key)
      try session.runMany(
        "INSERT INTO left_out (account_id, folder_id, rule, items, member_id) VALUES ($1, $2, $3, $4, $5)",
        count.leftOut.filter { $0.value > 0 }.sorted { $0.key < $1.key }
          .map { key + [.text($0.key), Value($0.value), Value(source.member)] })
    }
  }

  /// Removes folders that are no longer there, and the places in them; the mails stay.
  public static func forget(_ folders: [ID<Folder>], _ account: ID<Account>, in session: any Session) throws {
    let keys = folders.map { [Value(account), Value($0)] }
    for statement in [
      "DELETE FROM place WHERE account_id = $1 AND folder_id = $2",
      "DELETE FROM folder WHERE account_id = $1 AND id = $2",
    ] { try session.runMany(statement, keys) }
  }
}

extension Store {
  /// The completeness ledger, per folder or book; of all members, or of one.
  ///
  /// What is held is counted from the mails themselves: a row that was lost, by whatever hand, shows as a gap.
  public func completeness(_ account: ID<Account>, _ member: ID<Member>? = nil) async throws -> [Completeness] {
    let narrowed = member == nil ? "" : " AND f.member_id = $2"
    let mails = Source.Kind.allCases.filter(\.isMail).map { "'\($0.rawValue)'" }.joined(separator: ", ")
    let values = [Value(account)] + (member.map { [Value($0)] } ?? [])
    return try await read(account) { session in
      let rules = Dictionary(
        grouping: try session.rows(
          "SELECT folder_id, rule, items FROM left_out WHERE account_id = $1", [Value(account)]), by: { $0.int(0) })
      let collections = try Collections.counts(account, in: session)
      let rows = try session.rows(
        """
        SELECT f.id, f.source_id, f.name, f.on_server, f.held, s.kind IN (\(mails))
        FROM folder f JOIN source s ON s.account_id = f.account_id AND s.id = f.source_id
        WHERE f.account_id = $1\(narrowed) ORDER BY f.source_id, f.name
        """, values)
      let held = try Folders.held(
        rows.map { Folders.Generation(folder: $0.id(0), source: $0.id(1)) }, account, in: session)
      return zip(rows, held).map { row, held in
        let leftOut = Dictionary(
          uniqueKeysWithValues: rules[row.int(0)]?.map { ($0.text(1), Int($0.int(2))) } ?? [])
        let counted = collections[row.int(0)]
        return Completeness(
          source: row.id(1), folder: row.text(2), onServer: Int(row.int(3)),
          held: row.bool(5) ? held : counted?.held ?? Int(row.int(4)),
          leftOut: leftOut.merging(counted?.leftOut ?? [:], uniquingKeysWith: +))
      }
    }
  }
}

extension Completeness {
  /// Whether nothing is missing: no gap, and nothing that somebody must give the right to read.
  public var isWhole: Bool { gap == 0 && leftOut["unreadable"] == nil }
}
