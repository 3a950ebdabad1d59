import Crypto
public import Model

extension Sealed {
  /// Opens content for the permit's purpose: the span cannot leave `body`, and only the purpose's yield comes out.
  ///
  /// An error of `body` is replaced, since an error could carry text as well as a result.
  public func open<P: Purpose>(
    in slot: Slot, _ permit: borrowing Permit<P>, _ body: @Sendable (Span<UInt8>) throws -> P.Yield
  ) throws -> P.Yield {
    guard slot.account == permit.account else { throw Sealed.notNamed }
    let key = try permit.keys.contentKey(of: self)
    return try withContent(key: key, slot: slot, of: permit.member) { buffer in
      do {
        return try body(buffer.span)
      } catch {
        throw Refusal(.damaged, promise: 95, "opened content could not be understood")
      }
    }
  }

  static let notNamed = Refusal(.keyNotHeld, promise: 21, "this permit does not name the content's source and person")
}

extension KeyBundle {
  func contentKey(of sealed: Sealed) throws -> SymmetricKey {
    var source: SymmetricKey?
    if sealed.sourceKey != .none {
      guard let held = sources[sealed.sourceKey] else { throw Sealed.notNamed }
      source = held
    }
    guard let handle = handles[sealed.handleKey] else { throw Sealed.notNamed }
    return contents.key(sealed.sourceKey, source, sealed.handleKey, handle)
  }
}

extension Permit where P.Yield == Login {
  /// Opens a login; only `Wire` asks for a permit to connect (P080).
  public borrowing func login(_ sealed: Sealed, in slot: Slot) async throws -> Login {
    guard slot.account == account, let holder = holder(), sealed.sourceKey == holder else { throw Sealed.notNamed }
    let key = try await vault.credentialKey(account, holder)
    return try sealed.withContent(key: key, slot: slot, of: member) { try Login(content: $0) }
  }

  /// Seals a login that was renewed under the key of the old one; if that was destroyed, none is made (P016).
  public borrowing func seal(_ login: Login, in slot: Slot) async throws -> Sealed {
    guard slot.account == account, let holder = holder() else { throw Sealed.notNamed }
    let key = try await vault.credentialKey(account, holder)
    return try login.sealed(by: key, of: holder, in: slot, member)
  }

  /// The source or the destination that the login is for.
  private borrowing func holder() -> KeyID? {
    (sources.first?.rawValue ?? destination?.rawValue).map { KeyID(stored: $0) }
  }
}

extension Permit {
  /// What seals content of this permit's source and member: it can close, and cannot open.
  ///
  /// Handles that have no key yet get one; those that were erased get none, and are named by `Sealer.isErased`.
  public borrowing func sealer(for handles: some Sequence<Handle> & Sendable) async throws -> Sealer {
    let names = try await vault.keys(account, member)
    var ids: [Handle: KeyID] = [:]
    for handle in handles where ids[handle] == nil { ids[handle] = names.keyID(handle) }
    let keys = try await vault.handleKeys(account, member, Array(ids.values), minting: true)
    let source = sources.first.map { KeyID(stored: $0.rawValue) }
    if let source, self.keys.sources[source] == nil { throw Sealed.notNamed }
    return Sealer(
      member: member, source: source, sourceKey: source.flatMap { self.keys.sources[$0] }, ids: ids, keys: keys,
      suppressed: try await vault.keys(account).suppressed)
  }

  /// The key numbers of a member's handles, as the erased are known by.
  public borrowing func keyIDs(_ handles: [Handle]) async throws -> [KeyID] {
    let names = try await vault.keys(account, member)
    return handles.map { names.keyID($0) }
  }
}

/// Seals what comes from one source, by author.
public struct Sealer: Sendable {
  let member: ID<Member>
  let source: KeyID?
  let sourceKey: SymmetricKey?
  let ids: [Handle: KeyID]
  let keys: [KeyID: SymmetricKey]
  let suppressed: Set<KeyID>
  private let contents = ContentKeys()

  /// Whether somebody was erased and must not come back (P120).
  public func isErased(_ handle: Handle) -> Bool { ids[handle].map(suppressed.contains) ?? false }

  public func keyID(_ handle: Handle) -> KeyID? { ids[handle] }

  /// Seals content of an author for one slot; with `ofSource` false it does not hang on the source's key.
  public func seal(_ content: [UInt8], by author: Handle, in slot: Slot, ofSource: Bool = true) throws -> Sealed {
    guard let id = ids[author], let key = keys[id] else {
      throw Refusal(.erased, promise: 120, "this person was erased")
    }
    let content256 = contents.key(ofSource ? source ?? .none : .none, ofSource ? sourceKey : nil, id, key)
    var random = UInt64.random(in: 0...UInt64.max)
    let nonce = withUnsafeBytes(of: &random) { Array($0.prefix(7)) }
    return try content.withUnsafeBytes {
      try Sealed.seal(
        $0, key: content256, source: ofSource ? source ?? .none : .none, handle: id, slot: slot, of: member,
        nonce: nonce)
    }
  }
}
