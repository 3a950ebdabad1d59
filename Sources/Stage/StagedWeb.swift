import Dispatch
import Glibc
import Model
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

    public init(_ status: Int, _ body: String = "", fields: [String] = []) {
      self.status = status
      self.body = body
      self.fields = fields
    }
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
        bind(listening, $0, size) == 0 && listen(listening, 8) == 0 ? getsockname(listening, $0, &size) : -1
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
          let fields = answer.fields + ["Content-Length: \(answer.body.utf8.count)", "Connection: close"]
          let head = "HTTP/1.1 \(answer.status) Staged\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
          let bytes = Array((head + answer.body).utf8)
          _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
      }
    }
  }

  deinit {
    shutdown(file, Int32(SHUT_RDWR))
    close(file)
  }

  /// Reads head and body; nil if the other side goes before.
  private static func question(_ client: Int32) -> Question? {
    var text = ""
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 {
        let lines = parts[0].split(separator: "\r\n")
        let told = lines.first { $0.lowercased().hasPrefix("content-length:") }
        let length = told.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        if parts[1].utf8.count >= length, words.count == 3 {
          return Question(method: words[0], path: words[1], head: String(parts[0]), body: String(parts[1]))
        }
      }
      let count = recv(client, &bytes, bytes.count, 0)
      guard count > 0 else { return nil }
      text += String(decoding: bytes[..<count], as: UTF8.self)
    }
  }
}

/// What a server was asked.
private final class Heard: Sendable {
  let questions = Mutex<[StagedWeb.Question]>([])
}
