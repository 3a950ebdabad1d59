public import Model

/// One piece of work to be done for an account; a row, written in the transaction that causes it.
public struct Job: Identified, Sendable, Equatable {
  public static let prefix = "job"

  public enum Kind: String, Sendable, CaseIterable { case pull, analyse, deliver }

  public var id: ID<Job>
  public var member: ID<Member>
  public var kind: Kind
  /// The source that is pulled or analysed, or the destination that is delivered to.
  public var subject: Int64
  public var attempts: Int

  /// A job is named by what it does, so that causing it twice is once.
  static func key(_ kind: Kind, _ subject: Int64) -> String { "\(kind.rawValue):\(subject)" }
}

/// Statements about jobs.
public enum Jobs {
  /// Causes a job; one that waits already is brought forward, never doubled.
  public static func enqueue(
    _ kind: Job.Kind, _ subject: Int64, _ member: ID<Member>, id: ID<Job>, at: Instant, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.run(
      """
      INSERT INTO job (account_id, id, member_id, kind, subject_id, key, state, run_at, attempts)
      VALUES ($1, $2, $3, $4, $5, $6, 'due', $7, 0)
      ON CONFLICT (account_id, key) DO UPDATE SET state = 'due', trouble = NULL, attempts = 0,
        run_at = CASE WHEN job.run_at < excluded.run_at THEN job.run_at ELSE excluded.run_at END
      """,
      [
        Value(account), Value(id), Value(member), .text(kind.rawValue), .integer(subject),
        .text(Job.key(kind, subject)), Value(at),
      ])
  }

  /// Ends a job in the transaction of its last effect.
  public static func finish(_ job: Job, _ account: ID<Account>, in session: any Session) throws {
    try session.run("DELETE FROM job WHERE account_id = $1 AND id = $2", [Value(account), Value(job.id)])
  }
}

extension Store {
  public func enqueue(_ kind: Job.Kind, _ subject: Int64, _ member: ID<Member>, _ account: ID<Account>) async throws {
    let now = clock()
    let id: ID<Job> = ids.next()
    try await write(account) { session in
      try Jobs.enqueue(kind, subject, member, id: id, at: now, account, in: session)
    }
    try await wake(account, at: now)
  }

  /// The job that is due next, oldest first: pulls before what follows from them.
  public func nextJob(_ lease: Lease) async throws -> Job? {
    let now = clock()
    return try await write(lease.account, lease: lease) { session in
      let row = try session.row(
        """
        SELECT id, member_id, kind, subject_id, attempts FROM job
        WHERE account_id = $1 AND state = 'due' AND run_at <= $2
        ORDER BY CASE kind WHEN 'pull' THEN 1 WHEN 'analyse' THEN 2 ELSE 3 END, run_at, id LIMIT 1
        """, [Value(lease.account), Value(now)])
      guard let row, let kind = Job.Kind(rawValue: row.text(2)) else { return nil }
      try session.run(
        "UPDATE job SET attempts = attempts + 1 WHERE account_id = $1 AND id = $2",
        [Value(lease.account), row[0]])
      return Job(id: row.id(0), member: row.id(1), kind: kind, subject: row.int(3), attempts: Int(row.int(4)) + 1)
    }
  }

  public func finish(_ job: Job, _ lease: Lease) async throws {
    try await write(lease.account, lease: lease) { try Jobs.finish(job, lease.account, in: $0) }
  }

  /// Puts a job off, or stops it until the owner acts, with what went wrong.
  public func put(_ job: Job, off trouble: Trouble, _ lease: Lease) async throws {
    let (state, at): (String, Instant) =
      switch trouble.remedy {
      case .wait(let until): ("due", until)
      case .askOwnerToSignIn, .skip, .stop: ("stopped", clock())
      }
    _ = try await write(lease.account, lease: lease) { session in
      try session.run(
        "UPDATE job SET state = $1, run_at = $2, trouble = $3 WHERE account_id = $4 AND id = $5",
        [.text(state), Value(at), .text(trouble.description), Value(lease.account), Value(job.id)])
    }
  }

  /// Whether work waits or was stopped: how many of each.
  public func jobs(_ account: ID<Account>) async throws -> (due: Int, stopped: Int) {
    try await read(account) { session in
      let row = try session.row(
        """
        SELECT COUNT(*) FILTER (WHERE state = 'due'), COUNT(*) FILTER (WHERE state = 'stopped')
        FROM job WHERE account_id = $1
        """, [Value(account)])
      return (Int(row?.int(0) ?? 0), Int(row?.int(1) ?? 0))
    }
  }

  // MARK: the wake list

  /// Hints that an account is due.
  public func wake(_ account: ID<Account>, at instant: Instant) async throws {
    _ = try await engine.write(.house) { session in
      try session.run(
        """
        INSERT INTO wake (account_id, due_at) VALUES ($1, $2)
        ON CONFLICT (account_id) DO UPDATE SET
          due_at = CASE WHEN wake.due_at < excluded.due_at THEN wake.due_at ELSE excluded.due_at END
        """, [Value(account), Value(instant)])
    }
  }

  /// The accounts that are due, longest waiting first.
  public func due(limit: Int) async throws -> [ID<Account>] {
    let now = clock()
    return try await engine.read(.house) { session in
      try session.rows(
        "SELECT account_id FROM wake WHERE due_at <= $1 ORDER BY due_at LIMIT $2", [Value(now), Value(limit)]
      ).map { $0.id(0) }
    }
  }

  /// Sets the hint to the account's next job, or takes it away.
  public func settle(_ account: ID<Account>) async throws {
    let next = try await read(account) { session in
      try session.row("SELECT MIN(run_at) FROM job WHERE account_id = $1 AND state = 'due'", [Value(account)])?
        .intOrNil(0)
    }
    _ = try await engine.write(.house) { session in
      if let next {
        return try session.run("UPDATE wake SET due_at = $1 WHERE account_id = $2", [.integer(next), Value(account)])
      }
      return try session.run("DELETE FROM wake WHERE account_id = $1", [Value(account)])
    }
  }

  /// Rebuilds the wake list from the accounts' own jobs.
  public func rebuildWakeList() async throws {
    for account in try await engine.accounts() {
      let next = try await read(account) { session in
        try session.row("SELECT MIN(run_at) FROM job WHERE account_id = $1 AND state = 'due'", [Value(account)])?
          .instantOrNil(0)
      }
      if let next { try await wake(account, at: next) }
    }
  }
}
