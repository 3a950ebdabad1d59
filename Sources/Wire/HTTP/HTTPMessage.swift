import Consent
import NIOCore

/// What can be sent to an HTTP server: a question of a door in, or a call of the door out.
enum HTTPMessage: Sendable {
  case request(HTTPRequest)
  case call(OutletCall)

  /// Whether it may be sent again where the server closed an idle connection meanwhile (RFC 9110 §9.2.2).
  var mayRepeat: Bool {
    switch self {
    case .request: true
    case .call(let call): call.mayRepeat
    }
  }

  /// Whether the answer may come packed: asked of the door out alone.
  var mayPack: Bool {
    switch self {
    case .request: false
    case .call: true
    }
  }

  func encoded(host: String, login: Login?) -> ByteBuffer {
    switch self {
    case .request(let request): request.encoded(host: host, login: login)
    case .call(let call): call.encoded(host: host, login: login)
    }
  }
}
