import Consent
import Model
import NIOCore
import Synchronization
import Testing

@testable import Wire

@Suite(.serialized, .timeLimit(.minutes(5))) struct LoginTests {
  private static let canary = "canary-0x5eed"

  @Sendable private static func plain(_ login: Login) -> ByteBuffer {
    ByteBuffer(string: "a \(login.kind.rawValue) \(login.user) \(login.secret)\r\n")
  }

  @Test("P080 a login leaves under its own permit, over TLS, in the form asked for, and comes back to nobody else")
  func ownPermit() async throws {
    let desk = try await LoginDesk()
    let authority = try Authority("login")
    defer { authority.remove() }
    let server = try await TLSServer.start(try authority.certificate("DNS:mail.example.test"))
    for kind in MailServer.Secret.allCases {
      let sealed = try await desk.seal(Login(user: "ada", secret: LoginTests.canary, kind: kind))
      #expect(!sealed.bytes.contains(LoginTests.canary))
      let back = try await namedDialler(server.port, grants: Grants([desk.stamp: nil])).dial(
        Endpoint(host: "mail.example.test", port: server.port), under: desk.stamp,
        security: .implicitTLS(authority.roots)
      ) { connection in
        let permit = try await desk.gate.permit(Connect.self, for: desk.request)
        try await connection.authenticate(with: sealed, in: desk.slot, permit) { LoginTests.plain($0) }
        _ = permit.close()
        var reader = connection.arrivals.makeAsyncIterator()
        let line = "a \(kind.rawValue) ada \(LoginTests.canary)\r\n"
        return String(buffer: try await reader.read(line.utf8.count)) == line
      }
      #expect(back)
    }
    try await server.stop()
  }

  @Test("P080 a login is not opened for a connection of another grant, nor of an older epoch")
  func anotherGrant() async throws {
    let desk = try await LoginDesk()
    let sealed = try await desk.seal(Login(user: "ada", secret: LoginTests.canary))
    let server = try await LoopbackServer.start(.silent)
    for stamp in [Grant.Stamp(grant: ID(99), epoch: 1), Grant.Stamp(grant: desk.stamp.grant, epoch: 7)] {
      let asked = Shared(false)
      let refusal = await #expect(throws: Refusal.self) {
        try await namedDialler(server.port, grants: Grants([stamp: nil])).dial(
          Endpoint(host: "mail.example.test", port: server.port), under: stamp, security: .none
        ) { connection in
          let permit = try await desk.gate.permit(Connect.self, for: desk.request)
          try await connection.authenticate(with: sealed, in: desk.slot, permit) {
            asked.value.withLock { $0 = true }
            return LoginTests.plain($0)
          }
        }
      }
      #expect(refusal?.promise == 80)
      #expect(!asked.value.withLock { $0 })
    }
    #expect(server.heard.withLock { $0 } == 0)
    try await server.stop()
  }

  @Test("P080 before STARTTLS no login is opened, unless nothing leaves this machine")
  func inTheClear() async throws {
    let desk = try await LoginDesk()
    let sealed = try await desk.seal(Login(user: "ada", secret: LoginTests.canary))
    let server = try await LoopbackServer.start(.silent)
    let asked = Shared(0)
    @Sendable func attempt(_ security: Security, from address: String) async throws {
      let count = DialCount()
      let dialler = Dialler(
        rules: AddressRules(ports: [server.port], allowedBlocks: ["0.0.0.0/0"].compactMap { AddressBlock($0) }),
        resolver: TableResolver(["mail.example.test": [address].compactMap { IPAddress($0) }]),
        connect: loopbackInstead(server.port, count), now: { Instant(seconds: 0) }, mayDial: { _, _ in },
        maySend: { _ in })
      try await dialler.dial(
        Endpoint(host: "mail.example.test", port: server.port), under: desk.stamp, security: security
      ) { connection in
        let permit = try await desk.gate.permit(Connect.self, for: desk.request)
        try await connection.authenticate(with: sealed, in: desk.slot, permit) {
          asked.value.withLock { $0 += 1 }
          return LoginTests.plain($0)
        }
      }
    }
    await #expect(throws: WireRefusal.loginInTheClear) {
      try await attempt(.startTLS(.system), from: "93.184.216.34")
    }
    await #expect(throws: WireRefusal.loginInTheClear) {
      try await attempt(.startTLS(.system), from: "127.0.0.1")
    }
    #expect(asked.value.withLock { $0 } == 0)
    #expect(server.heard.withLock { $0 } == 0)
    try await attempt(.none, from: "127.0.0.1")
    #expect(asked.value.withLock { $0 } == 1)
    try await server.stop()
  }

  @Test("P080 an error of the one who encodes a login tells nothing of it, and a withdrawn grant opens none")
  func errors() async throws {
    struct Leak: Error { let text: String }
    let desk = try await LoginDesk()
    let sealed = try await desk.seal(Login(user: "ada", secret: LoginTests.canary))
    let server = try await LoopbackServer.start(.silent)
    let grants = Grants([desk.stamp: nil])
    let endpoint = Endpoint(host: "mail.example.test", port: server.port)
    let refusal = await #expect(throws: Refusal.self) {
      try await namedDialler(server.port, grants: grants).dial(endpoint, under: desk.stamp, security: .none) {
        let permit = try await desk.gate.permit(Connect.self, for: desk.request)
        try await $0.authenticate(with: sealed, in: desk.slot, permit) { throw Leak(text: $0.secret) }
      }
    }
    #expect(refusal.map { !"\($0)".contains(LoginTests.canary) } == true)
    let asked = Shared(false)
    await #expect(throws: Withdrawn()) {
      try await namedDialler(server.port, grants: grants).dial(endpoint, under: desk.stamp, security: .none) {
        let permit = try await desk.gate.permit(Connect.self, for: desk.request)
        grants.withdraw(desk.stamp)
        try await $0.authenticate(with: sealed, in: desk.slot, permit) {
          asked.value.withLock { $0 = true }
          return LoginTests.plain($0)
        }
      }
    }
    #expect(!asked.value.withLock { $0 })
    #expect(server.heard.withLock { $0 } == 0)
    try await server.stop()
  }
}

extension [UInt8] {
  fileprivate func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    return indices.contains { self[$0...].starts(with: wanted) }
  }
}
