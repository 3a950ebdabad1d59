/// A login by SASL; prints without its secret.
public enum IMAPLogin: Sendable, Equatable {
  /// RFC 4616.
  case plain(user: String, password: [UInt8])
  /// Google's and Microsoft's form before RFC 7628.
  case xoauth2(user: String, token: [UInt8])
  /// RFC 7628.
  case oauthBearer(user: String, token: [UInt8], host: String, port: UInt16)

  public var mechanism: String {
    switch self {
    case .plain: "PLAIN"
    case .xoauth2: "XOAUTH2"
    case .oauthBearer: "OAUTHBEARER"
    }
  }

  public var user: String {
    switch self {
    case .plain(let user, _), .xoauth2(let user, _), .oauthBearer(let user, _, _, _): user
    }
  }

  /// What to send when the server answers the login with one more `+`, which then holds its reason.
  ///
  /// RFC 7628 §3.2.3 wants a lone ^A, Google an empty line; `*` gives up (RFC 3501 §6.2.2). The tagged NO follows.
  public var answerToRefusal: [UInt8] {
    switch self {
    case .plain: Array("*\r\n".utf8)
    case .xoauth2: Array("\r\n".utf8)
    case .oauthBearer: Array("AQ==\r\n".utf8)
    }
  }

  /// The one message of the client, in base64.
  func message() throws(IMAPUnsayable) -> [UInt8] {
    var out: [UInt8]
    switch self {
    case .plain(let user, let password):
      // NUL parts the fields.
      if user.utf8.contains(0) || password.contains(0) { throw .letter("the login") }
      out = [0] + Array(user.utf8) + [0] + password
    case .xoauth2(let user, let token):
      try IMAPLogin.check(user, token)
      out = Array("user=\(user)\u{1}auth=Bearer ".utf8) + token + [1, 1]
    case .oauthBearer(let user, let token, let host, let port):
      try IMAPLogin.check(user, token)
      if host.utf8.contains(where: { $0 <= 32 }) { throw .letter("the host") }
      // RFC 5801 §4: `,` and `=` of a name are written as what they would end.
      var name = ""
      for letter in user.unicodeScalars {
        name += letter == "," ? "=2C" : letter == "=" ? "=3D" : String(letter)
      }
      out = Array("n,a=\(name),\u{1}host=\(host)\u{1}port=\(port)\u{1}auth=Bearer ".utf8) + token + [1, 1]
    }
    return IMAPLogin.base64(out)
  }

  /// ^A parts the fields; RFC 6750 §2.1 tokens are printable.
  private static func check(_ user: String, _ token: [UInt8]) throws(IMAPUnsayable) {
    if user.utf8.contains(where: { $0 < 32 }) { throw .letter("the user") }
    if token.contains(where: { $0 <= 32 || $0 >= 127 }) { throw .letter("the token") }
  }

  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for byte in group { bits = bits << 8 | UInt32(byte) }
      bits <<= UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        out.append(place <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : Byte.equals)
      }
    }
    return out
  }
}

extension IMAPLogin: CustomStringConvertible, CustomReflectable {
  public var description: String { "\(mechanism) …" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
