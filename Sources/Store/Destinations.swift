public import Consent
public import Model

/// Statements about destinations.
enum Destinations {
  static func all(
    _ account: ID<Account>, member: ID<Member>?, in session: any Session
  ) throws -> [Destination] {
    let reached = try servers(account, in: session)
    return try session.rows(
      """
      SELECT id, member_id, kind, location, revoked_at FROM destination WHERE account_id = $1 ORDER BY id
      """, [Value(account)]
    ).compactMap(destination).filter { member == nil || $0.member == member }.map { found in
      var found = found
      found.server = reached.servers[found.id.rawValue]
      found.options = reached.options[found.id.rawValue] ?? [:]
      return found
    }
  }

  /// How destinations are reached, and what else it takes, by their raw ids.
  private static func servers(
    _ account: ID<Account>, in session: any Session
  ) throws -> (servers: [Int64: MailServer], options: [Int64: [String: String]]) {
    var found: (servers: [Int64: MailServer], options: [Int64: [String: String]]) = ([:], [:])
    for row in try session.rows(
      "SELECT destination_id, host, port, path, security, authority FROM destination_server WHERE account_id = $1",
      [Value(account)])
    {
      found.servers[row.int(0)] = MailServer(
        host: row.text(1), port: Int(row.int(2)), path: row.textOrNil(3),
        security: .init(rawValue: row.text(4)) ?? .implicit, authority: row.textOrNil(5))
    }
    for row in try session.rows(
      "SELECT destination_id, name, value FROM destination_option WHERE account_id = $1", [Value(account)])
    {
      found.options[row.int(0), default: [:]][row.text(1)] = row.text(2)
    }
    return found
  }

  static func keep(_ destination: Destination, _ account: ID<Account>, in session: any Session) throws {
    let key: [Value] = [Value(account), Value(destination.id)]
    try session.run("DELETE FROM destination_option WHERE account_id = $1 AND destination_id = $2", key)
    try session.runMany(
      """
      INSERT INTO destination_option (account_id, destination_id, name, value, member_id) VALUES ($1, $2, $3, $4, $5)
      """,
      destination.options.sorted { $0.key < $1.key }.map {
        key + [.text($0.key), .text($0.value), Value(destination.member)]
      })
    guard let server = destination.server else { return }
    try session.run(
      """
      INSERT INTO destination_server (account_id, destination_id, member_id, host, port, path, security, authority)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (account_id, destination_id) DO UPDATE SET host = excluded.host, port = excluded.port,
        path = excluded.path, security = excluded.security, authority = excluded.authority
      """,
      key + [
        Value(destination.member), .text(server.host), Value(server.port), Value(server.path),
        .text(server.security.rawValue), Value(server.authority),
      ])
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
  /// The same place twice is one destination, used as the last call says; one that was revoked comes back under the new
  /// grant. A live grant of other words is withdrawn for the new one (P023).
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
      try Destinations.keep(kept, account, in: session)
      let live = try Grants.all(account, member: destination.member, in: session).filter {
        $0.target == .destination(kept.id) && $0.withdrawnAt == nil
      }
      guard !live.contains(where: { $0.words == grant.words && $0.purposes == grant.purposes }) else { return kept }
      try session.runMany(
        "UPDATE consent_grant SET withdrawn_at = $3, epoch = epoch + 1 WHERE account_id = $1 AND id = $2",
        live.map { [Value(account), Value($0.id), Value(clock())] })
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
      try session.run(
        "DELETE FROM credential WHERE account_id = $1 AND holder_id = $2", [Value(account), Value(destination)])
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

  /// Notes that a destination was kept in step now, or what went wrong: the time of the last good run stays then.
  public func note(_ account: ID<Account>, _ destination: ID<Destination>, trouble: String?) async throws {
    let now = clock()
    _ = try await write(account) { session in
      try session.run(
        """
        UPDATE destination SET last_run_at = COALESCE($1, last_run_at), trouble = $2 WHERE account_id = $3 AND id = $4
        """,
        [Value(trouble == nil ? now : nil), Value(trouble), Value(account), Value(destination)])
    }
  }

  /// How it stands with each destination of a member.
  public func destinationStates(
    _ account: ID<Account>, _ member: ID<Member>
  ) async throws -> [ID<Destination>: DestinationState] {
    try await read(account) { session in
      var states: [ID<Destination>: DestinationState] = [:]
      for row in try session.rows(
        """
        SELECT d.id, d.last_run_at, d.trouble,
          (SELECT COUNT(*) FROM delivery w
           WHERE w.account_id = d.account_id AND w.destination_id = d.id AND w.state = 'due')
        FROM destination d WHERE d.account_id = $1 AND d.member_id = $2
        """, [Value(account), Value(member)])
      {
        states[row.id(0)] = DestinationState(
          lastRunAt: row.instantOrNil(1), trouble: row.textOrNil(2), waiting: Int(row.int(3)))
      }
      return states
    }
  }
}

/// When a destination was last kept in step, what went wrong since, and how many changes wait for it.
public struct DestinationState: Sendable, Equatable {
  public var lastRunAt: Instant?
  public var trouble: String?
  public var waiting: Int
}
