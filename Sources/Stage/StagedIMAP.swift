import Dispatch
import Formats
import Foundation
import Glibc
import Model
import Synchronization

/// A mail server that does what a real one will not: it stalls, lies, breaks off and talks without end.
///
/// In the clear, on this machine alone; one thread for each connection.
public final class StagedIMAP: Sendable {
  /// What is wrong with it.
  public enum Fault: Sendable, Hashable, CustomStringConvertible {
    case none
    /// It falls silent after so many bytes.
    case stall(after: Int)
    /// It closes after so many bytes.
    case drop(after: Int)
    /// The literal of a mail is announced with this size.
    case literal(String)
    /// So many opened parentheses in an answer.
    case parentheses(Int)
    /// A line that never ends.
    case endlessLine
    /// Short answers that nobody asked for, without end.
    case chatter
    /// The answer to the FETCH of this uid never comes, and the command ends with OK.
    case swallow(uid: Int)
    /// It takes the connection, and says nothing.
    case mute
    /// It greets as if somebody were logged in.
    case preauthenticated
    /// Other bytes than those of a mail server.
    case garbage
    /// Mails are much larger than it said.
    case largerThanTold
    /// More folders than any mailbox has.
    case folders(Int)
    /// An answer to a command that was never given.
    case strangeTag

    public var description: String {
      switch self {
      case .literal(let size): "a literal of \(size) bytes is announced"
      case .parentheses(let count): "\(count) parentheses"
      case .stall(let after): "silent after \(after) bytes"
      case .drop(let after): "closed after \(after) bytes"
      case .swallow(let uid): "the answer for mail \(uid) is swallowed"
      case .folders(let count): "\(count) folders"
      case .none: "nothing"
      case .endlessLine: "an endless line"
      case .chatter: "chatter without end"
      case .mute: "it never speaks"
      case .preauthenticated: "it greets with PREAUTH"
      case .garbage: "it speaks another protocol"
      case .largerThanTold: "mails are larger than told"
      case .strangeTag: "an answer to nothing"
      }
    }
  }

  /// What it has beside one INBOX and the commands of long ago.
  public struct Offer: Sendable {
    public var capabilities: [String]
    /// Names for people; each folder has the same mails.
    public var folders: [String]
    /// What follows `* NAMESPACE`.
    public var namespace: String
    /// Whether a login by AUTHENTICATE is taken: asked with what was sent, out of base64.
    public var takes: @Sendable (String) -> Bool

    public init(
      _ capabilities: [String] = [], folders: [String] = ["INBOX"], namespace: String = "NIL NIL NIL",
      takes: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
      self.takes = takes
      self.capabilities = capabilities
      self.folders = folders
      self.namespace = namespace
    }

    var words: String { (["IMAP4rev1", "AUTH=PLAIN", "SASL-IR"] + capabilities).joined(separator: " ") }
  }

  public let port: Int
  private let file: Int32
  private let accepted = Counted()
  private let closed = Counted()
  private let idled = Counted()

  /// How often somebody connected.
  public var dials: Int { accepted.count.withLock { $0 } }
  /// How many of the connections are over, seen from this side.
  public var ended: Int { closed.count.withLock { $0 } }

  /// How often somebody began to idle.
  public var idles: Int { idled.count.withLock { $0 } }

