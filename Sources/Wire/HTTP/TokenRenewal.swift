public import Consent
import FoundationEssentials
public import Model
import NIOCore

/// Asks a provider for a fresh access token (RFC 6749 §6): the one question of Wire that is not a mere reading.
///
/// The old login is opened here, and the new one is sealed before it goes anywhere.
public struct TokenRenewal: Sendable {
  /// A login with a fresh token, and when that runs out if the provider said it.
  public struct Renewed: Sendable {
    public var login: Sealed
    public var expiresAt: Instant?

    public init(login: Sealed, expiresAt: Instant?) {
      self.login = login
      self.expiresAt = expiresAt
    }
  }

  private let dialler: Dialler
  private let endpoint: TokenEndpoint
  private let now: @Sendable () -> Instant

  private static let limits = Limits(
    connect: .seconds(10), quiet: .seconds(20), progress: .seconds(10), whole: .seconds(40))
  private static let sizes = HTTPLimits(body: 64 << 10)

  public init(_ dialler: Dialler, _ endpoint: TokenEndpoint, now: @escaping @Sendable () -> Instant) {
    self.dialler = dialler
    self.endpoint = endpoint
    self.now = now
  }

  /// Asks once; no redirect is followed, since the token would go with it.
  public func run(_ key: SealedLogin, _ permit: borrowing Permit<Connect>) async throws -> Renewed {
    guard let stamp = permit.stamps.first else {
      throw Refusal(.noGrant, promise: 80, "there is no grant to connect under")
    }
    // The same rule for paths as for every request.
    let path = try HTTPRequest(.get, endpoint.path).target
    let server = MailServer(host: endpoint.host, port: endpoint.port, security: endpoint.isSecure ? .implicit : .none)
    let response: HTTPResponse
    do {
      response = try await dialler.dial(
        Endpoint(host: endpoint.host, port: endpoint.port), under: stamp, security: Security(server),
        limits: TokenRenewal.limits
      ) { connection in
        let host = HTTPClient.hostField(connection.host, server)
        try await connection.authenticate(with: key.login, in: key.slot, permit) {
          try TokenRenewal.request($0, path, host)
        }
        return try await TokenRenewal.answer(connection)
      }
    } catch let refusal as WireRefusal {
      if refusal == .withdrawn { throw Refusal(.withdrawn, promise: 16, "the grant for this was withdrawn") }
      throw Trouble("the provider's token endpoint cannot be dialled: \(refusal)", remedy: refusal.remedy)
    }
    let tokens = try granted(response)
    let old = try await permit.login(key.login, in: key.slot)
    guard let new = old.renewed(by: tokens) else {
      throw Trouble(
        "the provider granted more than was asked for, and that is not used", "sign in again with reading alone")
    }
    let end = tokens.expiresIn.map { Instant(milliseconds: now().milliseconds &+ $0 &* 1000) }
    return Renewed(login: try await permit.seal(new, in: key.slot), expiresAt: end)
  }

