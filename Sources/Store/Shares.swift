public import Consent
public import Model

/// What a member shows to colleagues.
public struct Share: Identified, Sendable, Equatable {
  public static let prefix = "share"

  public var id: ID<Share>
  public var member: ID<Member>
  /// Nil for every colleague.
  public var with: ID<Member>?
  /// Nil for every person.
  public var person: ID<Person>?
  public var level: ShareLevel
}

/// Statements about the sharing rule.
enum Shares {
  /// The level at which the asked person is shown to who asks; nil if nothing is.
  static func level(_ request: Request, in session: any Session) throws -> ShareLevel? {
    guard let viewer = request.viewer, viewer != request.member else { return nil }
    let row = try session.row(
      """
      SELECT MAX(level) FROM share
      WHERE account_id = $1 AND member_id = $2 AND withdrawn_at IS NULL AND (with_member = 0 OR with_member = $3)
        AND (person_id = 0 OR person_id = $4)
      """,
      [Value(request.account), Value(request.member), Value(viewer), Value(request.person?.rawValue ?? 0)])
    return row?.intOrNil(0).flatMap { ShareLevel(rawValue: Int($0)) }
  }
}

extension Store {
  public func share(
    _ account: ID<Account>, _ member: ID<Member>, with: ID<Member>?, person: ID<Person>?, level: ShareLevel
  ) async throws -> ID<Share> {
    let now = clock()
    let id: ID<Share> = ids.next()
    _ = try await write(account) { session in
      try session.run(
        """
        INSERT INTO share (account_id, id, member_id, with_member, person_id, level, given_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
          Value(account), Value(id), Value(member), Value(with?.rawValue ?? 0), Value(person?.rawValue ?? 0),
          Value(level.rawValue), Value(now),
        ])
    }
    return id
  }

  /// Takes a share back at once; false if it is not this member's.
  public func unshare(_ account: ID<Account>, _ member: ID<Member>, _ share: ID<Share>) async throws -> Bool {
    let now = clock()
    return try await write(account) { session in
      try session.run(
        """
        UPDATE share SET withdrawn_at = $1
        WHERE account_id = $2 AND member_id = $3 AND id = $4 AND withdrawn_at IS NULL
        """, [Value(now), Value(account), Value(member), Value(share)]) == 1
    }
  }

  /// Who sees what, by which rule, from the same rows as the views' predicate (P009).
  public func shares(_ viewer: Viewer) async throws -> [Share] {
    try await see(viewer) { session in
      try session.rows("SELECT id, member_id, with_member, person_id, level FROM seen_share ORDER BY id", []).compactMap
      {
        guard let level = ShareLevel(rawValue: Int($0.int(4))) else { return nil }
        return Share(
          id: $0.id(0), member: $0.id(1), with: $0.int(2) == 0 ? nil : $0.id(2),
          person: $0.int(3) == 0 ? nil : $0.id(3), level: level)
      }
    }
  }
}
