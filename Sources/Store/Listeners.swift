public import Model

extension Store {
  /// The mail servers of an account that were read and can be listened to: not revoked, and no run is stopped.
  public func listenable(_ account: ID<Account>) async throws -> [ID<Source>] {
    try await read(account) { session in
      try session.rows(
        """
        SELECT s.id FROM source s WHERE s.account_id = $1 AND s.kind = $2 AND s.revoked_at IS NULL
          AND s.last_run_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM job j WHERE j.account_id = s.account_id AND j.kind = 'pull' AND j.subject_id = s.id
              AND j.state = 'stopped')
        ORDER BY s.id
        """, [Value(account), .text(Source.Kind.imap.rawValue)]
      ).map { $0.id(0) }
    }
  }

  /// Takes the right to hold a source's listening connection until an instant, or keeps it that long; false while
  /// another holder has it.
  public func listen(
    _ account: ID<Account>, _ source: ID<Source>, of member: ID<Member>, holder: String, until: Instant
  ) async throws -> Bool {
    let now = clock()
    return try await write(account) { session in
      try session.row(
        """
        INSERT INTO listener (account_id, source_id, member_id, holder, until) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account_id, source_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
          WHERE listener.until < $6 OR listener.holder = excluded.holder
        RETURNING until
        """,
        [Value(account), Value(source), Value(member), .text(holder), Value(until), Value(now)]) != nil
    }
  }

  /// Who holds a source's listening connection, or held it last; nil if nobody does.
  public func listener(_ account: ID<Account>, _ source: ID<Source>) async throws -> String? {
    try await read(account) { session in
      try session.row(
        "SELECT holder FROM listener WHERE account_id = $1 AND source_id = $2", [Value(account), Value(source)])?
        .text(0)
    }
  }

  /// Gives the right back; another holder's stays.
  public func endListening(_ account: ID<Account>, _ source: ID<Source>, holder: String) async throws {
    _ = try await write(account) { session in
      try session.run(
        "DELETE FROM listener WHERE account_id = $1 AND source_id = $2 AND holder = $3",
        [Value(account), Value(source), .text(holder)])
    }
  }
}
