/// A folder's name: the server's own bytes, by which it is asked for again, and their reading for people.
public struct IMAPName: Sendable, Hashable {
  /// As the server has it; INBOX in any letters is one name (RFC 3501 §5.1).
  public let raw: [UInt8]

  public init(raw: [UInt8]) {
    let inbox = raw.count == 5 && raw.span.equalsFolded(0..<5, "inbox")
    self.raw = inbox ? Array("INBOX".utf8) : raw
  }

  /// The name that says `text`: in UTF-8 where the server was told UTF8=ACCEPT, else in modified UTF-7.
  public init(_ text: String, utf8: Bool = false) {
    self.init(raw: utf8 ? Array(text.utf8) : ModifiedUTF7.encoded(text))
  }

  public var isInbox: Bool { raw == Array("INBOX".utf8) }

  /// Never nil: what is not well formed stays as its letters.
  ///
  /// `utf8`: the server was told UTF8=ACCEPT (RFC 6855 §3).
  public func text(utf8: Bool = false) -> String {
    // Servers send UTF-8 unasked too; `&` begins a shift only in pure ASCII.
    if utf8 || raw.contains(where: { $0 >= 128 }) { return String(decoding: raw, as: UTF8.self) }
    return ModifiedUTF7.decoded(raw)
  }
}

/// The names of folders before UTF-8 (RFC 3501 §5.1.3).
public enum ModifiedUTF7 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

  /// Well-formed for every text.
  public static func encoded(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    var units: [UInt16] = []
    for scalar in text.unicodeScalars {
      if scalar.value >= 0x20, scalar.value <= 0x7e {
        shift(&units, to: &out)
        out.append(UInt8(scalar.value))
        if scalar == "&" { out.append(Byte.minus) }
      } else {
        units.append(contentsOf: String(scalar).utf16)
      }
    }
    shift(&units, to: &out)
    return out
  }

  private static func shift(_ units: inout [UInt16], to out: inout [UInt8]) {
    guard !units.isEmpty else { return }
    out.append(38)
    var bits: UInt32 = 0
    var count = 0
    for unit in units {
      bits = bits << 16 | UInt32(unit)
      count += 16
      while count >= 6 {
        count -= 6
        out.append(alphabet[Int(bits >> UInt32(count) & 63)])
      }
      bits &= (1 << UInt32(count)) - 1
    }
    if count > 0 { out.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
    out.append(Byte.minus)
    units.removeAll()
  }

  /// A shift that is not well formed stays as it is written.
  public static func decoded(_ bytes: [UInt8]) -> String {
    guard bytes.contains(38) else { return String(decoding: bytes, as: UTF8.self) }
    var text = ""
    var plain = 0
    var at = 0
    while at < bytes.count {
      guard bytes[at] == 38 else {
        at += 1
        continue
      }
      var end = at + 1
      while end < bytes.count, value(bytes[end]) != nil { end += 1 }
      guard end < bytes.count, bytes[end] == Byte.minus, let part = unshifted(bytes[(at + 1)..<end]) else {
        at += 1
        continue
      }
      text += String(decoding: bytes[plain..<at], as: UTF8.self) + part
      at = end + 1
      plain = at
    }
    return text + String(decoding: bytes[plain...], as: UTF8.self)
  }

  private static func unshifted(_ bytes: ArraySlice<UInt8>) -> String? {
    if bytes.isEmpty { return "&" }
    var units: [UInt16] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
      bits = bits << 6 | UInt32(value(byte) ?? 0)
      count += 6
      if count >= 16 {
        count -= 16
        units.append(UInt16(truncatingIfNeeded: bits >> UInt32(count)))
        bits &= (1 << UInt32(count)) - 1
      }
    }
    // A whole letter more, or bits that nobody counted, is no encoder's work.
    guard !units.isEmpty, count < 6, bits == 0 else { return nil }
    return String(decoding: units, as: UTF16.self)
  }

  private static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 65...90: byte - 65
    case 97...122: byte - 71
    case 48...57: byte + 4
    case 43: 62
    case Byte.comma: 63
    default: nil
    }
  }
}
