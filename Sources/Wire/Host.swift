/// A host as a person or a server named it: a plain address or a name in lower case; every other text is refused.
public enum Host: Hashable, Sendable, CustomStringConvertible {
  case address(IPAddress)
  /// A name in lower-case ASCII without the final dot.
  case name(String)

  /// Reads the text of a host field; nothing is guessed, so that no later reader understands another host in it.
  ///
  /// The numbers that C libraries and browsers take for IPv4 (WHATWG URL, "ends in a number") are refused even if they
  /// mean a public address: no honest setting has them.
  public init(_ text: String) throws(WireRefusal) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { throw .notAHost(.empty) }
    guard bytes.count <= 1024 else { throw .notAHost(.tooLong) }
    guard bytes.allSatisfy({ $0 < 128 }) else { throw .notAHost(.notASCII) }
    if bytes.first == UInt8(ascii: "[") || bytes.count(where: { $0 == UInt8(ascii: ":") }) > 1 {
      self = .address(try Host.v6(bytes))
      return
    }
    guard bytes.allSatisfy(Host.isNameByte) else { throw .notAHost(.character) }
    let name = Host.lowered(bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes[...])
    guard !name.isEmpty else { throw .notAHost(.emptyLabel) }
    guard name.count <= 253 else { throw .notAHost(.tooLong) }
    if let v4 = IPAddress.plainV4(name[...]) {
      // `127.0.0.1.` is read as an address by browsers and as a name by resolvers: two readings, so it is refused.
      guard name.count == bytes.count else { throw .numberForm(meaning: IPAddress(v4: v4)) }
      self = .address(IPAddress(v4: v4))
      return
    }
    let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if let last = labels.last, Host.isNumber(last) { throw .numberForm(meaning: Host.numberMeaning(labels)) }
    for label in labels {
      guard !label.isEmpty else { throw .notAHost(.emptyLabel) }
      guard label.count <= 63 else { throw .notAHost(.tooLong) }
      guard label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else { throw .notAHost(.hyphen) }
    }
    self = .name(String(decoding: name, as: UTF8.self))
  }

  public var description: String {
    switch self {
    case .address(let address): address.description
    case .name(let name): name
    }
  }

  /// Whether the form of the name alone shows the inner network: a single label, or a domain that public DNS never serves
  /// (RFC 6761 `localhost`, 6762 `local`, 7686 `onion`, 8375 `home.arpa`, 9476 `alt`, ICANN's `internal`).
  var isInnerName: Bool {
    guard case .name(let name) = self else { return false }
    let labels = name.split(separator: ".")
    guard labels.count > 1, let last = labels.last else { return true }
    let inner: Set<Substring> = [
      "localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private", "onion", "alt",
      "cluster", "svc", "docker",
    ]
    return inner.contains(last) || name == "home.arpa" || name.hasSuffix(".home.arpa")
  }

  private static func v6(_ bytes: [UInt8]) throws(WireRefusal) -> IPAddress {
    guard !bytes.contains(UInt8(ascii: "%")) else { throw .notAHost(.zone) }
    var inner = bytes[...]
    if inner.first == UInt8(ascii: "[") {
      guard inner.last == UInt8(ascii: "]") else { throw .notAHost(.address) }
      inner = inner.dropFirst().dropLast()
    }
    guard let bits = IPAddress.plainV6(Array(inner)) else { throw .notAHost(.address) }
    return IPAddress(v6: bits)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static func lowered(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
  }

  /// Whether the label is what `inet_aton` takes for a number: all digits, or `0x` and hex digits (or none).
  private static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
    if label.starts(with: [48, 120]) { return label.dropFirst(2).allSatisfy { IPAddress.hexValue($0) != nil } }
    return !label.isEmpty && label.allSatisfy { $0 >= 48 && $0 <= 57 }
  }

  /// What `inet_aton` reads: one to four parts, each decimal, octal or hex; the last fills the bytes that are left.
  private static func numberMeaning(_ labels: [ArraySlice<UInt8>]) -> IPAddress? {
    guard (1...4).contains(labels.count) else { return nil }
    var address: UInt64 = 0
    for (index, label) in labels.enumerated() {
      guard isNumber(label), let value = number(label) else { return nil }
      let bits = index == labels.count - 1 ? UInt64(8 * (5 - labels.count)) : 8
      guard value < UInt64(1) << bits else { return nil }
      address = address << bits | value
    }
    return IPAddress(v4: UInt32(truncatingIfNeeded: address))
  }

  private static func number(_ label: ArraySlice<UInt8>) -> UInt64? {
    let isHex = label.starts(with: [48, 120])
    let isOctal = !isHex && label.count > 1 && label.first == 48
    let digits = isHex ? label.dropFirst(2) : label
    let base: UInt64 = isHex ? 16 : isOctal ? 8 : 10
    var value: UInt64 = 0
    for byte in digits {
      guard let digit = IPAddress.hexValue(byte), UInt64(digit) < base else { return nil }
      value = value * base + UInt64(digit)
      guard value <= 0xffff_ffff else { return nil }
    }
    return value
  }
}
