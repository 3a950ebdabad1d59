import Consent
import Model
import NIOCore
import NIOPosix
import NIOSSL
import Programs
import Synchronization
import Testing

@testable import Wire

@Suite(.serialized, .timeLimit(.minutes(5))) struct TLSTests {
  private let quick = Limits(connect: .milliseconds(500))

  /// Says one line under TLS and hears it back.
  private func echo(
    _ host: String, _ server: TLSServer, _ roots: TrustRoots, _ limits: Limits = Limits(connect: .seconds(120))
  ) async throws -> String {
    try await namedDialler(server.port).dial(
      Endpoint(host: host, port: server.port), under: ada, security: .implicitTLS(roots), limits: limits
    ) { connection in
      #expect(connection.isSecure)
      try await connection.send(ByteBuffer(string: "hello\r\n"))
      var reader = connection.arrivals.makeAsyncIterator()
      return String(buffer: try await reader.read(7))
    }
  }

  private func trouble(_ host: String, _ server: TLSServer, _ roots: TrustRoots) async -> Trouble? {
    await #expect(throws: Trouble.self) { try await echo(host, server, roots) }
  }

  @Test("a certificate of the right authority and name is believed: exact name, wildcard of one label, address")
  func believed() async throws {
    let authority = try Authority("right")
    defer { authority.remove() }
    for (names, host) in [
      ("DNS:mail.example.test", "mail.example.test"), ("DNS:*.example.test", "MAIL.example.test."),
      ("DNS:x.example.test,DNS:Mail.Example.Test", "mail.example.test"), ("IP:127.0.0.1", "127.0.0.1"),
    ] {
      let server = try await TLSServer.start(try authority.certificate(names))
      #expect(try await echo(host, server, authority.roots) == "hello\r\n")
      try await server.stop()
    }
  }

  @Test("P098 a certificate of an unknown authority is named, and the remedy is --ca")
  func unknownAuthority() async throws {
    let (authority, stranger) = (try Authority("mine"), try Authority("stranger"))
    defer {
      authority.remove()
      stranger.remove()
    }
    for credential in [
      try stranger.certificate("DNS:mail.example.test"),
      try authority.certificate("DNS:mail.example.test", selfSigned: true),
    ] {
      let server = try await TLSServer.start(credential)
      for roots in [TrustRoots.system, try authority.roots] {
        let trouble = await trouble("mail.example.test", server, roots)
        #expect(trouble?.what == "the certificate of mail.example.test comes from an unknown authority")
        #expect(trouble?.description.contains("--ca") == true)
      }
      try await server.stop()
    }
  }

  @Test("P098 a certificate for another host is named: other name, wildcard, address of the name, name of the address")
  func otherHost() async throws {
    let authority = try Authority("names")
    defer { authority.remove() }
    for (names, host) in [
      ("DNS:other.example.test", "mail.example.test"), ("DNS:*.test", "mail.example.test"),
      ("DNS:*.mail.example.test", "mail.example.test"), ("DNS:m*.example.test", "mail.example.test"),
      // What the name server answered must not decide whom we trust.
      ("IP:127.0.0.1", "mail.example.test"), ("DNS:127.0.0.1", "127.0.0.1"), ("IP:127.0.0.2", "127.0.0.1"),
      ("DNS:mail.example.test", "127.0.0.1"),
    ] {
      let server = try await TLSServer.start(try authority.certificate(names))
      let trouble = await trouble(host, server, try authority.roots)
      #expect(trouble?.what == "the certificate of \(host) is made out to another host", "\(names)")
      try await server.stop()
    }
    let old = try await TLSServer.start(try authority.certificate("", common: "mail.example.test"))
    let common = await trouble("mail.example.test", old, try authority.roots)
    #expect(common?.what == "the certificate of mail.example.test is made out to another host")
    try await old.stop()
  }

  @Test("P098 an expired certificate is named")
  func expired() async throws {
    let authority = try Authority("old")
    defer { authority.remove() }
    let server = try await TLSServer.start(try authority.certificate("DNS:mail.example.test", days: -1))
    let trouble = await trouble("mail.example.test", server, try authority.roots)
    #expect(trouble?.what == "the certificate of mail.example.test has expired")
    try await server.stop()
  }

  @Test("P098 a server that speaks only TLS 1.1 is named")
  func oldVersion() async throws {
    let authority = try Authority("tls11")
    defer { authority.remove() }
    let server = try await TLSServer.start(try authority.certificate("DNS:mail.example.test"), maximum: .tlsv11)
    let trouble = await trouble("mail.example.test", server, try authority.roots)
    #expect(trouble?.what == "mail.example.test speaks only a TLS older than 1.2")
    try await server.stop()
    let newer = try await TLSServer.start(try authority.certificate("DNS:mail.example.test"), maximum: .tlsv12)
    #expect(try await echo("mail.example.test", newer, authority.roots) == "hello\r\n")
    try await newer.stop()
  }

  @Test(
    "P098 a port that does not speak TLS is named: one that greets, one that echoes, one that is silent, one that hangs up, one that resets"
  )
  func notTLS() async throws {
    let expected: [(LoopbackServer.Manner, String)] = [
      (.chatty, "does not speak TLS on this port"), (.silent, "did not finish the TLS handshake in time"),
      (.hangsUp, "closed the connection during the TLS handshake"),
      (.resets, "closed the connection during the TLS handshake"),
    ]
    for (manner, words) in expected {
      let server = try await LoopbackServer.start(manner)
      let error = await #expect(throws: Trouble.self) {
        try await namedDialler(server.port).dial(
          Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .implicitTLS(.system),
          limits: quick
        ) { _ in Issue.record("the body ran without TLS") }
      }
      #expect(error?.what == "mail.example.test " + words)
      try await server.stop()
    }
  }

  @Test("authorities that cannot be read are told before a name is asked")
  func unreadableAuthority() async throws {
    let resolver = CarelessResolver(["mail.example.test": [["9.9.9.9"]]])
    let count = DialCount()
    let dialler = Dialler(
      rules: AddressRules(), resolver: resolver, connect: count.connect, now: { Instant(seconds: 0) },
      mayDial: { _, _ in }, maySend: { _ in })
    for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
      await #expect(throws: Trouble.self) {
        try await dialler.dial(
          Endpoint(host: "mail.example.test", port: 993), under: ada, security: .implicitTLS(.pem(text))
        ) { _ in }
      }
    }
    #expect(resolver.asked.withLock { $0.isEmpty })
    #expect(count.addresses.isEmpty)
  }

  @Test("P098 a server that breaks off without a goodbye is told from one that ends: what arrived is not taken for all")
  func breaksOff() async throws {
    let authority = try Authority("cut")
    defer { authority.remove() }
    let server = try await TLSServer.start(try authority.certificate("DNS:mail.example.test"), .breaksOff)
    let heard = Shared("")
    let error = await #expect(throws: Trouble.self) {
      try await namedDialler(server.port).dial(
        Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .implicitTLS(authority.roots)
      ) { connection in
        for try await part in connection.arrivals { heard.value.withLock { $0 += String(buffer: part) } }
      }
    }
    #expect(heard.value.withLock { $0 } == "* OK hal")
    #expect(error?.what == "mail.example.test broke off in the middle of the connection")
    #expect(error?.remedy == .wait(until: Instant(seconds: 1_700_000_300)))
    try await server.stop()
  }

  @Test("without TLS only this machine is dialled: any other address is refused before a socket is opened")
  func plaintext() async throws {
    let count = DialCount()
    let resolver = CarelessResolver([
      "mail.example.test": [["93.184.216.34"]], "mixed.example.test": [["127.0.0.1", "10.1.1.1"]],
      "here.example.test": [["127.0.0.1"]],
    ])
    let dialler = Dialler(
      rules: AddressRules(allowedBlocks: ["127.0.0.0/8", "10.0.0.0/8", "::1"].compactMap { AddressBlock($0) }),
      resolver: resolver, connect: count.connect, now: { Instant(seconds: 0) }, mayDial: { _, _ in }, maySend: { _ in })
    for host in ["mail.example.test", "mixed.example.test", "10.1.1.1", "93.184.216.34", "2606:4700::1111"] {
      let refusal = await #expect(throws: WireRefusal.self) {
        try await dialler.dial(Endpoint(host: host, port: 143), under: ada, security: .none) { _ in }
      }
      guard case .plaintext? = refusal else {
        Issue.record("\(host): \(String(describing: refusal))")
        continue
      }
    }
    #expect(count.addresses.isEmpty)
    for host in ["here.example.test", "127.0.0.1", "::1"] {
      await #expect(throws: Counted.self) {
        try await dialler.dial(Endpoint(host: host, port: 143), under: ada, security: .none) { _ in }
      }
    }
    #expect(count.addresses.count == 3)
  }

  @Test("P016 withdrawing a grant ends a handshake that hangs, and an idle TLS connection, within 5 s")
  func withdrawal() async throws {
    let authority = try Authority("idle")
    defer { authority.remove() }
    let server = try await TLSServer.start(try authority.certificate("DNS:mail.example.test"))
    let silent = try await LoopbackServer.start(.silent)
    let roots = try authority.roots
    for port in [server.port, silent.port] {
      let grants = Grants([ada: nil])
      let dialler = namedDialler(port, grants: grants)
      let reached = Shared(false)
      let idle = Task {
        try await dialler.dial(
          Endpoint(host: "mail.example.test", port: port), under: ada, security: .implicitTLS(roots),
          limits: Limits(connect: .minutes(5), quiet: .minutes(30))
        ) { connection in
          reached.value.withLock { $0 = true }
          for try await _ in connection.arrivals {}
        }
      }
      if port == server.port {
        while !reached.value.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
      } else {
        while silent.heard.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
      }
      let clock = FairClock()
      grants.withdraw(ada)
      #expect(await dialler.close(grant: ada.grant) == 1)
      await #expect(throws: WireRefusal.withdrawn) { try await idle.value }
      #expect(clock.seconds < 5)
    }
    try await server.stop()
    try await silent.stop()
  }

  @Test("P002 under TLS the meter counts what goes over the wire, handshake included")
  func meter() async throws {
    let authority = try Authority("meter")
    defer { authority.remove() }
    let server = try await TLSServer.start(try authority.certificate("DNS:mail.example.test"))
    let dialler = namedDialler(server.port)
    try await dialler.dial(
      Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .implicitTLS(authority.roots)
    ) { connection in
      let before = dialler.meter.total(of: ada.grant)
      #expect(before.sent > 200 && before.received > 500)
      try await connection.send(ByteBuffer(repeating: 1, count: 50_000))
      var reader = connection.arrivals.makeAsyncIterator()
      _ = try await reader.read(50_000)
      let after = dialler.meter.total(of: ada.grant)
      // Each record of at most 16 KiB has a head and a tag: at least 22 bytes.
      #expect((50_000 + 22 * 4...50_000 + 600).contains(after.sent - before.sent))
      #expect((50_000 + 22 * 4...50_000 + 2000).contains(after.received - before.received))
    }
    try await server.stop()
  }

  @Test("a reader that does not read holds the sender back, and gets everything later")
  func backPressure() async throws {
    let authority = try Authority("slow")
    defer { authority.remove() }
    let server = try await TLSServer.start(try authority.certificate("DNS:mail.example.test"), .sends(megabytes: 64))
    let dialler = namedDialler(server.port)
    let (held, whole) = try await dialler.dial(
      Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .implicitTLS(authority.roots)
    ) { connection in
      try await Task.sleep(for: .milliseconds(500))
      let held = dialler.meter.total(of: ada.grant).received
      var reader = connection.arrivals.makeAsyncIterator()
      var whole = 0
      while whole < 64 << 20, let part = try await reader.next() { whole += part.readableBytes }
      return (held, whole)
    }
    #expect(held < 8 << 20)
    #expect(whole == 64 << 20)
    try await server.stop()
  }
}
