/// What an address is for; only `open` may be dialled without the operator's word.
public enum AddressKind: String, Sendable, CaseIterable {
  /// Global unicast: the open internet.
  case open
  case loopback
  case privateUse = "private"
  case linkLocal = "link-local"
  case carrierNAT = "carrier NAT"
  case uniqueLocal = "unique local"
  /// A cloud's metadata service, which hands out credentials to whoever asks.
  case metadata
  case unspecified
  case broadcast
  case multicast
  case documentation
  case benchmark
  /// An IPv6 address that carries traffic to an IPv4 address inside it by an old or local tunnel.
  case tunnel
  /// Reserved by IANA, or not yet given to anybody.
  case reserved

  /// No TCP service can rightly live there, so not even the operator opens it.
  var isNeverDialled: Bool {
    switch self {
    case .unspecified, .broadcast, .multicast: true
    default: false
    }
  }
}

extension IPAddress {
  /// The kind by the IANA special-purpose registries (RFC 6890), with the metadata services of the clouds first.
  public var kind: AddressKind {
    if IPAddress.metadata.contains(self) { return .metadata }
    if isV4 { return IPAddress.special4.first { $0.block.contains(self) }?.kind ?? .open }
    if IPAddress.nat64.contains(self) {
      // RFC 6052 §3.1: the well-known prefix reaches the IPv4 address in the last 32 bits, so that one decides.
      return IPAddress(v4: UInt32(truncatingIfNeeded: bits)).kind
    }
    if let special = IPAddress.special6.first(where: { $0.block.contains(self) }) { return special.kind }
    // ISATAP interface ids (RFC 5214 §6.1) carry an IPv4 address in any prefix.
    let interface = UInt32(truncatingIfNeeded: bits >> 32)
    if interface & 0xfcff_ffff == 0x0000_5efe { return .tunnel }
    // Only 2000::/3 is given out as global unicast (RFC 4291 §2.4); everything else is reserved.
    return bits >> 125 == 1 ? .open : .reserved
  }

  private static func blocks(_ kind: AddressKind, _ texts: String...) -> [(block: AddressBlock, kind: AddressKind)] {
    texts.compactMap { text in AddressBlock(text).map { ($0, kind) } }
  }

  static let nat64 = AddressBlock(IPAddress(v6: 0x0064_ff9b << 96), 96)

  /// Metadata services: 168.63.129.16 of Azure is a public number, so no other rule finds it.
  static let metadata: Set<IPAddress> = Set(
    [
      "169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.169.253", "169.254.169.123", "169.254.0.23",
      "100.100.100.200", "100.100.100.100", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::253",
      "fd00:ec2::23", "fd00:ec2::123", "fd20:ce::254", "fe80::a9fe:a9fe",
    ].compactMap { IPAddress($0) })

  /// IPv4 special-purpose blocks, narrower before wider (RFC 1122, 1918, 3927, 5737, 6598, 2544, 5771, 7526, 7534, 7535).
  static let special4: [(block: AddressBlock, kind: AddressKind)] =
    blocks(.broadcast, "255.255.255.255") + blocks(.unspecified, "0.0.0.0/8") + blocks(.loopback, "127.0.0.0/8")
    + blocks(.privateUse, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16") + blocks(.linkLocal, "169.254.0.0/16")
    + blocks(.carrierNAT, "100.64.0.0/10")
    + blocks(.documentation, "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "233.252.0.0/24")
    + blocks(.benchmark, "198.18.0.0/15") + blocks(.tunnel, "192.88.99.0/24")
    + blocks(.reserved, "192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24")
    + blocks(.multicast, "224.0.0.0/4") + blocks(.reserved, "240.0.0.0/4")

  /// IPv6 special-purpose blocks; v4-compatible `::/96` is a dead tunnel (RFC 4291 §2.5.5.1), so are 6to4 and Teredo.
  static let special6: [(block: AddressBlock, kind: AddressKind)] =
    blocks(.unspecified, "::") + blocks(.loopback, "::1")
    + blocks(.tunnel, "::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0:0/96")
    + blocks(.linkLocal, "fe80::/10", "fec0::/10") + blocks(.uniqueLocal, "fc00::/7") + blocks(.multicast, "ff00::/8")
    + blocks(.documentation, "2001:db8::/32", "3fff::/20") + blocks(.benchmark, "2001:2::/48")
    + blocks(.reserved, "100::/64", "2001::/23", "2620:4f:8000::/48", "5f00::/16")
}
