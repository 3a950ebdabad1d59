public import Model

/// An address book or a calendar on a server as it is known here.
public struct CollectionState: Sendable, Equatable {
  public var folder: ID<Folder>
  public var path: String
  public var syncToken: String?
  public var ctag: String?
  /// Whether the last run came to its end and left nothing unread.
  public var isWhole: Bool
  /// When all of it was listed last.
  public var listedAt: Instant?
  public var onServer: Int
  /// Counted from the rows.
  public var held: Int
  public var leftOut: Int
  /// Whether an event of it took place again since it was read.
  public var isDue: Bool

  public var gap: Int { onServer - held - leftOut }
}

/// What a run found in one place of a collection.
public struct Resource: Sendable, Equatable {
  /// The digest of where it lies: what a card is called on its server may be somebody's name.
  public var place: String
  public var etag: String
  /// The cards or events in it, by their identity.
  public var identities: [String]
  /// Why none is held, if so.
  public var rule: String?

  public init(place: String, etag: String, identities: [String], rule: String? = nil) {
    self.place = place
    self.etag = etag
    self.identities = identities
    self.rule = rule
  }
}

/// How far a run came with a collection.
public struct CollectionCursor: Sendable, Equatable {
  public var syncToken: String?
  public var ctag: String?
  public var isWhole: Bool
  /// Nil if it was not listed now.
  public var listedAt: Instant?

  public init(syncToken: String?, ctag: String?, isWhole: Bool, listedAt: Instant?) {
    self.syncToken = syncToken
    self.ctag = ctag
    self.isWhole = isWhole
    self.listedAt = listedAt
  }
}

/// Statements about collections on servers, whose resources are known by their place and etag.
public enum Collections {
  /// Each place with what is true of it: `''` for held, the rule that leaves it out, `lost` for neither.
  ///
  /// Counted from the cards and events themselves: a row that was lost, by whatever hand, shows as a gap.
  private static let places = """
    SELECT r.folder_id, r.place, MIN(r.etag) AS etag, MIN(e.due_at) AS due, CASE WHEN COUNT(r.etag) < COUNT(*) THEN 'lost'
      WHEN COUNT(r.rule) = COUNT(*) THEN MIN(r.rule) WHEN COUNT(r.rule) + COUNT(c.id) + COUNT(e.id) = COUNT(*) THEN ''
      ELSE 'lost' END AS state
    FROM resource r LEFT JOIN record c ON c.account_id = r.account_id AND c.member_id = r.member_id
      AND c.kind = 'card' AND c.identity = r.identity AND c.gone_at IS NULL
    LEFT JOIN event e ON e.account_id = r.account_id AND e.member_id = r.member_id AND e.identity = r.identity
    """

  /// What is held and left out of every collection, by the raw id of its folder.
  static func counts(
    _ account: ID<Account>, in session: any Session
  ) throws -> [Int64: (held: Int, leftOut: [String: Int])] {
    var counts: [Int64: (held: Int, leftOut: [String: Int])] = [:]
    for row in try session.rows("SELECT folder_id FROM collection WHERE account_id = $1", [Value(account)]) {
      counts[row.int(0)] = (0, [:])
    }
    let rows = try session.rows(
      """
      SELECT folder_id, state, COUNT(*) FROM (
        \(places) WHERE r.account_id = $1 GROUP BY r.folder_id, r.place) AS p
      GROUP BY folder_id, state
      """, [Value(account)])
    for row in rows where row.text(1) != "lost" {
      if row.text(1).isEmpty {
        counts[row.int(0)]?.held = Int(row.int(2))
      } else {
        counts[row.int(0)]?.leftOut[row.text(1)] = Int(row.int(2))
      }
    }
    return counts
  }

