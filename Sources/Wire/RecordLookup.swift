import CResolve
import Model
public import NIOPosix

/// Asks name servers for records that are no addresses: where a domain's mail is served (RFC 6186).
///
/// It dials nobody; a name that it finds is checked like any other before it is dialled.
public struct RecordLookup: Sendable {
  /// Kinds of records, by their numbers (RFC 1035 §3.2.2, RFC 2782).
  public enum Kind: UInt16, Sendable {
    case mailExchange = 15
    case service = 33
  }

  private let pool: NIOThreadPool
  private let server: (address: UInt32, port: UInt16)

  /// Asks the system's name servers, on threads of its own because it blocks.
  public init(pool: NIOThreadPool = .singleton) {
    self.init(pool: pool, address: 0, port: 0)
  }

  /// Asks one name server instead, for tests.
  package init(pool: NIOThreadPool = .singleton, address: UInt32, port: UInt16) {
    self.pool = pool
    server = (address, port)
  }

  /// The answer in bytes (RFC 1035 §4); empty if there is no such name or record, nil if nobody answered.
  public func answer(_ name: String, _ kind: Kind) async throws -> [UInt8]? {
    guard !name.isEmpty, name.utf8.count < 254, !name.utf8.contains(where: { $0 <= 32 || $0 >= 127 }) else { return [] }
    let (server, absolute) = (server, name.hasSuffix(".") ? name : name + ".")
    return try await pool.runIfActive {
      var found = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
        if let start = buffer.baseAddress {
          found = kith_dns(absolute, kind.rawValue, server.address, server.port, start, buffer.count)
        }
        count = max(0, found)
      }
      return found < 0 ? nil : bytes
    }
  }
}
