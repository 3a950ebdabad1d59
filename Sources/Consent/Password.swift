import CSodium
import Dispatch
import Model
import Synchronization

/// A password as somebody gave it: it has no description, is written nowhere, and becomes a hash (P032).
public struct Password: Sendable, CustomStringConvertible, CustomReflectable {
  private let bytes: [UInt8]

  public static let shortest = 10
  /// A longer one would only cost time to hash.
  public static let longest = 1024

  /// Throws what is wrong with it in words; nothing is asked of it but its length (NIST SP 800-63B §3.1.1.2).
  public init(new text: String) throws {
    guard text.count >= Password.shortest else {
      throw Trouble("the password is too short", "use at least \(Password.shortest) characters; a sentence is good")
    }
    guard text.utf8.count <= Password.longest else {
      throw Trouble("the password is too long", "use at most \(Password.longest) bytes")
    }
    self.bytes = Array(text.utf8)
  }

  /// What was given to be compared; too long a one is cut, so that it is only wrong.
  public init(given text: String) { self.bytes = Array(text.utf8.prefix(Password.longest + 1)) }

  public var description: String { "password" }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// The argon2id string to be kept: 64 MiB, three passes, a salt of its own (RFC 9106).
  public func hash() async throws -> PasswordHash {
    let bytes = self.bytes
    let text = try await Hashing.run { () -> String? in
      guard sodium_init() >= 0 else { return nil }
      var out = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
      let done = bytes.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { text in
        guard let start = text.baseAddress else { return Int32(-1) }
        return crypto_pwhash_str_alg(
          &out, start, UInt64(text.count), UInt64(Passphrase.passes), Int(Passphrase.memory),
          crypto_pwhash_alg_argon2id13())
      }
      guard done == 0 else { return nil }
      return String(decoding: out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    guard let hash = text.flatMap(PasswordHash.init(stored:)) else { throw Hashing.noMemory }
    return hash
  }

  /// Whether this is the password of a hash; nil compares with nothing and takes as long.
  public func matches(_ hash: PasswordHash?) async throws -> Bool {
    let bytes = self.bytes
    let stored = Array((hash ?? PasswordHash.none).text.utf8).map { CChar(bitPattern: $0) } + [0]
    let isRight = try await Hashing.run { () -> Bool in
      guard sodium_init() >= 0 else { return false }
      return bytes.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { text in
        guard let start = text.baseAddress else { return false }
        return crypto_pwhash_str_verify(stored, start, UInt64(text.count)) == 0
      }
    }
    return isRight && hash != nil
  }
}

/// A password's argon2id string, with its salt and costs.
public struct PasswordHash: Sendable, Equatable, CustomStringConvertible {
  public let text: String

  public init?(stored text: String) {
    guard text.hasPrefix("$argon2id$") else { return nil }
    self.text = text
  }

  private init(_ text: String) { self.text = text }

  public var description: String { "password hash" }

  /// Of the same costs as all others, so that an unknown name takes as long as a wrong password.
  static let none = PasswordHash(
    "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
}

/// The queue on which passwords are hashed: it blocks a thread for a tenth of a second and takes 64 MiB each time.
private enum Hashing {
  private static let queue = DispatchQueue(label: "kith.password")
  private static let waiting = Mutex(0)
  /// So many may wait: about five seconds of work.
  private static let most = 50

  static let noMemory = Trouble("there is no memory to hash the password", "free 64 MB and try again")

  static func run<T: Sendable>(_ work: @escaping @Sendable () -> T) async throws -> T {
    let isFull = waiting.withLock { count in
      if count < most { count += 1 }
      return count >= most
    }
    if isFull { throw Trouble("too many people sign in at this moment", "try again in a few seconds") }
    defer { waiting.withLock { $0 -= 1 } }
    return await withCheckedContinuation { done in queue.async { done.resume(returning: work()) } }
  }
}

/// A secret that a browser or a link holds: 256 bits; the house keeps its digest alone.
public struct WebToken: Sendable, Equatable, CustomStringConvertible {
  /// As it stands in a cookie or a link: 64 hexadecimal digits.
  public let text: String

  public init?(_ text: String) {
    guard text.utf8.count == 64, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
      return nil
    }
    self.text = text
  }

  public init() { self.text = hex((0..<32).map { _ in UInt8.random(in: .min ... .max) }) }

  public var description: String { "token" }

  /// What is stored of it.
  public var digest: String { hex(sha256(Array("kith web token\n\(text)".utf8))) }

  /// What a form of this session carries, so that no other site can send it.
  public var form: String { hex(sha256(Array("kith form\n\(text)".utf8))) }
}
