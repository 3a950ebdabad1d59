import Foundation
import Model
import NIOCore
import NIOPosix
import NIOSSL
import Programs

@testable import Wire

/// An authority of the tests, with certificates made by `openssl` in a folder of their own.
struct Authority: Sendable {
  let folder: URL

  init(_ name: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "kith-tls-\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=kith-tests"
    )
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  var roots: TrustRoots {
    get throws { .pem(try String(contentsOf: folder.appending(path: "ca.pem"), encoding: .utf8)) }
  }

  /// A certificate for the alternative names, valid from now for the days; `signed` by the authority or by itself.
  func certificate(_ names: String, days: Int = 2, common: String = "server", selfSigned: Bool = false) throws
    -> Credential
  {
    let stem = UUID().uuidString
    try (names.isEmpty ? "" : "subjectAltName=\(names)\n").write(
      to: folder.appending(path: "\(stem).ext"), atomically: true, encoding: .utf8)
    try openssl(
      "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(stem).key -out \(stem).csr -subj /CN=\(common)"
    )
    let signer = selfSigned ? "-signkey \(stem).key" : "-CA ca.pem -CAkey ca.key"
    try openssl("x509 -req -in \(stem).csr \(signer) -days \(days) -extfile \(stem).ext -out \(stem).pem")
    return Credential(
      certificate: folder.appending(path: "\(stem).pem").path(), key: folder.appending(path: "\(stem).key").path())
  }

  private func openssl(_ arguments: String) throws {
    let ended = try ChildProcess.run(
      ["openssl"] + arguments.split(separator: " ").map(String.init), in: folder.path())
    guard ended.status == 0 else { throw Failed(arguments: arguments) }
  }

  struct Failed: Error { let arguments: String }
}

/// A certificate and its key, as files.
struct Credential: Sendable {
  let certificate: String
  let key: String

  func context(maximum: TLSVersion? = nil) throws -> NIOSSLContext {
    var settings = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
    settings.minimumTLSVersion = .tlsv1
    settings.maximumTLSVersion = maximum
    return try NIOSSLContext(configuration: settings)
  }
}

/// A server on 127.0.0.1 that speaks TLS, or is asked for it, or lies about it.
final class TLSServer: Sendable {
  enum Manner: Sendable {
    case echo
    /// Plain greeting; TLS after the first line it hears, with these bytes behind its consent.
    case upgrade(injected: String)
    /// After the handshake half a sentence, and then the socket is closed without a word.
    case breaksOff
    case sends(megabytes: Int)
  }

  let port: Int
  private let server: any Channel

  private init(_ server: any Channel) {
    self.server = server
    self.port = server.localAddress?.port ?? 0
  }

  static func start(
    _ credential: Credential, _ manner: Manner = .echo, maximum: TLSVersion? = nil
  ) async throws -> TLSServer {
    let context = try credential.context(maximum: maximum)
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          let pipeline = child.pipeline.syncOperations
          if case .upgrade = manner {} else { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
          try pipeline.addHandler(Guest(manner, context))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return TLSServer(channel)
  }

  func stop() async throws { try await server.close().get() }

  private final class Guest: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let manner: Manner
    private let tls: NIOSSLContext
    private var isUpgraded = false
    private var left = 0

    init(_ manner: Manner, _ tls: NIOSSLContext) {
      self.manner = manner
      self.tls = tls
      if case .sends(let megabytes) = manner { left = megabytes * 16 }
    }

    func channelActive(context: ChannelHandlerContext) {
      if case .upgrade = manner { say("* OK ready\r\n", context) }
      if case .sends = manner { more(context) }
      context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case .breaksOff = manner {
        // Half a sentence, then the socket is closed below TLS, without its goodbye.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "* OK hal"))).assumeIsolated().whenComplete { _ in
          let lowest = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
          lowest?.close(promise: nil)
        }
      }
      context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard case .upgrade(let injected) = manner, !isUpgraded else {
        if case .sends = manner { return }
        context.writeAndFlush(data, promise: nil)
        return
      }
      isUpgraded = true
      say("a OK go\r\n" + injected, context)
      try? context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func more(_ context: ChannelHandlerContext) {
      guard left > 0 else { return }
      left -= 1
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(repeating: 7, count: 64 << 10)))
        .assumeIsolated().whenSuccess { self.more(context) }
    }
  }
}

/// A dialler for loopback by names that mean 127.0.0.1.
func namedDialler(_ port: Int, grants: Grants = Grants([ada: nil, bob: nil])) -> Dialler {
  let here = [IPAddress(v4: 0x7f00_0001)]
  return Dialler(
    rules: AddressRules(ports: [port], allowedBlocks: ["127.0.0.1"].compactMap { AddressBlock($0) }),
    resolver: TableResolver(["mail.example.test": here, "other.example.test": here]),
    group: .singletonMultiThreadedEventLoopGroup, now: { Instant(seconds: 1_700_000_000) },
    mayDial: { try grants.mayDial($0, $1) }, maySend: { try grants.maySend($0) })
}

extension Connection.Arrivals.AsyncIterator {
  /// Reads until so many bytes are there, or the other side ends.
  mutating func read(_ count: Int) async throws -> ByteBuffer {
    var all = ByteBuffer()
    while all.readableBytes < count, let part = try await next() { all.writeImmutableBuffer(part) }
    return all
  }
}
