import Crypto
public import Model

/// One line of the ledger: a permit that was given or a refusal; pseudonyms instead of names, never content.
public struct LedgerLine: Sendable, Equatable {
  public var account: ID<Account>
  public var at: Instant
  public var purpose: String
  /// Who asked, as a pseudonym.
  public var by: UInt64
  /// Whose data it is, as a pseudonym.
  public var owner: UInt64
  /// The source, destination or person it is about, as a pseudonym; 0 for the account itself.
  public var about: UInt64
  /// `permitted`, or the reason of the refusal.
  public var outcome: String
  /// How many items the permit covers.
  public var count: Int64

  public init(
    account: ID<Account>, at: Instant, purpose: String, by: UInt64, owner: UInt64, about: UInt64, outcome: String,
    count: Int64
  ) {
    self.account = account
    self.at = at
    self.purpose = purpose
    self.by = by
    self.owner = owner
    self.about = about
    self.outcome = outcome
    self.count = count
  }

  /// The hash of this line as leaf number `sequence` (from 0): RFC 6962 §2.1, `SHA-256(0x00 ‖ leaf)`.
  public func leaf(_ sequence: Int64) -> [UInt8] {
    var hash = Digesting()
    hash.add([0])
    hash.add(bigEndian(UInt64(bitPattern: sequence)))
    hash.add(bigEndian(UInt64(bitPattern: account.rawValue)))
    hash.add(bigEndian(UInt64(bitPattern: at.milliseconds)))
    hash.add(framed: Array(purpose.utf8))
    hash.add(bigEndian(by))
    hash.add(bigEndian(owner))
    hash.add(bigEndian(about))
    hash.add(framed: Array(outcome.utf8))
    hash.add(bigEndian(UInt64(bitPattern: count)))
    return hash.finish()
  }
}

/// What the store answers when a line is on disk: the permit's receipt.
public struct Receipt: Sendable, Equatable {
  public let sequence: Int64

  public init(sequence: Int64) { self.sequence = sequence }
}

/// The state of a ledger at one size, signed: whoever keeps one can prove later that nothing before it was changed.
public struct LedgerHead: Sendable, Equatable {
  public var account: ID<Account>
  public var size: Int64
  /// The Merkle tree hash over the first `size` leaves (RFC 6962 §2.1).
  public var root: [UInt8]
  /// The public key (Ed25519, 32 bytes) and its signature over account, size and root.
  public var key: [UInt8]
  public var signature: [UInt8]

  public init(account: ID<Account>, size: Int64, root: [UInt8], key: [UInt8], signature: [UInt8]) {
    self.account = account
    self.size = size
    self.root = root
    self.key = key
    self.signature = signature
  }

  static func signed(_ account: ID<Account>, _ size: Int64, _ root: [UInt8]) -> [UInt8] {
    Array("kith ledger head 1".utf8) + bigEndian(UInt64(bitPattern: account.rawValue))
      + bigEndian(UInt64(bitPattern: size)) + root
  }

  /// Whether the signature is that of the key.
  public var isSigned: Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
    return key.isValidSignature(signature, for: LedgerHead.signed(account, size, root))
  }
}

/// Signs heads with the ledger's own key.
public struct LedgerSigner: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  init(seed: SymmetricKey) throws {
    key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed.withUnsafeBytes { Array($0) })
  }

  public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

  public func head(_ account: ID<Account>, size: Int64, root: [UInt8]) throws -> LedgerHead {
    let signature = try key.signature(for: LedgerHead.signed(account, size, root))
    return LedgerHead(account: account, size: size, root: root, key: publicKey, signature: Array(signature))
  }
}
