public import Consent
public import Model
import Synchronization

/// Bytes that went over the wire, TLS included, without the headers of TCP and IP.
public struct ByteCount: Hashable, Sendable {
  public var sent: Int
  public var received: Int

  public init(sent: Int = 0, received: Int = 0) {
    self.sent = sent
    self.received = received
  }

  public static func += (a: inout ByteCount, b: ByteCount) {
    a.sent &+= b.sent
    a.received &+= b.received
  }
}

/// Counts the bytes of every grant; a byte is counted before it leaves, so what the meter shows is never too little.
public final class ByteMeter: Sendable {
  private struct Tally {
    var total = ByteCount()
    var unkept = ByteCount()
  }

  private let tallies = Mutex<[ID<Grant>: Tally]>([:])

  public init() {}

  func add(_ count: ByteCount, to grant: ID<Grant>) {
    tallies.withLock {
      $0[grant, default: Tally()].total += count
      $0[grant, default: Tally()].unkept += count
    }
  }

  /// All bytes of a grant since the meter was made.
  public func total(of grant: ID<Grant>) -> ByteCount { tallies.withLock { $0[grant]?.total ?? ByteCount() } }

  /// Hands over what was counted since the last flush, by grant; if `keep` throws, the counts are kept for the next.
  public func flush(into keep: ([ID<Grant>: ByteCount]) async throws -> Void) async throws {
    let counts = tallies.withLock { tallies in
      let counts = tallies.compactMapValues { $0.unkept == ByteCount() ? nil : $0.unkept }
      for grant in counts.keys { tallies[grant]?.unkept = ByteCount() }
      return counts
    }
    guard !counts.isEmpty else { return }
    do {
      try await keep(counts)
    } catch {
      tallies.withLock { tallies in
        for (grant, count) in counts { tallies[grant, default: Tally()].unkept += count }
      }
      throw error
    }
  }
}
