/// Which hosts, ports and addresses may be dialled: the open internet, and what the operator allowed besides.
public struct AddressRules: Sendable {
  /// IMAP, HTTPS, submission, each with its TLS port.
  public static let usualPorts: Set<Int> = [143, 443, 465, 587, 993]

  public var ports: Set<Int>
  /// Names the operator allowed, lower case without final dot: their private addresses may be dialled.
  public var allowedHosts: Set<String>
  /// Blocks the operator allowed, whatever the name.
  ///
  /// A metadata address opens only as a block of that one address.
  public var allowedBlocks: [AddressBlock]
  /// Whether this very machine may be dialled, at any port, where it is written plainly: `127.0.0.1`, `::1`, `localhost`.
  ///
  /// A name that only turns out to be this machine is refused all the same.
  public var allowsThisMachine: Bool

  public init(
    ports: Set<Int> = AddressRules.usualPorts, allowedHosts: Set<String> = [], allowedBlocks: [AddressBlock] = [],
    allowsThisMachine: Bool = false
  ) {
    self.allowsThisMachine = allowsThisMachine
    self.ports = ports
    self.allowedHosts = Set(
      allowedHosts.map { name in
        let folded = name.lowercased()
        return folded.hasSuffix(".") ? String(folded.dropLast()) : folded
      })
    self.allowedBlocks = allowedBlocks
  }

  /// What can be refused before a name is resolved: the port, the text of the host, and names of the inner network.
  public func host(_ text: String, port: Int) throws(WireRefusal) -> Host {
    if allowsThisMachine, (1...65_535).contains(port), AddressRules.isThisMachine(text) { return try Host(text) }
    guard (1...65_535).contains(port), ports.contains(port) else { throw .port(port) }
    let host = try Host(text)
    if host.isInnerName, case .name(let name) = host, !allowedHosts.contains(name) { throw .innerName(name) }
    if case .address(let address) = host { try check(address, of: host) }
    return host
  }

  /// Only the usual forms: a disguised one is no honest setting.
  private static func isThisMachine(_ text: String) -> Bool { ["127.0.0.1", "::1", "localhost"].contains(text) }

  /// Whether an answer to a host that was written plainly as this machine is this machine.
  private func isThisMachine(_ address: IPAddress, of host: Host) -> Bool {
    guard allowsThisMachine, address.kind == .loopback else { return false }
    switch host {
    case .name(let name): return name == "localhost"
    case .address(let written): return AddressRules.isThisMachine(written.description)
    }
  }

  /// Checks every answer; one forbidden address refuses the name whole, for an honest name has none.
  public func check(_ answers: [IPAddress], of host: Host, port: Int) throws(WireRefusal) -> [CheckedAddress] {
    guard (1...65_535).contains(port) else { throw .port(port) }
    let isHere = !answers.isEmpty && answers.allSatisfy { isThisMachine($0, of: host) }
    guard isHere || ports.contains(port) else { throw .port(port) }
    var checked: [CheckedAddress] = []
    for address in answers {
      if !isHere { try check(address, of: host) }
      let one = CheckedAddress(address: address, port: port)
      if !checked.contains(one) { checked.append(one) }
    }
    return checked
  }

  private func check(_ address: IPAddress, of host: Host) throws(WireRefusal) {
    let kind = address.kind
    guard kind != .open else { return }
    guard !kind.isNeverDialled else { throw .address(address, kind) }
    if kind == .metadata {
      guard allowedBlocks.contains(where: { $0.isSingle && $0.contains(address) }) else {
        throw .address(address, kind)
      }
      return
    }
    if case .name(let name) = host, allowedHosts.contains(name) { return }
    guard allowedBlocks.contains(where: { $0.contains(address) }) else { throw .address(address, kind) }
  }
}

/// An address that passed the rules: the socket takes only this, so nothing unchecked can be dialled.
public struct CheckedAddress: Hashable, Sendable, CustomStringConvertible {
  public let address: IPAddress
  public let port: Int

  fileprivate init(address: IPAddress, port: Int) {
    self.address = address
    self.port = port
  }

  public var description: String { address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}
