import Consent
import FoundationEssentials
import Model
import NIOCore

/// A call of the door out: what a destination is asked, or what is changed there.
///
/// Sources have no such calls: their questions are `HTTPRequest`, which cannot express a change (P013).
public struct OutletCall: Sendable, Equatable {
  /// RFC 9110 §9.3, PATCH of RFC 5789, the rest of RFC 4918, RFC 3253 and RFC 5689.
  public enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case propfind = "PROPFIND"
    case report = "REPORT"
    case mkcol = "MKCOL"

    /// Whether a question may use it; systems with remote procedures ask by POST as well.
    var mayAsk: Bool {
      switch self {
      case .get, .post, .propfind, .report: true
      case .put, .patch, .delete, .mkcol: false
      }
    }
  }

  /// How the login goes along; whoever makes a call never sees it (P080).
  public enum Credentials: Sendable, Equatable {
    case none
    /// RFC 7617.
    case basic
    /// RFC 6750.
    case bearer
    /// The secret alone, in a field of this name.
    case field(String)
    /// Where the body says `Piece.user` and `Piece.secret`.
    case body
    /// An HMAC-SHA256 of identifier, time and body under the secret (Standard Webhooks); `at` in seconds since 1970.
    case signature(id: String, at: Int64)
  }

  /// A part of a body.
  public enum Piece: Sendable, Equatable {
    case bytes([UInt8])
    /// The login's name or secret as the inside of a JSON string.
    case user, secret
  }

  public let method: Method
  public let target: String
  public let credentials: Credentials
  public let fields: [HTTPResponse.Field]
  public let body: [Piece]

  /// Throws a `Trouble` for a target or a field that could slip in a line of its own.
  public init(
    _ method: Method, _ target: String, as credentials: Credentials = .none, fields: [(String, String)] = [],
    pieces: [Piece]
  ) throws {
    self.method = method
    self.target = try HTTPRequest(.get, target).target
    self.credentials = credentials
    self.fields = fields.map { HTTPResponse.Field(name: $0.0, value: $0.1) }
    body = pieces
    guard self.fields.allSatisfy({ OutletCall.isToken($0.name) && OutletCall.isVisible($0.value) }) else {
      throw HTTPFault.badField.trouble
    }
    if case .field(let name) = credentials, !OutletCall.isToken(name) { throw HTTPFault.badField.trouble }
    if case .signature(let id, _) = credentials, !OutletCall.isVisible(id) { throw HTTPFault.badField.trouble }
  }

  public init(
    _ method: Method, _ target: String, as credentials: Credentials = .none, fields: [(String, String)] = [],
    body: [UInt8] = []
  ) throws {
    try self.init(method, target, as: credentials, fields: fields, pieces: body.isEmpty ? [] : [.bytes(body)])
  }

  /// What the body says, without the login.
  var plain: [UInt8] {
    body.flatMap { piece -> [UInt8] in if case .bytes(let bytes) = piece { bytes } else { [] } }
  }

  /// RFC 9110 §5.6.2, without the marks that no field here has.
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
      }
  }

  private static func isVisible(_ text: String) -> Bool { text.utf8.allSatisfy { (32...126).contains($0) } }
}

extension OutletCall {
  /// A question may be put again; whether a change arrived, only a look can tell.
  var mayRepeat: Bool { false }

  func encoded(host: String, login: Login?) -> ByteBuffer {
    var bytes: [UInt8] = []
    for piece in body {
      switch piece {
      case .bytes(let plain): bytes += plain
      case .user: bytes += OutletCall.quoted(login?.user ?? "")
      case .secret: bytes += OutletCall.quoted(login?.secret ?? "")
      }
    }
    var head = "\(method.rawValue) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
    if let login { head += OutletCall.lines(credentials, login, body: bytes) }
    head += "User-Agent: Kith\r\nAccept-Encoding: gzip\r\n"
    for field in fields { head += "\(field.name): \(field.value)\r\n" }
    if !bytes.isEmpty || method != .get { head += "Content-Length: \(bytes.count)\r\n" }
    var buffer = ByteBuffer(string: head + "\r\n")
    buffer.writeBytes(bytes)
    return buffer
  }

  private static func lines(_ credentials: Credentials, _ login: Login, body: [UInt8]) -> String {
    // Whatever else stands in a secret does not become a line of its own.
    let secret = String(login.secret.unicodeScalars.filter { (33...126).contains($0.value) }.map(Character.init))
    switch credentials {
    case .none, .body: return ""
    case .basic:
      return "Authorization: Basic \(Base64.encode(Array("\(login.user):\(login.secret)".utf8)))\r\n"
    case .bearer: return "Authorization: Bearer \(secret)\r\n"
    case .field(let name): return "\(name): \(secret)\r\n"
    case .signature(let id, let at):
      let tag = hmacSHA256(Array("\(id).\(at).".utf8) + body, key: signingKey(login.secret))
      return "webhook-id: \(id)\r\nwebhook-timestamp: \(at)\r\nwebhook-signature: v1,\(Base64.encode(tag))\r\n"
    }
  }

  /// Standard Webhooks writes a secret as `whsec_` and the key in Base64; any other is the key itself.
  private static func signingKey(_ secret: String) -> [UInt8] {
    guard secret.hasPrefix("whsec_"), let key = Data(base64Encoded: String(secret.dropFirst(6))) else {
      return Array(secret.utf8)
    }
    return Array(key)
  }

  /// The inside of a JSON string (RFC 8259 §7).
  private static func quoted(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 0..<32: out += Array("\\u00\(hex([byte]))".utf8)
      default: out.append(byte)
      }
    }
    return out
  }
}
