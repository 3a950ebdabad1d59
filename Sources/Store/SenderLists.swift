public import Model

/// A rule of an owner about somebody's mail, and since when.
public struct StoredSenderRule: Sendable, Equatable {
  public var rule: SenderRule
  public var madeAt: Instant
}

/// Statements about whom a member blocks and keeps.
public enum SenderLists {
  /// A member's rules, by pattern.
  public static func of(
    _ member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [StoredSenderRule] {
    try session.rows(
      "SELECT pattern, kind, made_at FROM sender_rule WHERE account_id = $1 AND member_id = $2",
      [Value(account), Value(member)]
    ).compactMap { row in
      SenderRule.Kind(rawValue: row.text(1)).flatMap { SenderRule(row.text(0), $0) }
        .map { StoredSenderRule(rule: $0, madeAt: row.instant(2)) }
    }.sorted { $0.rule.pattern < $1.rule.pattern }
  }

  static func put(
    _ rule: SenderRule, of member: ID<Member>, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      """
      INSERT INTO sender_rule (account_id, member_id, pattern, kind, made_at) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (account_id, member_id, pattern) DO UPDATE SET kind = excluded.kind, made_at = excluded.made_at
      """, [Value(account), Value(member), .text(rule.pattern), .text(rule.kind.rawValue), Value(now)])
  }

  static func remove(
    _ pattern: String, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> Bool {
    try session.run(
      "DELETE FROM sender_rule WHERE account_id = $1 AND member_id = $2 AND pattern = $3",
      [Value(account), Value(member), .text(pattern)]) == 1
  }

  /// Marks whom a rule speaks of, so that it is worked out again whether they are a person.
  static func restale(
    _ pattern: String, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    let statement = "UPDATE handle SET stale = 1 WHERE account_id = $1 AND member_id = $2 AND kind = 'email'"
    let key: [Value] = [Value(account), Value(member)]
    // A domain stands at the end of addresses, where no index helps.
    if pattern.hasPrefix("@") {
      try session.run(statement, key)
    } else {
      try session.run(statement + " AND value = $3", key + [.text(pattern)])
    }
  }

  /// Forgets what was left out at servers by a block, so that the next sync finds it there and reads what may be read now.
  static func offerAgain(_ member: ID<Member>, _ account: ID<Account>, in session: any Session) throws {
    try session.run(
      "DELETE FROM left_out WHERE account_id = $1 AND member_id = $2 AND rule = 'blocked' AND uids IS NOT NULL",
      [Value(account), Value(member)])
  }
}

extension Store {
  /// A member's rules, by pattern.
  public func senderRules(_ account: ID<Account>, _ member: ID<Member>) async throws -> [StoredSenderRule] {
    try await read(account) { try SenderLists.of(member, account, in: $0) }
  }

  /// Enters a rule in place of the one with the same pattern; false if it stood already.
  public func put(_ rule: SenderRule, _ account: ID<Account>, _ member: ID<Member>) async throws -> Bool {
    let (ids, now) = (ids, clock())
    return try await write(account) { session in
      let old = try SenderLists.of(member, account, in: session).map(\.rule)
      if old.contains(rule) { return false }
      try SenderLists.put(rule, of: member, at: now, account, in: session)
      if rule.kind == .keep { try SenderLists.offerAgain(member, account, in: session) }
      try SenderLists.restale(rule.pattern, of: member, account, in: session)
      try Analyses.lookAgain(of: member, at: now, newID: { ids.next() }, account, in: session)
      return true
    }
  }

  /// Takes a rule away; false if there was none.
  public func removeSenderRule(
    _ pattern: String, _ account: ID<Account>, _ member: ID<Member>
  ) async throws -> Bool {
    let (ids, now) = (ids, clock())
    return try await write(account) { session in
      guard try SenderLists.remove(pattern, of: member, account, in: session) else { return false }
      try SenderLists.offerAgain(member, account, in: session)
      try SenderLists.restale(pattern, of: member, account, in: session)
      try Analyses.lookAgain(of: member, at: now, newID: { ids.next() }, account, in: session)
      return true
    }
  }
}
