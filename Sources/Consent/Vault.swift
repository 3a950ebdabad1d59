import Crypto
public import Model

/// Opens the keys of accounts with the operator's key, and hands them to the gate alone.
public actor Vault {
  let operatorKey: OperatorKey
  let keyring: any Keyring
  private var accounts: [ID<Account>: AccountKeys] = [:]
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
    if let known = accounts[account], known.generation == state.generation { return known }
    guard let root = try await keyring.keys(account, .contentRoot, nil).first else {
      throw Trouble("the keyring holds no key of this account", "restore the keyring or the account's export")
    }
    guard root.wrappedBy == operatorKey.fingerprint else {
      throw Trouble(
        "the operator key is not the one this account was made with", "name the right file by KITH_OPERATOR_KEY_FILE")
    }
    let keys = AccountKeys(root: try unwrap(root, by: operatorKey.root(.content)), id: root.id, state: state)
    if accounts.count >= limit { accounts.removeAll() }
    accounts[account] = keys
    return keys
  }

  // MARK: keys of members, sources and handles

  /// The keys of a member; a member without any gets some.
  func keys(_ account: ID<Account>, _ member: ID<Member>) async throws -> MemberKeys {
    let keys = try await self.keys(account)
    if let known = keys.members[member] { return known }
    let id = KeyID(stored: member.rawValue)
    if try await keyring.keys(account, .member, [id]).isEmpty {
      let bytes = try wrap(SymmetricKey(size: .bits256), by: keys.root, kind: .member, id: id)
      try await keyring.add([
        WrappedKey(account: account, member: member, kind: .member, id: id, wrappedBy: keys.rootID, bytes: bytes)
      ])
    }
    // What the keyring holds now counts: another process may have made the same key first.
    guard let held = try await keyring.keys(account, .member, [id]).first else {
      throw Trouble("a member's key could not be kept", "check the keyring's disk")
    }
    let made = MemberKeys(member, key: try unwrap(held, by: keys.root), id: id)
    accounts[account]?.members[member] = made
    return made
  }

  public func mintSource(_ account: ID<Account>, _ member: ID<Member>, _ source: ID<Source>) async throws {
    let keys = try await self.keys(account, member)
    try await keyring.add([try keys.newKey(.source, KeyID(stored: source.rawValue), account: account).1])
  }

  public func destroySource(_ account: ID<Account>, _ source: ID<Source>) async throws {
    try await keyring.destroy(account, .source, [KeyID(stored: source.rawValue)])
    try await keyring.destroy(account, .credential, [KeyID(stored: source.rawValue)])
    forget(account)
  }

  public func destroyCredential<Holder>(_ account: ID<Account>, _ holder: ID<Holder>) async throws {
    try await keyring.destroy(account, .credential, [KeyID(stored: holder.rawValue)])
  }

  func sourceKeys(
    _ account: ID<Account>, _ member: ID<Member>, _ ids: [KeyID]
  ) async throws -> [KeyID: SymmetricKey] {
    var keys = try await self.keys(account, member)
    let missing = ids.filter { keys.sources[$0] == nil }
    if !missing.isEmpty {
      for wrapped in try await keyring.keys(account, .source, missing) where wrapped.member == member {
        keys.sources[wrapped.id] = try unwrap(wrapped, by: keys.key)
      }
      accounts[account]?.members[member]?.sources.merge(keys.sources) { old, _ in old }
    }
    return keys.sources.filter { ids.contains($0.key) }
  }

  /// The keys of handles; those that have none are minted where `minting` says so.
  ///
  /// Erased handles get none, ever.
  func handleKeys(
    _ account: ID<Account>, _ member: ID<Member>, _ ids: [KeyID], minting: Bool
  ) async throws -> [KeyID: SymmetricKey] {
    let suppressed = try await keys(account).suppressed
    var keys = try await self.keys(account, member)
    let wanted = Set(ids).subtracting(suppressed)
    let missing = wanted.filter { keys.handles[$0] == nil }
    if !missing.isEmpty {
      var found = try await opened(account, keys, Array(missing))
      let unmade = missing.subtracting(found.keys)
      if minting, !unmade.isEmpty {
        try await keyring.add(unmade.map { try keys.newKey(.handle, $0, account: account).1 })
        found.merge(try await opened(account, keys, Array(unmade))) { old, _ in old }
      }
      keys.handles.merge(found) { old, _ in old }
      accounts[account]?.members[member]?.handles.merge(found) { old, _ in old }
    }
    var out: [KeyID: SymmetricKey] = [:]
    for id in wanted { out[id] = keys.handles[id] }
    return out
  }

  private func opened(
    _ account: ID<Account>, _ keys: MemberKeys, _ ids: [KeyID]
  ) async throws -> [KeyID: SymmetricKey] {
    var out: [KeyID: SymmetricKey] = [:]
    for wrapped in try await keyring.keys(account, .handle, ids) where wrapped.member == keys.member {
      out[wrapped.id] = try unwrap(wrapped, by: keys.key)
    }
    return out
  }

  /// Takes a member's keys from one account to another: content stays sealed as it is.
  public func move(_ member: ID<Member>, from old: ID<Account>, to new: ID<Account>) async throws {
    let keys = try await self.keys(old, member)
    let root = try await self.keys(new)
    var replaced = [
      WrappedKey(
        account: new, member: member, kind: .member, id: keys.id, wrappedBy: root.rootID,
        bytes: try wrap(keys.key, by: root.root, kind: .member, id: keys.id))
    ]
    let (outer, inner) = (try await credentialsRoot(old), try await credentialsRoot(new))
    for wrapped in try await keyring.keys(old, .credential, nil) where wrapped.member == member {
      let bytes = try wrap(try unwrap(wrapped, by: outer.key), by: inner.key, kind: .credential, id: wrapped.id)
      replaced.append(
        WrappedKey(
          account: new, member: member, kind: .credential, id: wrapped.id, wrappedBy: inner.id, bytes: bytes))
    }
    try await keyring.move(member, from: old, to: new, replacing: replaced)
    forget(old)
    forget(new)
  }

  // MARK: ledger and logins

  func signer(_ account: ID<Account>) async throws -> LedgerSigner {
    let keys = try await self.keys(account)
    let id = KeyID(1)
    if let wrapped = try await keyring.keys(account, .ledger, [id]).first {
      return try LedgerSigner(seed: unwrap(wrapped, by: keys.root))
    }
    let bytes = try wrap(SymmetricKey(size: .bits256), by: keys.root, kind: .ledger, id: id)
    try await keyring.add([
      WrappedKey(account: account, kind: .ledger, id: id, wrappedBy: keys.rootID, bytes: bytes)
    ])
    guard let held = try await keyring.keys(account, .ledger, [id]).first else {
      throw Trouble("the ledger's key could not be kept", "check the keyring's disk")
    }
    return try LedgerSigner(seed: unwrap(held, by: keys.root))
  }

  /// Seals a login under the root of credentials.
  ///
  /// `holder` is the source or the destination that it is for.
  public func sealLogin<Holder>(
    _ account: ID<Account>, _ member: ID<Member>, _ holder: ID<Holder>, _ login: Login, slot: Slot
  ) async throws -> Sealed {
    // Before anything is kept: what cannot be sealed leaves no key.
    _ = try login.content()
    let root = try await credentialsRoot(account)
    let id = KeyID(stored: holder.rawValue)
    let bytes = try wrap(SymmetricKey(size: .bits256), by: root.key, kind: .credential, id: id)
    try await keyring.add([
      WrappedKey(account: account, member: member, kind: .credential, id: id, wrappedBy: root.id, bytes: bytes)
    ])
    // Who has a login keeps its key, so that a changed password is sealed under what opens it.
    let key = try await credentialKey(account, id)
    return try login.sealed(by: key, of: id, in: slot, member)
  }

  func credentialKey(_ account: ID<Account>, _ holder: KeyID) async throws -> SymmetricKey {
    let root = try await credentialsRoot(account)
    guard let wrapped = try await keyring.keys(account, .credential, [holder]).first else {
      throw Refusal(.keyNotHeld, promise: 16, "this login was destroyed")
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

extension Login {
  func sealed(by key: SymmetricKey, of holder: KeyID, in slot: Slot, _ member: ID<Member>) throws -> Sealed {
    try content().withUnsafeBytes {
      try Sealed.seal(
        $0, key: key, source: holder, handle: .none, slot: slot, of: member,
        nonce: (0..<7).map { _ in UInt8.random(in: 0...255) })
    }
  }
}
