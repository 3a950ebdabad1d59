import Dispatch
import Glibc
import Model
import Synchronization

/// A name server of the tests' own, on this machine alone: it answers from a table, and remembers what it was asked.
public final class StagedNames: Sendable {
  /// A record of a name.
  public enum Record: Sendable {
    case service(priority: UInt16, port: UInt16, host: String)
    case exchange(preference: UInt16, host: String)

    fileprivate var kind: UInt16 {
      switch self {
      case .service: 33
      case .exchange: 15
      }
    }

    fileprivate var bytes: [UInt8] {
      switch self {
      case .service(let priority, let port, let host):
        StagedNames.bytes(priority) + [0, 0] + StagedNames.bytes(port) + StagedNames.name(host)
      case .exchange(let preference, let host): StagedNames.bytes(preference) + StagedNames.name(host)
      }
    }
  }

  public let port: UInt16
  private let file: Int32
  private let heard = Heard()

  /// The names that were asked for.
  public var asked: [String] { heard.names.withLock { $0 } }

  public init(_ table: [String: [Record]]) throws {
    file = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let open = file
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(open, $0, size) == 0 ? getsockname(open, $0, &size) : -1
      }
    }
    guard file >= 0, code == 0 else { throw Trouble("no staged name server could be made", "errno \(errno)") }
    port = UInt16(bigEndian: address.sin_port)
    DispatchQueue(label: "staged name server").async { [open, heard] in
      var packet = [UInt8](repeating: 0, count: 1500)
      while true {
        var from = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &from) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            recvfrom(open, &packet, packet.count, 0, $0, &length)
          }
        }
        guard count > 16 else { return }
        let answer = StagedNames.answer(Array(packet[..<count]), table, heard)
        _ = withUnsafePointer(to: &from) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            sendto(open, answer, answer.count, 0, $0, length)
          }
        }
      }
    }
  }

  deinit {
    shutdown(file, Int32(SHUT_RDWR))
    close(file)
  }

  private static func answer(_ query: [UInt8], _ table: [String: [Record]], _ heard: Heard) -> [UInt8] {
    var labels: [String] = []
    var at = 12
    while at < query.count, query[at] > 0, at + Int(query[at]) < query.count {
      labels.append(String(decoding: query[(at + 1)...(at + Int(query[at]))], as: UTF8.self))
      at += Int(query[at]) + 1
    }
    guard at + 4 < query.count else { return [] }
    let name = labels.joined(separator: ".")
    heard.names.withLock { $0.append(name) }
    let kind = UInt16(query[at + 1]) << 8 | UInt16(query[at + 2])
    let records = table[name.lowercased()]
    let found = (records ?? []).filter { $0.kind == kind }
    let header = Array(query[..<2]) + [0x81, records == nil ? 0x83 : 0x80, 0, 1] + bytes(UInt16(found.count))
    return found.reduce(header + [0, 0, 0, 0] + query[12...(at + 4)]) { message, record in
      let data = record.bytes
      return message + [0xc0, 12] + bytes(kind) + [0, 1, 0, 0, 0, 60] + bytes(UInt16(data.count)) + data
    }
  }

  fileprivate static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

  fileprivate static func name(_ host: String) -> [UInt8] {
    host.split(separator: ".").reduce([]) { $0 + [UInt8($1.utf8.count)] + Array($1.utf8) } + [0]
  }
}

/// What a server was asked.
private final class Heard: Sendable {
  let names = Mutex<[String]>([])
}
