import Consent
public import NIOCore

/// The handler next to the socket: counts every byte, keeps the limits of size, and ends a line whose other side stalls.
final class SocketWatch: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let line: Line
  private let limits: Limits
  private let meter: ByteMeter
  private let stalled: @Sendable (Stall) -> any Error
  private var count = ByteCount()
  private var heard = NIODeadline.now()
  private var begun = NIODeadline.now()
  private var pendingWrites = 0
  private var lastWrite = NIODeadline.now()
  private var timer: Scheduled<Void>?

  init(line: Line, limits: Limits, meter: ByteMeter, stalled: @escaping @Sendable (Stall) -> any Error) {
    self.line = line
    self.limits = limits
    self.meter = meter
    self.stalled = stalled
  }

  func channelActive(context: ChannelHandlerContext) {
    begun = .now()
    heard = begun
    look(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data).readableBytes
    heard = .now()
    count.received += bytes
    line.receive(bytes)
    meter.add(ByteCount(received: bytes), to: line.grant.grant)
    guard count.received <= limits.received else {
      line.end(WireRefusal.receivedTooMuch(limit: limits.received))
      return
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if let cause = line.cause {
      promise?.fail(cause)
      return
    }
    let bytes = unwrapOutboundIn(data).readableBytes
    guard bytes <= limits.sent - count.sent else {
      let refusal = WireRefusal.sentTooMuch(limit: limits.sent)
      promise?.fail(refusal)
      line.end(refusal)
      return
    }
    count.sent += bytes
    meter.add(ByteCount(sent: bytes), to: line.grant.grant)
    if pendingWrites == 0 { lastWrite = .now() }
    pendingWrites += 1
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete { _ in
      self.pendingWrites -= 1
      self.lastWrite = .now()
    }
    written.futureResult.cascade(to: promise)
    context.write(data, promise: written)
  }

  /// Looks at the clocks, ends the line if one has run out, and looks again when the next one can.
  private func look(_ context: ChannelHandlerContext) {
    let now = NIODeadline.now()
    var next = begun + limits.whole
    var stall: Stall? = next <= now ? .whole : nil
    if let since = line.waitingSince {
      let end = max(since, heard) + limits.quiet
      if end <= now { stall = .quiet }
      next = min(next, end)
    }
    if pendingWrites > 0 {
      if lastWrite + limits.progress <= now { stall = .progress }
      next = min(next, lastWrite + limits.progress)
    }
    if let stall {
      line.end(stalled(stall))
      return
    }
    // A wait that begins after this look is seen in time, because the looks are closer than its limit.
    let shortest = min(limits.quiet, limits.progress)
    next = min(next, now + .nanoseconds(max(1_000_000, shortest.nanoseconds / 4)))
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) { self.look(context) }
  }
}

/// Which clock of a connection ran out.
enum Stall: Sendable { case quiet, progress, whole }

/// How long and how much one connection may take; sizes in bytes.
public struct Limits: Sendable {
  /// For the name, again for the connection to one of its addresses, and again for the TLS handshake.
  public var connect: TimeAmount
  /// Silence of the other side while we wait for it.
  public var quiet: TimeAmount
  /// How long the other side may take nothing of what we send.
  public var progress: TimeAmount
  /// The whole life of the connection.
  public var whole: TimeAmount
  public var sent: Int
  public var received: Int
  /// How long after a trouble of the network the next try waits.
  public var retry: TimeAmount

  public init(
    connect: TimeAmount = .seconds(20), quiet: TimeAmount = .seconds(60), progress: TimeAmount = .seconds(30),
    whole: TimeAmount = .hours(24), sent: Int = 256 << 20, received: Int = 64 << 30,
    retry: TimeAmount = .milliseconds(Dialler.pause)
  ) {
    self.connect = connect
    self.quiet = quiet
    self.progress = progress
    self.whole = whole
    self.sent = sent
    self.received = received
    self.retry = retry
  }
}
