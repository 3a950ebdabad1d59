public import Consent
public import Model

/// A source with how its last run ended.
public struct SourceState: Sendable, Equatable {
  public var source: Source
  public var lastRunAt: Instant?
  /// What went wrong last, with its remedy; nil if nothing did.
  public var trouble: String?
}

/// What hangs on a source.
public struct Dependents: Sendable, Equatable {
  /// What is held of it, and stays until it is erased.
  public var mails: Int
  public var cards: Int
  /// People of whom nothing new becomes known any more: no other source that is read tells of them.
  public var people: Int
  /// The member's other sources, which go on.
  public var others: Int
}

/// Statements about sources and the grants to read them.
public enum Sources {
  private static let columns = "id, member_id, kind, location, depth, since, revoked_at, last_run_at, trouble"

  static func all(_ account: ID<Account>, _ condition: String, _ values: [Value], in session: any Session) throws
    -> [SourceState]
  {
    let owners = Dictionary(
      grouping: try session.rows(
        "SELECT source_id, address FROM source_owner WHERE account_id = $1 ORDER BY source_id, address",
        [Value(account)]), by: { $0.int(0) })
    let servers = try servers(account, in: session)
    return try session.rows(
      "SELECT \(columns) FROM source WHERE account_id = $1\(condition) ORDER BY id", [Value(account)] + values
    ).compactMap { row in
      guard let kind = Source.Kind(rawValue: row.text(2)) else { return nil }
      let source = Source(
        id: row.id(0), member: row.id(1), kind: kind, location: row.text(3), server: servers[row.int(0)],
        depth: Depth(rawValue: row.text(4)) ?? .text,
        since: row.instantOrNil(5), owners: owners[row.int(0)]?.map { $0.text(1) } ?? [],
        revokedAt: row.instantOrNil(6))
      return SourceState(source: source, lastRunAt: row.instantOrNil(7), trouble: row.textOrNil(8))
    }
  }

  public static func find(
    _ kind: Source.Kind, _ location: String, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> Source? {
    try all(
      account, " AND member_id = $2 AND kind = $3 AND location = $4",
      [Value(member), .text(kind.rawValue), .text(location)], in: session
    ).first?.source
  }

  static func find(_ id: ID<Source>, _ account: ID<Account>, in session: any Session) throws -> SourceState? {
    try all(account, " AND id = $2", [Value(id)], in: session).first
  }

  /// The live grant to read a source; nil if there is none.
  static func grant(_ source: Source, _ account: ID<Account>, in session: any Session) throws -> Grant? {
    try Grants.all(account, member: source.member, in: session).last {
      $0.target == .source(source.id) && $0.scope == .read && $0.withdrawnAt == nil
    }
  }

  private static func insert(_ source: Source, _ account: ID<Account>, in session: any Session) throws {
    try session.run(
      """
      INSERT INTO source (account_id, id, member_id, kind, location, depth, since, mails)
      VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
      """,
      [
        Value(account), Value(source.id), Value(source.member), .text(source.kind.rawValue), .text(source.location),
        .text(source.depth.rawValue), Value(source.since),
      ])
  }

  /// Keeps a source as its owner wants it now.
  static func keep(_ source: Source, isNew: Bool, _ account: ID<Account>, in session: any Session) throws {
    let key: [Value] = [Value(account), Value(source.id)]
    if isNew {
      try insert(source, account, in: session)
    } else {
      try session.run(
        "UPDATE source SET depth = $3, since = $4 WHERE account_id = $1 AND id = $2",
        key + [.text(source.depth.rawValue), Value(source.since)])
    }
    try keep(source.server, of: source, account, in: session)
    try session.run("DELETE FROM source_owner WHERE account_id = $1 AND source_id = $2", key)
    try session.runMany(
      "INSERT INTO source_owner (account_id, source_id, address, member_id) VALUES ($1, $2, $3, $4)",
      Set(source.owners).sorted().map { key + [.text($0), Value(source.member)] })
  }

  /// Puts other terms in the place of a grant's: what ran under the old ones stores nothing more (P021).
  static func change(_ grant: Grant, _ account: ID<Account>, in session: any Session) throws {
    try session.run(
      """
      UPDATE consent_grant SET depth = $3, since = $4, words = $5, words_digest = $6, warranty = $7,
        policy_version = $8, given_at = $9, epoch = epoch + 1
      WHERE account_id = $1 AND id = $2
      """,
      [
        Value(account), Value(grant.id), .text(grant.depth.rawValue), Value(grant.since), .text(grant.words),
        .text(hex(sha256(Array(grant.words.utf8)))), Value(grant.warranty), .text(grant.policyVersion),
        Value(grant.givenAt),
      ])
  }

  /// Notes the end of a run.
  public static func ran(
    _ source: ID<Source>, at now: Instant, trouble: String?, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      "UPDATE source SET last_run_at = $3, trouble = $4 WHERE account_id = $1 AND id = $2",
      [Value(account), Value(source), Value(now), Value(trouble)])
  }
}

extension Store {
  public func sources(_ account: ID<Account>, member: ID<Member>? = nil) async throws -> [SourceState] {
    try await read(account) { session in
      guard let member else { return try Sources.all(account, "", [], in: session) }
      return try Sources.all(account, " AND member_id = $2", [Value(member)], in: session)
    }
  }

