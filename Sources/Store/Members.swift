public import Model

/// Statements about members.
enum Members {
  static func insert(_ member: Member, in session: any Session) throws {
    try session.run(
      """
      INSERT INTO member (account_id, id, email, name, role, joined_at, acknowledged_at, left_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """,
      [
        Value(member.account), Value(member.id), .text(member.email), .text(member.name), .text(member.role.rawValue),
        Value(member.joinedAt), Value(member.acknowledgedAt), Value(member.leftAt),
      ])
  }

  static func live(_ account: ID<Account>, in session: any Session) throws -> [Member] {
    try session.rows(
      """
      SELECT id, email, name, role, joined_at, acknowledged_at FROM member
      WHERE account_id = $1 AND left_at IS NULL ORDER BY id
      """, [Value(account)]
    ).map {
      Member(
        id: $0.id(0), account: account, email: $0.text(1), name: $0.text(2),
        role: Member.Role(rawValue: $0.text(3)) ?? .member, joinedAt: $0.instant(4),
        acknowledgedAt: $0.instantOrNil(5))
    }
  }
}

extension Store {
  /// The members of an account who have not left, first member first.
  public func members(_ account: ID<Account>) async throws -> [Member] {
    try await read(account) { try Members.live(account, in: $0) }
  }

  /// Adds a member who knows that administrators may see what is shared (P030).
  public func add(_ member: Member) async throws {
    try await write(member.account) { session in
      let held = try session.row(
        "SELECT 1 FROM member WHERE account_id = $1 AND email = $2 AND left_at IS NULL",
        [Value(member.account), .text(member.email)])
      guard held == nil else { throw Trouble("there is a member with this address already", "see 'kith member list'") }
      try Members.insert(member, in: session)
    }
    try await register(member.account, member)
  }

  /// Notes that a member knows what administrators may see (P030).
  public func acknowledge(_ member: ID<Member>, _ account: ID<Account>) async throws {
    let now = clock()
    _ = try await write(account) { session in
      try session.run(
        "UPDATE member SET acknowledged_at = $3 WHERE account_id = $1 AND id = $2 AND acknowledged_at IS NULL",
        [Value(account), Value(member), Value(now)])
    }
  }

  public func set(_ role: Member.Role, of member: ID<Member>, _ account: ID<Account>) async throws {
    _ = try await write(account) { session in
      try session.run(
        "UPDATE member SET role = $3 WHERE account_id = $1 AND id = $2",
        [Value(account), Value(member), .text(role.rawValue)])
    }
  }
}
