/// How a server of mail or of address books is reached, and what of it is read; the login lies sealed elsewhere.
public struct MailServer: Sendable, Hashable {
  public enum Security: String, Sendable, CaseIterable {
    /// TLS from the first byte.
    case implicit
    /// TLS after STARTTLS, before anything else is said (RFC 3501 §6.2.1).
    case starttls
    /// None; only to this very machine.
    case none
  }

  /// What the login's secret is.
  public enum Secret: String, Sendable, CaseIterable {
    case password
    /// An OAuth 2.0 access token (RFC 7628).
    case token
  }

  public var host: String
  public var port: Int
  /// Where on the server books are looked for; nil where the server says it by itself, and for mail.
  public var path: String?
  public var security: Security
  /// Certificates in PEM that are trusted for this server instead of the system's; nil for the system's.
  public var authority: String?
  public var secret: Secret
  /// Where a fresh access token is had; nil where the login has none to renew.
  public var tokens: TokenEndpoint?
  /// Patterns of the folders that are read: `*` stands for anything, `%` for anything within one level; none reads all.
  public var folders: [String]
  /// Whether the folders for unwanted and for deleted mail are read too.
  public var readsJunk: Bool
  public var readsTrash: Bool

  public init(
    host: String, port: Int, path: String? = nil, security: Security = .implicit, authority: String? = nil,
    secret: Secret = .password, tokens: TokenEndpoint? = nil,
    folders: [String] = [], readsJunk: Bool = false, readsTrash: Bool = false
  ) {
    self.host = host
    self.port = port
    self.path = path
    self.security = security
    self.authority = authority
    self.secret = secret
    self.tokens = tokens
    self.folders = folders
    self.readsJunk = readsJunk
    self.readsTrash = readsTrash
  }
}

/// Where a provider gives fresh access tokens for a sign-in that lasts (RFC 6749 §3.2).
public struct TokenEndpoint: Sendable, Hashable {
  public var host: String
  public var port: Int
  public var path: String
  /// Whether over TLS; else only on this very machine.
  public var isSecure: Bool

  public init(host: String, port: Int = 443, path: String, isSecure: Bool = true) {
    self.host = host
    self.port = port
    self.path = path
    self.isSecure = isSecure
  }
}
