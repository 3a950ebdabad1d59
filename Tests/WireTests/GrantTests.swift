import Consent
import Model
import NIOCore
import Synchronization
import Testing

@testable import Wire

@Suite struct GrantTests {
  private func dialler(_ grants: Grants, _ resolver: CarelessResolver, _ count: DialCount) -> Dialler {
    Dialler(
      rules: AddressRules(), resolver: resolver, connect: count.connect, now: { Instant(seconds: 0) },
      mayDial: { try grants.mayDial($0, $1) }, maySend: { try grants.maySend($0) })
  }

  private let imap = Endpoint(host: "imap.example.org", port: 993)

  @Test("P006 a dial whose grant is off asks no name server and opens no socket")
  func offMeansNothing() async {
    let resolver = CarelessResolver(["imap.example.org": [["93.184.216.34"]]])
    let count = DialCount()
    let grants = Grants([:])
    let dialler = dialler(grants, resolver, count)
    for host in ["imap.example.org", "93.184.216.34", "localhost", "127.0.0.1", ""] {
      await #expect(throws: Withdrawn()) {
        try await dialler.dial(Endpoint(host: host, port: 993), under: ada, security: .implicitTLS(.system)) { _ in }
      }
    }
    #expect(grants.asked.withLock { $0 } == 5)
    #expect(resolver.asked.withLock { $0.isEmpty })
    #expect(count.addresses.isEmpty)
    #expect(dialler.meter.total(of: ID(1)) == ByteCount())
  }

  @Test("P006 a grant of an older epoch asks no name server")
  func olderEpoch() async {
    let resolver = CarelessResolver(["imap.example.org": [["93.184.216.34"]]])
    let count = DialCount()
    let dialler = dialler(Grants([Grant.Stamp(grant: ID(1), epoch: 2): nil]), resolver, count)
    await #expect(throws: Withdrawn()) {
      try await dialler.dial(imap, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    #expect(resolver.asked.withLock { $0.isEmpty })
    #expect(count.addresses.isEmpty)
  }

  @Test("P006 a grant withdrawn while the name is resolved opens no socket")
  func withdrawnDuringResolution() async {
    let grants = Grants([ada: nil])
    let resolver = CarelessResolver(["imap.example.org": [["93.184.216.34"]]]) { _ in grants.withdraw(ada) }
    let count = DialCount()
    await #expect(throws: Withdrawn()) {
      try await dialler(grants, resolver, count).dial(imap, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    #expect(resolver.asked.withLock { $0.count } == 1)
    #expect(count.addresses.isEmpty)
  }

  @Test("P016 closing a grant while its name is resolved ends the dial, even before the register says so")
  func closedDuringResolution() async {
    let box = Mutex<Dialler?>(nil)
    let held = Held(box)
    let resolver = CarelessResolver(["imap.example.org": [["93.184.216.34"]]]) { _ in
      if let dialler = held.box.withLock({ $0 }) { _ = await dialler.close(grant: ID(1)) }
    }
    let count = DialCount()
    let dialler = dialler(Grants([ada: nil]), resolver, count)
    held.box.withLock { $0 = dialler }
    await #expect(throws: WireRefusal.withdrawn) {
      try await dialler.dial(imap, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    #expect(count.addresses.isEmpty)
  }

  private final class Held: Sendable {
    let box: Mutex<Dialler?>
    init(_ box: consuming Mutex<Dialler?>) { self.box = box }
  }

  @Test("P002 a host that the grant does not name is refused before its name is asked")
  func onlyTheNamedHost() async {
    let resolver = CarelessResolver(["imap.example.org": [["93.184.216.34"]], "crm.example.test": [["9.9.9.9"]]])
    let count = DialCount()
    let dialler = dialler(Grants([ada: imap]), resolver, count)
    for other in [
      Endpoint(host: "crm.example.test", port: 993), Endpoint(host: "imap.example.org", port: 443),
      Endpoint(host: "imap.example.org.evil.example.test", port: 993), Endpoint(host: "93.184.216.34", port: 993),
    ] {
      await #expect(throws: Withdrawn()) {
        try await dialler.dial(other, under: ada, security: .implicitTLS(.system)) { _ in }
      }
    }
    #expect(resolver.asked.withLock { $0.isEmpty })
    await #expect(throws: Counted.self) {
      try await dialler.dial(imap, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    #expect(count.addresses == ["93.184.216.34"])
  }

  @Test("P016 a source whose grant is withdrawn is never dialled again")
  func neverDialledAgain() async {
    let grants = Grants([ada: nil])
    let resolver = CarelessResolver(["imap.example.org": [["93.184.216.34"]]])
    let count = DialCount()
    let dialler = dialler(grants, resolver, count)
    await #expect(throws: Counted.self) {
      try await dialler.dial(imap, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    grants.withdraw(ada)
    await dialler.close(grant: ID(1))
    for _ in 0..<100 {
      await #expect(throws: Withdrawn()) {
        try await dialler.dial(imap, under: ada, security: .implicitTLS(.system)) { _ in }
      }
    }
    #expect(count.addresses.count == 1)
    #expect(resolver.asked.withLock { $0.count } == 1)
  }

  @Test("a name without an address, and a name server without an answer, are troubles with a remedy")
  func resolutionTrouble() async {
    let count = DialCount()
    let none = dialler(Grants([ada: nil]), CarelessResolver(), count)
    await #expect(throws: Trouble("the name imap.example.org has no address", "check the name of the host")) {
      try await none.dial(imap, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    struct Dead: NameResolver {
      func addresses(of name: String, within limit: TimeAmount) async throws -> [IPAddress] {
        throw ResolutionTrouble(name: name, code: -3)
      }
    }
    let dead = Dialler(
      rules: AddressRules(), resolver: Dead(), connect: count.connect, now: { Instant(seconds: 0) },
      mayDial: { _, _ in }, maySend: { _ in })
    let error = await #expect(throws: Trouble.self) {
      try await dead.dial(imap, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    #expect(error?.remedy == .wait(until: Instant(seconds: 300)))
  }
}