  public func source(_ account: ID<Account>, _ id: ID<Source>) async throws -> SourceState? {
    try await read(account) { try Sources.find(id, account, in: $0) }
  }

  /// A member's source at a place; nil if there is none.
  public func source(
    _ account: ID<Account>, _ member: ID<Member>, _ kind: Source.Kind, _ location: String
  ) async throws -> Source? {
    try await read(account) { try Sources.find(kind, location, of: member, account, in: $0) }
  }

  /// A source with the grant under which it may be read now; nil if there is no such source.
  public func readable(
    _ account: ID<Account>, _ id: ID<Source>
  ) async throws -> (source: Source, grant: Grant?)? {
    try await read(account) { session in
      guard let state = try Sources.find(id, account, in: session) else { return nil }
      return (state.source, try Sources.grant(state.source, account, in: session))
    }
  }

  /// Keeps a source with the grant to read it, or nothing at all; other terms change the grant and its epoch.
  ///
  /// The same terms again change nothing. Answers the grant that holds, and whether it is new or was changed.
  public func keep(
    _ source: Source, isNew: Bool, _ account: ID<Account>, offered: Grant
  ) async throws -> (grant: Grant, changed: Bool) {
    try await write(account) { session in
      let held = isNew ? nil : try Sources.find(source.id, account, in: session)?.source
      guard held?.revokedAt == nil else {
        throw Refusal(.withdrawn, promise: 16, "this source was revoked; it is not read again")
      }
      let old = isNew ? nil : try Sources.grant(source, account, in: session)
      if held != source { try Sources.keep(source, isNew: isNew, account, in: session) }
      guard let old else {
        try Grants.insert(offered, account, in: session)
        return (offered, true)
      }
      if old.words == offered.words, old.depth == offered.depth, old.since == offered.since { return (old, false) }
      // What was left out under the old terms is looked at anew.
      try Folders.forgetCursors(of: source.id, account, in: session)
      var changed = offered
      changed.id = old.id
      changed.epoch = old.epoch + 1
      try Sources.change(changed, account, in: session)
      return (changed, true)
    }
  }

  /// What hangs on a source: what stops when it is cut off, what stays, and what goes on.
  public func dependents(_ account: ID<Account>, _ member: ID<Member>, _ source: ID<Source>) async throws -> Dependents
  {
    try await read(account) { session in
      func count(_ statement: String) throws -> Int {
        Int(try session.row(statement, [Value(account), Value(source), Value(member)])?.int(0) ?? 0)
      }
      return Dependents(
        mails: try count("SELECT COUNT(*) FROM mail WHERE account_id = $1 AND source_id = $2 AND member_id = $3"),
        cards: try count(
          """
          SELECT COUNT(*) FROM record
          WHERE account_id = $1 AND source_id = $2 AND member_id = $3 AND kind = 'card' AND gone_at IS NULL
          """),
        people: try count(
          """
          SELECT COUNT(*) FROM (
            SELECT k.person_id FROM (
              SELECT r.person_id, r.source_id FROM record r
              WHERE r.account_id = $1 AND r.member_id = $3 AND r.kind = 'card' AND r.gone_at IS NULL
              UNION
              SELECT r.person_id, m.source_id FROM record r
              JOIN participant p ON p.account_id = r.account_id AND p.handle_id = r.handle_id
              JOIN mail_interaction i ON i.account_id = p.account_id AND i.interaction_id = p.interaction_id
              JOIN mail m ON m.account_id = i.account_id AND m.id = i.mail_id
              WHERE r.account_id = $1 AND r.member_id = $3 AND r.kind = 'address' AND r.gone_at IS NULL
            ) k JOIN source s ON s.account_id = $1 AND s.id = k.source_id AND s.revoked_at IS NULL
            GROUP BY k.person_id HAVING COUNT(*) = 1 AND MIN(k.source_id) = $2
          ) alone
          """),
        others: try count(
          """
          SELECT COUNT(*) FROM source
          WHERE account_id = $1 AND id <> $2 AND member_id = $3 AND revoked_at IS NULL
          """))
    }
  }

  /// Cuts a source off at once: its grants end, its login is gone, what waits for it is cancelled (P016).
  ///
  /// False if it is not this member's.
  public func revoke(_ account: ID<Account>, _ member: ID<Member>, _ source: ID<Source>) async throws -> Bool {
    let now = clock()
    return try await write(account) { session in
      let key: [Value] = [Value(account), Value(source)]
      let found = try session.run(
        """
        UPDATE source SET revoked_at = COALESCE(revoked_at, $3) WHERE account_id = $1 AND id = $2 AND member_id = $4
        """, key + [Value(now), Value(member)])
      guard found == 1 else { return false }
      try session.run(
        """
        UPDATE consent_grant SET withdrawn_at = COALESCE(withdrawn_at, $3), epoch = epoch + 1
        WHERE account_id = $1 AND source_id = $2
        """, key + [Value(now)])
      try session.run("DELETE FROM credential WHERE account_id = $1 AND holder_id = $2", key)
      try session.run(
        "DELETE FROM job WHERE account_id = $1 AND subject_id = $2 AND kind IN ('pull', 'analyse')", key)
      return true
    }
  }
}
