/// The address of a resource on one server: how it is asked for, and what it is compared by.
public struct DAVHref: Hashable, Sendable, CustomStringConvertible {
  /// The path as the server wrote it.
  public let path: String
  /// The path in one spelling, since servers write the same one with more or fewer signs encoded.
  public let key: String

  /// The server that hrefs are resolved against.
  public struct Origin: Sendable, Equatable {
    public var host: String
    public var port: Int
    public var isSecure: Bool

    public init(host: String, port: Int, isSecure: Bool) {
      self.host = host
      self.port = port
      self.isSecure = isSecure
    }
  }

  public static func == (left: DAVHref, right: DAVHref) -> Bool { left.key == right.key }
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
  public var description: String { path }
  public var isCollection: Bool { key.utf8.last == UInt8(ascii: "/") }

  /// An absolute path on the server; nil if it is none, or climbs by dots.
  public init?(path: String) {
    let bytes = Array(path.utf8)
    guard bytes.first == UInt8(ascii: "/"), bytes.count <= DAVHref.longest else { return nil }
    // A path that begins with two slashes would be read as a host (RFC 3986 §4.2).
    guard !bytes.starts(with: Array("//".utf8)) else { return nil }
    var raw: [UInt8] = []
    var spelled: [UInt8] = []
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "%") {
        guard place + 2 < bytes.count, let high = hexDigit(bytes[place + 1]), let low = hexDigit(bytes[place + 2])
        else { return nil }
        raw += bytes[place...(place + 2)]
        DAVHref.spell(high << 4 | low, encoded: true, into: &spelled)
        place += 3
        continue
      }
      // What is not allowed in a path, such as a space or a letter beyond ASCII, is encoded for the one who forgot it.
      guard byte > 31, byte != 127, byte != UInt8(ascii: "?"), byte != UInt8(ascii: "#") else { return nil }
      if DAVHref.isPlain(byte) || DAVHref.isReserved(byte) { raw.append(byte) } else { raw += DAVHref.percent(byte) }
      DAVHref.spell(byte, encoded: false, into: &spelled)
      place += 1
    }
    for part in spelled.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard part != [46], part != [46, 46] else { return nil }
    }
    self.path = String(decoding: raw, as: UTF8.self)
    key = String(decoding: spelled, as: UTF8.self)
  }

  /// An href as a server wrote it: a path, or a whole address of this very server; nil for every other host, port or
  /// scheme, and for what is relative to something else (RFC 4918 §8.3).
  public init?(_ text: String, on origin: Origin) {
    let text = String(decoding: DAVHref.trimmed(text), as: UTF8.self)
    if text.utf8.first == UInt8(ascii: "/"), !text.utf8.dropFirst().starts(with: "/".utf8) {
      self.init(path: text)
      return
    }
    let lower = text.lowercased()
    let scheme = origin.isSecure ? "https://" : "http://"
    guard lower.utf8.starts(with: scheme.utf8) else { return nil }
    let rest = text.utf8.dropFirst(scheme.utf8.count)
    let authority = rest.prefix { $0 != UInt8(ascii: "/") }
    let path = rest.dropFirst(authority.count)
    guard DAVHref.names(String(decoding: authority, as: UTF8.self).lowercased(), origin) else { return nil }
    self.init(path: path.isEmpty ? "/" : String(decoding: path, as: UTF8.self))
  }

  /// Whether this lies directly or deeper in a collection, and is not the collection.
  public func isInside(_ collection: DAVHref) -> Bool {
    let folder = collection.isCollection ? collection.key : collection.key + "/"
    return key.utf8.count > folder.utf8.count && key.utf8.starts(with: folder.utf8)
  }

  /// The same place, with or without the slash at its end.
  public func isSame(as other: DAVHref) -> Bool {
    func bare(_ key: String) -> Substring { key.utf8.count > 1 && key.hasSuffix("/") ? key.dropLast() : key[...] }
    return bare(key) == bare(other.key)
  }

  private static let longest = 4_096

  /// Userinfo, or a port that is not the server's, is another authority.
  private static func names(_ authority: String, _ origin: Origin) -> Bool {
    let host = origin.host.lowercased()
    let written = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    if authority == "\(written):\(origin.port)" { return true }
    return authority == written && origin.port == (origin.isSecure ? 443 : 80)
  }

  private static func trimmed(_ text: String) -> ArraySlice<UInt8> {
    var bytes = Array(text.utf8)[...]
    func isBlank(_ byte: UInt8) -> Bool { [9, 10, 13, 32].contains(byte) }
    while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }

  private static func spell(_ byte: UInt8, encoded: Bool, into out: inout [UInt8]) {
    // An encoded slash is not the slash that divides (RFC 3986 §2.2).
    if isPlain(byte) || (!encoded && byte == UInt8(ascii: "/")) { out.append(byte) } else { out += percent(byte) }
  }

  private static func percent(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  /// RFC 3986 §2.3.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 45, 46, 95, 126: true
    default: false
    }
  }

  /// What else may stand in a path (RFC 3986 §3.3).
  private static func isReserved(_ byte: UInt8) -> Bool { "/!$&'()*+,;=:@".utf8.contains(byte) }
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 48...57: byte - 48
  case 65...70: byte - 55
  case 97...102: byte - 87
  default: nil
  }
}
