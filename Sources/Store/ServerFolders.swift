public import Model

/// A folder of a server as it is known here.
public struct FolderState: Sendable, Equatable {
  public var id: ID<Folder>
  public var name: String
  public var cursor: Cursor
  /// How many mails were there when it was last looked at.
  public var onServer: Int
  /// How many were held when it was last looked at.
  public var noted: Int
  /// Counted from the rows: mails that are held as deep as the source wants them.
  public var held: Int
  /// What is left out on purpose, by the rule that left it out.
  public var leftOut: [String: UIDSet]
  /// When every mail was last compared one by one; nil if never.
  public var fullAt: Instant?

  public var allLeftOut: UIDSet { leftOut.values.reduce(UIDSet()) { $0.union($1) } }
}

/// What a batch changes of its folder, in the transaction that stores the batch.
public struct FolderStep: Sendable, Equatable {
  public var folder: ID<Folder>
  public var uidValidity: Int64
  /// The highest uid that was looked at.
  public var uid: Int64
  /// What turned out to be left out.
  public var leftOut: [String: UIDSet]

  public init(folder: ID<Folder>, uidValidity: Int64, uid: Int64, leftOut: [String: UIDSet] = [:]) {
    self.folder = folder
    self.uidValidity = uidValidity
    self.uid = uid
    self.leftOut = leftOut
  }
}

/// Statements about folders of servers, whose mails are known by (UIDVALIDITY, UID).
extension Folders {
  /// What is known of a source's folders.
  static func states(of source: Source, _ account: ID<Account>, in session: any Session) throws -> [FolderState] {
    let leftOut = Dictionary(
      grouping: try session.rows(
        "SELECT folder_id, rule, uids FROM left_out WHERE account_id = $1 AND uids IS NOT NULL", [Value(account)]),
      by: { $0.int(0) })
    let rows = try session.rows(
      """
      SELECT id, name, uid_validity, cursor_uid, mod_seq, on_server, held, full_at FROM folder
      WHERE account_id = $1 AND source_id = $2 ORDER BY id
      """, [Value(account), Value(source.id)])
    let held = try held(
      rows.map { Generation(folder: $0.id(0), source: source.id, uidValidity: $0.int(2)) }, account, in: session)
    return zip(rows, held).map { row, held in
      let rules = (leftOut[row.int(0)] ?? []).compactMap { row in UIDSet(row.text(2)).map { (row.text(1), $0) } }
      return FolderState(
        id: row.id(0), name: row.text(1), cursor: Cursor(uidValidity: row.int(2), uid: row.int(3), modSeq: row.int(4)),
        onServer: Int(row.int(5)), noted: Int(row.int(6)), held: held,
        leftOut: Dictionary(rules) { $0.union($1) }, fullAt: row.instantOrNil(7))
    }
  }

