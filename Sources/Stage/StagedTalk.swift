import Foundation
import Model

/// HTTP as the tests speak it: one question a connection, with calls that block, so only from threads of one's own.
public enum StagedTalk {
  /// A question with its head as it came: lines without their ends, the request line first.
  public struct Request: Sendable {
    public var lines: [String]
    public var body: [UInt8]

    public init(_ method: String, _ path: String, fields: [String] = [], body: [UInt8] = []) {
      lines = ["\(method) \(path) HTTP/1.1"] + fields
      self.body = body
    }

    fileprivate init(lines: [String], body: [UInt8]) {
      self.lines = lines
      self.body = body
    }

    public var method: String { String(lines.first?.prefix { $0 != " " } ?? "") }
    public var path: String { String(lines.first?.split(separator: " ").dropFirst().first ?? "") }

    /// A field of the head by its name in lower case.
    public subscript(_ name: String) -> String? { StagedTalk.field(name, in: lines) }

    /// Puts a field in the place of one of the same name.
    public mutating func set(_ name: String, _ value: String?) {
      lines.removeAll { $0.lowercased().hasPrefix(name.lowercased() + ":") }
      if let value { lines.append("\(name): \(value)") }
    }
  }

  /// An answer; `raw` is all of it as it came.
  public struct Response: Sendable {
    public var status: Int
    public var lines: [String]
    public var body: [UInt8]
    public var raw: [UInt8]

    public subscript(_ name: String) -> String? { StagedTalk.field(name, in: lines) }
  }

  fileprivate static func field(_ name: String, in lines: [String]) -> String? {
    guard let line = lines.dropFirst().first(where: { $0.lowercased().hasPrefix(name + ":") }) else { return nil }
    return line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
  }

  /// Asks a server on this machine; throws where it does not answer.
  public static func ask(_ port: Int, _ request: Request, seconds: Int = 120) throws -> Response {
    let file = try connect(port, seconds: seconds)
    defer { close(file) }
    var request = request
    request.set("Connection", "close")
    if !request.body.isEmpty || request["content-length"] != nil {
      request.set("Content-Length", "\(request.body.count)")
    }
    if request["host"] == nil { request.set("Host", "127.0.0.1:\(port)") }
    try write(file, Array((request.lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + request.body)
    var raw: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(file, &piece, piece.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      raw += piece[..<count]
    }
    guard let end = headEnd(raw, from: 0) else { throw Trouble("a staged server gave no answer", "") }
    let lines = String(decoding: raw[..<end], as: UTF8.self).components(separatedBy: "\r\n")
    let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    var body = Array(raw[(end + 4)...])
    if field("transfer-encoding", in: lines)?.lowercased() == "chunked" { body = joined(body) }
    return Response(status: status, lines: lines, body: body, raw: raw)
  }

  /// Reads a whole question from a client; nil if it goes before.
  static func request(_ client: Int32) -> Request? {
    var raw: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    var seen = 0
    var head: (end: Int, lines: [String], length: Int)?
    while true {
      if head == nil, let end = headEnd(raw, from: max(0, seen - 3)) {
        let lines = String(decoding: raw[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        head = (end, lines, field("content-length", in: lines).flatMap { Int($0) } ?? 0)
      }
      if let head, raw.count >= head.end + 4 + head.length {
        return Request(lines: head.lines, body: Array(raw[(head.end + 4)..<(head.end + 4 + head.length)]))
      }
      seen = raw.count
      let count = recv(client, &piece, piece.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      raw += piece[..<count]
    }
  }

  static func write(_ file: Int32, _ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(file, $0.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Trouble("a staged server hung up", "errno \(errno)") }
      done += count
    }
  }

  private static func connect(_ port: Int, seconds: Int) throws -> Int32 {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var wait = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard file >= 0, code == 0 else {
      if file >= 0 { close(file) }
      throw Trouble("a staged server does not listen", "errno \(errno)")
    }
    return file
  }

  /// Where the empty line begins that ends the head.
  private static func headEnd(_ raw: [UInt8], from start: Int) -> Int? {
    guard raw.count >= 4 else { return nil }
    return (start..<max(start, raw.count - 3)).first {
      raw[$0] == 13 && raw[$0 + 1] == 10 && raw[$0 + 2] == 13 && raw[$0 + 3] == 10
    }
  }

  /// A chunked body in one piece.
  private static func joined(_ chunks: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var at = 0
    while let end = (at..<chunks.count).first(where: { chunks[$0] == 10 }) {
      let digits = String(decoding: chunks[at..<end], as: UTF8.self).prefix { $0.isHexDigit }
      guard let size = Int(digits, radix: 16), size > 0, end + 1 + size <= chunks.count else { break }
      out += chunks[(end + 1)..<(end + 1 + size)]
      at = end + 1 + size + 2
    }
    return out
  }
}
