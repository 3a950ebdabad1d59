public import Consent
import Formats
public import Model
import NIOCore
import Synchronization
public import Wire

/// A server took the OAuth token of a login for no good one: a fresh one may do.
public struct TokenRefused: Error {
  public let trouble: Trouble
}

/// Opens mail servers: dials, secures, logs in, and lends the conversation for as long as it is needed.
public struct IMAPReader: Sendable {
  private let dialler: Dialler
  private let limits: Limits
  private let clock: @Sendable () -> Instant

  /// `quiet`: how many seconds a server may be silent while somebody waits for it.
  public init(_ dialler: Dialler, quiet: Double = 60, clock: @escaping @Sendable () -> Instant) {
    self.dialler = dialler
    limits = Limits(quiet: .milliseconds(Int64(max(1, min(quiet, 86_400)) * 1000)))
    self.clock = clock
  }

  /// Talks with a server under the grant of `permit`, logged in; says farewell when `body` ends.
  public func open<Result: Sendable>(
    _ server: MailServer, _ key: SealedLogin, _ permit: borrowing Permit<Connect>, _ transcript: Transcript,
    _ body: (IMAPSession) async throws -> Result
  ) async throws -> Result {
    guard let stamp = permit.stamps.first else {
      throw Refusal(.noGrant, promise: 80, "there is no grant to connect under")
    }
    transcript.add("= \(server.host):\(server.port) \(server.security.rawValue)")
    do {
      return try await dialler.dial(
        Endpoint(host: server.host, port: server.port), under: stamp, security: Security(server), limits: limits
      ) { connection in
        let session = IMAPSession(connection, transcript: transcript, clock: clock)
        try await session.greet(server, connection)
        try await session.logIn(server, key, permit, connection)
        try await session.deflate(connection)
        try await session.acceptUTF8()
        let result = try await body(session)
        await session.farewell()
        return result
      }
    } catch let refusal as WireRefusal {
      transcript.add("! \(refusal)")
      if refusal == .withdrawn { throw Refusal(.withdrawn, promise: 16, "the grant for this was withdrawn") }
      throw Trouble("the server cannot be dialled: \(refusal)", remedy: refusal.remedy)
    } catch let trouble as Trouble {
      transcript.add("! \(trouble.what)")
      throw trouble
    } catch let refused as TokenRefused {
      transcript.add("! \(refused.trouble.what)")
      throw refused
    }
  }
}

extension IMAPSession {
  /// Takes the greeting, and raises the connection to TLS where that is asked for.
  func greet(_ server: MailServer, _ connection: Connection) async throws {
    guard case .status(let greeting) = try await next() else { throw unfollowed("no greeting of a mail server") }
    transcript.add("< * \(IMAPSession.words(greeting))")
    guard greeting.condition == .ok else {
      // Logged in before TLS: whoever is on the way decides as whom (RFC 9051 §11.1).
      throw Trouble("the server greets with \(greeting.condition.rawValue)", "check host and port of this source")
    }
    guard server.security == .starttls else { return }
    if capabilities.names.isEmpty { try await require(.capability) }
    guard capabilities.startTLS else {
      throw Trouble("the server offers no STARTTLS", "use --tls implicit, usually on port 993")
    }
    try await require(.startTLS)
    try await connection.startTLS(unread: isQuiet ? 0 : 1)
    forgetCapabilities()
  }

  /// Logs in with the sealed login, by the best way that the server offers.
  func logIn(
    _ server: MailServer, _ key: SealedLogin, _ permit: borrowing Permit<Connect>, _ connection: Connection
  ) async throws {
    if capabilities.names.isEmpty { try await require(.capability) }
    let way = try LogInWay(server, capabilities)
    let number = begin(way)
    let (literals, initial) = (capabilities.literals, capabilities.initialResponse)
    let parts = Mutex(0)
    var sent = 0
    while true {
      let place = sent
      try await connection.authenticate(with: key.login, in: key.slot, permit) { login in
        let encoded = try way.command(login, server).encoded(tag: number, literals: literals, initialResponse: initial)
          .parts
        parts.withLock { $0 = encoded.count }
        return ByteBuffer(bytes: encoded[place])
      }
      sent += 1
      guard try await isAwaited() else { break }
      if sent >= parts.withLock({ $0 }) {
        // The reason of a refusal comes as one more question (RFC 7628 §3.2.3).
        try await reply(way.answerToRefusal)
        break
      }
    }
    let status = try await finish(number)
    guard status.condition == .ok else {
      let trouble = wrongLogin(status, server)
      if server.secret == .token, case .stop = trouble.remedy { throw TokenRefused(trouble: trouble) }
      throw trouble
    }
    if case .capability? = status.code { return }
    forgetCapabilities()
    try await require(.capability)
  }

