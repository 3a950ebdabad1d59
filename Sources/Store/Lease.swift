public import Model

/// The right to run an account's jobs, with the number by which a worker that was frozen is told from the next one.
public struct Lease: Sendable, Equatable {
  public let account: ID<Account>
  public let fence: Int64
  /// How long a lease lasts after its last transaction.
  public static let length: Int64 = 30_000

  /// Runs first in every job transaction: no row means that somebody else works now, and nothing is stored.
  func hold(in session: any Session, now: Instant) throws {
    let held = try session.run(
      "UPDATE lease SET until = $1 WHERE account_id = $2 AND fence = $3",
      [.integer(now.milliseconds + Lease.length), Value(account), .integer(fence)])
    guard held == 1 else {
      throw Trouble("another worker has taken this account over", "nothing is lost: that worker goes on")
    }
  }
}

extension Store {
  /// Takes the lease of an account; nil while another worker holds it.
  public func lease(_ account: ID<Account>, holder: String) async throws -> Lease? {
    let now = clock()
    return try await write(account) { session in
      let row = try session.row(
        """
        INSERT INTO lease (account_id, fence, holder, until) VALUES ($1, 1, $2, $3)
        ON CONFLICT (account_id) DO UPDATE SET fence = lease.fence + 1, holder = excluded.holder,
          until = excluded.until WHERE lease.until < $4
        RETURNING fence
        """, [Value(account), .text(holder), .integer(now.milliseconds + Lease.length), Value(now)])
      return row.map { Lease(account: account, fence: $0.int(0)) }
    }
  }

  /// Gives the lease back, if it is still held.
  public func release(_ lease: Lease) async throws {
    _ = try await write(lease.account) { session in
      try session.run(
        "UPDATE lease SET until = 0 WHERE account_id = $1 AND fence = $2",
        [Value(lease.account), .integer(lease.fence)])
    }
  }

  /// Makes a lease last on while a long step stores nothing; false once somebody else holds it.
  public func renew(_ lease: Lease) async throws -> Bool {
    let now = clock()
    return try await write(lease.account) { session in (try? lease.hold(in: session, now: now)) != nil }
  }
}
