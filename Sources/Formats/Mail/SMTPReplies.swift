public import Model

/// Replies of a mail server that takes mail (RFC 5321 §4.2), out of the bytes as they arrive.
public struct SMTPReplies: Sendable {
  /// One reply: its code and the lines behind it.
  public struct Reply: Sendable, Equatable {
    public var code: Int
    public var lines: [String]

    /// Whether what was asked is done, or the server waits for more of it.
    public var isGood: Bool { (200..<400).contains(code) }
  }

  /// A line is at most 512 bytes by the standard (§4.5.3.1.5); servers that say more are given this much.
  static let longestLine = 4096
  static let mostLines = 128

  private var rest: [UInt8] = []
  private var lines: [String] = []

  public init() {}

  /// Takes what arrived; answers the replies that are whole, and throws for what is no reply.
  public mutating func take(_ bytes: some Sequence<UInt8>) throws -> [Reply] {
    rest += bytes
    var replies: [Reply] = []
    while let end = rest.firstIndex(of: 10) {
      let line = rest[..<end].filter { $0 != 13 }
      rest.removeFirst(end + 1)
      guard line.count >= 3, line[0..<3].allSatisfy({ (48...57).contains($0) }),
        let code = Int(String(decoding: line[0..<3], as: UTF8.self)), line.count == 3 || [32, 45].contains(line[3]),
        lines.count < SMTPReplies.mostLines
      else { throw SMTPReplies.strange }
      lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
      guard line.count == 3 || line[3] == 32 else { continue }
      replies.append(Reply(code: code, lines: lines))
      lines = []
    }
    guard rest.count <= SMTPReplies.longestLine else { throw SMTPReplies.strange }
    return replies
  }

  private static let strange = Trouble("the mail server answers in no way that is understood", "check host and port")
}

/// A mail of the house to a member, as it goes over the line: plain text, no advertising, no picture (P091).
public struct HouseMail: Sendable, Equatable {
  public var to: String
  public var from: String
  public var subject: String
  public var text: String

  public init(to: String, from: String, subject: String, text: String) {
    self.to = to
    self.from = from
    self.subject = subject
    self.text = text
  }

  /// Whether an address can stand between `<` and `>` of a command: ASCII, no blanks, no brackets (RFC 5321 §4.1.2).
  public static func isPlain(_ address: String) -> Bool {
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && address.utf8.count <= 254
      && address.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"<>()[]\\,;:\"".utf8.contains($0) }
  }

  /// The bytes behind DATA, with the dots of lines doubled (§4.5.2) and the end.
  ///
  /// It says of itself that it was made by a machine, so that no other answers it (RFC 3834 §5).
  public func data(at now: Instant, id: String) -> [UInt8] {
    let headers = [
      "From: Kith <\(from)>", "To: <\(to)>", "Subject: \(subject)", "Date: \(HouseMail.date(now))",
      "Message-ID: <\(id)>", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii", "Content-Transfer-Encoding: 7bit",
    ]
    let lines = headers + [""] + text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let plain = lines.map { line in
      String(decoding: line.utf8.map { $0 > 126 || ($0 < 32 && $0 != 9) ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }
    return Array((plain.map { $0.hasPrefix(".") ? "." + $0 : $0 } + [".", ""]).joined(separator: "\r\n").utf8)
  }

  /// `28 Nov 2026 08:10:00 +0000` (RFC 5322 §3.3).
  static func date(_ at: Instant) -> String {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = at.description.prefix(19).split { "-T:".contains($0) }.compactMap { Int($0) }
    guard parts.count == 6, (1...12).contains(parts[1]) else { return at.description }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return
      "\(two(parts[2])) \(months[parts[1] - 1]) \(parts[0]) \(two(parts[3])):\(two(parts[4])):\(two(parts[5])) +0000"
  }
}
