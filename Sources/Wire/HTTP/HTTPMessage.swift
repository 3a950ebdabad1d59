import Consent
import NIOCore

/// What can be sent to an HTTP server: a question of a door in, or a call of the door out.
protocol HTTPMessage: Sendable {
  /// Whether it may be sent again where the server closed an idle connection meanwhile (RFC 9110 §9.2.2).
  var mayRepeat: Bool { get }

  func encoded(host: String, login: Login?) throws -> ByteBuffer
}

extension HTTPRequest: HTTPMessage {
  var mayRepeat: Bool { true }
}
