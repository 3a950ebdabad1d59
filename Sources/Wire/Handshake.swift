import Glibc
import Model
import NIOCore
import NIOSSL
import NIOTLS

/// Raises a plain connection to TLS, once, and says in words what went wrong if it fails.
struct Handshake: Sendable {
  let context: NIOSSLContext
  let host: Host
  let line: Line
  let limit: TimeAmount
  /// Whether the server spoke in the clear before, as it does until STARTTLS.
  let isUpgrade: Bool
  /// When the same is tried again, if waiting can help.
  let retry: @Sendable () -> Instant

  /// Shakes hands; `unread` bytes were read off the connection and not used yet.
  ///
  /// In TLS the client speaks first. A byte that is there before was sent in the clear, by anybody on the way, and must
  /// not be taken for the server's later (CVE-2011-0411 and its kin), so it ends the connection.
  func perform(on channel: any Channel, unread: Int) async throws {
    let loop = channel.eventLoop
    let done = loop.makePromise(of: Void.self)
    loop.execute {
      do {
        guard unread == 0, line.received == line.taken else { throw clearBytes }
        try add(to: channel, done)
      } catch {
        done.fail(error)
      }
    }
    let timer = loop.scheduleTask(in: limit) {
      let late = Trouble("\(host) did not finish the TLS handshake in time", remedy: .wait(until: retry()))
      // Ended first: the close that follows must not become the cause.
      line.end(late)
      done.fail(late)
    }
    do {
      try await done.futureResult.get()
      timer.cancel()
      try line.check()
      line.isSecure = true
    } catch {
      timer.cancel()
      line.end(error)
      throw line.cause ?? error
    }
  }

  private func add(to channel: any Channel, _ done: EventLoopPromise<Void>) throws {
    guard channel.isActive else { throw line.cause ?? closed }
    let pipeline = channel.pipeline.syncOperations
    let watch = try pipeline.context(handlerType: SocketWatch.self)
    var name: String?
    if case .name(let wanted) = host { name = wanted }
    let tls = try NIOSSLClientHandler(context: context, serverHostname: name)
    let outcome = HandshakeOutcome(self, tls, done)
    // From the socket upwards: the first bytes are looked at, decrypted, and the outcome is told.
    try pipeline.addHandler(FirstRecord(self, done), position: .after(watch.handler))
    let first = try pipeline.context(handlerType: FirstRecord.self)
    try pipeline.addHandler(outcome, position: .after(first.handler))
    // Last, because it begins to speak as soon as it is there.
    try pipeline.addHandler(tls, position: .after(first.handler))
  }

  /// The server answered in the clear where TLS should be.
  var clearBytes: Trouble {
    isUpgrade
      ? Trouble(
        "\(host) sent plain bytes after it agreed to TLS, as somebody on the way would who wants to slip in answers",
        "use TLS from the first byte (port 993), or ask the server's operator")
      : Trouble("\(host) does not speak TLS on this port", "check the port; 143 usually needs STARTTLS, 993 TLS")
  }

  var closed: Trouble {
    Trouble("\(host) closed the connection during the TLS handshake", remedy: .wait(until: retry()))
  }

  /// The names in the certificate are not the host's.
  var otherName: Trouble {
    Trouble(
      "the certificate of \(host) is made out to another host",
      "use the name that the certificate has, or ask the server's operator")
  }

  /// What an error of the library means; `certificate` is the one the server showed.
  func trouble(_ error: any Error, _ certificate: NIOSSLCertificate?) -> Trouble {
    if error is NIOSSLExtraError { return otherName }
    switch error {
    case NIOSSLError.unableToValidateCertificate: return otherName
    case NIOSSLError.uncleanShutdown:
      return Trouble("\(host) broke off in the middle of the connection", remedy: .wait(until: retry()))
    case NIOSSLError.handshakeFailed(.sslError(let stack)):
      if stack.contains(.eofDuringHandshake) { return closed }
      let text = stack.map(\.description).joined(separator: " ")
      if text.contains("CERTIFICATE_VERIFY_FAILED") { return distrust(certificate) }
      if text.contains("UNSUPPORTED_PROTOCOL") || text.contains("PROTOCOL_VERSION") {
        return Trouble("\(host) speaks only a TLS older than 1.2", "ask the server's operator for TLS 1.2 or newer")
      }
    // A server that hangs up while our first bytes are on the way resets the connection (RFC 9293 §3.10.7.4).
    case let error as IOError where [ECONNRESET, EPIPE].contains(error.errnoCode) && !line.isSecure: return closed
    case is IOError, is ChannelError:
      return Trouble("the connection to \(host) broke", remedy: .wait(until: retry()))
    default: break
    }
    return Trouble("the TLS handshake with \(host) failed", "check the port and the server's TLS settings")
  }

  /// Why the certificate was not believed, by the clock the library used.
  private func distrust(_ certificate: NIOSSLCertificate?) -> Trouble {
    let now = time(nil)
    if let certificate, certificate.notValidAfter < now {
      return Trouble("the certificate of \(host) has expired", "the server's operator must renew it")
    }
    if let certificate, certificate.notValidBefore > now {
      return Trouble("the certificate of \(host) is not valid yet", "check the clock of this machine")
    }
    return Trouble(
      "the certificate of \(host) comes from an unknown authority",
      "if it is your own server, name its authority by --ca FILE")
  }
}

/// Looks at the first byte that answers the handshake: every TLS record begins with a type of 20 to 24 (RFC 8446 §5.1).
final class FirstRecord: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let handshake: Handshake
  private let done: EventLoopPromise<Void>
  private var isChecked = false

  init(_ handshake: Handshake, _ done: EventLoopPromise<Void>) {
    self.handshake = handshake
    self.done = done
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isChecked, let first = unwrapInboundIn(data).readableBytesView.first {
      guard (20...24).contains(first) else {
        handshake.line.end(handshake.clearBytes)
        done.fail(handshake.clearBytes)
        return
      }
      isChecked = true
    }
    context.fireChannelRead(data)
  }
}

/// Tells how a handshake ended, and later how the secured connection broke.
final class HandshakeOutcome: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let handshake: Handshake
  private let tls: NIOSSLClientHandler
  private let done: EventLoopPromise<Void>

  init(_ handshake: Handshake, _ tls: NIOSSLClientHandler, _ done: EventLoopPromise<Void>) {
    self.handshake = handshake
    self.tls = tls
    self.done = done
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
      if let certificate = tls.peerCertificate, PeerName.names(certificate, handshake.host) {
        done.succeed()
      } else {
        handshake.line.end(handshake.otherName)
        done.fail(handshake.otherName)
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let trouble = handshake.trouble(error, tls.peerCertificate)
    done.fail(trouble)
    context.fireErrorCaught(trouble)
  }

  func channelInactive(context: ChannelHandlerContext) {
    done.fail(handshake.closed)
    context.fireChannelInactive()
  }
}
