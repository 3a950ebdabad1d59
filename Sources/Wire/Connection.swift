public import NIOCore
import Synchronization

/// An open connection to a checked address, lent for the length of one `dial`.
public struct Connection: Sendable {
  /// The host as it was checked; TLS takes its name from here, never from the address.
  public let host: Host
  public let address: CheckedAddress
  /// What the other side sends, decrypted and unpacked; can be read by one reader, once.
  public let arrivals: Arrivals

  let line: Line
  let channel: any Channel
  let maySend: Dialler.MaySend
  /// How the connection becomes a secured one; nil if it was opened without.
  let handshake: Handshake?
  let limits: Limits

  /// Whether neither side has closed it.
  var isActive: Bool { channel.isActive }

  /// The most that leaves under one look at the grant.
  static let burst = 64 << 10

  /// Whether TLS protects what is sent from now on.
  public var isSecure: Bool { line.isSecure }

  /// Sends the bytes and returns when the system took them; the grant is asked again before every burst of 64 KiB, so
  /// that one withdrawn in the middle sends no more.
  public func send(_ bytes: ByteBuffer) async throws {
    var rest = bytes
    while let slice = rest.readSlice(length: min(Connection.burst, rest.readableBytes)), slice.readableBytes > 0 {
      try await askToSend()
      do {
        let packed = try line.compression.withLock { try $0?.pack(slice) }
        try await channel.writeAndFlush(packed ?? slice)
      } catch {
        throw line.cause ?? error
      }
    }
  }

  /// Raises a connection that was opened with `.startTLS` to TLS, after the server's consent was read.
  ///
  /// `unread` is how many bytes the caller has taken from `arrivals` and not used: anything but 0 was sent in the clear
  /// after the consent, and ends the connection with a `Trouble`, as do bytes that wait in `arrivals`. Afterwards what
  /// the server said before counts for nothing: its capabilities must be asked again (RFC 3501 §6.2.1).
  public func startTLS(unread: Int) async throws {
    guard let handshake, handshake.isUpgrade, !line.isSecure else { throw WireRefusal.noUpgrade }
    try await askToSend()
    try await handshake.perform(on: channel, unread: unread)
  }

  /// Packs and unpacks everything from now on, after the server's consent to COMPRESS=DEFLATE (RFC 4978 §3).
  ///
  /// `unread` is what the caller has taken from `arrivals` after the consent: it is compressed already.
  public func startDeflate(unread: ByteBuffer = ByteBuffer()) throws {
    try line.compression.withLock {
      guard $0 == nil else { throw WireRefusal.noUpgrade }
      $0 = try Compression(arrived: unread, limit: limits.received)
    }
  }

  /// Asks whether the grant still allows to send; a "no" ends the connection.
  func askToSend() async throws {
    do {
      try await maySend(line.grant)
    } catch {
      // The refusal of the grant is the cause of the end, whatever the body makes of this error.
      line.end(error)
      throw line.cause ?? error
    }
    try line.check()
  }

  /// The bytes that arrive, ended by the other side's close or by the cause for which we ended the line.
  public struct Arrivals: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer
    public typealias Failure = any Error

    let stream: NIOAsyncChannelInboundStream<ByteBuffer>
    let line: Line

    public struct AsyncIterator: AsyncIteratorProtocol {
      var stream: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
      let line: Line

      public mutating func next() async throws -> ByteBuffer? {
        try await next(isolation: nil)
      }

      public mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
        while true {
          if let unpacked = try unpacked() { return unpacked }
          guard let arrived = try await arrival(isolation: actor) else { return nil }
          let isPacked = line.compression.withLock { compression in
            compression?.arrive(arrived)
            return compression != nil
          }
          if !isPacked { return arrived }
        }
      }

      private func unpacked() throws -> ByteBuffer? {
        do {
          let chunk = try line.compression.withLock { try $0?.unpack() }
          if chunk != nil { try line.check() }
          return chunk
        } catch {
          line.end(error)
          throw line.cause ?? error
        }
      }

      private mutating func arrival(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
        let arrived: ByteBuffer?
        line.waitingSince = .now()
        defer { line.waitingSince = nil }
        do {
          arrived = try await stream.next(isolation: actor)
        } catch {
          throw line.cause ?? error
        }
        // What arrived before a withdrawal but was not read yet is not read any more.
        try line.check()
        if let arrived { line.take(arrived.readableBytes) } else { try Task.checkCancellation() }
        return arrived
      }
    }

    public func makeAsyncIterator() -> AsyncIterator {
      AsyncIterator(stream: stream.makeAsyncIterator(), line: line)
    }
  }
}
