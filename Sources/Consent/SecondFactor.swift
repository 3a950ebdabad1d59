import Crypto
public import Model

/// The secret that a member's app makes codes from (RFC 6238): it is derived when it is needed, and kept nowhere.
public struct SecondFactor: Sendable, CustomStringConvertible, CustomReflectable {
  private let secret: [UInt8]

  /// A code holds for so many milliseconds.
  static let period: Int64 = 30_000
  static let digits = 6

  init(secret: [UInt8]) { self.secret = secret }

  public var description: String { "second factor" }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// The secret as it is typed into an app: base32 (RFC 4648 §6) in groups of four.
  public var typed: String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var (out, buffer, bits) = ("", 0, 0)
    for byte in secret {
      (buffer, bits) = (buffer << 8 | Int(byte), bits + 8)
      while bits >= 5 {
        bits -= 5
        out.append(letters[buffer >> bits & 31])
      }
      buffer &= 1 << bits - 1
    }
    if bits > 0 { out.append(letters[buffer << (5 - bits) & 31]) }
    return out.enumerated().map { $0 > 0 && $0 % 4 == 0 ? " \($1)" : "\($1)" }.joined()
  }

  /// The step in which a code is right, at most one before or after now; nil for a wrong one, and for one of a step up to
  /// `last`: a code serves once.
  public func step(of code: String, at now: Instant, after last: Int64) -> Int64? {
    let code = code.filter { $0 != " " }
    guard code.utf8.count == SecondFactor.digits else { return nil }
    let current = now.milliseconds / SecondFactor.period
    return (current - 1...current + 1).first { $0 > last && SecondFactor.equal(self.code(step: $0), code) }
  }

  /// The code of a step (RFC 4226 §5.3).
  func code(step: Int64) -> String {
    let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
    let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
    let at = Int(mac[mac.count - 1] & 15)
    let number = mac[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
    let text = String(number % 1_000_000)
    return String(repeating: "0", count: SecondFactor.digits - text.utf8.count) + text
  }

  /// Compares without telling by its time where two codes differ.
  private static func equal(_ one: String, _ other: String) -> Bool {
    zip(one.utf8, other.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0 && one.utf8.count == other.utf8.count
  }
}

extension Vault {
  /// The secret of a member's second factor, made from the member's key and what is stored of it.
  public func secondFactor(
    _ account: ID<Account>, _ member: ID<Member>, nonce: [UInt8]
  ) async throws -> SecondFactor {
    let key = try await keys(account, member).key
    let mac = HMAC<SHA256>.authenticationCode(for: Array("kith second factor 1\n".utf8) + nonce, using: key)
    return SecondFactor(secret: Array(mac.prefix(20)))
  }
}

/// A code that stands in for a lost app, once: 80 bits, of which the house keeps the digest alone.
public struct RecoveryCode: Sendable, CustomStringConvertible {
  /// As it is written down: four groups of five letters and digits.
  public let text: String

  private static let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")

  /// A new one.
  public init() {
    let all = (0..<20).map { _ in RecoveryCode.letters[Int.random(in: 0..<RecoveryCode.letters.count)] }
    text = stride(from: 0, to: 20, by: 5).map { String(all[$0..<$0 + 5]) }.joined(separator: "-")
  }

  /// One that was typed; nil if it cannot be one.
  public init?(_ typed: String) {
    let all = typed.lowercased().filter { RecoveryCode.letters.contains($0) }
    guard all.count == 20 else { return nil }
    let letters = Array(all)
    text = stride(from: 0, to: 20, by: 5).map { String(letters[$0..<$0 + 5]) }.joined(separator: "-")
  }

  public var description: String { "recovery code" }

  /// What is stored of it.
  public var digest: String { hex(sha256(Array("kith recovery code\n\(text)".utf8))) }
}
