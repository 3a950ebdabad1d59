public import Consent
public import Model

/// A member of some account who may sign in by an address.
public struct SignInName: Sendable, Equatable {
  public var account: ID<Account>
  public var member: ID<Member>
  public var hash: PasswordHash?
}

/// Statements about who signs in: passwords, sessions, links, and who runs the house. All of it lies in the house store.
extension Store {
  // MARK: names and passwords

  /// Who signs in by an address, in however many accounts, oldest first.
  public func signIns(_ email: String) async throws -> [SignInName] {
    try await engine.read(.house) { session in
      try session.rows(
        """
        SELECT s.account_id, s.member_id, p.hash FROM sign_in s
        JOIN account a ON a.id = s.account_id AND a.closed_at IS NULL
        LEFT JOIN password p ON p.account_id = s.account_id AND p.member_id = s.member_id
        WHERE s.folded = $1 OR (s.folded IS NULL AND LOWER(s.email) = $1)
        ORDER BY s.account_id, s.member_id LIMIT 20
        """, [.text(fold(email))]
      ).map {
        SignInName(account: $0.id(0), member: $0.id(1), hash: $0.textOrNil(2).flatMap(PasswordHash.init(stored:)))
      }
    }
  }

  public func passwordHash(_ account: ID<Account>, _ member: ID<Member>) async throws -> PasswordHash? {
    try await engine.read(.house) { session in
      try session.row(
        "SELECT hash FROM password WHERE account_id = $1 AND member_id = $2", [Value(account), Value(member)]
      )?.textOrNil(0).flatMap(PasswordHash.init(stored:))
    }
  }

  /// Sets a password; sessions that were begun with an earlier one end, and so do links.
  public func setPassword(_ hash: PasswordHash, _ account: ID<Account>, _ member: ID<Member>) async throws {
    let now = clock()
    try await engine.write(.house) { session in
      let both: [Value] = [Value(account), Value(member)]
      try session.run(
        """
        INSERT INTO password (account_id, member_id, hash, changed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account_id, member_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at
        """, both + [.text(hash.text), Value(now)])
      for table in ["web_session", "sign_in_link"] {
        try session.run("DELETE FROM \(table) WHERE account_id = $1 AND member_id = $2", both)
      }
    }
  }

  /// Forgets how a member signed in, or how all members of an account did.
  static func forgetSignIns(_ account: ID<Account>, _ member: ID<Member>? = nil, in session: any Session) throws {
    for table in ["web_session", "sign_in_link", "second_factor", "recovery_code", "password", "sign_in"] {
      if let member {
        try session.run(
          "DELETE FROM \(table) WHERE account_id = $1 AND member_id = $2", [Value(account), Value(member)])
      } else {
        try session.run("DELETE FROM \(table) WHERE account_id = $1", [Value(account)])
      }
    }
  }

  // MARK: sessions

  private static let sessionColumns = "id, account_id, member_id, made_at, seen_at, proved_at, place, device"

  private static func session(_ row: Row) -> WebSession {
    WebSession(
      id: row.id(0), account: row.id(1), member: row.id(2), madeAt: row.instant(3), seenAt: row.instant(4),
      provedAt: row.instant(5), place: row.text(6), device: row.text(7))
  }