  /// Numbers a login and notes it without its secret.
  private func begin(_ way: LogInWay) -> Int {
    let number = nextNumber()
    transcript.add("> \(IMAPCommand.tag(number)) \(way.rawValue) …")
    return number
  }

  private func wrongLogin(_ status: IMAPStatus, _ server: MailServer) -> Trouble {
    let words = IMAPSession.words(status)
    switch status.code {
    case .unavailable, .inUse, .limit, .serverBug:
      return Trouble("the server takes no login now: \(words)", remedy: .wait(until: later))
    case .webAlert(let page): return Trouble("the provider wants you to sign in on its page first", "open \(page)")
    default: break
    }
    let again = "give the login again: 'kith source add imap' with the same host and user"
    if server.secret == .token { return Trouble("the server refused the token: \(words)", again) }
    if let hint = IMAPQuirks(host: server.host).passwordHint {
      return Trouble("the server refused the password: \(words)", "\(hint); then \(again)")
    }
    let wantsAppPassword = ["app password", "application-specific", "app-specific"].contains {
      status.text.lowercased().contains($0)
    }
    return Trouble(
      "the server refused user or password: \(words)",
      wantsAppPassword ? "make an app password at your provider; then \(again)" : again)
  }

  /// Compresses from here on; within one machine that only costs.
  func deflate(_ connection: Connection) async throws {
    guard capabilities.compressDeflate, connection.address.address.kind != .loopback else { return }
    guard try await run(.compress).condition == .ok else { return }
    guard isQuiet else { throw unfollowed("bytes between the consent to compress and the first command") }
    try connection.startDeflate()
  }

  /// Says farewell; a server that does not answer is left all the same.
  func farewell() async { _ = try? await send(.logout) }
}

/// The ways to log in.
private enum LogInWay: String, Sendable {
  case plain = "AUTHENTICATE PLAIN"
  case login = "LOGIN"
  case bearer = "AUTHENTICATE OAUTHBEARER"
  case xoauth = "AUTHENTICATE XOAUTH2"

  init(_ server: MailServer, _ offered: IMAPCapabilities) throws {
    switch server.secret {
    case .token:
      if offered.authenticates(by: "OAUTHBEARER") {
        self = .bearer
      } else if offered.authenticates(by: "XOAUTH2") {
        self = .xoauth
      } else {
        throw Trouble("the server takes no OAuth token", "use --password-file")
      }
    case .password:
      if offered.authenticates(by: "PLAIN") {
        self = .plain
      } else if !offered.loginDisabled {
        self = .login
      } else {
        throw Trouble(
          "the server takes no password here",
          IMAPQuirks(host: server.host).passwordHint ?? "use --tls implicit or starttls, or an OAuth token")
      }
    }
  }

  func command(_ login: Login, _ server: MailServer) -> IMAPCommand {
    let secret = Array(login.secret.utf8)
    return switch self {
    case .plain: .authenticate(.plain(user: login.user, password: secret))
    case .login: .login(user: login.user, password: secret)
    case .bearer:
      .authenticate(
        .oauthBearer(user: login.user, token: secret, host: server.host, port: UInt16(clamping: server.port)))
    case .xoauth: .authenticate(.xoauth2(user: login.user, token: secret))
    }
  }

  var answerToRefusal: [UInt8] {
    switch self {
    case .plain, .login: Array("*\r\n".utf8)
    case .bearer: IMAPLogin.oauthBearer(user: "", token: [], host: "", port: 0).answerToRefusal
    case .xoauth: IMAPLogin.xoauth2(user: "", token: []).answerToRefusal
    }
  }
}