  private static func request(_ login: Login, _ path: String, _ host: String) throws -> ByteBuffer {
    guard let renewal = login.renewal else { throw HTTPFault.target }
    var fields = [
      ("grant_type", "refresh_token"), ("refresh_token", renewal.refreshToken), ("client_id", renewal.client),
    ]
    if !renewal.clientSecret.isEmpty { fields.append(("client_secret", renewal.clientSecret)) }
    if !renewal.scope.isEmpty { fields.append(("scope", renewal.scope)) }
    let body = fields.map { "\($0.0)=\(formEncoded($0.1))" }.joined(separator: "&")
    return ByteBuffer(
      string: "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: Kith\r\nAccept: application/json\r\n"
        + "Accept-Encoding: identity\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
  }

  /// RFC 6749 appendix B, with a blank as `%20`.
  private static func formEncoded(_ text: String) -> String {
    let figures = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { out, byte in
      switch byte {
      case 45, 46, 48...57, 65...90, 95, 97...122, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
      default: out += "%\(figures[Int(byte >> 4)])\(figures[Int(byte & 15)])"
      }
    }
  }

  private static func answer(_ connection: Connection) async throws -> HTTPResponse {
    var reader = HTTPResponseReader(limits: sizes)
    var arrivals = connection.arrivals.makeAsyncIterator()
    do {
      try reader.begin()
      while true {
        if let response = try reader.next() { return response }
        guard let bytes = try await arrivals.next() else { return try reader.end() }
        reader.append(bytes)
      }
    } catch let fault as HTTPFault {
      throw fault.trouble
    }
  }

  /// What was granted; a refusal becomes a trouble, in which nothing of the answer stands but its kind (RFC 6749 §5.2).
  private func granted(_ response: HTTPResponse) throws -> GrantedTokens {
    let again = "sign in at your provider again; then 'kith source add imap' with the new --oauth-token-file"
    let answer = try? JSONDecoder().decode(GrantedTokens.self, from: Data(response.body))
    if response.status == 200 {
      guard let answer, answer.isUsable else {
        throw Trouble("the provider's answer holds no token that can be used", again)
      }
      return answer
    }
    switch answer?.error {
    case "invalid_grant": throw Trouble("the provider ended this sign-in (invalid_grant)", again)
    case "invalid_client", "unauthorized_client":
      throw Trouble("the provider does not know this client, or takes no renewal from it", again)
    case "invalid_scope": throw Trouble("the provider does not grant the scope of this sign-in", again)
    default: break
    }
    if response.status == 429 || response.status >= 500 || answer?.error == "temporarily_unavailable" {
      let later = Instant(milliseconds: now().milliseconds &+ Dialler.pause)
      throw Trouble("the provider renews no token now (\(response.status))", remedy: .wait(until: later))
    }
    throw Trouble("the provider's token endpoint answers \(response.status)", again)
  }
}

/// The answer of a token endpoint (RFC 6749 §5); what is of another type than it should be counts as absent.
private struct GrantedTokens: Decodable {
  var access: String?
  var refresh: String?
  var type: String?
  var scope: String?
  var error: String?
  /// In seconds; at most ten years.
  var expiresIn: Int64?

  private enum Key: String, CodingKey {
    case access = "access_token"
    case refresh = "refresh_token"
    case type = "token_type"
    case expires = "expires_in"
    case scope, error
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    func text(_ key: Key) -> String? { try? fields.decodeIfPresent(String.self, forKey: key) }
    access = text(.access)
    refresh = text(.refresh)
    type = text(.type)
    scope = text(.scope)
    error = text(.error)
    // Some providers send the number as a text.
    let seconds = (try? fields.decodeIfPresent(Int64.self, forKey: .expires)) ?? text(.expires).flatMap { Int64($0) }
    expiresIn = seconds.map { min(max($0, 0), 315_360_000) }
  }

  var isUsable: Bool {
    guard let access, !access.isEmpty, type.map({ $0.lowercased() == "bearer" }) ?? true else { return false }
    return [access, refresh ?? ""].allSatisfy { token in
      token.utf8.count <= 16 << 10 && token.utf8.allSatisfy { (33...126).contains($0) }
    }
  }
}

extension Login {
  /// With the fresh tokens; nil if their scope is wider than what was asked for (P081).
  fileprivate func renewed(by tokens: GrantedTokens) -> Login? {
    guard let renewal, let access = tokens.access else { return nil }
    let (asked, granted) = (renewal.scope.split(separator: " "), (tokens.scope ?? "").split(separator: " "))
    guard asked.isEmpty || Set(granted).isSubset(of: asked) else { return nil }
    // A provider that rotates sends a new one; else the old one stays (RFC 6749 §6).
    let refresh = tokens.refresh.flatMap { $0.isEmpty ? nil : $0 } ?? renewal.refreshToken
    return Login(
      user: user, token: access,
      renewal: Renewal(
        refreshToken: refresh, client: renewal.client, clientSecret: renewal.clientSecret, scope: renewal.scope))
  }
}
