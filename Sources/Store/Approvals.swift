public import Consent
public import Model

/// Statements about approvals.
enum Approvals {
  static func all(
    _ account: ID<Account>, _ destination: ID<Destination>?, in session: any Session
  ) throws -> [Approval] {
    guard let destination else { return [] }
    return try session.rows(
      """
      SELECT id, kind, digest, given_at, used_at FROM approval
      WHERE account_id = $1 AND destination_id = $2 ORDER BY id
      """, [Value(account), Value(destination)]
    ).compactMap { row in
      guard let kind = Approval.Kind(rawValue: Int(row.int(1))) else { return nil }
      return Approval(
        id: row.id(0), kind: kind, destination: destination, digest: row.text(2), givenAt: row.instant(3),
        usedAt: row.instantOrNil(4))
    }
  }

  /// The yeses to changes of one source's cards.
  static func all(_ account: ID<Account>, source: ID<Source>, in session: any Session) throws -> [Approval] {
    try session.rows(
      """
      SELECT id, kind, digest, given_at, used_at FROM approval WHERE account_id = $1 AND source_id = $2 ORDER BY id
      """, [Value(account), Value(source)]
    ).compactMap { row in
      guard let kind = Approval.Kind(rawValue: Int(row.int(1))) else { return nil }
      return Approval(
        id: row.id(0), kind: kind, source: source, digest: row.text(2), givenAt: row.instant(3),
        usedAt: row.instantOrNil(4))
    }
  }
}

extension Store {
  public func approvals(_ account: ID<Account>, _ destination: ID<Destination>) async throws -> [Approval] {
    try await read(account) { try Approvals.all(account, destination, in: $0) }
  }

  /// Keeps the owner's yes; the same yes twice is one.
  public func approve(
    _ account: ID<Account>, _ member: ID<Member>, _ destination: ID<Destination>, kind: Approval.Kind, digest: String
  ) async throws {
    let now = clock()
    let id: ID<Approval> = ids.next()
    _ = try await write(account) { session in
      try session.run(
        """
        INSERT INTO approval (account_id, id, member_id, kind, destination_id, digest, given_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (account_id, destination_id, kind, digest) DO NOTHING
        """,
        [
          Value(account), Value(id), Value(member), Value(kind.rawValue), Value(destination), .text(digest),
          Value(now),
        ])
    }
  }

  /// Keeps the owner's yes to exactly one change of a source's card; a later yes to the same counts again.
  public func approveOnce(
    _ account: ID<Account>, _ member: ID<Member>, _ source: ID<Source>, digest: String
  ) async throws {
    let now = clock()
    let id: ID<Approval> = ids.next()
    _ = try await write(account) { session in
      try session.run(
        """
        INSERT INTO approval (account_id, id, member_id, kind, source_id, digest, given_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (account_id, source_id, kind, digest) DO UPDATE SET used_at = NULL, given_at = excluded.given_at
        """,
        [
          Value(account), Value(id), Value(member), Value(Approval.Kind.oneUse.rawValue), Value(source),
          .text(digest), Value(now),
        ])
    }
  }

  /// The same for a change of a source's card.
  public static func spend(
    _ account: ID<Account>, _ source: ID<Source>, digest: String, at now: Instant, in session: any Session
  ) throws -> Bool {
    try session.run(
      """
      UPDATE approval SET used_at = $1
      WHERE account_id = $2 AND source_id = $3 AND kind = 2 AND digest = $4 AND used_at IS NULL
      """, [Value(now), Value(account), Value(source), .text(digest)]) == 1
  }

  /// Spends a one-use approval in the transaction of what it allows; false if it was spent before (P015).
  public static func spend(
    _ account: ID<Account>, _ destination: ID<Destination>, digest: String, at now: Instant, in session: any Session
  ) throws -> Bool {
    try session.run(
      """
      UPDATE approval SET used_at = $1
      WHERE account_id = $2 AND destination_id = $3 AND kind = 2 AND digest = $4 AND used_at IS NULL
      """, [Value(now), Value(account), Value(destination), .text(digest)]) == 1
  }
}
