public import Consent
public import Model

/// One erasure, as the keyring's journal keeps it: it is finished after a crash, and replayed after every restore.
public struct Erasure: Identified, Sendable, Equatable {
  public static let prefix = "erasure"

  public var account: ID<Account>
  public var id: ID<Erasure>
  /// The handles that were erased; empty for the whole account.
  public var keys: [KeyID]
  public var isAccount: Bool
  public var finished: Bool
}

extension Store {
  /// Suppresses the handles, destroys their keys and journals it, in one transaction of the keyring: from here on
  /// nothing of them opens, whatever happens to the rest.
  ///
  /// Without a member it is the whole account that is erased.
  public func beginErasure(
    _ account: ID<Account>, of member: ID<Member>?, keys: [KeyID]
  ) async throws -> ID<Erasure> {
    let id: ID<Erasure> = ids.next()
    let now = clock()
    let whose = Value(member?.rawValue ?? 0)
    return try await engine.write(.keyring) { session in
      try session.run(
        "INSERT INTO erasure (account_id, id, what, at, member_id) VALUES ($1, $2, $3, $4, $5)",
        [Value(account), Value(id), .text(member == nil ? "account" : "person"), Value(now), whose])
      for key in keys {
        let both: [Value] = [Value(account), Value(key.stored)]
        try session.run(
          """
          INSERT INTO erasure_key (account_id, erasure_id, key_id, member_id) VALUES ($1, $3, $2, $4)
          ON CONFLICT DO NOTHING
          """, both + [Value(id), whose])
        try session.run(
          "INSERT INTO suppressed (account_id, key_id, at, member_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
          both + [Value(now), whose])
        try session.run("DELETE FROM wrapped_key WHERE account_id = $1 AND id = $2 AND kind = 4", both)
      }
      if member == nil { try session.run("DELETE FROM wrapped_key WHERE account_id = $1", [Value(account)]) }
      try StoredKeyring.advance(account, in: session)
      return id
    }
  }

  public func finishErasure(_ account: ID<Account>, _ id: ID<Erasure>) async throws {
    let now = clock()
    _ = try await engine.write(.keyring) { session in
      try session.run(
        "UPDATE erasure SET finished_at = $1 WHERE account_id = $2 AND id = $3 AND finished_at IS NULL",
        [Value(now), Value(account), Value(id)])
    }
  }

  /// The erasure journal of an account, oldest first.
  public func erasures(_ account: ID<Account>) async throws -> [Erasure] {
    try await engine.read(.keyring) { session in
      let rows = try session.rows(
        "SELECT id, what, finished_at FROM erasure WHERE account_id = $1 ORDER BY id", [Value(account)])
      return try rows.map { row in
        let keys = try session.rows(
          "SELECT key_id FROM erasure_key WHERE account_id = $1 AND erasure_id = $2 ORDER BY key_id",
          [Value(account), row[0]])
        return Erasure(
          account: account, id: row.id(0), keys: keys.map { KeyID(stored: $0.int(0)) },
          isAccount: row.text(1) == "account", finished: row.intOrNil(2) != nil)
      }
    }
  }
}
