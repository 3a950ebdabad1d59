public import NIOCore

/// An open connection to a checked address, lent for the length of one `dial`.
public struct Connection: Sendable {
  /// The host as it was checked; TLS takes its name from here, never from the address.
  public let host: Host
  public let address: CheckedAddress
  /// What the other side sends; can be read by one reader, once.
  public let arrivals: Arrivals

  let line: Line
  let channel: any Channel
  let maySend: Dialler.MaySend

  /// The most that leaves under one look at the grant.
  static let burst = 64 << 10

  /// Sends the bytes and returns when the system took them; the grant is asked again before every burst of 64 KiB, so
  /// that one withdrawn in the middle sends no more.
  public func send(_ bytes: ByteBuffer) async throws {
    var rest = bytes
    while let slice = rest.readSlice(length: min(Connection.burst, rest.readableBytes)), slice.readableBytes > 0 {
      do {
        try await maySend(line.grant)
      } catch {
        // The refusal of the grant is the cause of the end, whatever the body makes of this error.
        line.end(error)
        throw line.cause ?? error
      }
      try line.check()
      do {
        try await channel.writeAndFlush(slice)
      } catch {
        throw line.cause ?? error
      }
    }
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
        if arrived == nil { try Task.checkCancellation() }
        return arrived
      }
    }

    public func makeAsyncIterator() -> AsyncIterator {
      AsyncIterator(stream: stream.makeAsyncIterator(), line: line)
    }
  }
}
