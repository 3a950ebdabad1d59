import Glibc
import Model
public import NIOCore
public import NIOPosix

/// Turns a name into addresses; called once for each dial, after the grant allowed it.
public protocol NameResolver: Sendable {
  /// The addresses of `name` (lower case, no final dot), best first; none if the name has none.
  func addresses(of name: String, within limit: TimeAmount) async throws -> [IPAddress]
}

/// The resolver of the system (`getaddrinfo`), on threads of its own because it blocks.
public struct SystemResolver: NameResolver {
  let pool: NIOThreadPool
  let group: any EventLoopGroup

  /// `pool` must be started; a thread that waits for a dead name server is held until the system gives up.
  public init(pool: NIOThreadPool, group: any EventLoopGroup) {
    self.pool = pool
    self.group = group
  }

  public func addresses(of name: String, within limit: TimeAmount) async throws -> [IPAddress] {
    let loop = group.next()
    let promise = loop.makePromise(of: [IPAddress].self)
    let timer = loop.scheduleTask(in: limit) {
      promise.fail(ResolutionTrouble(name: name, code: EAI_AGAIN))
    }
    // A search domain must never be tried: it would tell the name to another zone, and an inner one may answer.
    let absolute = name.contains(".") ? name + "." : name
    pool.runIfActive(eventLoop: loop) { try SystemResolver.ask(absolute, for: name) }
      .whenComplete { result in
        timer.cancel()
        promise.completeWith(result)
      }
    return try await promise.futureResult.get()
  }

  private static func ask(_ absolute: String, for name: String) throws -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(absolute, nil, &hints, &list)
    guard code == 0 else {
      // -5 is EAI_NODATA, which Glibc's module does not show: the name exists and has no address.
      if code == EAI_NONAME || code == -5 { return [] }
      throw ResolutionTrouble(name: name, code: code)
    }
    defer { freeaddrinfo(list) }
    var found: [IPAddress] = []
    var entry = list
    while let current = entry {
      if let address = address(current.pointee), !found.contains(address) { found.append(address) }
      entry = current.pointee.ai_next
    }
    return found
  }

  private static func address(_ entry: addrinfo) -> IPAddress? {
    guard let start = entry.ai_addr else { return nil }
    // By offset (ip(7), ipv6(7)): the members count as another module's as soon as NIO's own is seen, as in a release build.
    let raw = UnsafeRawBufferPointer(start: start, count: Int(entry.ai_addrlen))
    switch entry.ai_family {
    case AF_INET where raw.count >= 8:
      return IPAddress(v4: raw[4..<8].reduce(0) { $0 << 8 | UInt32($1) })
    case AF_INET6 where raw.count >= 24:
      return IPAddress(v6: raw[8..<24].reduce(0) { $0 << 8 | UInt128($1) })
    default: return nil
    }
  }
}

/// Answers from the operator's own table and asks nobody, like a hosts file; a name that is not in it has no address.
public struct TableResolver: NameResolver {
  let table: [String: [IPAddress]]

  public init(_ table: [String: [IPAddress]]) { self.table = table }

  public func addresses(of name: String, within limit: TimeAmount) async throws -> [IPAddress] { table[name] ?? [] }
}

/// The name servers gave no answer; the same question may be answered later.
struct ResolutionTrouble: Error {
  let name: String
  /// The code of `getaddrinfo`.
  let code: Int32

  func trouble(retryAt: Instant) -> Trouble {
    Trouble("the name \(name) was not resolved: \(String(cString: gai_strerror(code)))", remedy: .wait(until: retryAt))
  }
}
