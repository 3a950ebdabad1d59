import Crypto
import FoundationEssentials
public import Model

/// Content that is closed: it opens only by a permit that holds its keys, and only for the permit's purpose.
///
/// Not `Codable`; prints as `sealed`. Form: version, source key id, handle key id, nonce prefix, then frames of at most
/// 1 MiB in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): counter and last flag in the nonce, so a
/// frame cannot be dropped, repeated or moved. Associated data is the slot, so a swapped row does not open.
public struct Sealed: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  static let version: UInt8 = 1
  static let headerCount = 1 + 8 + 8 + 7
  static let frameCount = 1 << 20
  static let tagCount = 16

  /// The closed bytes, as they are stored.
  public let bytes: [UInt8]

  /// Takes closed bytes from where they were stored; nil if they are not of this form.
  public init?(stored bytes: [UInt8]) {
    guard bytes.count >= Sealed.headerCount + Sealed.tagCount, bytes[0] == Sealed.version else { return nil }
    self.bytes = bytes
  }

  fileprivate init(made bytes: [UInt8]) { self.bytes = bytes }

  public var description: String { "sealed" }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// The key of the source it came from; 0 if it came from none.
  public var sourceKey: KeyID { KeyID(bigEndian(bytes[1..<9])) }
  /// The key of the handle it belongs to.
  public var handleKey: KeyID { KeyID(bigEndian(bytes[9..<17])) }

  /// The size of the content, known from the closed form.
  public var contentCount: Int {
    let body = bytes.count - Sealed.headerCount
    let frames = (body + Sealed.frameCount + Sealed.tagCount - 1) / (Sealed.frameCount + Sealed.tagCount)
    return body - frames * Sealed.tagCount
  }
}

/// The number of a key in the keyring: which key, never the key.
public struct KeyID: Hashable, Sendable {
  public let rawValue: UInt64

  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// As both engines store it.
  public var stored: Int64 { Int64(bitPattern: rawValue) }
  public init(stored: Int64) { self.rawValue = UInt64(bitPattern: stored) }

  public static let none = KeyID(0)
}

/// Where a sealed value lies; part of its seal, so that it opens nowhere else.
public struct Slot: Sendable, Equatable {
  public var account: ID<Account>
  public var table: StaticString
  public var column: StaticString
  public var row: Int64

  public init(_ account: ID<Account>, _ table: StaticString, _ column: StaticString, row: Int64) {
    self.account = account
    self.table = table
    self.column = column
    self.row = row
  }

  /// The member stands for the account here: a member is in one account at a time, and keeps the number when leaving,
  /// so that content moves along without being sealed anew.
  func associated(_ member: ID<Member>) -> [UInt8] {
    var out = bigEndian(UInt64(bitPattern: member.rawValue))
    table.withUTF8Buffer { out.append(contentsOf: $0) }
    out.append(0)
    column.withUTF8Buffer { out.append(contentsOf: $0) }
    out.append(0)
    out.append(contentsOf: bigEndian(UInt64(bitPattern: row)))
    return out
  }

  public static func == (a: Slot, b: Slot) -> Bool {
    a.account == b.account && a.associated(ID(0)) == b.associated(ID(0))
  }
}

extension Sealed {
  /// Closes content; `nonce` are seven random bytes of the caller.
  static func seal(
    _ content: UnsafeRawBufferPointer, key: SymmetricKey, source: KeyID, handle: KeyID, slot: Slot,
    of member: ID<Member>, nonce: [UInt8]
  ) throws -> Sealed {
    let associated = slot.associated(member)
    let frames = max(1, (content.count + frameCount - 1) / frameCount)
    var out: [UInt8] = []
    out.reserveCapacity(headerCount + content.count + frames * tagCount)
    out.append(version)
    out.append(contentsOf: bigEndian(source.rawValue))
    out.append(contentsOf: bigEndian(handle.rawValue))
    out.append(contentsOf: nonce.prefix(7))
    for frame in 0..<frames {
      let end = min(content.count, (frame + 1) * frameCount)
      let box = try AES.GCM.seal(
        UnsafeRawBufferPointer(rebasing: content[frame * frameCount..<end]), using: key,
        nonce: frameNonce(prefix: nonce, frame: frame, last: frame == frames - 1), authenticating: associated)
      out.append(contentsOf: box.ciphertext)
      out.append(contentsOf: box.tag)
    }
    return Sealed(made: out)
  }

  /// Opens the content into one buffer that lives as long as `body` runs, and is overwritten afterwards.
  func withContent<T>(
    key: SymmetricKey, slot: Slot, of member: ID<Member>, _ body: (UnsafeBufferPointer<UInt8>) throws -> T
  ) throws -> T {
    let associated = slot.associated(member)
    let nonce = Array(bytes[17..<24])
    let step = Sealed.frameCount + Sealed.tagCount
    let frames = (bytes.count - Sealed.headerCount + step - 1) / step
    return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(1, contentCount)) { buffer in
      defer { buffer.update(repeating: 0) }
      var filled = 0
      for frame in 0..<frames {
        let start = Sealed.headerCount + frame * step
        let end = min(bytes.count, start + step)
        guard end - start >= Sealed.tagCount else { throw Sealed.damage }
        do {
          let box = try AES.GCM.SealedBox(
            nonce: Sealed.frameNonce(prefix: nonce, frame: frame, last: frame == frames - 1),
            ciphertext: bytes[start..<end - Sealed.tagCount], tag: bytes[end - Sealed.tagCount..<end])
          let plain = try AES.GCM.open(box, using: key, authenticating: associated)
          filled += plain.copyBytes(to: UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
        } catch is CryptoKitError {
          throw Sealed.damage
        }
      }
      return try body(UnsafeBufferPointer(rebasing: buffer[..<filled]))
    }
  }

  static let damage = Refusal(
    .damaged, promise: 95, "sealed content does not open: it was changed, moved or cut; restore it from an export")

  private static func frameNonce(prefix: [UInt8], frame: Int, last: Bool) throws -> AES.GCM.Nonce {
    let counter = UInt32(truncatingIfNeeded: frame)
    var out = Array(prefix.prefix(7))
    for shift in [24, 16, 8, 0] { out.append(UInt8(truncatingIfNeeded: counter >> UInt32(shift))) }
    out.append(last ? 1 : 0)
    return try AES.GCM.Nonce(data: out)
  }
}
