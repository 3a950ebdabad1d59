public import Consent
public import Model

extension Store {
  /// Makes an account with its first member and the acceptance of a policy, or nothing at all (P029).
  public func create(
    _ account: ID<Account>, name: String, member: Member, accepting policy: PolicyVersion, from place: String
  ) async throws {
    let now = clock()
    let acceptance: ID<Approval> = ids.next()
    try await engine.create(account)
    try await engine.write(.account(account)) { session in
      try session.run(
        "INSERT INTO account (account_id, name, created_at, acceptance_id) VALUES ($1, $2, $3, $4)",
        [Value(account), .text(name), Value(now), Value(acceptance)])
      try session.run(
        """
        INSERT INTO acceptance (account_id, id, member_id, policy_digest, policy_version, accepted_at, accepted_from)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
          Value(account), Value(acceptance), Value(member.id), .text(policy.digest), .text(policy.version), Value(now),
          .text(place),
        ])
      try Members.insert(member, in: session)
    }
    try await register(account, member)
  }

  /// Enters an account and a sign-in in the house; doing it again changes nothing.
  public func register(_ account: ID<Account>, _ member: Member) async throws {
    let now = clock()
    try await engine.write(.house) { session in
      try session.run(
        "INSERT INTO account (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        [Value(account), Value(now)])
      try session.run(
        """
        INSERT INTO sign_in (account_id, member_id, email, folded) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account_id, member_id) DO UPDATE SET email = excluded.email, folded = excluded.folded
        """, [Value(account), Value(member.id), .text(member.email), .text(fold(member.email))])
    }
  }

  /// An account's own row; nil if there is none, or its making was cut short.
  public func account(_ id: ID<Account>) async throws -> Account? {
    guard try await engine.exists(id) else { return nil }
    return try await read(id) { session in
      try session.row("SELECT name, created_at, closed_at FROM account WHERE account_id = $1", [Value(id)]).map {
        Account(id: id, name: $0.text(0), createdAt: $0.instant(1), closedAt: $0.instantOrNil(2))
      }
    }
  }

  /// All accounts, oldest first; those whose making was cut short are not among them.
  public func accounts() async throws -> [Account] {
    var out: [Account] = []
    for id in try await engine.accounts() { if let account = try await account(id) { out.append(account) } }
    return out
  }

  /// Closes an account at once: every grant ends with it, and jobs are gone (P107, P125).
  public func close(_ account: ID<Account>) async throws {
    let now = clock()
    try await write(account) { session in
      try session.run(
        "UPDATE account SET closed_at = $1 WHERE account_id = $2 AND closed_at IS NULL", [Value(now), Value(account)])
      try session.run(
        """
        UPDATE consent_grant SET withdrawn_at = $1, epoch = epoch + 1 WHERE account_id = $2 AND withdrawn_at IS NULL
        """, [Value(now), Value(account)])
      for table in ["credential", "job"] {
        try session.run("DELETE FROM \(table) WHERE account_id = $1", [Value(account)])
      }
    }
    try await engine.write(.house) { session in
      try session.run("UPDATE account SET closed_at = $1 WHERE id = $2", [Value(now), Value(account)])
      try session.run("DELETE FROM wake WHERE account_id = $1", [Value(account)])
      for table in ["web_session", "sign_in_link"] {
        try session.run("DELETE FROM \(table) WHERE account_id = $1", [Value(account)])
      }
    }
  }
}
