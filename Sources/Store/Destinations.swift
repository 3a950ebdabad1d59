public import Consent
public import Model

/// Statements about destinations.
enum Destinations {
  static func all(
    _ account: ID<Account>, member: ID<Member>?, in session: any Session
  ) throws -> [Destination] {
    try session.rows(
      """
      SELECT id, member_id, kind, location, revoked_at FROM destination WHERE account_id = $1 ORDER BY id
      """, [Value(account)]
    ).compactMap(destination).filter { member == nil || $0.member == member }
  }

  static func find(
    _ account: ID<Account>, _ member: ID<Member>, _ kind: Destination.Kind, _ location: String, in session: any Session
  ) throws -> Destination? {
    try session.row(
      """
      SELECT id, member_id, kind, location, revoked_at FROM destination
      WHERE account_id = $1 AND member_id = $2 AND kind = $3 AND location = $4
      """, [Value(account), Value(member), .text(kind.rawValue), .text(location)]
    ).flatMap(destination)
  }

  /// Nothing leaves for a destination any more: its grants end, what waits is cancelled, its jobs are gone.
  static func close(
    _ destination: ID<Destination>, _ account: ID<Account>, at now: Instant, in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(destination)]
    try session.run(
      """
      UPDATE consent_grant SET withdrawn_at = COALESCE(withdrawn_at, $3), epoch = epoch + 1
      WHERE account_id = $1 AND destination_id = $2
      """, key + [Value(now)])
    try cancel(destination, account, in: session)
  }

  static func cancel(_ destination: ID<Destination>, _ account: ID<Account>, in session: any Session) throws {
    let key: [Value] = [Value(account), Value(destination)]
    try session.run(
      "UPDATE delivery SET state = 'cancelled' WHERE account_id = $1 AND destination_id = $2 AND state = 'due'", key)
    try session.run("DELETE FROM job WHERE account_id = $1 AND subject_id = $2 AND kind = 'deliver'", key)
  }

  private static func destination(_ row: Row) -> Destination? {
    guard let kind = Destination.Kind(rawValue: row.text(2)) else { return nil }
    return Destination(
      id: row.id(0), member: row.id(1), kind: kind, location: row.text(3), revokedAt: row.instantOrNil(4))
  }
}

extension Store {
  public func destinations(_ account: ID<Account>, member: ID<Member>? = nil) async throws -> [Destination] {
    try await read(account) { try Destinations.all(account, member: member, in: $0) }
  }

  /// A destination of this member; nil for anybody else's.
  public func destination(
    _ account: ID<Account>, _ member: ID<Member>, _ id: ID<Destination>
  ) async throws -> Destination? {
    try await read(account) { session in
      try Destinations.all(account, member: member, in: session).first { $0.id == id }
    }
  }

  /// Keeps a destination with the grant to write there, or nothing at all.
  ///
  /// The same place twice is one destination;
  /// one that was revoked comes back under the new grant.
  public func add(_ destination: Destination, _ account: ID<Account>, grant: Grant) async throws -> Destination {
    try await write(account) { session in
      var kept = destination
      if let held = try Destinations.find(
        account, destination.member, destination.kind, destination.location, in: session)
      {
        kept.id = held.id
        try session.run(
          "UPDATE destination SET revoked_at = NULL, trouble = NULL WHERE account_id = $1 AND id = $2",
          [Value(account), Value(held.id)])
      } else {
        try session.run(
          "INSERT INTO destination (account_id, id, member_id, kind, location) VALUES ($1, $2, $3, $4, $5)",
          [
            Value(account), Value(destination.id), Value(destination.member), .text(destination.kind.rawValue),
            .text(destination.location),
          ])
      }
      let live = try Grants.all(account, member: destination.member, in: session).contains {
        $0.target == .destination(kept.id) && $0.withdrawnAt == nil
      }
      guard !live else { return kept }
      var grant = grant
      grant.target = .destination(kept.id)
      try Grants.insert(grant, account, in: session)
      return kept
    }
  }

  /// Revokes a destination at once; false if it is not this member's (P005, P016).
  public func revoke(_ account: ID<Account>, _ member: ID<Member>, _ destination: ID<Destination>) async throws -> Bool
  {
    let now = clock()
    return try await write(account) { session in
      let found = try session.run(
        """
        UPDATE destination SET revoked_at = COALESCE(revoked_at, $1)
        WHERE account_id = $2 AND id = $3 AND member_id = $4
        """, [Value(now), Value(account), Value(destination), Value(member)])
      guard found == 1 else { return false }
      try Destinations.close(destination, account, at: now, in: session)
      return true
    }
  }

  /// Withdraws a grant and, in the same transaction, cancels what waits to leave under it; false if there is no such
  /// grant of this member (P005, P114).
  public func withdrawAndCancel(_ account: ID<Account>, _ member: ID<Member>, _ grant: ID<Grant>) async throws -> Bool {
    let now = clock()
    return try await write(account) { session in
      let row = try session.row(
        """
        UPDATE consent_grant SET withdrawn_at = COALESCE(withdrawn_at, $1), epoch = epoch + 1
        WHERE account_id = $2 AND id = $3 AND member_id = $4 RETURNING destination_id
        """, [Value(now), Value(account), Value(grant), Value(member)])
      guard let row else { return false }
      if let destination = row.intOrNil(0) { try Destinations.cancel(ID(destination), account, in: session) }
      return true
    }
  }

  /// Notes when a destination was last kept in step, and what went wrong.
  public func note(_ account: ID<Account>, _ destination: ID<Destination>, trouble: String?) async throws {
    let now = clock()
    _ = try await write(account) { session in
      try session.run(
        "UPDATE destination SET last_run_at = $1, trouble = $2 WHERE account_id = $3 AND id = $4",
        [Value(now), Value(trouble), Value(account), Value(destination)])
    }
  }
}
