import NIOSSL

/// Whether a certificate names the host that was asked for (RFC 9525 §6).
///
/// The library also accepts a certificate for the address that a name was resolved to, and the old common name. Both are
/// left out here: what the name server answered must not decide whom we trust.
enum PeerName {
  static func names(_ certificate: NIOSSLCertificate, _ host: Host) -> Bool {
    certificate._subjectAlternativeNames().contains { name in
      switch host {
      case .name(let wanted):
        name.nameType == .dnsName
          && name.contents.withUnsafeBufferPointer { matches(pattern: Array($0), name: Array(wanted.utf8)) }
      case .address(let address):
        name.nameType == .ipAddress && name.contents.withUnsafeBufferPointer { $0.elementsEqual(address.bytes) }
      }
    }
  }

  /// A name matches itself; `*` as the whole first label stands for exactly one label (RFC 9525 §6.3).
  static func matches(pattern: [UInt8], name: [UInt8]) -> Bool {
    let folded = pattern.map { (65...90).contains($0) ? $0 + 32 : $0 }
    let wanted = folded.last == UInt8(ascii: ".") ? folded.dropLast() : folded[...]
    if wanted.elementsEqual(name) { return true }
    guard wanted.starts(with: [UInt8(ascii: "*"), UInt8(ascii: ".")]),
      let dot = name.firstIndex(of: UInt8(ascii: "."))
    else { return false }
    let parent = wanted.dropFirst(2)
    return parent.contains(UInt8(ascii: ".")) && parent.elementsEqual(name[(dot + 1)...])
  }
}
