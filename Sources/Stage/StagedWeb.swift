import Dispatch
import Glibc
public import Model
import Synchronization

/// A web server of the tests' own, in the clear and on this machine alone; it answers one question for each connection.
public final class StagedWeb: Sendable {
  /// A question as it came.
  public struct Question: Sendable {
    public var method: String
    public var path: String
    /// All lines of the head.
    public var head: String
    public var body: String
  }

  /// What is said to a question: status, body, further lines of the head.
  public struct Answer: Sendable {
    public var status: Int
    public var body: String
    public var fields: [String]

    /// The line is closed without a word.
    public static let silence = Answer(0)

    public init(_ status: Int, _ body: String = "", fields: [String] = []) {
      self.status = status
      self.body = body
      self.fields = fields
    }
  }

  /// The time of this machine.
  public static let clock: @Sendable () -> Instant = {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Instant(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
  }

  public let port: Int
  private let file: Int32
  private let heard = Heard()

  /// What was asked, in its order.
  public var asked: [Question] { heard.questions.withLock { $0 } }

  public init(_ answer: @escaping @Sendable (Question) -> Answer) throws {
    file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listening = file
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listening, $0, size) == 0 && listen(listening, 64) == 0 ? getsockname(listening, $0, &size) : -1
      }
    }
    guard file >= 0, code == 0 else { throw Trouble("no staged web server could be made", "errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    DispatchQueue(label: "staged web server").async { [listening, heard] in
      while true {
        let client = accept(listening, nil, nil)
        guard client >= 0 else { return }
        DispatchQueue(label: "staged web visit").async {
          defer { close(client) }
          guard let question = StagedWeb.question(client) else { return }
          heard.questions.withLock { $0.append(question) }
          let answer = answer(question)
          guard answer.status > 0 else { return }
          let fields = answer.fields + ["Content-Length: \(answer.body.utf8.count)", "Connection: close"]
          let head = "HTTP/1.1 \(answer.status) Staged\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
          let bytes = Array((head + answer.body).utf8)
          StagedWeb.send(bytes, to: client)
        }
      }
    }
  }

  deinit {
    shutdown(file, Int32(SHUT_RDWR))
    close(file)
  }

  private static func send(_ bytes: [UInt8], to client: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Reads head and body; nil if the other side goes before.
  private static func question(_ client: Int32) -> Question? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    var head: (text: String, end: Int, length: Int)?
    while true {
      if head == nil, let end = headEnd(bytes) {
        let text = String(decoding: bytes[..<(end - 4)], as: UTF8.self)
        let told = text.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        head = (text, end, told.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0)
      }
      if let head, bytes.count - head.end >= head.length {
        let words = (head.text.split(separator: "\r\n").first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        let body = String(decoding: bytes[head.end...], as: UTF8.self)
        return Question(method: words[0], path: words[1], head: head.text, body: body)
      }
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }

  /// Where the body begins; nil as long as the head is not whole.
  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (4...bytes.count).first { bytes[($0 - 4)..<$0].elementsEqual([13, 10, 13, 10]) }
  }
}

/// What a server was asked.
private final class Heard: Sendable {
  let questions = Mutex<[StagedWeb.Question]>([])
}
