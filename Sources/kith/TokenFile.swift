import Consent
import Foundation
import Model

/// What `--oauth-token-file` names: an access token alone, or a sign-in that lasts, as JSON.
///
/// The names are those of RFC 6749 §5.1, with `token_endpoint`, `client_id` and, if the client has one, `client_secret`.
struct TokenFile {
  var login: Login
  /// Nil for an access token alone.
  var endpoint: TokenEndpoint?

  private struct Fields: Decodable {
    var access_token: String?
    var refresh_token: String?
    var token_endpoint: String?
    /// What Google's files call it.
    var token_uri: String?
    var client_id: String?
    var client_secret: String?
    var scope: String?
  }

  init(_ path: String, user: String) throws {
    let bytes = try Secrets.whole(path, "token")
    guard bytes.first(where: { $0 > 32 }) == UInt8(ascii: "{") else {
      let line = try Secrets.line(bytes, "token")
      login = Login(user: user, secret: String(decoding: line, as: UTF8.self), kind: .token)
      return
    }
    guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes)) else {
      throw Trouble("the file of the token is no JSON that is understood", "see 'kith source add imap --help'")
    }
    let access = fields.access_token ?? ""
    guard let refresh = fields.refresh_token, !refresh.isEmpty else {
      guard !access.isEmpty else {
        throw Trouble("there is no token in the file", "write access_token or refresh_token")
      }
      login = Login(user: user, secret: access, kind: .token)
      return
    }
    guard let client = fields.client_id, !client.isEmpty,
      let place = (fields.token_endpoint ?? fields.token_uri).flatMap({ WebAddress(argument: $0) }),
      place.isSecure || place.isThisMachine
    else {
      throw Trouble(
        "a refresh token needs client_id and token_endpoint, an https:// address", "write both into the file")
    }
    endpoint = TokenEndpoint(
      host: place.host, port: place.port, path: place.path ?? "/", isSecure: place.isSecure)
    login = Login(
      user: user, token: access,
      renewal: Login.Renewal(
        refreshToken: refresh, client: client, clientSecret: fields.client_secret ?? "", scope: fields.scope ?? ""))
  }
}
