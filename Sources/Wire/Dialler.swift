public import Consent
public import Model
public import NIOCore
import NIOPosix

/// Where a connection shall go, as the caller names it; the grant is asked about exactly this.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  public let host: String
  public let port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  public var description: String { "\(host):\(port)" }
}

/// Opens every outward socket of the house: asks the grant, resolves once, checks every address, connects to the checked one.
///
/// It speaks no protocol, so it follows no redirect: the next host is a new dial with all its questions.
public struct Dialler: Sendable {
  /// Whether the grant is live and names this endpoint; throws the refusal.
  public typealias MayDial = @Sendable (Grant.Stamp, Endpoint) async throws -> Void
  /// Whether the grant still has this epoch; throws the refusal.
  public typealias MaySend = @Sendable (Grant.Stamp) async throws -> Void
  package typealias Prepare = @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>>
  /// Opens the socket to an address that was checked; `prepare` sets up its handlers before it connects.
  package typealias Connect =
    @Sendable (CheckedAddress, TimeAmount, @escaping Prepare) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer>

  public let rules: AddressRules
  public let meter: ByteMeter
  private let resolver: any NameResolver
  private let connect: Connect
  private let now: @Sendable () -> Instant
  private let mayDial: MayDial
  private let maySend: MaySend
  private let lines = Lines()
  private let contexts = TLSContexts()

  /// How long a trouble of the network waits before the next try, in milliseconds.
  public static let pause: Int64 = 300_000

  public init(
    rules: AddressRules, resolver: any NameResolver, group: any EventLoopGroup, meter: ByteMeter = ByteMeter(),
    now: @escaping @Sendable () -> Instant, mayDial: @escaping MayDial, maySend: @escaping MaySend
  ) {
    self.init(
      rules: rules, resolver: resolver, connect: Dialler.tcp(group), meter: meter, now: now, mayDial: mayDial,
      maySend: maySend)
  }

  /// The same with another way to open the socket, for tests that count what would be dialled.
  package init(
    rules: AddressRules, resolver: any NameResolver, connect: @escaping Connect, meter: ByteMeter = ByteMeter(),
    now: @escaping @Sendable () -> Instant, mayDial: @escaping MayDial, maySend: @escaping MaySend
  ) {
    self.rules = rules
    self.resolver = resolver
    self.connect = connect
    self.meter = meter
    self.now = now
    self.mayDial = mayDial
    self.maySend = maySend
  }

  /// Dials the endpoint under the grant, lends the connection to `body`, and closes it when `body` ends.
  ///
  /// With `.implicitTLS` the connection is secured before `body` sees it; the certificate must name the host as it was
  /// checked. Throws the grant's refusal, a `WireRefusal`, a `Trouble` of the network, or what `body` throws. A connection that is
  /// ended by us (grant, limits) throws that cause, whatever error the socket gave to `body`.
  @_semantics("optimize.sil.specialize.generic.never")
  public func dial<Result: Sendable>(
    _ endpoint: Endpoint, under grant: Grant.Stamp, security: Security, limits: Limits = Limits(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Connection) async throws -> Result
  ) async throws -> Result {
    // The line begins before the grant is asked, so a withdrawal at any later moment ends it.
    let line = lines.begin(grant)
    defer { lines.finish(line) }
    // A cancelled task waits for no peer: its line is ended at whatever stage it is.
    return try await withTaskCancellationHandler(
      operation: { try await converse(endpoint, security, line, limits, isolation: isolation, body) },
      onCancel: { line.end(CancellationError()) }, isolation: isolation)
  }

  /// Never specialised: of a copy for one type a release build of Swift 6.3.1 makes a function that leaves 16 bytes of
  /// its arguments on the stack, so that the thread returns to address 0 when the task next waits.
  @_semantics("optimize.sil.specialize.generic.never")
  private func converse<Result: Sendable>(
    _ endpoint: Endpoint, _ security: Security, _ line: Line, _ limits: Limits, isolation: isolated (any Actor)?,
    _ body: (Connection) async throws -> Result
  ) async throws -> Result {
    do {
      // First the grant: a name that may not be dialled must not even be asked of a name server (P006).
      try await mayDial(line.grant, endpoint)
      let host = try rules.host(endpoint.host, port: endpoint.port)
      let handshake = try handshake(security, host, line, limits)
      let addresses = try await checkedAddresses(of: host, port: endpoint.port, limits: limits)
      if security == .none, let open = addresses.first(where: { $0.address.kind != .loopback }) {
        throw WireRefusal.plaintext(open)
      }
      try await mayDial(line.grant, endpoint)
      try line.check()
      let (channel, address) = try await open(addresses, endpoint, line, limits)
      return try await channel.executeThenClose { inbound, _ in
        let connection = Connection(
          host: host, address: address, arrivals: Connection.Arrivals(stream: inbound, line: line), line: line,
          channel: channel.channel, maySend: maySend, handshake: handshake, limits: limits)
        if let handshake, !handshake.isUpgrade { try await handshake.perform(on: channel.channel, unread: 0) }
        line.open()
        let result = try await body(connection)
        try line.check()
        return result
      }
    } catch {
      throw line.cause ?? told(error, endpoint, limits)
    }
  }

