import Model
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Wire

@Suite struct SSRFTests {
  private func dialler(_ resolver: any NameResolver, _ count: DialCount, _ rules: AddressRules = AddressRules())
    -> Dialler
  {
    Dialler(
      rules: rules, resolver: resolver, connect: count.connect, now: { Instant(seconds: 0) }, mayDial: { _, _ in },
      maySend: { _ in })
  }

  private func resolver(_ cases: [HostCase]) -> CarelessResolver {
    CarelessResolver(
      Dictionary(
        cases.filter { !$0.answers.isEmpty }.map { ($0.text.lowercased().trimmingDot, [$0.answers]) },
        uniquingKeysWith: { first, _ in first }))
  }

  @Test("P002 none of 450 ways to write an inner host is dialled")
  func noInnerHostIsDialled() async throws {
    let cases = HostCases.forbidden
    #expect(cases.count >= 450)
    let count = DialCount()
    let dialler = dialler(resolver(cases), count)
    var byRule: [String: Int] = [:]
    for one in cases {
      do {
        try await dialler.dial(Endpoint(host: one.text, port: 993), under: ada, security: .implicitTLS(.system)) { _ in
        }
        Issue.record("dialled: \(one.text.debugDescription)")
      } catch let refusal as WireRefusal {
        byRule[String(String(describing: refusal).prefix(12)), default: 0] += 1
      } catch {
        Issue.record("\(one.text.debugDescription) ended with \(error) and not with a refusal")
      }
    }
    #expect(count.addresses.isEmpty)
    #expect(byRule.values.reduce(0, +) == cases.count)
  }

  @Test("the table of inner hosts bites: a careless client reaches an inner address with most of them")
  func carelessClientControl() async throws {
    let cases = HostCases.forbidden
    let resolver = resolver(cases)
    var inner = 0
    for one in cases {
      let answers = try await resolver.addresses(of: one.text.lowercased().trimmingDot, within: .seconds(1))
      if answers.contains(where: { $0.kind != .open }) { inner += 1 }
    }
    #expect(inner >= 300)
  }