  /// What is known of a source's collections.
  static func states(
    of source: Source, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws -> [CollectionState] {
    let counts = try counts(account, in: session)
    return try session.rows(
      """
      SELECT c.folder_id, c.path, c.sync_token, c.ctag, c.whole, c.listed_at, f.on_server,
        (SELECT COALESCE(SUM(l.items), 0) FROM left_out l WHERE l.account_id = $1 AND l.folder_id = f.id),
        EXISTS (SELECT 1 FROM event e WHERE e.account_id = $1 AND e.folder_id = f.id AND e.due_at <= $3)
      FROM collection c JOIN folder f ON f.account_id = c.account_id AND f.id = c.folder_id
      WHERE c.account_id = $1 AND f.source_id = $2 ORDER BY c.folder_id
      """, [Value(account), Value(source.id), Value(now)]
    ).map { row in
      let counted = counts[row.int(0)]
      return CollectionState(
        folder: row.id(0), path: row.text(1), syncToken: row.textOrNil(2), ctag: row.textOrNil(3),
        isWhole: row.bool(4), listedAt: row.instantOrNil(5), onServer: Int(row.int(6)), held: counted?.held ?? 0,
        leftOut: Int(row.int(7)) + (counted?.leftOut.values.reduce(0, +) ?? 0), isDue: row.bool(8))
    }
  }

  /// The places of a collection that were read as they are there, with their etags, and those that need not be read again.
  static func held(
    _ folder: ID<Folder>, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws -> (told: [String: String], held: [String: String]) {
    let rows = try session.rows(
      """
      SELECT place, etag, due FROM (
        \(places) WHERE r.account_id = $1 AND r.folder_id = $2 GROUP BY r.folder_id, r.place) AS p
      WHERE state NOT IN ('lost', 'unreadable')
      """, [Value(account), Value(folder)])
    let rest = rows.filter { $0.instantOrNil(2).map { $0 > now } ?? true }
    func etags(_ rows: [Row]) -> [String: String] {
      Dictionary(uniqueKeysWithValues: rows.map { ($0.text(0), $0.text(1)) })
    }
    return (etags(rows), etags(rest))
  }

  /// Every place of a collection that has a row, whatever is true of it.
  static func all(_ folder: ID<Folder>, _ account: ID<Account>, in session: any Session) throws -> Set<String> {
    Set(
      try session.rows(
        "SELECT DISTINCT place FROM resource WHERE account_id = $1 AND folder_id = $2",
        [Value(account), Value(folder)]
      ).map { $0.text(0) })
  }

  /// Enters collections that are new, by path, and names all of them as they are called now.
  ///
  /// Names may be swapped there; two of one name are never here, not even for a moment.
  public static func enter(
    _ seen: [(path: String, name: String)], of source: Source, newID: () -> ID<Folder>, _ account: ID<Account>,
    in session: any Session
  ) throws {
    let known = try session.rows(
      """
      SELECT c.path, f.name, c.folder_id FROM collection c
      JOIN folder f ON f.account_id = c.account_id AND f.id = c.folder_id
      WHERE c.account_id = $1 AND f.source_id = $2
      """, [Value(account), Value(source.id)])
    let names = Dictionary(seen.map { ($0.path, $0.name) }, uniquingKeysWith: { first, _ in first })
    let taken = Set(names.values)
    func name(_ row: Row) -> String { names[row.text(0)] ?? (taken.contains(row.text(1)) ? row.text(0) : row.text(1)) }
    let renamed = known.filter { name($0) != $0.text(1) }
    let renaming = "UPDATE folder SET name = $3 WHERE account_id = $1 AND id = $2"
    try session.runMany(renaming, renamed.map { [Value(account), $0[2], .text("\u{1}\($0.text(0))")] })
    try session.runMany(renaming, renamed.map { [Value(account), $0[2], .text(name($0))] })
    let paths = Set(known.map { $0.text(0) })
    for new in seen where !paths.contains(new.path) {
      let id = newID()
      try session.run(
        """
        INSERT INTO folder (account_id, id, member_id, source_id, name, uid_validity, cursor_uid, on_server, held)
        VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0)
        """, [Value(account), Value(id), Value(source.member), Value(source.id), .text(new.name)])
      try session.run(
        "INSERT INTO collection (account_id, folder_id, member_id, path, whole) VALUES ($1, $2, $3, $4, 0)",
        [Value(account), Value(id), Value(source.member), .text(new.path)])
    }
  }

  /// Puts what was read in the place of what was there; answers the identities that lie nowhere any more.
  public static func put(
    _ resources: [Resource], of folder: ID<Folder>, _ member: ID<Member>, _ account: ID<Account>,
    in session: any Session
  ) throws -> [String] {
    let old = try remove(resources.map(\.place), of: folder, account, in: session)
    try session.runMany(
      """
      INSERT INTO resource (account_id, folder_id, place, position, member_id, etag, identity, rule)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """,
      resources.flatMap { resource in
        let identities: [String?] = resource.identities.isEmpty ? [nil] : resource.identities
        return identities.enumerated().map { position, identity in
          [
            Value(account), Value(folder), .text(resource.place), Value(position), Value(member),
            .text(resource.etag), Value(identity), Value(identity == nil ? resource.rule ?? "empty" : nil),
          ]
        }
      })
    return try orphans(old.subtracting(resources.flatMap(\.identities)), of: member, account, in: session)
  }

  /// Forgets places where nothing lies any more; answers the identities that lie nowhere any more.
  public static func leave(
    _ places: [String], of folder: ID<Folder>, _ member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [String] {
    try orphans(try remove(places, of: folder, account, in: session), of: member, account, in: session)
  }

  private static func remove(
    _ places: [String], of folder: ID<Folder>, _ account: ID<Account>, in session: any Session
  ) throws -> Set<String> {
    let rows = try session.rowsMany(
      "DELETE FROM resource WHERE account_id = $1 AND folder_id = $2 AND place = $3 RETURNING identity",
      places.map { [Value(account), Value(folder), .text($0)] })
    return Set(rows.joined().compactMap { $0.textOrNil(0) })
  }

  /// A card that lies in another place too stays, and is read again from there.
  private static func orphans(
    _ identities: Set<String>, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [String] {
    let sorted = identities.sorted()
    let keys = sorted.map { [Value(account), Value(member), .text($0)] }
    let elsewhere = try session.rowsMany(
      "SELECT folder_id FROM resource WHERE account_id = $1 AND member_id = $2 AND identity = $3", keys)
    try session.runMany(
      "UPDATE resource SET etag = NULL WHERE account_id = $1 AND member_id = $2 AND identity = $3",
      zip(keys, elsewhere).filter { !$1.isEmpty }.map(\.0))
    return zip(sorted, elsewhere).filter { $1.isEmpty }.map(\.0)
  }

  /// Ends the look at a collection: what the server has, against the rows; `unreadable` cannot even be asked for.
  public static func settle(
    _ folder: ID<Folder>, onServer: Int, unreadable: Int, _ cursor: CollectionCursor, of member: ID<Member>,
    at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(folder)]
    let held = try counts(account, in: session)[folder.rawValue]?.held ?? 0
    try session.run(
      "UPDATE folder SET on_server = $3, held = $4, compared_at = $5 WHERE account_id = $1 AND id = $2",
      key + [Value(onServer), Value(held), Value(now)])
    try session.run(
      """
      UPDATE collection SET sync_token = $3, ctag = $4, whole = $5, listed_at = COALESCE($6, listed_at)
      WHERE account_id = $1 AND folder_id = $2
      """,
      key + [Value(cursor.syncToken), Value(cursor.ctag), Value(cursor.isWhole), Value(cursor.listedAt)])
    try session.run("DELETE FROM left_out WHERE account_id = $1 AND folder_id = $2", key)
    guard unreadable > 0 else { return }
    try session.run(
      "INSERT INTO left_out (account_id, folder_id, rule, items, member_id) VALUES ($1, $2, 'unreadable', $3, $4)",
      key + [Value(unreadable), Value(member)])
  }
}

extension Store {
  /// What is known of a source's collections.
  public func collections(_ account: ID<Account>, of source: Source) async throws -> [CollectionState] {
    let now = clock()
    return try await read(account) { try Collections.states(of: source, at: now, account, in: $0) }
  }

  /// The places of a collection: those that need not be read again with their etags, those that were read as they are
  /// there, and all that have a row.
  public func resources(
    _ account: ID<Account>, _ folder: ID<Folder>
  ) async throws -> (held: [String: String], told: [String: String], all: Set<String>) {
    let now = clock()
    return try await read(account) {
      let (told, held) = try Collections.held(folder, at: now, account, in: $0)
      return (held, told, try Collections.all(folder, account, in: $0))
    }
  }
}
