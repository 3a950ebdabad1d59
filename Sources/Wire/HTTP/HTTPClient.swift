public import Consent
public import Model
import NIOCore
import Synchronization

/// Asks one HTTP server under one grant, over as few connections as the server allows.
///
/// Every connection is dialled by the `Dialler`, so the grant, the addresses, TLS, time, size and the byte meter are the
/// same as for every other protocol. Redirects are answers: where they lead is a new question of the caller.
public struct HTTPClient: Sendable {
  private let dialler: Dialler
  private let server: MailServer
  private let limits: Limits
  private let sizes: HTTPLimits

  /// `server` is dialled with TLS from the first byte, or with none within this machine.
  public init(_ dialler: Dialler, _ server: MailServer, limits: Limits = Limits(), sizes: HTTPLimits = HTTPLimits()) {
    self.dialler = dialler
    self.server = server
    self.limits = limits
    self.sizes = sizes
  }

  /// Lends a session for as long as `body` runs; every request of it carries the login.
  public func open<Result: Sendable>(
    _ key: SealedLogin, _ permit: borrowing Permit<Connect>,
    _ body: @escaping @Sendable (HTTPSession) async throws -> Result
  ) async throws -> Result {
    try await lend(key, permit, body)
  }

  /// The same for either door.
  func lend<P: Purpose, Result: Sendable>(
    _ key: SealedLogin, _ permit: borrowing Permit<P>,
    _ body: @escaping @Sendable (HTTPSession) async throws -> Result
  ) async throws -> Result where P.Yield == Login {
    guard let stamp = permit.stamps.first else {
      throw Refusal(.noGrant, promise: 80, "there is no grant to connect under")
    }
    guard server.security != .starttls else {
      throw Trouble("there is no STARTTLS for HTTP", "use --tls implicit, usually on port 443")
    }
    let (exchanges, asking) = AsyncStream.makeStream(of: HTTPSession.Exchange.self)
    let work = Task {
      defer { asking.finish() }
      return try await body(HTTPSession(asking))
    }
    let desk = Desk(server, key, stamp, exchanges)
    await withTaskCancellationHandler {
      await serve(desk, permit)
    } onCancel: {
      work.cancel()
    }
    return try await work.value
  }

  /// Asks once for a document that is open to everybody: no login is opened for it, and none is sent.
  public func fetch(_ target: String, under stamp: Grant.Stamp) async throws -> HTTPResponse {
    let request = try HTTPRequest(.get, target)
    return try await dialler.dial(
      Endpoint(host: server.host, port: server.port), under: stamp, security: Security(server), limits: limits
    ) { connection in
      let host = HTTPClient.hostField(connection.host, server)
      return try await Talk(connection, sizes).ask(request.encoded(host: host, login: nil))
    }
  }

  /// Answers what is asked until nobody asks any more.
  private func serve<P: Purpose>(_ desk: Desk, _ permit: borrowing Permit<P>) async where P.Yield == Login {
    await desk.advance()
    while desk.asked != nil {
      do {
        try await dialler.dial(
          Endpoint(host: server.host, port: server.port), under: desk.stamp, security: Security(server), limits: limits
        ) { connection in
          let talk = Talk(connection, sizes)
          while let exchange = desk.asked {
            // The server closed the idle connection before anything of this was sent.
            if talk.isGone, !Task.isCancelled { return }
            do {
              exchange.answer(.success(try await talk.ask(exchange, desk, permit)))
            } catch  where talk.isStale && exchange.request.mayRepeat && !Task.isCancelled {
              // The server closed an idle connection while we asked (RFC 9112 §9.3.1): a question that only reads may be
              // put again, on a new one.
              return
            }
            await desk.advance()
            guard talk.isOpen else { return }
          }
        }
      } catch {
        desk.asked?.answer(.failure(error))
        await desk.advance()
      }
    }
  }

  /// Whom a conversation is with, by which login, and what is asked: one question after the other.
  private final class Desk {
    let server: MailServer
    let key: SealedLogin
    let stamp: Grant.Stamp
    /// The question that is not answered yet; nil once nobody asks any more.
    private(set) var asked: HTTPSession.Exchange?
    private var waiting: AsyncStream<HTTPSession.Exchange>.AsyncIterator

