public import Model

/// A login for one connection; it has no description and cannot be encoded.
public struct Login: Sendable {
  /// What a fresh access token is asked for with (RFC 6749 §6).
  public struct Renewal: Sendable {
    public let refreshToken: String
    public let client: String
    /// Empty for a client that has none.
    public let clientSecret: String
    /// The scopes that were asked for, divided by spaces; empty if that is not known.
    public let scope: String

    public init(refreshToken: String, client: String, clientSecret: String = "", scope: String = "") {
      self.refreshToken = refreshToken
      self.client = client
      self.clientSecret = clientSecret
      self.scope = scope
    }
  }

  public let user: String
  public let secret: String
  /// What the secret is: the protocol says it in another way for each.
  public let kind: MailServer.Secret
  /// Nil for what cannot be renewed.
  public let renewal: Renewal?

  public init(user: String, secret: String, kind: MailServer.Secret = .password) {
    self.init(user: user, secret: secret, kind: kind, renewal: nil)
  }

  /// A sign-in that lasts: an access token, which may be empty, and how to have the next.
  public init(user: String, token: String, renewal: Renewal) {
    self.init(user: user, secret: token, kind: .token, renewal: renewal)
  }

  private init(user: String, secret: String, kind: MailServer.Secret, renewal: Renewal?) {
    self.user = user
    self.secret = secret
    self.kind = kind
    self.renewal = renewal
  }

  private static let renewable = "renewable"

  /// The content of a sealed login: kind, user, secret, divided by zero bytes; only a secret that comes last may hold one.
  func content() throws -> [UInt8] {
    guard !user.utf8.contains(0) else { throw Trouble("a user name cannot hold a zero byte", "check the user name") }
    guard let renewal else { return Array("\(kind.rawValue)\u{0}\(user)\u{0}\(secret)".utf8) }
    let parts = [
      Login.renewable, user, secret, renewal.refreshToken, renewal.client, renewal.clientSecret, renewal.scope,
    ]
    guard !parts.contains(where: { $0.utf8.contains(0) }) else {
      throw Trouble("a token cannot hold a zero byte", "check the file of the token")
    }
    return Array(parts.joined(separator: "\u{0}").utf8)
  }

  init(content: UnsafeBufferPointer<UInt8>) throws {
    func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String { String(decoding: bytes, as: UTF8.self) }
    let parts = content.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw Sealed.damage }
    if text(parts[0]) == Login.renewable {
      let rest = parts[2].split(separator: 0, omittingEmptySubsequences: false).map(text)
      guard rest.count == 5 else { throw Sealed.damage }
      let renewal = Renewal(refreshToken: rest[1], client: rest[2], clientSecret: rest[3], scope: rest[4])
      self.init(user: text(parts[1]), token: rest[0], renewal: renewal)
    } else {
      guard let kind = MailServer.Secret(rawValue: text(parts[0])) else { throw Sealed.damage }
      self.init(user: text(parts[1]), secret: text(parts[2]), kind: kind)
    }
  }
}