  /// Forgets every uid of a folder, not its mails, and begins a generation; `keeping` those that are of it already.
  public static func startOver(
    _ folder: ID<Folder>, uidValidity: Int64, keeping: Bool = false, _ account: ID<Account>, in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(folder)]
    try session.run(
      "DELETE FROM place WHERE account_id = $1 AND folder_id = $2" + (keeping ? " AND uid_validity <> $3" : ""),
      keeping ? key + [.integer(uidValidity)] : key)
    try session.run("DELETE FROM left_out WHERE account_id = $1 AND folder_id = $2", key)
    try session.run(
      """
      UPDATE folder SET uid_validity = $3, cursor_uid = 0, mod_seq = 0, held = 0, full_at = NULL
      WHERE account_id = $1 AND id = $2
      """, key + [.integer(uidValidity)])
  }

  /// Notes how far a batch has come, and what of it is left out.
  ///
  /// False if the folder has begun another generation meanwhile: then the batch's uids mean nothing.
  public static func advance(
    _ step: FolderStep, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> Bool {
    let key: [Value] = [Value(account), Value(step.folder)]
    let found = try session.run(
      """
      UPDATE folder SET cursor_uid = CASE WHEN cursor_uid < $4 THEN $4 ELSE cursor_uid END
      WHERE account_id = $1 AND id = $2 AND uid_validity = $3
      """, key + [.integer(step.uidValidity), .integer(step.uid)])
    guard found == 1 else { return false }
    for (rule, uids) in step.leftOut where !uids.isEmpty {
      let held = try session.row(
        "SELECT uids FROM left_out WHERE account_id = $1 AND folder_id = $2 AND rule = $3", key + [.text(rule)]
      ).flatMap { UIDSet($0.text(0)) }
      try put(rule, (held ?? UIDSet()).union(uids), key, of: member, in: session)
    }
    return true
  }

  private static func put(
    _ rule: String, _ uids: UIDSet, _ key: [Value], of member: ID<Member>, in session: any Session
  ) throws {
    try session.run(
      """
      INSERT INTO left_out (account_id, folder_id, rule, items, uids, member_id) VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (account_id, folder_id, rule) DO UPDATE SET items = excluded.items, uids = excluded.uids
      """, key + [.text(rule), Value(uids.count), .text(uids.description), Value(member)])
  }

  /// Forgets uids that are no longer there: places, and what was left out of them; the mails stay.
  public static func leave(
    _ uids: UIDSet, of folder: ID<Folder>, uidValidity: Int64, _ account: ID<Account>, in session: any Session
  ) throws {
    guard !uids.isEmpty else { return }
    let key: [Value] = [Value(account), Value(folder)]
    try session.runMany(
      "DELETE FROM place WHERE account_id = $1 AND folder_id = $2 AND uid_validity = $3 AND uid BETWEEN $4 AND $5",
      uids.ranges.map { key + [.integer(uidValidity), .integer(Int64($0.lowerBound)), .integer(Int64($0.upperBound))] })
    let rules = try session.rows(
      "SELECT rule, uids, member_id FROM left_out WHERE account_id = $1 AND folder_id = $2 AND uids IS NOT NULL", key)
    for row in rows(rules) where !row.uids.intersection(uids).isEmpty {
      let rest = row.uids.subtracting(uids)
      if rest.isEmpty {
        try session.run(
          "DELETE FROM left_out WHERE account_id = $1 AND folder_id = $2 AND rule = $3", key + [.text(row.rule)])
      } else {
        try put(row.rule, rest, key, of: row.member, in: session)
      }
    }
  }

  private static func rows(_ rows: [Row]) -> [(rule: String, uids: UIDSet, member: ID<Member>)] {
    rows.compactMap { row in UIDSet(row.text(1)).map { (row.text(0), $0, row.id(2)) } }
  }

  /// Follows the flags of mails that are held.
  public static func flag(
    _ flags: [UInt32: MailFlags], of folder: ID<Folder>, uidValidity: Int64, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.runMany(
      """
      UPDATE place SET flags = $5
      WHERE account_id = $1 AND folder_id = $2 AND uid_validity = $3 AND uid = $4 AND flags <> $5
      """,
      flags.sorted { $0.key < $1.key }.map {
        [
          Value(account), Value(folder), .integer(uidValidity), .integer(Int64($0.key)), .integer($0.value.rawValue),
        ]
      })
  }

  /// Ends the look at a folder: what the server says it has, against the rows.
  ///
  /// `isFull`: every mail was compared.
  public static func settle(
    _ folder: ID<Folder>, onServer: Int, cursor: Cursor, isFull: Bool, at now: Instant, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.run(
      """
      UPDATE folder SET on_server = $3, uid_validity = $4, cursor_uid = $5, mod_seq = $6, compared_at = $7,
        full_at = CASE WHEN $8 = 1 OR full_at IS NULL THEN $7 ELSE full_at END, held = (
        SELECT COUNT(*) FROM place p WHERE p.account_id = $1 AND p.folder_id = $2 AND p.uid_validity = $4)
      WHERE account_id = $1 AND id = $2
      """,
      [
        Value(account), Value(folder), Value(onServer), .integer(cursor.uidValidity), .integer(cursor.uid),
        .integer(cursor.modSeq), Value(now), .integer(isFull ? 1 : 0),
      ])
  }

  /// Counts a folder that is left out whole, by the rule that leaves it out; what was held of it is forgotten.
  public static func leaveOut(
    _ folder: ID<Folder>, rule: String, items: Int, of member: ID<Member>, at now: Instant, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try startOver(folder, uidValidity: 0, account, in: session)
    try session.run(
      "UPDATE folder SET on_server = $3, compared_at = $4 WHERE account_id = $1 AND id = $2",
      [Value(account), Value(folder), Value(items), Value(now)])
    guard items > 0 else { return }
    try session.run(
      "INSERT INTO left_out (account_id, folder_id, rule, items, member_id) VALUES ($1, $2, $3, $4, $5)",
      [Value(account), Value(folder), .text(rule), Value(items), Value(member)])
  }

  /// Takes a source's folders for never read: what is held is compared with what is there, at the next run.
  static func forgetCursors(of source: ID<Source>, _ account: ID<Account>, in session: any Session) throws {
    let key: [Value] = [Value(account), Value(source)]
    try session.run(
      "UPDATE folder SET cursor_uid = 0, mod_seq = 0 WHERE account_id = $1 AND source_id = $2", key)
    try session.run(
      """
      DELETE FROM left_out WHERE account_id = $1 AND uids IS NOT NULL AND folder_id IN (
        SELECT id FROM folder WHERE account_id = $1 AND source_id = $2)
      """, key)
  }
}

extension Store {
  /// What is known of a source's folders.
  public func folders(_ account: ID<Account>, of source: Source) async throws -> [FolderState] {
    try await read(account) { try Folders.states(of: source, account, in: $0) }
  }

  /// The uids of a folder that are held as deep as the source wants them, and the sizes and flags of their mails if asked
  /// for.
  public func heldUIDs(
    _ account: ID<Account>, _ folder: ID<Folder>, uidValidity: Int64, depth: Depth, sizes: Bool = false
  ) async throws -> (uids: UIDSet, sizes: [UInt32: (size: Int64, flags: MailFlags)]) {
    try await read(account) { session in
      var uids: [UInt32] = []
      var held: [UInt32: (size: Int64, flags: MailFlags)] = [:]
      try session.stream(
        """
        SELECT p.uid, m.size, p.flags FROM place p JOIN mail m ON m.account_id = p.account_id AND m.id = p.mail_id
        WHERE p.account_id = $1 AND p.folder_id = $2 AND p.uid_validity = $3 AND (m.depth = $4 OR m.erased = 1)
        ORDER BY p.uid
        """, [Value(account), Value(folder), .integer(uidValidity), .text(depth.rawValue)]
      ) { row in
        guard let uid = UInt32(exactly: row.int(0)) else { return }
        uids.append(uid)
        if sizes { held[uid] = (row.int(1), MailFlags(rawValue: row.int(2))) }
      }
      return (UIDSet(uids), held)
    }
  }
}
