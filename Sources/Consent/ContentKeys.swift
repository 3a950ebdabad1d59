import Crypto
import Model
import Synchronization

/// The content keys that one permit has derived: a mailbox has many mails of one author.
///
/// It lives and ends with the permit, which holds the keys they are derived from.
final class ContentKeys: Sendable {
  private struct Pair: Hashable {
    var source: KeyID
    var handle: KeyID
  }

  private let derived = Mutex<[Pair: SymmetricKey]>([:])

  func key(_ sourceID: KeyID, _ source: SymmetricKey?, _ handleID: KeyID, _ handle: SymmetricKey) -> SymmetricKey {
    let pair = Pair(source: sourceID, handle: handleID)
    return derived.withLock { derived in
      if let key = derived[pair] { return key }
      let key = contentKey(source: source, handle: handle)
      derived[pair] = key
      return key
    }
  }
}
