import Crypto
public import Model

/// Opens the keys of accounts with the operator's key, and hands them to the gate alone.
public actor Vault {
  let operatorKey: OperatorKey
  let keyring: any Keyring
  private var accounts: [ID<Account>: (keys: AccountKeys, generation: Int64)] = [:]
  /// Keys of more accounts than this are not kept open at once.
  private let limit: Int

  public init(operatorKey: OperatorKey, keyring: any Keyring, limit: Int = 1000) {
    self.operatorKey = operatorKey
    self.keyring = keyring
    self.limit = limit
  }

  // MARK: accounts

  /// Makes the roots of a new account; one that has them keeps them.
  public func create(_ account: ID<Account>) async throws {
    var made: [WrappedKey] = []
    for (root, kind) in [(OperatorKey.Root.content, WrappedKey.Kind.contentRoot), (.credentials, .credentialsRoot)] {
      let id = KeyID(UInt64.random(in: 1...UInt64.max))
      if try await keyring.keys(account, kind, nil).isEmpty {
        let bytes = try wrap(SymmetricKey(size: .bits256), by: operatorKey.root(root), kind: kind, id: id)
        made.append(
          WrappedKey(account: account, kind: kind, id: id, wrappedBy: operatorKey.fingerprint, bytes: bytes))
      }
    }
    try await keyring.add(made)
  }

  /// Wraps the roots of an account by a new operator key; what lies below them is not touched.
  public func rewrap(_ account: ID<Account>, by new: OperatorKey) async throws {
    var rewrapped: [WrappedKey] = []
    for (root, kind) in [(OperatorKey.Root.content, WrappedKey.Kind.contentRoot), (.credentials, .credentialsRoot)] {
      for old in try await keyring.keys(account, kind, nil) where old.wrappedBy != new.fingerprint {
        let key = try unwrap(old, by: operatorKey.root(root))
        let bytes = try wrap(key, by: new.root(root), kind: kind, id: old.id)
        rewrapped.append(
          WrappedKey(account: account, kind: kind, id: old.id, wrappedBy: new.fingerprint, bytes: bytes))
      }
    }
    try await keyring.replace(rewrapped)
  }

  /// Whether the roots of an account open with this operator key.
  public func check(_ account: ID<Account>) async throws { _ = try await keys(account) }

  /// Destroys everything that opens an account.
  public func destroy(_ account: ID<Account>) async throws {
    for kind in WrappedKey.Kind.allCases {
      let ids = try await keyring.keys(account, kind, nil).map(\.id)
      try await keyring.destroy(account, kind, ids)
    }
    accounts[account] = nil
  }

  /// Drops what is cached of an account.
  func forget(_ account: ID<Account>) { accounts[account] = nil }

  func keys(_ account: ID<Account>) async throws -> AccountKeys {
    let state = try await keyring.state(account)
    if let known = accounts[account], known.generation == state.generation { return known.keys }
    guard let root = try await keyring.keys(account, .contentRoot, nil).first else {
      throw Trouble("the keyring holds no key of this account", "restore the keyring or the account's export")
    }
    guard root.wrappedBy == operatorKey.fingerprint else {
      throw Trouble(
        "the operator key is not the one this account was made with", "name the right file by KITH_OPERATOR_KEY_FILE")
    }
    var keys = AccountKeys(root: try unwrap(root, by: operatorKey.root(.content)), id: root.id)
    keys.suppressed = state.suppressed
    if accounts.count >= limit { accounts.removeAll() }
    accounts[account] = (keys, state.generation)
    return keys
  }

  // MARK: keys of sources and handles

  public func mintSource(_ account: ID<Account>, _ source: ID<Source>) async throws {
    let keys = try await self.keys(account)
    let id = KeyID(stored: source.rawValue)
    let (key, wrapped) = try keys.newKey(.source, id, account: account)
    try await keyring.add([wrapped])
    if accounts[account]?.keys.sources[id] == nil { accounts[account]?.keys.sources[id] = key }
  }

  public func destroySource(_ account: ID<Account>, _ source: ID<Source>) async throws {
    try await keyring.destroy(account, .source, [KeyID(stored: source.rawValue)])
    try await keyring.destroy(account, .credential, [KeyID(stored: source.rawValue)])
    accounts[account] = nil
  }

  public func destroyCredential(_ account: ID<Account>, _ source: ID<Source>) async throws {
    try await keyring.destroy(account, .credential, [KeyID(stored: source.rawValue)])
  }

  /// Destroys the keys of handles; the keyring's own journal makes it last (`Keyring.destroy`).
  public func destroyHandles(_ account: ID<Account>, _ ids: [KeyID]) async throws {
    try await keyring.destroy(account, .handle, ids)
    accounts[account] = nil
  }

  func sourceKeys(_ account: ID<Account>, _ ids: [KeyID]) async throws -> [KeyID: SymmetricKey] {
    var keys = try await self.keys(account)
    let missing = ids.filter { keys.sources[$0] == nil }
    if !missing.isEmpty {
      for wrapped in try await keyring.keys(account, .source, missing) {
        keys.sources[wrapped.id] = try unwrap(wrapped, by: keys.root)
      }
      accounts[account]?.keys.sources.merge(keys.sources) { old, _ in old }
    }
    return keys.sources.filter { ids.contains($0.key) }
  }

  /// The keys of handles; those that have none are minted where `minting` says so. Erased handles get none, ever.
  func handleKeys(
    _ account: ID<Account>, _ ids: [KeyID], minting: Bool
  ) async throws -> [KeyID: SymmetricKey] {
    var keys = try await self.keys(account)
    let wanted = Set(ids).subtracting(keys.suppressed)
    let missing = wanted.filter { keys.handles[$0] == nil }
    if !missing.isEmpty {
      var found: [KeyID: SymmetricKey] = [:]
      for wrapped in try await keyring.keys(account, .handle, Array(missing)) {
        found[wrapped.id] = try unwrap(wrapped, by: keys.root)
      }
      if minting { found.merge(try await mint(missing.subtracting(found.keys), account, keys)) { old, _ in old } }
      keys.handles.merge(found) { old, _ in old }
      accounts[account]?.keys.handles.merge(found) { old, _ in old }
    }
    var out: [KeyID: SymmetricKey] = [:]
    for id in wanted { out[id] = keys.handles[id] }
    return out
  }

  private func mint(
    _ ids: Set<KeyID>, _ account: ID<Account>, _ keys: AccountKeys
  ) async throws -> [KeyID: SymmetricKey] {
    guard !ids.isEmpty else { return [:] }
    try await keyring.add(ids.map { try keys.newKey(.handle, $0, account: account).1 })
    // What the keyring holds now counts: another process may have minted the same handle first.
    var out: [KeyID: SymmetricKey] = [:]
    for wrapped in try await keyring.keys(account, .handle, Array(ids)) {
      out[wrapped.id] = try unwrap(wrapped, by: keys.root)
    }
    return out
  }

  // MARK: ledger and logins

  func signer(_ account: ID<Account>) async throws -> LedgerSigner {
    let keys = try await self.keys(account)
    let id = KeyID(1)
    if let wrapped = try await keyring.keys(account, .ledger, [id]).first {
      return try LedgerSigner(seed: unwrap(wrapped, by: keys.root))
    }
    let (_, wrapped) = try keys.newKey(.ledger, id, account: account)
    try await keyring.add([wrapped])
    guard let held = try await keyring.keys(account, .ledger, [id]).first else {
      throw Trouble("the ledger's key could not be kept", "check the keyring's disk")
    }
    return try LedgerSigner(seed: unwrap(held, by: keys.root))
  }

  /// Seals a login under the root of credentials.
  public func sealLogin(_ account: ID<Account>, _ source: ID<Source>, _ login: Login, slot: Slot) async throws -> Sealed {
    let root = try await credentialsRoot(account)
    let id = KeyID(stored: source.rawValue)
    let key = SymmetricKey(size: .bits256)
    let bytes = try wrap(key, by: root.key, kind: .credential, id: id)
    try await keyring.add([WrappedKey(account: account, kind: .credential, id: id, wrappedBy: root.id, bytes: bytes)])
    let content = Array("\(login.user)\u{0}\(login.secret)".utf8)
    return try content.withUnsafeBytes {
      try Sealed.seal(
        $0, key: key, source: id, handle: .none, slot: slot, nonce: (0..<7).map { _ in UInt8.random(in: 0...255) })
    }
  }

  func credentialKey(_ account: ID<Account>, _ source: ID<Source>) async throws -> SymmetricKey {
    let root = try await credentialsRoot(account)
    guard let wrapped = try await keyring.keys(account, .credential, [KeyID(stored: source.rawValue)]).first else {
      throw Refusal(.keyNotHeld, promise: 16, "the login of this source was destroyed")
    }
    return try unwrap(wrapped, by: root.key)
  }

  private func credentialsRoot(_ account: ID<Account>) async throws -> (key: SymmetricKey, id: KeyID) {
    let outer = try operatorKey.root(.credentials)
    guard let root = try await keyring.keys(account, .credentialsRoot, nil).first else {
      throw Trouble("the keyring holds no root of logins of this account", "restore the keyring")
    }
    return (try unwrap(root, by: outer), root.id)
  }
}
