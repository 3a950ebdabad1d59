import Crypto
import Synchronization

/// Makes blind tokens: the first eight bytes of HMAC-SHA256 of a folded word under the account's key.
///
/// The same word gives the same token, so an index of tokens can be searched by those who hold the key, and by nobody
/// else. Words met before are looked up, since the vocabulary of an account is small beside its text.
public final class BlindKey: Sendable {
  private struct Cache { var tokens: [[UInt8]: UInt64] = [:] }

  private static let cacheLimit = 200_000

  private let key: SymmetricKey
  private let cache = Mutex(Cache())

  init(_ key: SymmetricKey) { self.key = key }

  /// The token of one folded word.
  public func token(_ word: [UInt8]) -> UInt64 { first8(HMAC<SHA256>.authenticationCode(for: word, using: key)) }

  /// The tokens of distinct folded words, in ascending order.
  public func tokens(_ words: Set<[UInt8]>) -> [UInt64] {
    var out: [UInt64] = []
    out.reserveCapacity(words.count)
    cache.withLock { cache in
      for word in words {
        if let known = cache.tokens[word] {
          out.append(known)
          continue
        }
        let made = token(word)
        out.append(made)
        if cache.tokens.count >= BlindKey.cacheLimit { cache.tokens.removeAll(keepingCapacity: true) }
        cache.tokens[word] = made
      }
    }
    return out.sorted()
  }

  /// A keyed hash of some bytes, for equality alone.
  public func mac(_ bytes: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(16))
  }
}
