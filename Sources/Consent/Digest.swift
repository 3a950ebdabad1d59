import Crypto

/// SHA-256 of some bytes.
public func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

/// SHA-256 over parts that come one after the other.
public struct Digesting {
  private var hash = SHA256()

  public init() {}

  public mutating func add(_ bytes: [UInt8]) { hash.update(data: bytes) }
  public mutating func add(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

  /// Adds a length first, so that parts cannot run into each other.
  public mutating func add(framed bytes: [UInt8]) {
    add(bigEndian(UInt64(bytes.count)))
    add(bytes)
  }

  public func finish() -> [UInt8] { Array(hash.finalize()) }
}

/// HMAC-SHA256 (RFC 2104) of some bytes.
public func hmacSHA256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
  Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: key)))
}

/// Lower-case hexadecimal.
public func hex(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var out: [UInt8] = []
  for byte in bytes {
    out.append(digits[Int(byte >> 4)])
    out.append(digits[Int(byte & 15)])
  }
  return String(decoding: out, as: UTF8.self)
}

/// Bytes of hexadecimal; nil for anything else.
public func unhex(_ text: some StringProtocol) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count % 2 == 0 else { return nil }
  var out: [UInt8] = []
  out.reserveCapacity(digits.count / 2)
  for at in stride(from: 0, to: digits.count, by: 2) {
    guard let high = nibble(digits[at]), let low = nibble(digits[at + 1]) else { return nil }
    out.append(high << 4 | low)
  }
  return out
}

private func nibble(_ digit: UInt8) -> UInt8? {
  switch digit {
  case 48...57: digit - 48
  case 65...70: digit - 55
  case 97...102: digit - 87
  default: nil
  }
}

func bigEndian(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) } }

func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
