public import Consent
import Foundation
public import Model

/// An OAuth sign-in as its owner has it: an access token alone, or a sign-in that lasts, as JSON.
///
/// The names are those of RFC 6749 §5.1, with `token_endpoint`, `client_id` and, if the client has one, `client_secret`.
public struct GivenToken: Sendable {
  public var login: Login
  /// Nil for an access token alone.
  public var endpoint: TokenEndpoint?

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

  /// Reads what was given: the token on a line of its own, or the JSON.
  public init(_ text: String, user: String) throws {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard text.hasPrefix("{") else {
      // An editor ends a file with a line feed that nobody means.
      let line = String(text.prefix { !$0.isNewline })
      guard !line.isEmpty else {
        throw Trouble("the token is empty", "give the access token alone, or the JSON of a sign-in")
      }
      login = Login(user: user, secret: line, kind: .token)
      return
    }
    guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(text.utf8)) else {
      throw Trouble(
        "the token is no JSON that is understood",
        "it has refresh_token, token_endpoint and client_id; 'kith source add imap --help' says more")
    }
    let access = fields.access_token ?? ""
    guard let refresh = fields.refresh_token, !refresh.isEmpty else {
      guard !access.isEmpty else {
        throw Trouble("there is no token in this JSON", "write access_token or refresh_token")
      }
      login = Login(user: user, secret: access, kind: .token)
      return
    }
    guard let client = fields.client_id, !client.isEmpty,
      let place = (fields.token_endpoint ?? fields.token_uri).flatMap({ WebAddress($0) }),
      place.isSafe
    else {
      throw Trouble(
        "a refresh token needs client_id and token_endpoint, an https:// address", "write both")
    }
    endpoint = TokenEndpoint(
      host: place.host, port: place.port, path: place.path ?? "/", isSecure: place.isSecure)
    login = Login(
      user: user, token: access,
      renewal: Login.Renewal(
        refreshToken: refresh, client: client, clientSecret: fields.client_secret ?? "", scope: fields.scope ?? ""))
  }
}
