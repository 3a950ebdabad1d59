import Consent
import Foundation
import Glibc
import Model

/// The owner's own mail program: it changes a mailbox as people do, and tells what the server has.
///
/// It blocks its thread; it speaks in the clear, with this machine only.
public final class StagedMailClient {
  /// A mail on the server: its place, and the SHA-256 of its bytes.
  public struct Found: Hashable, Comparable, Sendable {
    public var folder: String
    public var uidValidity: Int64
    public var uid: Int64
    public var digest: String

    public init(folder: String, uidValidity: Int64, uid: Int64, digest: String) {
      self.folder = folder
      self.uidValidity = uidValidity
      self.uid = uid
      self.digest = digest
    }

    public static func < (a: Found, b: Found) -> Bool {
      (a.folder, a.uidValidity, a.uid) < (b.folder, b.uidValidity, b.uid)
    }
  }

  private let file: Int32
  private var number = 0
  private var buffer: [UInt8] = []
  private var taken = 0

  public init(port: Int, user: String, password: String = StagedDovecot.password) throws {
    file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw Trouble("the staged server does not answer", "errno \(errno)") }
    var one: Int32 = 1
    setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    _ = try line()
    try run("LOGIN \(user) \(password)")
  }

  deinit { close(file) }

  /// Runs a command; answers the untagged lines, each with the literal that ended it.
  @discardableResult
  public func run(_ command: String, literal: [UInt8]? = nil) throws -> [(line: String, literal: [UInt8])] {
    number += 1
    let tag = "C\(number)"
    try send(
      Array("\(tag) \(command)".utf8) + (literal.map { Array(" {\($0.count)+}\r\n".utf8) + $0 } ?? []) + [13, 10])
    var answers: [(String, [UInt8])] = []
    while true {
      let text = try line()
      if text.hasPrefix(tag + " ") {
        guard text.hasPrefix(tag + " OK") else { throw Trouble("the staged server says \(text)", command) }
        return answers
      }
      if text.hasSuffix("}"), let brace = text.lastIndex(of: "{"),
        let count = Int(text[text.index(after: brace)...].dropLast())
      {
        answers.append((text, try bytes(count)))
      } else {
        answers.append((text, []))
      }
    }
  }

  public func append(_ mail: [UInt8], to folder: String) throws { try run("APPEND \"\(folder)\"", literal: mail) }

  /// Names of all folders that can be opened; only names without quotes are staged.
  public func folders() throws -> [String] {
    try run("LIST \"\" \"*\"").compactMap { answer in
      guard answer.line.hasPrefix("* LIST"), !answer.line.contains("\\Noselect"), !answer.line.contains("\\NonExistent")
      else { return nil }
      guard let delimiter = answer.line.range(of: " \"/\" ") else { return nil }
      return answer.line[delimiter.upperBound...].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
  }

  /// All uids of a folder, which is selected after this.
  public func select(_ folder: String) throws -> (uidValidity: Int64, uids: [Int64]) {
    let validity = try run("SELECT \"\(folder)\"").compactMap { answer -> Int64? in
      guard let range = answer.line.range(of: "[UIDVALIDITY ") else { return nil }
      return Int64(answer.line[range.upperBound...].prefix { $0.isNumber })
    }.first
    let uids = try run("UID SEARCH ALL").flatMap { answer in
      answer.line.hasPrefix("* SEARCH") ? answer.line.split(separator: " ").compactMap { Int64($0) } : []
    }
    return (validity ?? 0, uids.sorted())
  }

  /// Everything there is.
  public func everything(without left: Set<String> = []) throws -> [Found] {
    var found: [Found] = []
    for folder in try folders() where !left.contains(folder) {
      let (validity, uids) = try select(folder)
      guard !uids.isEmpty else { continue }
      for answer in try run("UID FETCH 1:* (UID BODY.PEEK[])") where answer.line.contains(" FETCH ") {
        guard let range = answer.line.range(of: "UID ") else { continue }
        found.append(
          Found(
            folder: folder, uidValidity: validity,
            uid: Int64(answer.line[range.upperBound...].prefix { $0.isNumber }) ?? 0,
            digest: hex(sha256(answer.literal))))
      }
    }
    return found.sorted()
  }

  /// What would change if somebody changed something: counts, flags, and numbers of changes.
  public func picture() throws -> [String] {
    try folders().sorted().flatMap { folder -> [String] in
      let status = try run("STATUS \"\(folder)\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN RECENT HIGHESTMODSEQ)").map(
        \.line)
      try run("EXAMINE \"\(folder)\"")
      let flags = try run("UID FETCH 1:* (UID FLAGS MODSEQ)").map(\.line).filter { $0.contains(" FETCH ") }
      return status + flags
    }
  }

  // MARK: bytes

  private func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Trouble("the staged server is gone", "errno \(errno)") }
      sent += count
    }
  }

  private func fill() throws {
    if taken > 0 {
      buffer.removeFirst(taken)
      taken = 0
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(file, &chunk, chunk.count, 0)
    guard count > 0 else { throw Trouble("the staged server is gone", "errno \(errno)") }
    buffer.append(contentsOf: chunk[..<count])
  }

  private func line() throws -> String {
    while true {
      if let end = buffer[taken...].firstIndex(of: 10) {
        defer { taken = end + 1 }
        return String(decoding: buffer[taken..<end].filter { $0 != 13 }, as: UTF8.self)
      }
      try fill()
    }
  }

  private func bytes(_ count: Int) throws -> [UInt8] {
    while buffer.count - taken < count { try fill() }
    defer { taken += count }
    return Array(buffer[taken..<taken + count])
  }
}
