public import Model

extension Vault {
  /// The same vault with a keyring that forgets: what is sealed by it is opened by it, and by nobody afterwards.
  ///
  /// For a login that is tried before it is kept.
  public nonisolated var trial: Vault { Vault(operatorKey: operatorKey, keyring: TrialKeyring(keyring)) }

  /// Takes over the key of a login that was tried, in the place of an older one: what was sealed there can be kept.
  public func adoptCredential(_ account: ID<Account>, _ source: ID<Source>, from trial: Vault) async throws {
    let ids = [KeyID(stored: source.rawValue)]
    let tried = try await trial.keyring.keys(account, .credential, ids)
    try await keyring.destroy(account, .credential, ids)
    try await keyring.add(tried)
  }
}

/// A keyring that keeps the keys of logins to itself, and leaves all else to the real one.
private actor TrialKeyring: Keyring {
  private let real: any Keyring
  private var credentials: [WrappedKey] = []

  init(_ real: any Keyring) { self.real = real }

  func keys(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]?) async throws -> [WrappedKey] {
    guard kind == .credential else { return try await real.keys(account, kind, ids) }
    return credentials.filter { $0.account == account && ids?.contains($0.id) ?? true }
  }

  func add(_ keys: [WrappedKey]) async throws {
    credentials += keys.filter { key in
      key.kind == .credential && !credentials.contains { $0.account == key.account && $0.id == key.id }
    }
    let others = keys.filter { $0.kind != .credential }
    if !others.isEmpty { try await real.add(others) }
  }

  func state(_ account: ID<Account>) async throws -> KeyringState { try await real.state(account) }

  func replace(_ keys: [WrappedKey]) throws { throw TrialKeyring.tooMuch }

  func destroy(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]) throws { throw TrialKeyring.tooMuch }

  func move(
    _ member: ID<Member>, from old: ID<Account>, to new: ID<Account>, replacing keys: [WrappedKey]
  ) throws { throw TrialKeyring.tooMuch }

  private static let tooMuch = Refusal(.keyNotHeld, promise: 80, "a login that is tried changes no key")
}
