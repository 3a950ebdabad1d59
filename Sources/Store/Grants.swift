public import Consent
public import Model

/// Statements about grants.
enum Grants {
  static func insert(_ grant: Grant, _ account: ID<Account>, in session: any Session) throws {
    let (source, destination): (ID<Source>?, ID<Destination>?) =
      switch grant.target {
      case .source(let id): (id, nil)
      case .destination(let id): (nil, id)
      }
    try session.run(
      """
      INSERT INTO consent_grant (account_id, id, member_id, source_id, destination_id, scope, depth, since, words,
        words_digest, warranty, policy_version, given_at, withdrawn_at, epoch)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
      """,
      [
        Value(account), Value(grant.id), Value(grant.member), Value(source), Value(destination),
        .text(grant.scope.rawValue), .text(grant.depth.rawValue), Value(grant.since), .text(grant.words),
        .text(hex(sha256(Array(grant.words.utf8)))), Value(grant.warranty), .text(grant.policyVersion),
        Value(grant.givenAt), Value(grant.withdrawnAt), Value(grant.epoch),
      ])
    try session.runMany(
      "INSERT INTO grant_purpose (account_id, grant_id, purpose, member_id) VALUES ($1, $2, $3, $4)",
      grant.purposes.map { [Value(account), Value(grant.id), .text($0), Value(grant.member)] })
  }

  static func all(_ account: ID<Account>, member: ID<Member>?, in session: any Session) throws -> [Grant] {
    let purposes = Dictionary(
      grouping: try session.rows(
        "SELECT grant_id, purpose FROM grant_purpose WHERE account_id = $1 ORDER BY purpose", [Value(account)]),
      by: { $0.int(0) })
    return try session.rows(
      """
      SELECT id, member_id, source_id, destination_id, scope, depth, since, words, warranty, policy_version, given_at,
        withdrawn_at, epoch
      FROM consent_grant WHERE account_id = $1 ORDER BY id
      """, [Value(account)]
    ).compactMap { row in
      guard let target = target(row), member == nil || row.id(1) == member else { return nil }
      return Grant(
        id: row.id(0), member: row.id(1), target: target, scope: Grant.Scope(rawValue: row.text(4)) ?? .read,
        purposes: purposes[row.int(0)]?.map { $0.text(1) } ?? [], depth: Depth(rawValue: row.text(5)) ?? .text,
        since: row.instantOrNil(6), words: row.text(7), warranty: row.textOrNil(8), policyVersion: row.text(9),
        givenAt: row.instant(10), withdrawnAt: row.instantOrNil(11), epoch: row.int(12))
    }
  }

  private static func target(_ row: Row) -> Grant.Target? {
    if let source = row.intOrNil(2) { return .source(ID(source)) }
    return row.intOrNil(3).map { .destination(ID($0)) }
  }

  /// Throws unless every grant is live at the epoch it had when the permit was given.
  static func require(_ stamps: [Grant.Stamp], _ account: ID<Account>, in session: any Session) throws {
    for stamp in stamps {
      let live = try session.row(
        "SELECT 1 FROM consent_grant WHERE account_id = $1 AND id = $2 AND epoch = $3 AND withdrawn_at IS NULL",
        [Value(account), Value(stamp.grant), .integer(stamp.epoch)])
      guard live != nil else {
        throw Refusal(.withdrawn, promise: 21, "the grant was withdrawn meanwhile; nothing was stored or sent under it")
      }
    }
  }
}

extension Store {
  public func grants(_ account: ID<Account>, member: ID<Member>? = nil) async throws -> [Grant] {
    try await read(account) { try Grants.all(account, member: member, in: $0) }
  }

  /// Throws unless a grant is live at the epoch it had: asked before every dial and every burst that is sent (P005).
  public func requireLive(_ stamp: Grant.Stamp, _ account: ID<Account>) async throws {
    try await read(account) { try Grants.require([stamp], account, in: $0) }
  }

  /// Withdraws a grant at once: whatever runs under it stores and sends nothing more (P005, P114).
  ///
  /// False if there is no such grant of this member.
  public func withdraw(_ account: ID<Account>, _ member: ID<Member>, _ grant: ID<Grant>) async throws -> Bool {
    let now = clock()
    return try await write(account) { session in
      try session.run(
        """
        UPDATE consent_grant SET withdrawn_at = COALESCE(withdrawn_at, $1), epoch = epoch + 1
        WHERE account_id = $2 AND id = $3 AND member_id = $4
        """, [Value(now), Value(account), Value(grant), Value(member)]) == 1
    }
  }
}