    init(
      _ server: MailServer, _ key: SealedLogin, _ stamp: Grant.Stamp, _ exchanges: AsyncStream<HTTPSession.Exchange>
    ) {
      self.server = server
      self.key = key
      self.stamp = stamp
      waiting = exchanges.makeAsyncIterator()
    }

    /// Waits for the next question.
    func advance() async { asked = await waiting.next() }
  }

  /// One connection and what arrives on it.
  private final class Talk {
    private let connection: Connection
    private var arrivals: Connection.Arrivals.AsyncIterator
    private var reader: HTTPResponseReader
    private var answers = 0

    init(_ connection: Connection, _ sizes: HTTPLimits) {
      self.connection = connection
      arrivals = connection.arrivals.makeAsyncIterator()
      reader = HTTPResponseReader(limits: sizes)
    }

    var isOpen: Bool { reader.isOpen }

    /// Whether this connection answered before and is closed by now.
    var isGone: Bool { answers > 0 && !connection.isActive && connection.line.cause == nil }

    /// Whether this connection answered before, and nothing of the answer that is waited for has come.
    var isStale: Bool { answers > 0 && reader.isUntouched && connection.line.cause == nil }

    func ask<P: Purpose>(
      _ exchange: HTTPSession.Exchange, _ desk: Desk, _ permit: borrowing Permit<P>
    ) async throws -> HTTPResponse where P.Yield == Login {
      do {
        try reader.begin(packed: exchange.request.mayPack)
        let host = HTTPClient.hostField(connection.host, desk.server)
        try await connection.authenticate(with: desk.key.login, in: desk.key.slot, permit) {
          exchange.request.encoded(host: host, login: $0)
        }
        return try await answer()
      } catch let fault as HTTPFault {
        throw fault.trouble
      }
    }

    /// Sends bytes that carry no login, and waits for the answer.
    func ask(_ bytes: ByteBuffer) async throws -> HTTPResponse {
      do {
        try reader.begin()
        try await connection.send(bytes)
        return try await answer()
      } catch let fault as HTTPFault {
        throw fault.trouble
      }
    }

    private func answer() async throws -> HTTPResponse {
      while true {
        if let response = try reader.next() {
          answers += 1
          return response
        }
        guard let bytes = try await arrivals.next() else { return try reader.end() }
        reader.append(bytes)
      }
    }
  }

  /// RFC 9112 §3.2: the host as it was checked; the port only where it is not the usual one.
  static func hostField(_ host: Host, _ server: MailServer) -> String {
    var text = host.description
    if case .address(let address) = host, !address.isV4 { text = "[\(text)]" }
    return server.port == (server.security == .none ? 80 : 443) ? text : "\(text):\(server.port)"
  }
}

/// Where questions to a server are put; they are answered one after the other.
public struct HTTPSession: Sendable {
  /// A question and who waits for its answer.
  final class Exchange: Sendable {
    let request: HTTPMessage
    private let waiting: Mutex<CheckedContinuation<HTTPResponse, any Error>?>

    init(_ request: HTTPMessage, _ waiting: CheckedContinuation<HTTPResponse, any Error>) {
      self.request = request
      self.waiting = Mutex(waiting)
    }

    /// Answers once; whatever comes later is dropped.
    func answer(_ result: Result<HTTPResponse, any Error>) {
      let waiting = self.waiting.withLock { waiting in
        defer { waiting = nil }
        return waiting
      }
      waiting?.resume(with: result)
    }
  }

  private let asking: AsyncStream<Exchange>.Continuation

  init(_ asking: AsyncStream<Exchange>.Continuation) { self.asking = asking }

  /// The whole answer, whatever its status; throws a `Trouble` of the network or of what cannot be followed, or the
  /// grant's refusal.
  public func ask(_ request: HTTPRequest) async throws -> HTTPResponse { try await exchange(.request(request)) }

  func exchange(_ request: HTTPMessage) async throws -> HTTPResponse {
    try Task.checkCancellation()
    return try await withCheckedThrowingContinuation { waiting in
      let exchange = Exchange(request, waiting)
      // Once nobody serves any more, nobody would answer.
      if case .enqueued = asking.yield(exchange) { return }
      exchange.answer(.failure(CancellationError()))
    }
  }
}
