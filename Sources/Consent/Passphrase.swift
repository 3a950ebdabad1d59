import CSodium
import Crypto
import Dispatch
import Model

/// Turns a passphrase into a key by argon2id (RFC 9106), on a queue of its own: hashing blocks a thread.
public enum Passphrase {
  public static let saltCount = 16
  /// 64 MiB and three passes; stored beside the salt, so that it can be raised later.
  public static let memory: UInt32 = 64 << 20
  public static let passes: UInt32 = 3

  private static let queue = DispatchQueue(label: "kith.passphrase")

  static func key(
    _ passphrase: [UInt8], salt: [UInt8], memory: UInt32 = memory, passes: UInt32 = passes
  ) async throws -> SymmetricKey {
    guard passphrase.count >= 8 else { throw Trouble("the passphrase is too short", "use at least eight characters") }
    guard salt.count == saltCount, (1 << 13...1 << 30).contains(memory), (1...10).contains(passes) else {
      throw Trouble("the file's header is damaged", "take another copy of the export")
    }
    let bytes: [UInt8]? = await withCheckedContinuation { done in
      queue.async { done.resume(returning: hash(passphrase, salt: salt, memory: memory, passes: passes)) }
    }
    guard let bytes else { throw Trouble("there is no memory to hash the passphrase", "free 64 MB and try again") }
    return SymmetricKey(data: bytes)
  }

  private static func hash(_ passphrase: [UInt8], salt: [UInt8], memory: UInt32, passes: UInt32) -> [UInt8]? {
    guard sodium_init() >= 0 else { return nil }
    var out = [UInt8](repeating: 0, count: 32)
    let done = passphrase.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { text in
      guard let start = text.baseAddress else { return Int32(-1) }
      return crypto_pwhash(
        &out, 32, start, UInt64(text.count), salt, UInt64(passes), Int(memory), crypto_pwhash_alg_argon2id13())
    }
    return done == 0 ? out : nil
  }
}