  /// Enters a session, and sweeps out those that have run out.
  public func begin(_ new: WebSession, _ token: WebToken) async throws {
    try await engine.write(.house) { session in
      try session.run(
        "DELETE FROM web_session WHERE seen_at <= $1 OR made_at <= $2",
        [
          Value(new.madeAt.milliseconds - WebSession.idle), Value(new.madeAt.milliseconds - WebSession.longest),
        ])
      try session.run(
        """
        INSERT INTO web_session (account_id, id, member_id, token, made_at, seen_at, proved_at, place, device)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        [
          Value(new.account), Value(new.id), Value(new.member), .text(token.digest), Value(new.madeAt),
          Value(new.seenAt), Value(new.provedAt), .text(new.place), .text(new.device),
        ])
    }
  }

  /// The live session of a token.
  public func webSession(_ token: WebToken) async throws -> WebSession? {
    let found = try await engine.read(.house) { session in
      try session.row(
        "SELECT \(Store.sessionColumns) FROM web_session WHERE token = $1", [.text(token.digest)]
      ).map(Store.session)
    }
    return found.flatMap { $0.isLive(at: clock()) ? $0 : nil }
  }

  /// The live sessions of a member, the last used first.
  public func webSessions(_ account: ID<Account>, _ member: ID<Member>) async throws -> [WebSession] {
    let now = clock()
    return try await engine.read(.house) { session in
      try session.rows(
        """
        SELECT \(Store.sessionColumns) FROM web_session WHERE account_id = $1 AND member_id = $2
        ORDER BY seen_at DESC, id DESC
        """, [Value(account), Value(member)]
      ).map(Store.session)
    }.filter { $0.isLive(at: now) }
  }

  /// Notes that a session is used, and whether its user gave the password just now.
  public func touch(_ used: WebSession, isProved: Bool = false) async throws {
    let now = clock()
    _ = try await engine.write(.house) { session in
      try session.run(
        """
        UPDATE web_session SET seen_at = $3, proved_at = CASE WHEN $4 = 1 THEN $3 ELSE proved_at END
        WHERE account_id = $1 AND id = $2
        """, [Value(used.account), Value(used.id), Value(now), Value(isProved)])
    }
  }

  /// Ends a member's session; whether there was one.
  @discardableResult public func end(
    _ id: ID<WebSession>, of member: ID<Member>, _ account: ID<Account>
  ) async throws -> Bool {
    try await engine.write(.house) { session in
      try session.run(
        "DELETE FROM web_session WHERE account_id = $1 AND id = $2 AND member_id = $3",
        [Value(account), Value(id), Value(member)]) > 0
    }
  }

  /// Ends all sessions of a member but one.
  public func endSessions(of member: ID<Member>, _ account: ID<Account>, but kept: ID<WebSession>) async throws {
    _ = try await engine.write(.house) { session in
      try session.run(
        "DELETE FROM web_session WHERE account_id = $1 AND member_id = $2 AND id <> $3",
        [Value(account), Value(member), Value(kept)])
    }
  }

  // MARK: links

  /// Keeps a link by which a member chooses a password; an earlier one no longer works.
  public func keep(
    link token: WebToken, of member: ID<Member>, _ account: ID<Account>, until end: Instant
  ) async throws {
    let now = clock()
    try await engine.write(.house) { session in
      try session.run(
        "DELETE FROM sign_in_link WHERE expires_at <= $1 OR (account_id = $2 AND member_id = $3)",
        [Value(now), Value(account), Value(member)])
      try session.run(
        "INSERT INTO sign_in_link (token, account_id, member_id, expires_at) VALUES ($1, $2, $3, $4)",
        [.text(token.digest), Value(account), Value(member), Value(end)])
    }
  }

  /// Whose link this is, while it is valid.
  public func linked(_ token: WebToken) async throws -> (account: ID<Account>, member: ID<Member>)? {
    let now = clock()
    return try await engine.read(.house) { session in
      try session.row(
        "SELECT account_id, member_id FROM sign_in_link WHERE token = $1 AND expires_at > $2",
        [.text(token.digest), Value(now)]
      ).map { ($0.id(0), $0.id(1)) }
    }
  }

  // MARK: the operator

  /// Who runs this installation; nil until it was said.
  public func operatorRecord() async throws -> OperatorRecord? {
    let said = try await engine.read(.house) { session in
      try session.rows("SELECT name, value FROM operator WHERE name LIKE 'operator.%'").map { ($0.text(0), $0.text(1)) }
    }
    let values = Dictionary(said, uniquingKeysWith: { first, _ in first })
    guard let name = values["operator.name"], let address = values["operator.address"],
      let email = values["operator.email"]
    else { return nil }
    return OperatorRecord(name: name, address: address, email: email)
  }

  public func set(_ record: OperatorRecord) async throws {
    try await engine.write(.house) { session in
      for (name, value) in [("name", record.name), ("address", record.address), ("email", record.email)] {
        try session.run(
          "INSERT INTO operator (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
          [.text("operator." + name), .text(value)])
      }
    }
  }
}
