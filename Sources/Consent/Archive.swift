import Crypto
public import Model

/// An export on its way out or back: one stream of sealed frames under a passphrase, with the account's keys inside.
///
/// Header: magic, version, argon2id memory and passes, salt, nonce prefix. Then frames of 1 MiB in the STREAM
/// construction; the header is their associated data.
public struct Archive: Sendable {
  static let magic = Array("kith export 1\n".utf8)
  public static let headerCount = magic.count + 4 + 4 + Passphrase.saltCount + 7
  public static let frameCount = 1 << 20
  public static let sealedFrameCount = frameCount + 16

  public let header: [UInt8]
  private let key: SymmetricKey
  private let nonce: [UInt8]

  /// An archive to be written.
  public init(writing passphrase: [UInt8]) async throws {
    let salt = (0..<Passphrase.saltCount).map { _ in UInt8.random(in: 0...255) }
    nonce = (0..<7).map { _ in UInt8.random(in: 0...255) }
    key = try await Passphrase.key(passphrase, salt: salt)
    header = Archive.magic + be32(Passphrase.memory) + be32(Passphrase.passes) + salt + nonce
  }

  /// An archive to be read, from its first `headerCount` bytes.
  public init(reading header: [UInt8], passphrase: [UInt8]) async throws {
    guard header.count == Archive.headerCount, header.starts(with: Archive.magic) else {
      throw Trouble("this is no export of Kith", "give a file that 'kith export' wrote")
    }
    var at = Archive.magic.count
    func take(_ count: Int) -> ArraySlice<UInt8> {
      defer { at += count }
      return header[at..<at + count]
    }
    let memory = UInt32(truncatingIfNeeded: Consent.bigEndian(take(4)))
    let passes = UInt32(truncatingIfNeeded: Consent.bigEndian(take(4)))
    key = try await Passphrase.key(passphrase, salt: Array(take(Passphrase.saltCount)), memory: memory, passes: passes)
    nonce = Array(take(7))
    self.header = header
  }

  public func seal(_ frame: [UInt8], number: Int, last: Bool) throws -> [UInt8] {
    let box = try AES.GCM.seal(frame, using: key, nonce: nonce(number, last), authenticating: header)
    return Array(box.ciphertext) + Array(box.tag)
  }

  public func open(_ frame: [UInt8], number: Int, last: Bool) throws -> [UInt8] {
    guard frame.count >= 16 else { throw Archive.damage }
    do {
      let box = try AES.GCM.SealedBox(
        nonce: nonce(number, last), ciphertext: frame[..<(frame.count - 16)], tag: frame[(frame.count - 16)...])
      return Array(try AES.GCM.open(box, using: key, authenticating: header))
    } catch {
      throw Archive.damage
    }
  }

  static let damage = Trouble(
    "the export does not open", "check the passphrase; if it is right, the file was cut or changed: take another copy")

  private func nonce(_ number: Int, _ last: Bool) throws -> AES.GCM.Nonce {
    try AES.GCM.Nonce(data: nonce + be32(UInt32(truncatingIfNeeded: number)) + [last ? 1 : 0])
  }
}

private func be32(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

extension Archive {
  func wrapRoot(_ root: SymmetricKey, id: KeyID) throws -> [UInt8] {
    try wrap(root, by: derive(key, "kith export root"), kind: .contentRoot, id: id)
  }

  func unwrapRoot(_ root: WrappedKey) throws -> SymmetricKey {
    try unwrap(root, by: derive(key, "kith export root"))
  }
}

extension Vault {
  /// The keys of an account as an export carries them: the content root wrapped by the passphrase, and what lies below
  /// it.
  ///
  /// Logins stay behind: a restored source asks for its login again.
  public func carried(
    _ account: ID<Account>, in archive: Archive, of member: ID<Member>?
  ) async throws -> [WrappedKey] {
    let keys = try await self.keys(account)
    var out = [
      WrappedKey(
        account: account, kind: .contentRoot, id: keys.rootID, wrappedBy: .none,
        bytes: try archive.wrapRoot(keys.root, id: keys.rootID))
    ]
    for kind in [WrappedKey.Kind.ledger, .member, .source, .handle] {
      out += try await keyring.keys(account, kind, nil).filter {
        member == nil || $0.member == nil || $0.member == member
      }
    }
    return out
  }

  /// Takes the keys of an export in, except those of handles that were erased here since.
  public func restore(_ account: ID<Account>, _ carried: [WrappedKey], from archive: Archive) async throws {
    guard let root = carried.first(where: { $0.kind == .contentRoot }) else { throw Archive.damage }
    let key = try archive.unwrapRoot(root)
    let bytes = try wrap(key, by: operatorKey.root(.content), kind: .contentRoot, id: root.id)
    let held = try await keyring.keys(account, .contentRoot, nil).filter { $0.id != root.id }.map(\.id)
    try await keyring.destroy(account, .contentRoot, held)
    try await keyring.add([
      WrappedKey(account: account, kind: .contentRoot, id: root.id, wrappedBy: operatorKey.fingerprint, bytes: bytes)
    ])
    let suppressed = try await keyring.state(account).suppressed
    try await keyring.add(
      carried.filter { $0.kind != .contentRoot && !($0.kind == .handle && suppressed.contains($0.id)) })
    try await create(account)
    forget(account)
  }
}
