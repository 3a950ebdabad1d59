public import Formats
import Model
import NIOCore
import Wire

/// One conversation with a mail server: reading only, since `IMAPCommand` has no word that changes anything.
///
/// Commands may be sent before the answers to earlier ones were read, and are answered in any order. Bytes are taken off
/// the socket only when somebody waits for an answer, so what is not stored yet is not read either.
public actor IMAPSession {
  /// What is known of the server; it changes by logging in.
  public private(set) var capabilities = IMAPCapabilities()
  /// Whether the server was told UTF8=ACCEPT: then names are UTF-8, and an `&` in them is one (RFC 6855 §3).
  private(set) var namesAreUTF8 = false
  nonisolated let transcript: Transcript
  private let connection: Connection
  private let clock: @Sendable () -> Instant
  private var arrivals: Connection.Arrivals.AsyncIterator?
  private var framer: IMAPFramer
  private var number = 0
  var fetching = Fetching()
  /// Commands that were not answered yet, and those whose answer came before somebody asked for it.
  private var open: Set<Int> = []
  private var ended: [Int: IMAPStatus] = [:]
  /// Answers that came before somebody asked for them.
  private var early: [IMAPResponse] = []

  /// Longer literals than the largest mail are of no use; a little more is for servers that miscount line ends.
  static var limits: IMAPLimits {
    var limits = IMAPLimits()
    limits.literal = MailReader.largestMail + (1 << 20)
    return limits
  }

  init(_ connection: Connection, transcript: Transcript, clock: @escaping @Sendable () -> Instant) {
    self.connection = connection
    self.transcript = transcript
    self.clock = clock
    arrivals = connection.arrivals.makeAsyncIterator()
    framer = IMAPFramer(limits: IMAPSession.limits)
  }

  // MARK: one command

  /// Sends a command and gives every untagged answer to `each` until the tagged one comes.
  @discardableResult
  func run(
    _ command: IMAPCommand, _ each: (IMAPResponse) throws -> Void = { _ in }
  ) async throws -> IMAPStatus {
    try await finish(try await send(command), each)
  }

  /// As `run`; anything but OK is a trouble.
  func require(
    _ command: IMAPCommand, _ each: (IMAPResponse) throws -> Void = { _ in }
  ) async throws {
    let status = try await run(command, each)
    guard status.condition == .ok else { throw refused(command, status) }
  }

  /// Sends a command, waiting for the server's `+` where it must be (RFC 3501 §7.5); its answer is read by `finish`.
  func send(_ command: IMAPCommand) async throws -> Int {
    let number = nextNumber()
    transcript.add("> \(IMAPCommand.tag(number)) \(command)")
    let parts: IMAPParts
    do {
      parts = try command.encoded(
        tag: number, literals: capabilities.literals, initialResponse: capabilities.initialResponse)
    } catch {
      throw Trouble("a command cannot be sent: \(error)", "look at the settings of this source")
    }
    for (place, part) in parts.parts.enumerated() {
      if place > 0, !(try await isAwaited()) { break }
      try await reply(part)
    }
    return number
  }

  func nextNumber() -> Int {
    number += 1
    open.insert(number)
    return number
  }

  /// Reads answers up to the tagged one of a command.
  func finish(
    _ number: Int, _ each: (IMAPResponse) throws -> Void = { _ in }
  ) async throws -> IMAPStatus {
    while true {
      if let status = ended.removeValue(forKey: number) { return status }
      let response = try await next()
      guard case .tagged(let tag, let status) = response else {
        try each(response)
        continue
      }
      // Commands that were sent together may end in any order.
      guard let ending = open.first(where: { IMAPCommand.tag($0) == tag }) else {
        throw unfollowed("an answer to a command that was not sent")
      }
      open.remove(ending)
      note(status)
      transcript.add("< \(tag) \(IMAPSession.words(status))")
      ended[ending] = status
    }
  }

  /// Sends bytes of a conversation within a command: the answer to a refused login, or the end of IDLE.
  func reply(_ bytes: [UInt8]) async throws {
    do {
      try await connection.send(ByteBuffer(bytes: bytes))
    } catch is ChannelError {
      throw closed
    } catch is IOError {
      throw closed
    }
  }

  /// Whether the server says `+`; if it ends the command instead, that answer is kept for `finish`.
  func isAwaited() async throws -> Bool {
    while true {
      let response = try await next()
      switch response {
      case .continuation: return true
      case .tagged:
        early.append(response)
        return false
      default: continue
      }
    }
  }

  // MARK: answers

  /// The next answer; a farewell, a fault and the end of the line are troubles.
  func next() async throws -> IMAPResponse {
    if !early.isEmpty { return early.removeFirst() }
    while true {
      do {
        if let frame = try framer.next() { return try read(frame) }
      } catch let fault as IMAPFault {
        throw unfollowed(String(describing: fault))
      }
      guard let bytes = try await arrive() else {
        throw closed
      }
      bytes.withUnsafeReadableBytes { framer.append($0) }
    }
  }

  private func read(_ frame: IMAPFrame) throws -> IMAPResponse {
    let response = try IMAPResponse(frame, limits: framer.limits)
    switch response {
    case .status(let status):
      note(status)
      if status.condition == .bye {
        transcript.add("< * \(IMAPSession.words(status))")
        throw Trouble("the server ended the connection: \(IMAPSession.words(status))", remedy: .wait(until: later))
      }
    case .capability(let found): capabilities = found
    default: break
    }
    return response
  }

  private func arrive() async throws -> ByteBuffer? {
    // An actor's state cannot be lent over an await; the iterator is a handle, and comes back.
    guard var iterator = arrivals else { return nil }
    arrivals = nil
    defer { arrivals = iterator }
    do {
      return try await iterator.next(isolation: self)
    } catch is ChannelError {
      throw closed
    } catch is IOError {
      throw closed
    }
  }

  private var closed: Trouble { Trouble("the server closed the connection", remedy: .wait(until: later)) }

  private func note(_ status: IMAPStatus) {
    if case .capability(let found)? = status.code { capabilities = found }
  }

  /// Asks for names in UTF-8 where they are to be had; a server that does not agree goes on as it was.
  func acceptUTF8() async throws {
    guard capabilities.utf8Accept, capabilities.enable else { return }
    try await run(.enable([.utf8Accept])) { response in
      if case .enabled(let found) = response, found.contains("UTF8=ACCEPT") { namesAreUTF8 = true }
    }
  }

  func forgetCapabilities() { capabilities = IMAPCapabilities() }

  /// Whether nothing was sent that was not asked for: before TLS begins nothing may wait in the buffer (CVE-2021-38371).
  var isQuiet: Bool { early.isEmpty && !framer.isInside }

  // MARK: troubles

  var later: Instant { Instant(milliseconds: clock().milliseconds &+ 300_000) }

  func unfollowed(_ what: String) -> Trouble {
    transcript.add("! \(what)")
    return Trouble(
      "the server's answer cannot be followed: \(what)",
      "look at the server ('kith source transcript'), or cut it off by 'kith source revoke'")
  }

  func refused(_ command: IMAPCommand, _ status: IMAPStatus) -> Trouble {
    let name = command.description.prefix { $0 != " " }
    switch status.code {
    case .unavailable, .inUse, .limit, .serverBug:
      return Trouble("the server cannot do \(name) now: \(IMAPSession.words(status))", remedy: .wait(until: later))
    default:
      return Trouble("the server refused \(name): \(IMAPSession.words(status))", "look at the settings of this source")
    }
  }

  /// What the server said, in short; its words are for people alone.
  static func words(_ status: IMAPStatus) -> String {
    let text = String(String.UnicodeScalarView(status.text.unicodeScalars.prefix(160).filter { $0.value >= 32 }))
    return status.condition.rawValue.uppercased() + (text.isEmpty ? "" : " \(text)")
  }
}
