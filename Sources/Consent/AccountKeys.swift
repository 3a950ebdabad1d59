import Crypto
import Model

/// The opened keys of one account, as long as a process works for it: the root, what is derived from it, and a cache.
struct AccountKeys {
  let root: SymmetricKey
  let rootID: KeyID
  let blind: BlindKey
  /// Names handles in the keyring without telling them.
  private let naming: SymmetricKey
  private let pseudonyms: SymmetricKey
  var sources: [KeyID: SymmetricKey] = [:]
  var handles: [KeyID: SymmetricKey] = [:]
  var suppressed: Set<KeyID> = []

  init(root: SymmetricKey, id: KeyID) {
    self.root = root
    self.rootID = id
    self.blind = BlindKey(derive(root, "kith blind words"))
    self.naming = derive(root, "kith handle names")
    self.pseudonyms = derive(root, "kith ledger pseudonyms")
  }

  /// The number under which a member's handle has its key: a keyed hash, so the keyring tells nobody's address.
  func keyID(_ member: ID<Member>, _ handle: Handle) -> KeyID {
    var mac = HMAC<SHA256>(key: naming)
    mac.update(data: bigEndian(UInt64(bitPattern: member.rawValue)))
    mac.update(data: Array(handle.kind.rawValue.utf8) + [0])
    mac.update(data: Array(handle.value.utf8))
    return KeyID(first8(mac.finalize()))
  }

  /// A name for the ledger that nobody can read back without the account's root.
  func pseudonym(_ kind: String, _ id: Int64) -> UInt64 {
    var mac = HMAC<SHA256>(key: pseudonyms)
    mac.update(data: Array(kind.utf8) + [0] + bigEndian(UInt64(bitPattern: id)))
    return first8(mac.finalize())
  }

  func newKey(_ kind: WrappedKey.Kind, _ id: KeyID, account: ID<Account>) throws -> (SymmetricKey, WrappedKey) {
    let key = SymmetricKey(size: .bits256)
    let bytes = try wrap(key, by: root, kind: kind, id: id)
    return (key, WrappedKey(account: account, kind: kind, id: id, wrappedBy: rootID, bytes: bytes))
  }
}

func first8(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

/// The key of what one author wrote in one source: derived from both, so destroying either closes it.
func contentKey(source: SymmetricKey?, handle: SymmetricKey) -> SymmetricKey {
  var material = source?.withUnsafeBytes { Array($0) } ?? []
  handle.withUnsafeBytes { material.append(contentsOf: $0) }
  return derive(SymmetricKey(data: material), "kith content")
}
