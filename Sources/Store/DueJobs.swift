public import Model

extension Store {
  /// The jobs that are due, of the first kind that has any: pulls before what follows from them.
  ///
  /// They stay due until they are finished or put off, so whoever works keeps in mind what is under way.
  public func dueJobs(_ lease: Lease, _ kinds: Set<Job.Kind> = Set(Job.Kind.allCases)) async throws -> [Job] {
    let now = clock()
    let asked = kinds.map(\.rawValue).sorted()
    let list = asked.indices.map { "$\($0 + 3)" }.joined(separator: ", ")
    return try await write(lease.account, lease: lease) { session in
      let rows = try session.rows(
        """
        UPDATE job SET attempts = attempts + 1
        WHERE account_id = $1 AND state = 'due' AND run_at <= $2 AND kind = (
          SELECT kind FROM job WHERE account_id = $1 AND state = 'due' AND run_at <= $2 AND kind IN (\(list))
          ORDER BY CASE kind WHEN 'pull' THEN 1 WHEN 'analyse' THEN 2 ELSE 3 END LIMIT 1)
        RETURNING id, member_id, kind, subject_id, attempts
        """, [Value(lease.account), Value(now)] + asked.map { .text($0) })
      return rows.compactMap(Store.job).sorted { $0.id < $1.id }
    }
  }

  /// Ends a job, unless it was asked for again while it ran: then it stays due.
  public func finishOnce(_ job: Job, _ lease: Lease) async throws {
    _ = try await write(lease.account, lease: lease) { session in
      try session.run(
        "DELETE FROM job WHERE account_id = $1 AND id = $2 AND attempts = $3",
        [Value(lease.account), Value(job.id), Value(job.attempts)])
    }
  }

  /// How many jobs could run now; those that wait for a later time do not count.
  public func countDue(_ account: ID<Account>, _ kinds: Set<Job.Kind> = Set(Job.Kind.allCases)) async throws -> Int {
    let now = clock()
    return try await read(account) { session in
      let rows = try session.rows(
        "SELECT kind FROM job WHERE account_id = $1 AND state = 'due' AND run_at <= $2", [Value(account), Value(now)])
      return rows.count { Job.Kind(rawValue: $0.text(0)).map(kinds.contains) ?? false }
    }
  }

  /// The jobs that wait for the owner or for a later time, with what went wrong.
  public func troubledJobs(_ account: ID<Account>) async throws -> [(job: Job, trouble: String)] {
    try await read(account) { session in
      try session.rows(
        """
        SELECT id, member_id, kind, subject_id, attempts, trouble FROM job
        WHERE account_id = $1 AND trouble IS NOT NULL ORDER BY id
        """, [Value(account)]
      ).compactMap { row in Store.job(row).map { ($0, row.text(5)) } }
    }
  }

  /// Who holds the lease of an account, whether it has run out or not; nil if nobody ever did.
  public func leaseHolder(_ account: ID<Account>) async throws -> String? {
    try await read(account) { session in
      try session.row("SELECT holder FROM lease WHERE account_id = $1 AND until > 0", [Value(account)])?.text(0)
    }
  }

  /// Ends the lease of a holder that is known to be dead: its fence is passed by the next one.
  public func endLease(_ account: ID<Account>, of holder: String) async throws {
    _ = try await write(account) { session in
      try session.run(
        "UPDATE lease SET until = 0 WHERE account_id = $1 AND holder = $2", [Value(account), .text(holder)])
    }
  }

  private static func job(_ row: Row) -> Job? {
    guard let kind = Job.Kind(rawValue: row.text(2)) else { return nil }
    return Job(id: row.id(0), member: row.id(1), kind: kind, subject: row.int(3), attempts: Int(row.int(4)))
  }
}
