/// Where the site listens: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `0.0.0.0:80`.
public struct Listen: Sendable, Equatable, CustomStringConvertible {
  public var host: String
  public var port: Int

  /// Nil if the text is no host with a port.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65_535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.host = String(host)
    self.port = port
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool { Listen.isLoopback(host) }

  static func isLoopback(_ host: some StringProtocol) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.first == "127" && parts.allSatisfy { Int($0).map((0...255).contains) ?? false }
  }

  /// Whether a `Host` header names this machine: a page of the demo answers to no other name, so that no foreign page
  /// can reach it by a name that it lets point here.
  static func namesLoopback(_ authority: String?) -> Bool {
    guard let authority else { return false }
    if authority.hasPrefix("[") { return authority.hasPrefix("[::1]") }
    return isLoopback(authority.prefix { $0 != ":" })
  }
}
