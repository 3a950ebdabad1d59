public import Consent
public import Model

/// Statements about the servers of sources, and the logins for them.
extension Sources {
  /// How servers are reached, by the raw id of their source.
  static func servers(_ account: ID<Account>, in session: any Session) throws -> [Int64: MailServer] {
    let patterns = Dictionary(
      grouping: try session.rows(
        "SELECT source_id, pattern FROM source_pattern WHERE account_id = $1 ORDER BY source_id, pattern",
        [Value(account)]), by: { $0.int(0) })
    var servers: [Int64: MailServer] = [:]
    let rows = try session.rows(
      """
      SELECT source_id, host, port, security, authority, secret, reads_junk, reads_trash, path, token_host,
        token_port, token_path, token_tls FROM source_server
      WHERE account_id = $1
      """, [Value(account)])
    for row in rows {
      servers[row.int(0)] = MailServer(
        host: row.text(1), port: Int(row.int(2)), path: row.textOrNil(8),
        security: .init(rawValue: row.text(3)) ?? .implicit,
        authority: row.textOrNil(4), secret: .init(rawValue: row.text(5)) ?? .password,
        tokens: row.textOrNil(9).map {
          TokenEndpoint(host: $0, port: Int(row.int(10)), path: row.text(11), isSecure: row.bool(12))
        },
        folders: patterns[row.int(0)]?.map { $0.text(1) } ?? [], readsJunk: row.bool(6), readsTrash: row.bool(7))
    }
    return servers
  }

  static func keep(
    _ server: MailServer?, of source: Source, _ account: ID<Account>, in session: any Session
  ) throws {
    guard let server else { return }
    let key: [Value] = [Value(account), Value(source.id)]
    try session.run(
      """
      INSERT INTO source_server (account_id, source_id, member_id, host, port, security, authority, secret, reads_junk,
        reads_trash, path, token_host, token_port, token_path, token_tls)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
      ON CONFLICT (account_id, source_id) DO UPDATE SET host = excluded.host, port = excluded.port,
        security = excluded.security, authority = excluded.authority, secret = excluded.secret,
        reads_junk = excluded.reads_junk, reads_trash = excluded.reads_trash,
        path = excluded.path, token_host = excluded.token_host, token_port = excluded.token_port,
        token_path = excluded.token_path, token_tls = excluded.token_tls
      """,
      key + [
        Value(source.member), .text(server.host), Value(server.port), .text(server.security.rawValue),
        Value(server.authority), .text(server.secret.rawValue), Value(server.readsJunk), Value(server.readsTrash),
        Value(server.path), Value(server.tokens?.host), Value(server.tokens?.port), Value(server.tokens?.path),
        Value(server.tokens?.isSecure),
      ])
    try session.run("DELETE FROM source_pattern WHERE account_id = $1 AND source_id = $2", key)
    try session.runMany(
      "INSERT INTO source_pattern (account_id, source_id, pattern, member_id) VALUES ($1, $2, $3, $4)",
      Set(server.folders).sorted().map { key + [.text($0), Value(source.member)] })
  }
}

extension Store {
  /// Where the sealed login of a source or a destination lies: part of its seal.
  public static func loginSlot<Holder>(_ account: ID<Account>, _ holder: ID<Holder>) -> Slot {
    Slot(account, "credential", "login", row: holder.rawValue)
  }

  /// Keeps the sealed login of a source or a destination in the place of an older one; `expiresAt` is when its access
  /// token runs out.
  public func keep<Holder>(
    _ login: Sealed, expiresAt: Instant? = nil, of holder: ID<Holder>, _ member: ID<Member>, _ account: ID<Account>
  ) async throws {
    let row = [Value(account), Value(holder), Value(member), .bytes(login.bytes), Value(expiresAt)]
    _ = try await write(account) { session in
      try session.run(
        """
        INSERT INTO credential (account_id, holder_id, member_id, login, expires_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account_id, holder_id) DO UPDATE SET login = excluded.login, expires_at = excluded.expires_at
        """, row)
    }
  }

  /// Keeps a login that was renewed, in the place of the one that it was renewed with, under a grant that is live.
  ///
  /// False if another one is there meanwhile, or none: then it is dropped.
  public func renew(
    _ old: Sealed, by new: Sealed, expiresAt: Instant?, of source: ID<Source>, _ account: ID<Account>,
    under stamp: Grant.Stamp
  ) async throws -> Bool {
    try await write(account, under: [stamp], lease: nil) { session in
      try session.run(
        """
        UPDATE credential SET login = $4, expires_at = $5 WHERE account_id = $1 AND holder_id = $2 AND login = $3
        """, [Value(account), Value(source), .bytes(old.bytes), .bytes(new.bytes), Value(expiresAt)]) == 1
    }
  }

  /// The sealed login of a source or a destination; nil if it was destroyed, or never came along with an export.
  public func login<Holder>(_ account: ID<Account>, _ holder: ID<Holder>) async throws -> Sealed? {
    try await credential(account, holder)?.login
  }

  /// The same, with the instant at which its access token runs out, if that is known.
  public func credential<Holder>(
    _ account: ID<Account>, _ holder: ID<Holder>
  ) async throws -> (login: Sealed, expiresAt: Instant?)? {
    let key = [Value(account), Value(holder)]
    return try await read(account) { session in
      try session.row("SELECT login, expires_at FROM credential WHERE account_id = $1 AND holder_id = $2", key).flatMap
      { row in Sealed(stored: row.bytes(0)).map { ($0, row.instantOrNil(1)) } }
    }
  }
}
