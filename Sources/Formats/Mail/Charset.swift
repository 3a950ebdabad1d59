import CIconv

/// Bytes in a named charset to Unicode: lossy where it must be, never absent.
public enum Charset: Sendable, Equatable {
  case utf8
  /// US-ASCII, which mail claims for whatever it holds: bytes above 127 are guessed.
  case ascii
  /// ISO 8859-1 too: mail that says so holds Windows-1252 (WHATWG Encoding, §4.2).
  case windows1252
  /// UTF-16 whose byte order its first bytes tell.
  case utf16
  /// Any other, by the name that libc knows it by.
  case other(String)

  /// Decodes `bytes`; of an unknown charset they are UTF-8 if they can be, else Windows-1252.
  ///
  /// `lossy` tells that bytes were replaced by U+FFFD or that the charset had to be guessed.
  public static func decode(_ bytes: Span<UInt8>, as name: String) -> (text: String, lossy: Bool) {
    guard let charset = named(name) else { return (guess(bytes), true) }
    return charset.decode(bytes)
  }

  /// Decodes bytes that name no charset: UTF-8 if they can be, else Windows-1252.
  public static func guess(_ bytes: Span<UInt8>) -> String {
    if let text = valid(bytes) { return text }
    return windows1252(bytes)
  }

  /// Decodes `bytes` as this charset; a UTF-8 byte order mark at the beginning is left out.
  public func decode(_ bytes: Span<UInt8>) -> (text: String, lossy: Bool) {
    switch self {
    case .utf8:
      let bom = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
      let part = bom ? bytes.extracting(3..<bytes.count) : bytes
      if let text = Charset.valid(part) { return (text, false) }
      return (part.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }, true)
    case .ascii:
      return (Charset.guess(bytes), false)
    case .windows1252:
      return (Charset.windows1252(bytes), false)
    case .utf16:
      return Charset.utf16(bytes)
    case .other(let name):
      return Charset.libc(bytes, name)
    }
  }

  /// The text if the bytes are UTF-8: checked once, copied once.
  private static func valid(_ bytes: Span<UInt8>) -> String? {
    bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
  }

  private static func windows1252(_ bytes: Span<UInt8>) -> String {
    var high = 0
    for i in 0..<bytes.count { high &+= Int(bytes[i] >> 7) }
    if high == 0, let text = valid(bytes) { return text }
    return String(unsafeUninitializedCapacity: bytes.count + 2 * high) { out in
      var written = 0
      for i in 0..<bytes.count {
        let byte = bytes[i]
        let scalar = byte & 0xE0 == 0x80 ? high1252[Int(byte & 0x1F)] : UInt16(byte)
        switch scalar {
        case 0..<0x80:
          out[written] = UInt8(truncatingIfNeeded: scalar)
          written += 1
        case 0x80..<0x800:
          out[written] = 0xC0 | UInt8(truncatingIfNeeded: scalar >> 6)
          out[written + 1] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
          written += 2
        default:
          out[written] = 0xE0 | UInt8(truncatingIfNeeded: scalar >> 12)
          out[written + 1] = 0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F)
          out[written + 2] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
          written += 3
        }
      }
      return written
    }
  }

  /// What Windows-1252 has at 0x80 to 0x9F (WHATWG Encoding, index windows-1252).
  private static let high1252: [UInt16] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
    0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0x9D, 0x017E, 0x0178,
  ]

  /// RFC 2781 §4.3: without a byte order mark big-endian, unless the zeros of Latin text lie on the other side.
  private static func utf16(_ bytes: Span<UInt8>) -> (text: String, lossy: Bool) {
    if bytes.count >= 2, bytes[0] == 0xFF, bytes[1] == 0xFE {
      return libc(bytes.extracting(2..<bytes.count), "UTF-16LE")
    }
    if bytes.count >= 2, bytes[0] == 0xFE, bytes[1] == 0xFF {
      return libc(bytes.extracting(2..<bytes.count), "UTF-16BE")
    }
    var even = 0
    var odd = 0
    for i in 0..<min(bytes.count, 256) where bytes[i] == 0 {
      if i % 2 == 0 { even += 1 } else { odd += 1 }
    }
    return libc(bytes, odd > even ? "UTF-16LE" : "UTF-16BE")
  }

  /// By iconv: a byte that does not convert becomes U+FFFD, and what follows it is still read.
  private static func libc(_ bytes: Span<UInt8>, _ name: String) -> (text: String, lossy: Bool) {
    var lost = 0
    var known = true
    let capacity = bytes.count &* 3 &+ 16
    let out = [UInt8](unsafeUninitializedCapacity: capacity) { out, written in
      bytes.withUnsafeBufferPointer { part in
        // Both have an address: `out` has a capacity above 0, and an empty `part` is not read.
        guard let target = out.baseAddress else { return }
        let source = part.baseAddress ?? UnsafePointer(target)
        let count = kith_iconv(name, source, part.count, target, capacity, &lost)
        known = count >= 0
        written = max(0, count)
      }
    }
    guard known else { return (guess(bytes), true) }
    return (String(decoding: out, as: UTF8.self), lost > 0)
  }
}
