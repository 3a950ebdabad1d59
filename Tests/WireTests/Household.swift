import Consent
import Foundation
import Glibc
import Model
import NIOCore
import NIOPosix
import Synchronization

@testable import Wire

/// The withdrawn grant's answer in these tests.
struct Withdrawn: Error, Equatable {}

/// Ada's grants: which are live, which endpoint each names, and how often they were asked.
final class Grants: Sendable {
  private let live: Mutex<[Grant.Stamp: Endpoint?]>
  let asked = Mutex(0)

  init(_ live: [Grant.Stamp: Endpoint?]) { self.live = Mutex(live) }

  func withdraw(_ grant: Grant.Stamp) { _ = live.withLock { $0.removeValue(forKey: grant) } }

  func mayDial(_ grant: Grant.Stamp, _ endpoint: Endpoint) throws {
    asked.withLock { $0 += 1 }
    guard let named = live.withLock({ $0[grant] }) else { throw Withdrawn() }
    if let named, named != endpoint { throw Withdrawn() }
  }

  func maySend(_ grant: Grant.Stamp) throws {
    guard live.withLock({ $0[grant] }) != nil else { throw Withdrawn() }
  }
}

/// A careless resolver: it decodes, folds and strips as sloppy URL code does, and lets the C library read numbers.
final class CarelessResolver: NameResolver {
  /// Answers of a name, one list for each time it is asked; the last one stays.
  private let table: Mutex<[String: [[IPAddress]]]>
  let asked = Mutex<[String]>([])
  private let onAsk: @Sendable (String) async -> Void

  init(_ table: [String: [[String]]] = [:], onAsk: @escaping @Sendable (String) async -> Void = { _ in }) {
    self.table = Mutex(table.mapValues { $0.map { $0.compactMap { IPAddress($0) } } })
    self.onAsk = onAsk
  }

  func addresses(of name: String, within limit: TimeAmount) async throws -> [IPAddress] {
    asked.withLock { $0.append(name) }
    await onAsk(name)
    let known = table.withLock { table -> [IPAddress]? in
      guard var turns = table[name], let first = turns.first else { return nil }
      if turns.count > 1 { turns.removeFirst() }
      table[name] = turns
      return first
    }
    return known ?? CarelessResolver.numeric(name)
  }

  /// What a careless client would dial for the text.
  static func numeric(_ text: String) -> [IPAddress] {
    var host = text.removingPercentEncoding ?? text
    host = host.precomposedStringWithCompatibilityMapping.replacing("。", with: ".")
    host = host.split(separator: "@").last.map(String.init) ?? host
    host = String(host.trimmingCharacters(in: .whitespacesAndNewlines).drop { $0 == "/" || $0 == "." })
    host = String(host.prefix { !"/?#\\\0\r\n\u{200b} ".contains($0) })
    if host.hasPrefix("[") {
      host = String(host.dropFirst().prefix { $0 != "]" })
    } else if host.filter({ $0 == ":" }).count == 1 {
      host = String(host.prefix { $0 != ":" })
    }
    while host.hasSuffix(".") { host.removeLast() }
    return SystemReading.numeric(host)
  }
}

/// How the C library reads an address, as an oracle.
enum SystemReading {
  static func numeric(_ text: String) -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(text, nil, &hints, &list) == 0, let entry = list else { return [] }
    defer { freeaddrinfo(list) }
    guard let raw = entry.pointee.ai_addr else { return [] }
    if entry.pointee.ai_family == AF_INET {
      let socket = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in.self)
      return [IPAddress(v4: UInt32(bigEndian: socket.sin_addr.s_addr))]
    }
    let socket = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in6.self)
    return [withUnsafeBytes(of: socket.sin6_addr) { IPAddress(v6: $0.reduce(0) { $0 << 8 | UInt128($1) }) }]
  }

  static func text(_ address: IPAddress) -> String {
    var out = [CChar](repeating: 0, count: 64)
    let bytes = address.bytes
    inet_ntop(address.isV4 ? AF_INET : AF_INET6, bytes, &out, 64)
    return String(decoding: out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The end of a dial that was only counted.
struct Counted: Error {}

/// What was dialled, in place of a socket.
final class DialCount: Sendable {
  let dialled = Mutex<[CheckedAddress]>([])

  var connect: Dialler.Connect {
    { address, _, _ in
      self.dialled.withLock { $0.append(address) }
      throw Counted()
    }
  }

  var addresses: [String] { dialled.withLock { $0.map(\.address.description) } }
}

let ada = Grant.Stamp(grant: ID(1), epoch: 1)
let bob = Grant.Stamp(grant: ID(2), epoch: 1)

/// A server on 127.0.0.1, which counts its visitors.
final class LoopbackServer: Sendable {
  enum Manner: Sendable { case echo, silent, deaf, chatty, hangsUp, resets }

  let port: Int
  private let server: any Channel
  let visitors = Mutex<[any Channel]>([])
  let heard = Mutex(0)

  private init(_ server: any Channel) {
    self.server = server
    self.port = server.localAddress?.port ?? 0
  }

  static func start(_ manner: Manner, host: String = "127.0.0.1") async throws -> LoopbackServer {
    let box = Mutex<LoopbackServer?>(nil)
    let held = Held(box: box)
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: manner != .deaf)
      .childChannelOption(.socketOption(.so_rcvbuf), value: 32 << 10)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          held.server?.visitors.withLock { $0.append(child) }
          try child.pipeline.syncOperations.addHandler(Guest(manner: manner, held: held))
        }
      }
      .bind(host: host, port: 0).get()
    let server = LoopbackServer(channel)
    held.box.withLock { $0 = server }
    return server
  }

  func stop() async throws { try await server.close().get() }

  final class Held: Sendable {
    let box: Mutex<LoopbackServer?>
    init(box: consuming Mutex<LoopbackServer?>) { self.box = box }
    var server: LoopbackServer? { box.withLock { $0 } }
  }

  final class Guest: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    let manner: Manner
    let held: Held

    init(manner: Manner, held: Held) {
      self.manner = manner
      self.held = held
    }

    func channelActive(context: ChannelHandlerContext) {
      switch manner {
      case .chatty:
        for _ in 0..<64 {
          context.write(wrapOutboundOut(ByteBuffer(repeating: 7, count: 64 << 10)), promise: nil)
        }
        context.flush()
      case .hangsUp: context.close(promise: nil)
      default: break
      }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data).readableBytes
      held.server?.heard.withLock { $0 += bytes }
      if manner == .echo { context.writeAndFlush(data, promise: nil) }
      if manner == .resets {
        // What is closed without lingering is reset.
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        context.close(promise: nil)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

/// A dialler for loopback alone, with live grants of Ada and Bob.
func loopbackDialler(
  _ ports: Set<Int>, grants: Grants = Grants([ada: nil, bob: nil]), meter: ByteMeter = ByteMeter(),
  allowed: [String] = ["127.0.0.1"]
) -> Dialler {
  Dialler(
    rules: AddressRules(ports: ports, allowedBlocks: allowed.compactMap { AddressBlock($0) }),
    resolver: TableResolver(["echo.example.org": [IPAddress(v4: 0x7f00_0001)]]),
    group: .singletonMultiThreadedEventLoopGroup, meter: meter, now: { Instant(seconds: 1_700_000_000) },
    mayDial: { try grants.mayDial($0, $1) }, maySend: { try grants.maySend($0) })
}

/// A value that several tasks of a test write to.
final class Shared<Value: Sendable>: Sendable {
  let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }
}
