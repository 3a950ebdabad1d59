import Crypto
public import Model

/// The operator's key, from which both roots are wrapped; it lies outside the data folder.
public struct OperatorKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// The two roots under which everything of an account lies.
  public enum Root: String, Sendable, CaseIterable { case content, credentials }

  private let roots: [Root: SymmetricKey]
  /// Names the key without telling it: which operator key a root was wrapped with.
  public let fingerprint: KeyID

  /// A key from 32 bytes; nil for any other count.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    let key = SymmetricKey(data: bytes)
    var roots: [Root: SymmetricKey] = [:]
    for root in Root.allCases { roots[root] = derive(key, "kith operator " + root.rawValue) }
    self.roots = roots
    let print = derive(key, "kith operator fingerprint").withUnsafeBytes { Array($0.prefix(8)) }
    self.fingerprint = KeyID(bigEndian(print[...]))
  }

  private init(roots: [Root: SymmetricKey], fingerprint: KeyID) {
    self.roots = roots
    self.fingerprint = fingerprint
  }

  /// The same key without the root of logins: what `serve --no-work` holds (P080).
  public var contentOnly: OperatorKey {
    OperatorKey(roots: roots.filter { $0.key == .content }, fingerprint: fingerprint)
  }

  func root(_ root: Root) throws -> SymmetricKey {
    guard let key = roots[root] else {
      throw Refusal(.keyNotHeld, promise: 80, "this process does not hold the root of logins")
    }
    return key
  }

  public var description: String { "operator key" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A key as the keyring keeps it: wrapped by the key above it.
public struct WrappedKey: Sendable, Equatable {
  public enum Kind: Int, Sendable, CaseIterable {
    case contentRoot = 1
    case credentialsRoot = 2
    case source = 3
    case handle = 4
    case credential = 5
    case ledger = 6
    case member = 7
  }

  public var account: ID<Account>
  /// Whose key it is; nil for the account's own.
  public var member: ID<Member>?
  public var kind: Kind
  public var id: KeyID
  /// The wrapping key's number: the operator key's for a root, else the root's.
  public var wrappedBy: KeyID
  public var bytes: [UInt8]

  public init(
    account: ID<Account>, member: ID<Member>? = nil, kind: Kind, id: KeyID, wrappedBy: KeyID, bytes: [UInt8]
  ) {
    self.account = account
    self.member = member
    self.kind = kind
    self.id = id
    self.wrappedBy = wrappedBy
    self.bytes = bytes
  }
}

/// Where wrapped keys, the suppression list and the erasure journal lie, apart from account data.
public protocol Keyring: Sendable {
  func keys(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]?) async throws -> [WrappedKey]
  /// Adds keys; one that is there already stays as it is.
  func add(_ keys: [WrappedKey]) async throws
  func replace(_ keys: [WrappedKey]) async throws
  func destroy(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]) async throws
  /// The erased handles, and a number that rises whenever a key is destroyed or a handle suppressed.
  func state(_ account: ID<Account>) async throws -> KeyringState
  /// Moves a member's keys, erased handles and erasures to another account; the given keys replace theirs.
  func move(
    _ member: ID<Member>, from old: ID<Account>, to new: ID<Account>, replacing keys: [WrappedKey]
  ) async throws
}

/// What of the keyring decides whether cached keys may still be used.
public struct KeyringState: Sendable, Equatable {
  public var generation: Int64
  /// The key numbers of erased handles: keyed hashes, so the list tells nobody's address.
  public var suppressed: Set<KeyID>

  public init(generation: Int64, suppressed: Set<KeyID>) {
    self.generation = generation
    self.suppressed = suppressed
  }
}

func derive(_ key: SymmetricKey, _ info: String) -> SymmetricKey {
  HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(info.utf8), outputByteCount: 32)
}

func wrap(_ key: SymmetricKey, by outer: SymmetricKey, kind: WrappedKey.Kind, id: KeyID) throws -> [UInt8] {
  let bytes = key.withUnsafeBytes { Array($0) }
  let box = try AES.GCM.seal(bytes, using: outer, authenticating: [UInt8(kind.rawValue)] + bigEndian(id.rawValue))
  return Array(box.combined ?? box.ciphertext)
}

func unwrap(_ wrapped: WrappedKey, by outer: SymmetricKey) throws -> SymmetricKey {
  do {
    let box = try AES.GCM.SealedBox(combined: wrapped.bytes)
    let associated = [UInt8(wrapped.kind.rawValue)] + bigEndian(wrapped.id.rawValue)
    return SymmetricKey(data: try AES.GCM.open(box, using: outer, authenticating: associated))
  } catch {
    throw Trouble("a key of the keyring does not open", "give the operator key that this data was made with")
  }
}
