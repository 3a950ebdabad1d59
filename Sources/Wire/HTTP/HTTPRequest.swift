import Consent
import Model
import NIOCore

/// A question to an HTTP server; its methods read, so a change cannot be expressed (P013).
public struct HTTPRequest: Sendable, Equatable {
  /// All four are safe in the sense of RFC 9110 §9.2.1 (PROPFIND: RFC 4918 §9.1, REPORT: RFC 3253 §3.6).
  public enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case options = "OPTIONS"
    case propfind = "PROPFIND"
    case report = "REPORT"
  }

  /// How deep a collection is looked into; `infinity` cannot be asked for.
  public enum Depth: String, Sendable, CaseIterable {
    case zero = "0"
    case one = "1"
  }

  public let method: Method
  /// Path and query as they are sent (RFC 9112 §3.2.1).
  public let target: String
  public let depth: Depth?
  /// XML, or nothing.
  public let body: [UInt8]

  /// Throws a `Trouble` for a target that is no absolute path of visible ASCII, so that none can slip in a line.
  public init(_ method: Method, _ target: String, depth: Depth? = nil, body: [UInt8] = []) throws {
    let bytes = target.utf8
    guard bytes.first == UInt8(ascii: "/"), bytes.count <= HTTPRequest.longestTarget,
      bytes.allSatisfy({ (33...126).contains($0) && $0 != UInt8(ascii: "#") })
    else { throw HTTPFault.target.trouble }
    self.method = method
    self.target = target
    self.depth = depth
    self.body = body
  }

  static let longestTarget = 8_000

  /// The request as it is sent; `login` is put into its line of authorization (RFC 7617, RFC 6750).
  ///
  /// No packing of the answer is asked for: its size is limited by what arrives.
  func encoded(host: String, login: Login?) -> ByteBuffer {
    var head = "\(method.rawValue) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
    if let login { head += "Authorization: \(HTTPRequest.authorization(login))\r\n" }
    head += "User-Agent: Kith\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
    if let depth { head += "Depth: \(depth.rawValue)\r\n" }
    if !body.isEmpty { head += "Content-Type: application/xml; charset=utf-8\r\n" }
    if !body.isEmpty || method == .propfind || method == .report { head += "Content-Length: \(body.count)\r\n" }
    var buffer = ByteBuffer(string: head + "\r\n")
    buffer.writeBytes(body)
    return buffer
  }

  private static func authorization(_ login: Login) -> String {
    switch login.kind {
    case .password: "Basic " + Base64.encode(Array("\(login.user):\(login.secret)".utf8))
    // A token has no other characters (RFC 6750 §2.1); whatever else stands there does not become a line of its own.
    case .token:
      "Bearer " + String(login.secret.unicodeScalars.filter { (33...126).contains($0.value) }.map(Character.init))
    }
  }
}

/// RFC 4648 §4.
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
      for place in 0..<4 {
        out.append(place <= part.count ? letters[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
