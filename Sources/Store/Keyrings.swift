public import Consent
public import Model

/// The keyring as both engines keep it, apart from account data.
public struct StoredKeyring: Keyring {
  private let engine: any Engine
  private let clock: @Sendable () -> Instant

  public init(_ engine: any Engine, clock: @escaping @Sendable () -> Instant) {
    self.engine = engine
    self.clock = clock
  }

  public func keys(
    _ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]?
  ) async throws -> [WrappedKey] {
    try await engine.read(.keyring) { session in
      let select = "SELECT id, wrapped_by, wrapped, member_id FROM wrapped_key WHERE account_id = $1 AND kind = $2"
      let key: [Value] = [Value(account), Value(kind.rawValue)]
      let rows: [Row]
      if let ids {
        rows = try session.rowsMany(select + " AND id = $3", ids.map { key + [Value($0.stored)] }).flatMap { $0 }
      } else {
        rows = try session.rows(select + " ORDER BY id", key)
      }
      return rows.map {
        WrappedKey(
          account: account, member: $0.int(3) == 0 ? nil : $0.id(3), kind: kind, id: KeyID(stored: $0.int(0)),
          wrappedBy: KeyID(stored: $0.int(1)), bytes: $0.bytes(2))
      }
    }
  }

  public func add(_ keys: [WrappedKey]) async throws {
    guard !keys.isEmpty else { return }
    try await engine.write(.keyring) { session in
      try session.runMany(
        """
        INSERT INTO wrapped_key (account_id, kind, id, wrapped_by, wrapped, member_id) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (account_id, kind, id) DO NOTHING
        """, keys.map(StoredKeyring.values))
    }
  }

  public func replace(_ keys: [WrappedKey]) async throws {
    guard !keys.isEmpty else { return }
    try await engine.write(.keyring) { session in
      try session.runMany(
        """
        INSERT INTO wrapped_key (account_id, kind, id, wrapped_by, wrapped, member_id) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (account_id, kind, id) DO UPDATE SET wrapped_by = excluded.wrapped_by, wrapped = excluded.wrapped
        """, keys.map(StoredKeyring.values))
      for account in Set(keys.map(\.account)) { try StoredKeyring.advance(account, in: session) }
    }
  }

  public func destroy(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]) async throws {
    guard !ids.isEmpty else { return }
    try await engine.write(.keyring) { session in
      try session.runMany(
        "DELETE FROM wrapped_key WHERE account_id = $1 AND kind = $2 AND id = $3",
        ids.map { [Value(account), Value(kind.rawValue), Value($0.stored)] })
      try StoredKeyring.advance(account, in: session)
    }
  }

  public func state(_ account: ID<Account>) async throws -> KeyringState {
    try await engine.read(.keyring) { session in
      let generation = try session.row("SELECT number FROM generation WHERE account_id = $1", [Value(account)])
      let rows = try session.rows("SELECT key_id FROM suppressed WHERE account_id = $1", [Value(account)])
      return KeyringState(
        generation: generation?.int(0) ?? 0, suppressed: Set(rows.map { KeyID(stored: $0.int(0)) }))
    }
  }

  public func move(
    _ member: ID<Member>, from old: ID<Account>, to new: ID<Account>, replacing keys: [WrappedKey]
  ) async throws {
    try await engine.write(.keyring) { session in
      let both: [Value] = [Value(new), Value(old), Value(member)]
      for key in keys {
        try session.run(
          "DELETE FROM wrapped_key WHERE account_id = $1 AND kind = $2 AND id = $3",
          [Value(old), Value(key.kind.rawValue), Value(key.id.stored)])
      }
      for table in ["wrapped_key", "suppressed", "erasure", "erasure_key"] {
        try session.run("UPDATE \(table) SET account_id = $1 WHERE account_id = $2 AND member_id = $3", both)
      }
      try session.runMany(
        """
        INSERT INTO wrapped_key (account_id, kind, id, wrapped_by, wrapped, member_id) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (account_id, kind, id) DO NOTHING
        """, keys.map(StoredKeyring.values))
      for account in [old, new] { try StoredKeyring.advance(account, in: session) }
    }
  }

  static func advance(_ account: ID<Account>, in session: any Session) throws {
    try session.run(
      """
      INSERT INTO generation (account_id, number) VALUES ($1, 1)
      ON CONFLICT (account_id) DO UPDATE SET number = generation.number + 1
      """, [Value(account)])
  }

  private static func values(_ key: WrappedKey) -> [Value] {
    [
      Value(key.account), Value(key.kind.rawValue), Value(key.id.stored), Value(key.wrappedBy.stored),
      Value(key.bytes), Value(key.member?.rawValue ?? 0),
    ]
  }
}
