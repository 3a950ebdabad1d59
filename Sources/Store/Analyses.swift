public import Model

/// Statements about which methods a member has switched off, and what they had made.
public enum Analyses {
  private static func name(_ analysis: Analysis) -> String { "analysis.\(analysis.rawValue)" }

  /// The methods that a member has switched off.
  public static func off(_ member: ID<Member>, _ account: ID<Account>, in session: any Session) throws -> Set<Analysis>
  {
    let names = Set(
      try session.rows(
        "SELECT name FROM setting WHERE account_id = $1 AND member_id = $2 AND value = 'off'",
        [Value(account), Value(member)]
      ).map { $0.text(0) })
    return Set(Analysis.allCases.filter { names.contains(name($0)) })
  }

  static func keep(
    _ analysis: Analysis, isOn: Bool, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(member), .text(name(analysis))]
    if isOn {
      try session.run("DELETE FROM setting WHERE account_id = $1 AND member_id = $2 AND name = $3", key)
    } else {
      try session.run(
        """
        INSERT INTO setting (account_id, member_id, name, value) VALUES ($1, $2, $3, 'off')
        ON CONFLICT (account_id, member_id, name) DO UPDATE SET value = excluded.value
        """, key)
    }
  }

  /// Takes away what a method made; what people decided by it stays.
  static func forget(
    _ analysis: Analysis, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(member)]
    switch analysis {
    case .searchWords:
      while true {
        let mails: [ID<Mail>] = try session.rows(
          "SELECT mail_id FROM mail_words WHERE account_id = $1 AND member_id = $2 ORDER BY mail_id LIMIT 1000", key
        ).map { $0.id(0) }
        if mails.isEmpty { return }
        try Words.forget(mails, account, in: session)
      }
    case .signatures:
      try session.run("DELETE FROM handle_said WHERE account_id = $1 AND member_id = $2", key)
      try session.run(
        "UPDATE handle SET stale = 1 WHERE account_id = $1 AND member_id = $2 AND kind = 'email'", key)
      try session.run(
        """
        DELETE FROM fact WHERE account_id = $1 AND member_id = $2 AND origin = $3
          AND record_id IN (SELECT id FROM record WHERE account_id = $1 AND member_id = $2 AND kind = 'address')
        """, key + [Value(Fact.Origin.inferred.rawValue)])
    case .strength:
      try session.run("UPDATE person SET strength = 0 WHERE account_id = $1 AND member_id = $2", key)
    // What is made anew each time leaves nothing.
    case .uniteCards, .mergeSuggestions, .whomNext, .repliesOwed, .replyTimes, .writingHours, .rhythm, .introductions:
      return
    }
  }

  /// Marks what a method has to look at again, and causes that.
  static func redo(
    _ analysis: Analysis, of member: ID<Member>, at now: Instant, newID: () -> ID<Job>, _ account: ID<Account>,
    in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(member)]
    switch analysis {
    case .searchWords, .signatures:
      try session.run("UPDATE mail SET analysed = 0 WHERE account_id = $1 AND member_id = $2 AND erased = 0", key)
    case .strength, .uniteCards:
      try session.run("UPDATE handle SET stale = 1 WHERE account_id = $1 AND member_id = $2", key)
    case .mergeSuggestions, .whomNext, .repliesOwed, .replyTimes, .writingHours, .rhythm, .introductions: return
    }
    try lookAgain(of: member, at: now, newID: newID, account, in: session)
  }

  /// Causes a look at what is marked.
  static func lookAgain(
    of member: ID<Member>, at now: Instant, newID: () -> ID<Job>, _ account: ID<Account>, in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(member)]
    let live = try session.rows(
      "SELECT id FROM source WHERE account_id = $1 AND member_id = $2 AND revoked_at IS NULL ORDER BY id", key)
    for row in live { try Jobs.enqueue(.analyse, row.int(0), member, id: newID(), at: now, account, in: session) }
  }
}

extension Store {
  /// The methods that a member has switched off.
  public func analysesOff(_ account: ID<Account>, _ member: ID<Member>) async throws -> Set<Analysis> {
    try await read(account) { try Analyses.off(member, account, in: $0) }
  }

  /// Switches a method on or off; false if it was so already.
  ///
  /// What it made goes with it, and comes back by the worker.
  public func turn(
    _ analysis: Analysis, on isOn: Bool, _ account: ID<Account>, _ member: ID<Member>
  ) async throws -> Bool {
    let (ids, now) = (ids, clock())
    return try await write(account) { session in
      let wasOn = !(try Analyses.off(member, account, in: session).contains(analysis))
      guard wasOn != isOn else { return false }
      try Analyses.keep(analysis, isOn: isOn, of: member, account, in: session)
      if isOn {
        try Analyses.redo(analysis, of: member, at: now, newID: { ids.next() }, account, in: session)
      } else {
        try Analyses.forget(analysis, of: member, account, in: session)
        // People are folded anew without what it had said of them.
        if analysis == .signatures {
          try Analyses.lookAgain(of: member, at: now, newID: { ids.next() }, account, in: session)
        }
      }
      return true
    }
  }
}
