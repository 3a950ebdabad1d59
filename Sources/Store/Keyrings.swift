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
      let select = "SELECT id, wrapped_by, wrapped FROM wrapped_key WHERE account_id = $1 AND kind = $2"
      let key: [Value] = [Value(account), Value(kind.rawValue)]
      let rows: [Row]
      if let ids {
        rows = try session.rowsMany(select + " AND id = $3", ids.map { key + [Value($0.stored)] }).flatMap { $0 }
      } else {
        rows = try session.rows(select + " ORDER BY id", key)
      }
      return rows.map {
        WrappedKey(
          account: account, kind: kind, id: KeyID(stored: $0.int(0)), wrappedBy: KeyID(stored: $0.int(1)),
          bytes: $0.bytes(2))
      }
    }
  }

  public func add(_ keys: [WrappedKey]) async throws {
    guard !keys.isEmpty else { return }
    try await engine.write(.keyring) { session in
      try session.runMany(
        """
        INSERT INTO wrapped_key (account_id, kind, id, wrapped_by, wrapped) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account_id, kind, id) DO NOTHING
        """, keys.map(StoredKeyring.values))
    }
  }

  public func replace(_ keys: [WrappedKey]) async throws {
    guard !keys.isEmpty else { return }
    try await engine.write(.keyring) { session in
      try session.runMany(
        """
        INSERT INTO wrapped_key (account_id, kind, id, wrapped_by, wrapped) VALUES ($1, $2, $3, $4, $5)
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
      Value(key.bytes),
    ]
  }
}
