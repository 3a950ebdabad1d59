public import Model

/// The address of a server as it is typed: scheme, host, port and path, and nothing else.
public struct WebAddress: Sendable, Equatable {
  public var isSecure: Bool
  public var host: String
  public var port: Int
  /// Nil where only the server is named.
  public var path: String?

  public init(isSecure: Bool, host: String, port: Int, path: String? = nil) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
    self.path = path
  }

  public init?(_ argument: String) {
    let schemes = [("https://", true), ("http://", false)]
    guard let (scheme, isSecure) = schemes.first(where: { argument.lowercased().hasPrefix($0.0) }),
      argument.utf8.allSatisfy({ $0 > 32 && $0 != 127 })
    else { return nil }
    let rest = argument.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let path = rest.dropFirst(authority.count)
    // A login in the address would be seen by everybody who sees the command.
    guard !authority.contains("@"), !path.contains("?"), !path.contains("#") else { return nil }
    self.isSecure = isSecure
    self.path = path.isEmpty || path == "/" ? nil : String(path)
    var host = authority
    var port = isSecure ? 443 : 80
    let end = authority.first == "[" ? authority.lastIndex(of: "]") ?? authority.startIndex : authority.startIndex
    if let colon = authority[end...].lastIndex(of: ":") {
      guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else {
        return nil
      }
      host = authority[..<colon]
      port = number
    }
    if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self.host = String(host)
    self.port = port
  }

  /// Whether a login sent there in the clear goes no further than this machine.
  public var isThisMachine: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

  /// The address in the one form in which it names a place.
  public var location: String { "\(isSecure ? "https" : "http")://\(host):\(port)\(path ?? "")" }

  /// Whether a login may be sent there: it goes over TLS, or no further than this machine.
  public var isSafe: Bool { isSecure || isThisMachine }

  /// The server there; `authority` are certificates in PEM that are trusted instead of the system's.
  public func server(authority: String? = nil) -> MailServer {
    MailServer(
      host: host, port: port, path: path, security: isSecure ? .implicit : .none, authority: authority)
  }
}
