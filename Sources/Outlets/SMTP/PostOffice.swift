public import Consent
public import Formats
import Foundation
public import Model
import NIOCore
public import Wire

/// Sends the mails of the house to its members, by the operator's own mail server (RFC 6409).
///
/// It knows no content: what it sends are links, each to the member's own address. Nothing of it is kept.
public struct PostOffice: Sendable {
  private let dialler: Dialler
  private let server: MailServer
  private let login: Login?
  private let now: @Sendable () -> Instant
  /// The operator's setting is what allows to dial; no account's grant is needed, and none is used.
  private static let stamp = Grant.Stamp(grant: ID(0), epoch: 0)

  /// `login` is nil where the server takes mail from this machine without one.
  public init(
    _ server: MailServer, login: Login?, rules: AddressRules, now: @escaping @Sendable () -> Instant
  ) {
    self.server = server
    self.login = login
    self.now = now
    let only = Endpoint(host: server.host, port: server.port)
    dialler = .system(
      rules: rules, now: now,
      mayDial: { _, endpoint in
        guard endpoint == only else { throw Refusal(.noGrant, promise: 6, "this is not the operator's mail server") }
      }, maySend: { _ in })
  }

  /// Gives one mail to the server; throws what it says if it does not take it.
  public func send(_ mail: HouseMail) async throws {
    guard HouseMail.isPlain(mail.to), HouseMail.isPlain(mail.from) else {
      throw Trouble("mail cannot be sent to this address", "it has letters that few mail servers take")
    }
    let (server, login, data) = (server, login, mail.data(at: now(), id: WebToken().text.prefix(24) + "@kith"))
    do {
      try await dialler.dial(
        Endpoint(host: server.host, port: server.port), under: PostOffice.stamp, security: Security(server),
        limits: Limits(connect: .seconds(15), quiet: .seconds(60))
      ) { connection in
        var talk = SMTPTalk(connection)
        try await talk.open(server, login)
        try await talk.say("MAIL FROM:<\(mail.from)>")
        try await talk.say("RCPT TO:<\(mail.to)>")
        try await talk.say("DATA")
        try await talk.send(data, as: "the mail")
        // It is taken; what the server makes of a farewell changes nothing.
        _ = try? await talk.say("QUIT")
      }
    } catch let refusal as WireRefusal {
      throw Trouble("the operator's mail server cannot be dialled: \(refusal)", remedy: refusal.remedy)
    }
  }
}

/// One conversation with a server that takes mail.
private struct SMTPTalk {
  private let connection: Connection
  private var arrivals: Connection.Arrivals.AsyncIterator
  private var replies = SMTPReplies()
  private var waiting: [SMTPReplies.Reply] = []

  init(_ connection: Connection) {
    self.connection = connection
    arrivals = connection.arrivals.makeAsyncIterator()
  }

  /// Greets, raises the line to TLS where that is asked for, and logs in.
  mutating func open(_ server: MailServer, _ login: Login?) async throws {
    try check(try await next(), "the greeting")
    var offers = try await say("EHLO kith.invalid")
    if server.security == .starttls {
      guard offers.contains(where: { $0.uppercased() == "STARTTLS" }) else {
        throw Trouble("the operator's mail server offers no STARTTLS", "use smtps:// and port 465")
      }
      try await say("STARTTLS")
      try await connection.startTLS(unread: waiting.count)
      offers = try await say("EHLO kith.invalid")
    }
    guard let login else { return }
    guard offers.contains(where: { $0.uppercased().hasPrefix("AUTH") && $0.uppercased().contains("PLAIN") }) else {
      throw Trouble("the operator's mail server takes no password by AUTH PLAIN", "use another server")
    }
    let plain = Data("\u{0}\(login.user)\u{0}\(login.secret)".utf8).base64EncodedString()
    try await send(Array("AUTH PLAIN \(plain)\r\n".utf8), as: "the login")
  }

  /// Says a command, and answers the lines behind the code.
  @discardableResult mutating func say(_ command: String) async throws -> [String] {
    try await send(Array((command + "\r\n").utf8), as: String(command.prefix { $0 != ":" }))
  }

  @discardableResult mutating func send(_ bytes: [UInt8], as what: String) async throws -> [String] {
    try await connection.send(ByteBuffer(bytes: bytes))
    let reply = try await next()
    try check(reply, what)
    return reply.lines
  }

  private mutating func next() async throws -> SMTPReplies.Reply {
    while waiting.isEmpty {
      guard let arrived = try await arrivals.next() else {
        throw Trouble("the operator's mail server ended the conversation", "try again; check host and port")
      }
      waiting = try replies.take(arrived.readableBytesView)
    }
    return waiting.removeFirst()
  }

  private func check(_ reply: SMTPReplies.Reply, _ what: String) throws {
    guard !reply.isGood else { return }
    // Its words may name an address: the code says enough.
    throw Trouble("the operator's mail server did not take \(what): \(reply.code)", "check its settings, KITH_SMTP")
  }
}
