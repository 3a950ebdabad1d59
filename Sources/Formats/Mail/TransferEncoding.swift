/// How a body is written in the mail (RFC 2045 §6); reading is lenient and never fails.
public enum TransferEncoding: String, Sendable {
  /// 7bit, 8bit, binary, and whatever is not known.
  case identity
  case base64
  case quotedPrintable

  /// Reads the value of a Content-Transfer-Encoding field.
  public init(_ name: some StringProtocol) {
    switch name.lowercased() {
    case "base64": self = .base64
    case "quoted-printable": self = .quotedPrintable
    default: self = .identity
    }
  }

  /// The decoded bytes, at most `limit` of them.
  public func decode(_ bytes: Span<UInt8>, limit: Int = .max) -> [UInt8] {
    switch self {
    case .identity: bytes.copy(0..<min(bytes.count, max(0, limit)))
    case .base64: TransferEncoding.base64(bytes, limit)
    case .quotedPrintable: TransferEncoding.quotedPrintable(bytes, limit)
    }
  }

  /// How many bytes `decode` gives, without keeping them.
  public func decodedSize(_ bytes: Span<UInt8>) -> Int {
    switch self {
    case .identity: bytes.count
    case .base64: TransferEncoding.base64Size(bytes)
    case .quotedPrintable: TransferEncoding.quotedPrintable(bytes, .max).count
    }
  }

  /// The 6-bit value of each byte: 64 for `=`, 255 for what is no part of the alphabet.
  private static let alphabet: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
      table[Int(byte)] = UInt8(value)
    }
    // base64url (RFC 4648 §5) occurs where it should not.
    table[Int(Byte.minus)] = 62
    table[Int(Byte.underscore)] = 63
    table[Int(Byte.equals)] = 64
    return table
  }()

  /// Bytes outside the alphabet are skipped (RFC 2045 §6.8); padding ends a group, and more may follow.
  private static func base64(_ bytes: Span<UInt8>, _ limit: Int) -> [UInt8] {
    let most = max(0, limit)
    // Whole groups are written, and what is beyond the limit is taken off again.
    let capacity = min(bytes.count / 4 &* 3 + 3, most > .max - 3 ? most : most + 3)
    var decoded = [UInt8](unsafeUninitializedCapacity: capacity) { out, written in
      alphabet.withUnsafeBufferPointer { table in
        var group: UInt32 = 0
        var held = 0
        for i in 0..<bytes.count {
          let value = table[Int(bytes[i])]
          if value < 64 {
            group = group << 6 | UInt32(value)
            held += 1
            if held == 4 {
              guard written + 3 <= capacity else { return }
              out[written] = UInt8(truncatingIfNeeded: group >> 16)
              out[written + 1] = UInt8(truncatingIfNeeded: group >> 8)
              out[written + 2] = UInt8(truncatingIfNeeded: group)
              written += 3
              group = 0
              held = 0
            }
          } else if value == 64 {
            flush(&group, &held, out, &written, capacity)
          }
        }
        flush(&group, &held, out, &written, capacity)
      }
    }
    if decoded.count > most { decoded.removeLast(decoded.count - most) }
    return decoded
  }

  private static func flush(
    _ group: inout UInt32, _ held: inout Int, _ out: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int,
    _ capacity: Int
  ) {
    if held >= 2, written < capacity {
      out[written] = UInt8(truncatingIfNeeded: held == 2 ? group >> 4 : group >> 10)
      written += 1
    }
    if held == 3, written < capacity {
      out[written] = UInt8(truncatingIfNeeded: group >> 2)
      written += 1
    }
    group = 0
    held = 0
  }

  private static func base64Size(_ bytes: Span<UInt8>) -> Int {
    alphabet.withUnsafeBufferPointer { table in
      var size = 0
      var held = 0
      for i in 0..<bytes.count {
        let value = table[Int(bytes[i])]
        if value < 64 {
          held += 1
        } else if value == 64 {
          size += held / 4 &* 3 + max(0, held % 4 - 1)
          held = 0
        }
      }
      return size + held / 4 &* 3 + max(0, held % 4 - 1)
    }
  }

  /// RFC 2045 §6.7: a `=` that begins neither a code nor a soft line break stands for itself.
  private static func quotedPrintable(_ bytes: Span<UInt8>, _ limit: Int) -> [UInt8] {
    let count = bytes.count
    let capacity = min(count, max(0, limit))
    return [UInt8](unsafeUninitializedCapacity: capacity) { out, written in
      var at = 0
      while at < count, written < capacity {
        let byte = bytes[at]
        at += 1
        if byte == Byte.equals {
          if at + 1 < count, let high = Byte.hex(bytes[at]), let low = Byte.hex(bytes[at + 1]) {
            out[written] = high << 4 | low
            written += 1
            at += 2
            continue
          }
          if let next = softBreak(bytes, at) {
            at = next
            continue
          }
        } else if byte == Byte.space || byte == Byte.tab {
          at = blanks(bytes, at, out, &written, capacity)
          continue
        }
        out[written] = byte
        written += 1
      }
    }
  }

  /// Behind a `=`: the index after white space and a line end, nil if there is none.
  private static func softBreak(_ bytes: Span<UInt8>, _ start: Int) -> Int? {
    var at = start
    while at < bytes.count, bytes[at] == Byte.space || bytes[at] == Byte.tab { at += 1 }
    if at == bytes.count { return at }
    if bytes[at] == Byte.cr { at += 1 }
    if at < bytes.count, bytes[at] == Byte.lf { return at + 1 }
    return at > start && bytes[at - 1] == Byte.cr ? at : nil
  }

  /// Copies the run of white space that began before `start`, unless it ends its line: then transport added it.
  private static func blanks(
    _ bytes: Span<UInt8>, _ start: Int, _ out: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int,
    _ capacity: Int
  ) -> Int {
    var end = start
    while end < bytes.count, bytes[end] == Byte.space || bytes[end] == Byte.tab { end += 1 }
    let crlf = end + 1 < bytes.count && bytes[end] == Byte.cr && bytes[end + 1] == Byte.lf
    if end == bytes.count || bytes[end] == Byte.lf || crlf { return end }
    var at = start - 1
    while at < end, written < capacity {
      out[written] = bytes[at]
      written += 1
      at += 1
    }
    return end
  }
}