  /// Serves folders, mostly one INBOX, with these mails as uids from 1 on.
  public init(_ fault: Fault, mails: [[UInt8]], offer: Offer = Offer()) throws {
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
    guard file >= 0, code == 0 else { throw Trouble("no staged server could be made", "errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Strand.detached { [listening, fault, mails, offer, accepted, closed, idled] in
      while true {
        let client = accept(listening, nil, nil)
        guard client >= 0 else { return }
        accepted.count.withLock { $0 += 1 }
        Strand.detached {
          StagedIMAP.serve(client, fault, mails, offer, idled)
          closed.count.withLock { $0 += 1 }
        }
      }
    }
  }

  deinit {
    shutdown(file, Int32(SHUT_RDWR))
    close(file)
  }

  private static func serve(
    _ client: Int32, _ fault: Fault, _ mails: [[UInt8]], _ offer: Offer, _ idled: Counted
  ) {
    var talk = Talk(client, fault)
    defer { close(client) }
    switch fault {
    case .mute: return talk.wait()
    case .garbage: return talk.say("SSH-2.0-OpenSSH_9.2\r\n" + String(repeating: "\u{1}", count: 5000))
    case .preauthenticated: talk.say("* PREAUTH welcome, Ada\r\n")
    default: talk.say("* OK [CAPABILITY \(offer.words)] ready\r\n")
    }
    while let line = talk.line() {
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 1 else { return }
      if words[1] == "AUTHENTICATE", words.count > 3 {
        let told = Data(base64Encoded: words[3]).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard offer.takes(told) else {
          talk.say("\(words[0]) NO [AUTHENTICATIONFAILED] not with this\r\n")
          continue
        }
      }
      if words[1] == "IDLE" { idled.count.withLock { $0 += 1 } }
      answer(words, &talk, fault, mails, offer)
      talk.say("\(fault == .strangeTag ? "Z9" : words[0]) OK done\r\n")
      if words[1] == "LOGOUT" || talk.isOver { return }
    }
  }

  private static func answer(
    _ words: [String], _ talk: inout Talk, _ fault: Fault, _ mails: [[UInt8]], _ offer: Offer
  ) {
    switch words[1] {
    case "CAPABILITY": talk.say("* CAPABILITY \(offer.words)\r\n")
    case "NAMESPACE": talk.say("* NAMESPACE \(offer.namespace)\r\n")
    case "ENABLE":
      talk.namesAreUTF8 = words.contains("UTF8=ACCEPT")
      talk.say("* ENABLED \(words.dropFirst(2).joined(separator: " "))\r\n")
    case "IDLE":
      talk.say("+ idling\r\n")
      _ = talk.line()
    case "LIST":
      if case .folders(let count) = fault {
        for number in 0..<count where !talk.isOver { talk.say("* LIST () \"/\" \"f\(number)\"\r\n") }
      }
      if case .parentheses(let count) = fault {
        talk.say("* LIST " + String(repeating: "(", count: count) + "\r\n")
      }
      for folder in offer.folders {
        talk.say(
          Array("* LIST () \"/\" \"".utf8) + IMAPName(folder, utf8: talk.namesAreUTF8).raw + Array("\"\r\n".utf8))
      }
    case "STATUS":
      talk.say("* STATUS \(words[2]) (MESSAGES \(mails.count) UIDNEXT \(mails.count + 1) UIDVALIDITY 7)\r\n")
    case "EXAMINE":
      talk.say("* \(mails.count) EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT \(mails.count + 1)] ok\r\n")
    case "UID": uid(words, &talk, fault, mails)
    default: return
    }
  }

  private static func uid(_ words: [String], _ talk: inout Talk, _ fault: Fault, _ mails: [[UInt8]]) {
    if words[2] == "SEARCH" {
      talk.say("* SEARCH \((1...max(1, mails.count)).map(String.init).joined(separator: " "))\r\n")
      return
    }
    guard words.count > 3, let asked = UIDSet(words[3]) else { return }
    if fault == .endlessLine { talk.pour("x") }
    if fault == .chatter { talk.pour("* OK still here\r\n") }
    for uid in asked where uid <= mails.count && !talk.isOver {
      let mail = mails[Int(uid) - 1]
      if words.contains("RFC822.SIZE") {
        let told = fault == .largerThanTold ? 10 : mail.count
        talk.say("* \(uid) FETCH (UID \(uid) FLAGS () RFC822.SIZE \(told))\r\n")
        continue
      }
      if fault == .swallow(uid: Int(uid)) { continue }
      var size = String(mail.count)
      if case .literal(let announced) = fault { size = announced }
      talk.say("* \(uid) FETCH (UID \(uid) BODY[] {\(size)}\r\n")
      talk.say(mail)
      if case .parentheses(let count) = fault { talk.say(String(repeating: "(", count: count)) }
      talk.say(")\r\n")
    }
  }

  /// One connection: what comes, what goes, and how much of it.
  private struct Talk {
    private let client: Int32
    private var left: Int
    private let stalls: Bool
    private(set) var isOver = false
    var namesAreUTF8 = false

    init(_ client: Int32, _ fault: Fault) {
      self.client = client
      switch fault {
      case .stall(let after): (left, stalls) = (after, true)
      case .drop(let after): (left, stalls) = (after, false)
      default: (left, stalls) = (.max, false)
      }
    }

    mutating func say(_ text: String) { say(Array(text.utf8)) }

    mutating func say(_ bytes: [UInt8]) {
      var sent = 0
      let end = min(bytes.count, left)
      while sent < end, !isOver {
        let count = bytes[sent..<end].withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count <= 0 { isOver = true } else { sent += count }
      }
      if left != .max { left -= end }
      guard end < bytes.count, !isOver else { return }
      if stalls { wait() }
      isOver = true
    }

    /// Says the same until nobody listens any more.
    mutating func pour(_ text: String) {
      let block = Array(String(repeating: text, count: 65_536 / text.utf8.count).utf8)
      while !isOver { say(block) }
    }

    /// Reads on, and says nothing, until the other side goes.
    func wait() {
      var byte = [UInt8](repeating: 0, count: 4096)
      while recv(client, &byte, byte.count, 0) > 0 {}
    }

    mutating func line() -> String? {
      var line: [UInt8] = []
      var byte: UInt8 = 0
      while !isOver, recv(client, &byte, 1, 0) == 1 {
        guard byte == 10 else {
          line.append(byte)
          continue
        }
        let text = String(decoding: line.filter { $0 != 13 }, as: UTF8.self)
        guard text.hasSuffix("+}"), let brace = text.lastIndex(of: "{") else { return text }
        // A literal that does not wait: what follows belongs to the line.
        line = Array(text[..<brace].utf8)
      }
      return nil
    }
  }
}

/// A number that several threads change.
private final class Counted: Sendable {
  let count = Mutex(0)
}

/// A thread of its own for what blocks.
private enum Strand {
  static func detached(_ work: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "staged mail server").async(execute: work)
  }
}