  @Test("an honest host is dialled at its one checked address", arguments: HostCases.open.indices)
  func honestHosts(_ index: Int) async throws {
    let (text, answers, dialled) = HostCases.open[index]
    let count = DialCount()
    let resolver = CarelessResolver([text.lowercased().trimmingDot: [answers]])
    await #expect(throws: Counted.self) {
      try await dialler(resolver, count).dial(
        Endpoint(host: text, port: 993), under: ada, security: .implicitTLS(.system)
      ) { _ in }
    }
    #expect(count.addresses == [dialled])
    #expect(resolver.asked.withLock { $0.count } == (answers.isEmpty ? 0 : 1))
  }

  @Test("a name server that answers public first and private second gets the public address dialled, then nothing")
  func rebinding() async throws {
    let count = DialCount()
    let resolver = CarelessResolver(["rebind.example.org": [["93.184.216.34"], ["127.0.0.1"]]])
    let dialler = dialler(resolver, count)
    let endpoint = Endpoint(host: "rebind.example.org", port: 993)
    await #expect(throws: Counted.self) {
      try await dialler.dial(endpoint, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    #expect(resolver.asked.withLock { $0 } == ["rebind.example.org"])
    #expect(count.addresses == ["93.184.216.34"])
    await #expect(throws: WireRefusal.address(IPAddress(v4: 0x7f00_0001), .loopback)) {
      try await dialler.dial(endpoint, under: ada, security: .implicitTLS(.system)) { _ in }
    }
    #expect(count.addresses == ["93.184.216.34"])
  }

  @Test("a name with one inner address among public ones is refused whole")
  func mixedAnswers() async {
    let count = DialCount()
    let resolver = CarelessResolver(["mixed.example.org": [["93.184.216.34", "192.168.1.1"]]])
    await #expect(throws: WireRefusal.self) {
      try await dialler(resolver, count).dial(
        Endpoint(host: "mixed.example.org", port: 993), under: ada, security: .implicitTLS(.system)
      ) { _ in }
    }
    #expect(count.addresses.isEmpty)
  }

  @Test("an inner name or a disguised number is refused before any name server is asked")
  func refusedBeforeResolution() async {
    let resolver = CarelessResolver()
    let count = DialCount()
    let dialler = dialler(resolver, count)
    for text in ["localhost", "metadata.google.internal", "printer.local", "2130706433", "0x7f.1", "127.1", "postgres"]
    {
      await #expect(throws: WireRefusal.self) {
        try await dialler.dial(Endpoint(host: text, port: 443), under: ada, security: .implicitTLS(.system)) { _ in }
      }
    }
    #expect(resolver.asked.withLock { $0.isEmpty })
  }

  @Test("only the ports on the list are dialled, and for no other is a name asked")
  func ports() async {
    let count = DialCount()
    let resolver = CarelessResolver(["imap.example.org": [["93.184.216.34"]]])
    let dialler = dialler(resolver, count)
    for port in [-1, 0, 22, 25, 80, 5432, 6379, 65_536, 66_529, Int.max, Int.min] {
      for host in ["93.184.216.34", "imap.example.org"] {
        await #expect(throws: WireRefusal.port(port)) {
          try await dialler.dial(Endpoint(host: host, port: port), under: ada, security: .implicitTLS(.system)) { _ in }
        }
      }
    }
    #expect(count.addresses.isEmpty)
    #expect(resolver.asked.withLock { $0.isEmpty })
  }

  @Test("the operator opens what they name and nothing beside it")
  func operatorAllows() async {
    let rules = AddressRules(
      allowedHosts: ["mail.internal", "Postfix.", "both.example.org"],
      allowedBlocks: ["10.1.0.0/16", "169.254.0.0/16", "fd00::/8", "0.0.0.0/0"].compactMap { AddressBlock($0) }
        .dropLast())
    let table: [String: [[String]]] = [
      "mail.internal": [["192.168.7.7"]], "postfix": [["172.18.0.3"]], "other.internal": [["10.1.0.1"]],
      "ten.example.org": [["10.1.2.3"]], "eleven.example.org": [["10.2.0.1"]],
      "both.example.org": [["169.254.169.254"]],
      "meta.example.org": [["fd00:ec2::254"]], "ula.example.org": [["fd12::1"]],
    ]
    let count = DialCount()
    let dialler = dialler(CarelessResolver(table), count, rules)
    for host in ["mail.internal", "postfix", "ten.example.org", "ula.example.org", "10.1.255.255"] {
      await #expect(throws: Counted.self) {
        try await dialler.dial(Endpoint(host: host, port: 143), under: ada, security: .implicitTLS(.system)) { _ in }
      }
    }
    let dialled = ["192.168.7.7", "172.18.0.3", "10.1.2.3", "fd12::1", "10.1.255.255"]
    #expect(count.addresses == dialled)
    for host in [
      "other.internal", "eleven.example.org", "both.example.org", "meta.example.org", "10.2.0.1", "169.254.169.254",
      "fd00:ec2::254", "127.0.0.1",
    ] {
      await #expect(throws: WireRefusal.self) {
        try await dialler.dial(Endpoint(host: host, port: 143), under: ada, security: .implicitTLS(.system)) { _ in }
      }
    }
    #expect(count.addresses == dialled)
  }

  @Test("a metadata address opens only when the operator writes that one address; multicast and 0.0.0.0 never do")
  func metadataAndNever() throws {
    let wide = AddressRules(allowedBlocks: ["0.0.0.0/0", "::/0"].compactMap { AddressBlock($0) })
    for text in ["169.254.169.254", "168.63.129.16", "fd00:ec2::254", "224.0.0.1", "0.0.0.0", "::", "255.255.255.255"] {
      #expect(throws: WireRefusal.self, "\(text)") { try wide.host(text, port: 443) }
    }
    #expect(try wide.host("127.0.0.1", port: 443) == .address(IPAddress(v4: 0x7f00_0001)))
    let exact = AddressRules(allowedBlocks: ["169.254.169.254", "224.0.0.1"].compactMap { AddressBlock($0) })
    #expect(throws: Never.self) { try exact.host("169.254.169.254", port: 443) }
    #expect(throws: WireRefusal.self) { try exact.host("224.0.0.1", port: 443) }
  }

  @Test("seen on the wire: with all inner hosts dialled by the real socket, a listener on loopback has no visitor")
  func listenerHasNoVisitor() async throws {
    let server = try await LoopbackServer.start(.echo)
    let closed = Dialler(
      rules: AddressRules(ports: [server.port]), resolver: resolver(HostCases.forbidden),
      group: .singletonMultiThreadedEventLoopGroup, now: { Instant(seconds: 0) }, mayDial: { _, _ in },
      maySend: { _ in })
    for one in HostCases.forbidden {
      await #expect(throws: WireRefusal.self) {
        try await closed.dial(Endpoint(host: one.text, port: server.port), under: ada, security: .implicitTLS(.system))
        { _ in }
      }
    }
    #expect(server.visitors.withLock { $0.count } == 0)
    // The control: the same listener has a visitor as soon as the operator allows it.
    try await loopbackDialler([server.port]).dial(
      Endpoint(host: "127.0.0.1", port: server.port), under: ada, security: .none
    ) {
      try await $0.send(ByteBuffer(string: "x"))
      for try await _ in $0.arrivals { break }
    }
    #expect(server.visitors.withLock { $0.count } == 1)
    try await server.stop()
  }
}

extension String {
  var trimmingDot: String { hasSuffix(".") ? String(dropLast()) : self }
}
