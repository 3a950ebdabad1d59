/// Reads one JSON value from bytes that nobody vouches for (RFC 8259).
struct JSONReader {
  /// Deeper nesting is refused, so that no answer can exhaust the stack.
  private static let deepest = 64

  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value that all the bytes make; nil if they do not make one.
  mutating func whole() -> JSON? {
    // A byte order mark may be ignored (§8.1).
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { place = 3 }
    guard let value = value(depth: 0) else { return nil }
    skipBlanks()
    // Beside a value, a plain nil would become the null of JSON.
    return place == bytes.count ? .some(value) : .none
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 32 || byte == 9 || byte == 10 || byte == 13 { place += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    place += 1
    return true
  }

  private mutating func word(_ word: String, _ value: JSON) -> JSON? {
    guard bytes[place...].starts(with: word.utf8) else { return nil }
    place += word.utf8.count
    return value
  }

  private mutating func value(depth: Int) -> JSON? {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return depth < JSONReader.deepest ? object(depth: depth + 1) : nil
    case UInt8(ascii: "["): return depth < JSONReader.deepest ? list(depth: depth + 1) : nil
    case UInt8(ascii: "\""): return text().map { .text($0) }
    case UInt8(ascii: "t"): return word("true", .bool(true))
    case UInt8(ascii: "f"): return word("false", .bool(false))
    case UInt8(ascii: "n"): return word("null", .null)
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> JSON? {
    place += 1
    var pairs: [JSON.Pair] = []
    skipBlanks()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\""), let key = text() else { return nil }
      skipBlanks()
      guard take(UInt8(ascii: ":")), let value = value(depth: depth) else { return nil }
      pairs.append(.init(key: key, value: value))
      skipBlanks()
      if take(UInt8(ascii: "}")) { return .object(pairs) }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
  }

  private mutating func list(depth: Int) -> JSON? {
    place += 1
    var items: [JSON] = []
    skipBlanks()
    if take(UInt8(ascii: "]")) { return .list([]) }
    while true {
      guard let value = value(depth: depth) else { return nil }
      items.append(value)
      skipBlanks()
      if take(UInt8(ascii: "]")) { return .list(items) }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
  }

  /// §6: no leading zero, no plus, a digit on both sides of the point; one beyond 64 bits becomes a floating number.
  private mutating func number() -> JSON? {
    let start = place
    _ = take(UInt8(ascii: "-"))
    let first = next
    guard digits() > 0 else { return nil }
    if first == UInt8(ascii: "0"), bytes[start] == first ? place - start > 1 : place - start > 2 { return nil }
    var isWhole = true
    if take(UInt8(ascii: ".")) {
      isWhole = false
      guard digits() > 0 else { return nil }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() > 0 else { return nil }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let value = Int64(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else { return nil }
    return .number(value)
  }

  private mutating func digits() -> Int {
    let start = place
    while let byte = next, (48...57).contains(byte) { place += 1 }
    return place - start
  }

  // MARK: text

  private mutating func text() -> String? {
    place += 1
    var out: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
      case UInt8(ascii: "\\"): guard escape(into: &out) else { return nil }
      case 0..<32: return nil
      default: out.append(byte)
      }
    }
    return nil
  }

  private mutating func escape(into out: inout [UInt8]) -> Bool {
    guard let byte = next else { return false }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "b"): out.append(8)
    case UInt8(ascii: "f"): out.append(12)
    case UInt8(ascii: "n"): out.append(10)
    case UInt8(ascii: "r"): out.append(13)
    case UInt8(ascii: "t"): out.append(9)
    case UInt8(ascii: "u"):
      guard let unit = unit() else { return false }
      out += Array(String(scalar(unit)).utf8)
    default: return false
    }
    return true
  }

  /// The character of a code unit; half of a pair that stands alone becomes the replacement character.
  private mutating func scalar(_ unit: UInt32) -> Unicode.Scalar {
    let replacement: Unicode.Scalar = "\u{fffd}"
    guard (0xd800...0xdbff).contains(unit) else { return Unicode.Scalar(unit) ?? replacement }
    let start = place
    if take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = self.unit(), (0xdc00...0xdfff).contains(low) {
      return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)) ?? replacement
    }
    place = start
    return replacement
  }

  private mutating func unit() -> UInt32? {
    guard bytes.count - place >= 4 else { return nil }
    var value: UInt32 = 0
    for byte in bytes[place..<place + 4] {
      switch byte {
      case 48...57: value = value << 4 + UInt32(byte - 48)
      case 65...70: value = value << 4 + UInt32(byte - 55)
      case 97...102: value = value << 4 + UInt32(byte - 87)
      default: return nil
      }
    }
    place += 4
    return value
  }
}