  /// An error of the network in words; whatever else it was stays.
  private func told(_ error: any Error, _ endpoint: Endpoint, _ limits: Limits) -> any Error {
    guard error is ChannelError || error is IOError else { return error }
    return Trouble("the connection to \(endpoint) broke", remedy: .wait(until: now().later(limits.retry)))
  }

  /// What is needed to secure the line, made before anything leaves: authorities that cannot be read are told first.
  private func handshake(_ security: Security, _ host: Host, _ line: Line, _ limits: Limits) throws -> Handshake? {
    guard let roots = security.roots else { return nil }
    let now = now
    return Handshake(
      context: try contexts.context(roots), host: host, line: line, limit: limits.connect,
      isUpgrade: security == .startTLS(roots)
    ) { now().later(limits.retry) }
  }

  /// Ends every dial and connection of a grant and returns, with their number, when their sockets are closed.
  @discardableResult public func close(grant: ID<Grant>) async -> Int {
    await end(lines.of(grant), WireRefusal.withdrawn)
  }

  /// Whether all that is dialled or open under a grant waits for the other side, and has for so many seconds.
  public func isWaiting(_ grant: ID<Grant>, seconds: Double) -> Bool {
    let lines = lines.of(grant)
    let time = TimeAmount.milliseconds(Int64(seconds * 1000))
    return !lines.isEmpty && lines.allSatisfy { $0.isWaiting(for: time) }
  }

  /// Ends everything that is open: the house stops.
  public func closeAll() async {
    for grant in lines.grants {
      await end(lines.of(grant), Trouble("the connection was closed because Kith stops", "start Kith again"))
    }
  }

  @discardableResult private func end(_ lines: [Line], _ cause: any Error) async -> Int {
    let channels = lines.map { $0.end(cause) }
    for channel in channels {
      // A close future never fails (documented by NIO), so there is no error to lose here.
      if let channel { try? await channel.closeFuture.get() }
    }
    return lines.count
  }

  private func checkedAddresses(of host: Host, port: Int, limits: Limits) async throws -> [CheckedAddress] {
    switch host {
    case .address(let address): return try rules.check([address], of: host, port: port)
    case .name(let name):
      let answers: [IPAddress]
      do {
        answers = try await resolver.addresses(of: name, within: limits.connect)
      } catch let error as ResolutionTrouble {
        throw error.trouble(retryAt: now().later(limits.retry))
      }
      guard !answers.isEmpty else { throw Trouble("the name \(name) has no address", "check the name of the host") }
      return try rules.check(answers, of: host, port: port)
    }
  }

  /// Tries the addresses in the resolver's order, each with its share of the time.
  private func open(
    _ addresses: [CheckedAddress], _ endpoint: Endpoint, _ line: Line, _ limits: Limits
  ) async throws -> (NIOAsyncChannel<ByteBuffer, ByteBuffer>, CheckedAddress) {
    let tried = addresses.prefix(8)
    let share = TimeAmount.nanoseconds(limits.connect.nanoseconds / Int64(max(1, tried.count)))
    for address in tried {
      do {
        return (try await connect(address, share, preparation(line, limits)), address)
      } catch let error as WireRefusal {
        throw error
      } catch let error as IOError where isExhaustion(error) {
        throw Trouble(
          "the system has no socket left (\(error.errnoCode))", remedy: .wait(until: now().later(limits.retry)))
      } catch is ChannelError, is IOError, is NIOConnectionError {
        // The next address may answer; if none does, the trouble below says so.
        try line.check()
      }
    }
    throw Trouble(
      "nothing answers at \(endpoint.host), port \(endpoint.port)",
      remedy: .wait(until: now().later(limits.retry)))
  }

  private func isExhaustion(_ error: IOError) -> Bool { [12, 23, 24].contains(error.errnoCode) }

  private func preparation(_ line: Line, _ limits: Limits) -> Prepare {
    let meter = meter
    let now = now
    return { channel in
      channel.eventLoop.makeCompletedFuture {
        try line.attach(channel)
        let watch = SocketWatch(line: line, limits: limits, meter: meter) { stall in
          let until = now().later(limits.retry)
          switch stall {
          case .quiet: return Trouble("the other side fell silent", remedy: .wait(until: until))
          case .progress: return Trouble("the other side stopped taking bytes", remedy: .wait(until: until))
          case .whole: return Trouble("the connection reached its longest time", remedy: .wait(until: until))
          }
        }
        try channel.pipeline.syncOperations.addHandler(watch)
        // Marks count messages, each of which holds at most one turn of the loop (512 KiB): about 2 MiB wait here.
        return try NIOAsyncChannel(
          wrappingChannelSynchronously: channel,
          configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4)))
      }
    }
  }

  private static func tcp(_ group: any EventLoopGroup) -> Connect {
    { target, limit, prepare in
      let address = try SocketAddress(
        packedIPAddress: ByteBuffer(bytes: target.address.bytes), port: target.port)
      return try await ClientBootstrap(group: group)
        .connectTimeout(limit)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelOption(.socketOption(.so_keepalive), value: 1)
        .channelOption(
          .recvAllocator,
          value: AdaptiveRecvByteBufferAllocator(minimum: 4 << 10, initial: 16 << 10, maximum: 128 << 10)
        )
        .connect(to: address, channelInitializer: prepare)
    }
  }
}

extension Instant {
  fileprivate func later(_ time: TimeAmount) -> Instant {
    Instant(milliseconds: milliseconds &+ time.nanoseconds / 1_000_000)
  }
}
