/// One IP address; IPv4-mapped IPv6 (`::ffff:a.b.c.d`) is held as the IPv4 address it reaches, so no address has two faces.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  public let isV4: Bool
  /// The address as a number: 32 bits used for IPv4, 128 for IPv6.
  public let bits: UInt128

  public init(v4 bits: UInt32) {
    self.isV4 = true
    self.bits = UInt128(bits)
  }

  public init(v6 bits: UInt128) {
    let isMapped = bits >> 32 == 0xffff
    self.isV4 = isMapped
    self.bits = isMapped ? bits & 0xffff_ffff : bits
  }

  /// Reads the one plain form of each family: four decimal parts without leading zeros, or RFC 4291 §2.2 without zone.
  public init?(_ text: some StringProtocol) {
    if let v4 = IPAddress.plainV4(Array(text.utf8)[...]) {
      self.init(v4: v4)
    } else if let v6 = IPAddress.plainV6(Array(text.utf8)) {
      self.init(v6: v6)
    } else {
      return nil
    }
  }

  /// The bytes in network order: 4 or 16.
  public var bytes: [UInt8] {
    let count = isV4 ? 4 : 16
    return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - $0))) }
  }

  /// The canonical text: dotted quad, or RFC 5952 §4.
  public var description: String {
    isV4 ? bytes.map { String($0) }.joined(separator: ".") : IPAddress.canonicalV6(bits)
  }

  static func plainV4(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"),
        part.allSatisfy({ $0 >= 48 && $0 <= 57 })
      else { return nil }
      let value = part.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - 48) }
      guard value <= 255 else { return nil }
      address = address << 8 | value
    }
    return address
  }

  static func plainV6(_ text: [UInt8]) -> UInt128? {
    guard text.count <= 45 else { return nil }
    let colon = UInt8(ascii: ":")
    guard let gap = doubleColon(in: text) else {
      guard let groups = groups16(text[...]), groups.count == 8 else { return nil }
      return groups.reduce(0) { $0 << 16 | UInt128($1) }
    }
    let head = text[..<gap]
    let tail = text[(gap + 2)...]
    guard head.last != colon, tail.first != colon, doubleColon(in: Array(tail)) == nil,
      let high = groups16(head), let low = groups16(tail), high.count + low.count <= 7,
      !head.contains(UInt8(ascii: "."))
    else { return nil }
    let all = high + [UInt16](repeating: 0, count: 8 - high.count - low.count) + low
    return all.reduce(0) { $0 << 16 | UInt128($1) }
  }

  private static func doubleColon(in text: [UInt8]) -> Int? {
    guard text.count >= 2 else { return nil }
    return (0..<(text.count - 1)).first { text[$0] == UInt8(ascii: ":") && text[$0 + 1] == UInt8(ascii: ":") }
  }

  /// Groups of 16 bits between colons; the last may be a dotted quad (RFC 4291 §2.2, form 3).
  private static func groups16(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let quad = plainV4(part) else { return nil }
        groups += [UInt16(quad >> 16), UInt16(truncatingIfNeeded: quad)]
        continue
      }
      guard (1...4).contains(part.count) else { return nil }
      var group: UInt16 = 0
      for byte in part {
        guard let digit = hexValue(byte) else { return nil }
        group = group << 4 | UInt16(digit)
      }
      groups.append(group)
    }
    return groups
  }

  static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }

  private static func canonicalV6(_ bits: UInt128) -> String {
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(16 * (7 - $0))) }
    // The longest run of zero groups is shortened, the first of equals, never a single one (RFC 5952 §4.2).
    var run = 0..<0
    var at = 0
    while at < 8 {
      let end = groups[at...].firstIndex { $0 != 0 } ?? 8
      if end - at > run.count { run = at..<end }
      at = max(end, at + 1)
    }
    func text(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
    guard run.count > 1 else { return text(groups[...]) }
    return text(groups[..<run.lowerBound]) + "::" + text(groups[run.upperBound...])
  }
}

/// A block of addresses in CIDR form: `10.0.0.0/8`, `fd00::/8`; an address alone is a block of one.
public struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
  public let first: IPAddress
  public let prefix: Int

  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ IPAddress($0) }) else { return nil }
    let width = address.isV4 ? 32 : 128
    var prefix = width
    if parts.count == 2 {
      guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
        let given = Int(parts[1]), given <= width
      else { return nil }
      prefix = given
    }
    self.init(address, prefix)
  }

  init(_ address: IPAddress, _ prefix: Int) {
    let width = address.isV4 ? 32 : 128
    let free = UInt128(width - prefix)
    let kept = (address.bits >> free) << free
    self.first = address.isV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: kept)) : IPAddress(v6: kept)
    self.prefix = prefix
  }

  /// Whether the block is one address alone.
  public var isSingle: Bool { prefix == (first.isV4 ? 32 : 128) }

  public func contains(_ address: IPAddress) -> Bool {
    guard address.isV4 == first.isV4 else { return false }
    let shift = UInt128((first.isV4 ? 32 : 128) - prefix)
    return address.bits >> shift == first.bits >> shift
  }

  public var description: String { isSingle ? "\(first)" : "\(first)/\(prefix)" }
}
