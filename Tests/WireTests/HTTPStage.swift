import NIOCore
import NIOPosix
import Synchronization

@testable import Wire

/// An HTTP server on 127.0.0.1 that answers each request with the bytes a test gives for it.
final class HTTPStage: Sendable {
  enum Part: Sendable {
    case bytes(String)
    case close
  }

  /// The number of the connection, the number of the request on it, and its text.
  typealias Script = @Sendable (Int, Int, String) -> [Part]

  let port: Int
  let heard: Shared<[String]>
  let visits: Shared<Int>
  private let server: any Channel

  init(_ script: @escaping Script) async throws {
    let (heard, visits) = (Shared<[String]>([]), Shared(0))
    server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          let visit = visits.value.withLock {
            $0 += 1
            return $0
          }
          try child.pipeline.syncOperations.addHandler(Guest(visit, heard, script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = server.localAddress?.port ?? 0
    self.heard = heard
    self.visits = visits
  }

  func stop() async throws { try await server.close().get() }

  var requests: [String] { heard.value.withLock { $0 } }

  /// An answer with its length told.
  static func plain(_ body: String, _ status: String = "200 OK", _ fields: String = "") -> [Part] {
    [.bytes("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")]
  }

  private final class Guest: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let visit: Int
    private let heard: Shared<[String]>
    private let script: Script
    private var text = ""
    private var number = 0

    init(_ visit: Int, _ heard: Shared<[String]>, _ script: @escaping Script) {
      self.visit = visit
      self.heard = heard
      self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      text += String(buffer: unwrapInboundIn(data))
      guard let request = whole() else { return }
      text = ""
      heard.value.withLock { $0.append(request) }
      number += 1
      for part in script(visit, number, request) {
        switch part {
        case .bytes(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
        case .close: context.close(promise: nil)
        }
      }
    }

    /// The request, once its body is there.
    private func whole() -> String? {
      let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      let line = parts[0].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
      let length = line.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
      return parts[1].utf8.count >= length ? text : nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
