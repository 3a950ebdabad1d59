import Crypto
import Model

/// The opened keys of one account, as long as a process works for it: the root, and the members' keys below it.
struct AccountKeys {
  let root: SymmetricKey
  let rootID: KeyID
  let generation: Int64
  let suppressed: Set<KeyID>
  private let pseudonyms: SymmetricKey
  var members: [ID<Member>: MemberKeys] = [:]

  init(root: SymmetricKey, id: KeyID, state: KeyringState) {
    self.root = root
    self.rootID = id
    self.generation = state.generation
    self.suppressed = state.suppressed
    self.pseudonyms = derive(root, "kith ledger pseudonyms")
  }

  /// A name for the ledger that nobody can read back without the account's root.
  func pseudonym(_ kind: String, _ id: Int64) -> UInt64 {
    var mac = HMAC<SHA256>(key: pseudonyms)
    mac.update(data: Array(kind.utf8) + [0] + bigEndian(UInt64(bitPattern: id)))
    return first8(mac.finalize())
  }
}

/// The opened keys of one member: everything read from the member's sources lies under them, so that a member who
/// leaves takes content and keys along without anything being sealed anew.
struct MemberKeys {
  let member: ID<Member>
  let key: SymmetricKey
  let id: KeyID
  let blind: BlindKey
  /// Names handles in the keyring without telling them.
  private let naming: SymmetricKey
  var sources: [KeyID: SymmetricKey] = [:]
  var handles: [KeyID: SymmetricKey] = [:]

  init(_ member: ID<Member>, key: SymmetricKey, id: KeyID) {
    self.member = member
    self.key = key
    self.id = id
    self.blind = BlindKey(derive(key, "kith blind words"))
    self.naming = derive(key, "kith handle names")
  }

  /// The number under which a handle has its key: a keyed hash, so the keyring tells nobody's address.
  func keyID(_ handle: Handle) -> KeyID {
    var mac = HMAC<SHA256>(key: naming)
    mac.update(data: Array(handle.kind.rawValue.utf8) + [0])
    mac.update(data: Array(handle.value.utf8))
    return KeyID(first8(mac.finalize()))
  }

  func newKey(_ kind: WrappedKey.Kind, _ keyID: KeyID, account: ID<Account>) throws -> (SymmetricKey, WrappedKey) {
    let made = SymmetricKey(size: .bits256)
    let bytes = try wrap(made, by: key, kind: kind, id: keyID)
    return (made, WrappedKey(account: account, member: member, kind: kind, id: keyID, wrappedBy: id, bytes: bytes))
  }
}

func first8(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

/// The key of what one author wrote in one source: derived from both, so destroying either closes it.
func contentKey(source: SymmetricKey?, handle: SymmetricKey) -> SymmetricKey {
  var material = source?.withUnsafeBytes { Array($0) } ?? []
  handle.withUnsafeBytes { material.append(contentsOf: $0) }
  return derive(SymmetricKey(data: material), "kith content")
}
