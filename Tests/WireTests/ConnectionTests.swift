import Consent
import Dispatch
import Model
import NIOCore
import NIOPosix
import Programs
import Synchronization
import Testing

@testable import Wire

@Suite(.serialized, .timeLimit(.minutes(5))) struct ConnectionTests {
  private func read(_ count: Int, _ connection: Connection) async throws -> ByteBuffer {
    var all = ByteBuffer()
    guard count > 0 else { return all }
    for try await part in connection.arrivals {
      all.writeImmutableBuffer(part)
      if all.readableBytes >= count { break }
    }
    return all
  }

  /// Waits for what must happen within 5 seconds; the expectations that follow say whether it did.
  private func until(_ happened: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while !happened(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
  }

  @Test("P002 the bytes of every grant are counted exactly, both ways")
  func exactCounts() async throws {
    let server = try await LoopbackServer.start(.echo)
    let dialler = loopbackDialler([server.port])
    let endpoint = Endpoint(host: "echo.example.org", port: server.port)
    var sent: [ID<Grant>: Int] = [:]
    for (grant, size) in [(ada, 1), (bob, 70_000), (ada, 0), (ada, 1_000_003), (bob, 65_536), (bob, 65_537)] {
      let bytes = ByteBuffer(repeating: UInt8(truncatingIfNeeded: size), count: size)
      let back = try await dialler.dial(endpoint, under: grant, security: .none) { connection in
        async let echoed = read(size, connection)
        try await connection.send(bytes)
        return try await echoed
      }
      #expect(back == bytes)
      sent[grant.grant, default: 0] += size
      #expect(
        dialler.meter.total(of: grant.grant)
          == ByteCount(sent: sent[grant.grant] ?? 0, received: sent[grant.grant] ?? 0))
    }
    let kept = Mutex<[ID<Grant>: ByteCount]>([:])
    struct Full: Error {}
    await #expect(throws: Full.self) { try await dialler.meter.flush { _ in throw Full() } }
    try await dialler.meter.flush { counts in kept.withLock { $0 = counts } }
    #expect(kept.withLock { $0 } == sent.mapValues { ByteCount(sent: $0, received: $0) })
    try await dialler.meter.flush { _ in Issue.record("flushed twice") }
    #expect(server.heard.withLock { $0 } == sent.values.reduce(0, +))
    try await server.stop()
  }

  @Test("P016 withdrawing a grant closes its open connections within 5 s, and no others")
  func withdrawalCloses() async throws {
    let server = try await LoopbackServer.start(.echo)
    let grants = Grants([ada: nil, bob: nil])
    let dialler = loopbackDialler([server.port], grants: grants)
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port)
    let open = Shared(0)
    let ends = Shared<[Grant.Stamp: [any Error]]>([:])
    let idle = [ada, ada, ada, bob].map { grant in
      Task {
        do {
          try await dialler.dial(endpoint, under: grant, security: .none, limits: Limits(quiet: .minutes(30))) {
            connection in
            try await connection.send(ByteBuffer(string: "a IDLE\r\n"))
            for try await _ in connection.arrivals { open.value.withLock { $0 += 1 } }
          }
        } catch { ends.value.withLock { $0[grant, default: []].append(error) } }
      }
    }
    defer { for task in idle { task.cancel() } }
    try await until { open.value.withLock { $0 } == 4 }
    let clock = FairClock()
    grants.withdraw(ada)
    #expect(await dialler.close(grant: ada.grant) == 3)
    let visitors = server.visitors.withLock { $0 }
    #expect(visitors.count == 4)
    try await until { ends.value.withLock { $0[ada]?.count } == 3 && visitors.filter(\.isActive).count == 1 }
    #expect(clock.seconds < 5)
    #expect(ends.value.withLock { $0[ada]?.map { $0 as? WireRefusal } } == [.withdrawn, .withdrawn, .withdrawn])
    #expect(ends.value.withLock { $0[bob] == nil })
    #expect(visitors.filter(\.isActive).count == 1)
    await #expect(throws: Withdrawn()) { try await dialler.dial(endpoint, under: ada, security: .none) { _ in } }
    #expect(server.visitors.withLock { $0.count } == 4)
    await dialler.closeAll()
    try await until { ends.value.withLock { $0[bob] != nil } }
    #expect(ends.value.withLock { $0[bob]?.first is Trouble })
    try await server.stop()
  }

  @Test("P005 from the moment a grant is withdrawn no further burst leaves")
  func noFurtherBurst() async throws {
    let server = try await LoopbackServer.start(.echo)
    let grants = Grants([ada: nil])
    let dialler = loopbackDialler([server.port], grants: grants)
    await #expect(throws: Withdrawn()) {
      try await dialler.dial(Endpoint(host: "127.0.0.1", port: server.port), under: ada, security: .none) {
        connection in
        try await connection.send(ByteBuffer(string: "first"))
        _ = try await read(5, connection)
        grants.withdraw(ada)
        try? await connection.send(ByteBuffer(string: "second"))
        try? await connection.send(ByteBuffer(string: "third"))
      }
    }
    #expect(dialler.meter.total(of: ID(1)).sent == 5)
    try await Task.sleep(for: .milliseconds(50))
    #expect(server.heard.withLock { $0 } == 5)
    try await server.stop()
  }

  @Test("P005 a large send stops in its middle when the grant is withdrawn, and what the system held back is dropped")
  func largeSendStops() async throws {
    let server = try await LoopbackServer.start(.deaf)
    let grants = Grants([ada: nil])
    let dialler = loopbackDialler([server.port], grants: grants)
    let whole = 32 << 20
    let sending = Task {
      try await dialler.dial(Endpoint(host: "127.0.0.1", port: server.port), under: ada, security: .none) {
        connection in
        try await connection.send(ByteBuffer(repeating: 1, count: whole))
      }
    }
    // Full when nothing more left for a second; on a busy machine a shorter pause is only the scheduler's.
    var (last, quiet) = (0, 0)
    while quiet < 20 {
      let sent = dialler.meter.total(of: ID(1)).sent
      quiet = sent == last && sent > 0 ? quiet + 1 : 0
      last = sent
      try await Task.sleep(for: .milliseconds(50))
    }
    grants.withdraw(ada)
    await dialler.close(grant: ID(1))
    await #expect(throws: WireRefusal.withdrawn) { try await sending.value }
    for visitor in server.visitors.withLock({ $0 }) { try? await visitor.setOption(.autoRead, value: true).get() }
    try await Task.sleep(for: .milliseconds(100))
    #expect(dialler.meter.total(of: ID(1)).sent < whole)
    // Without the reset nearly all that the system had taken arrives.
    #expect(server.heard.withLock { $0 } < dialler.meter.total(of: ID(1)).sent / 4)
    try await server.stop()
  }

  @Test("a silent peer times out with a remedy, and its neighbours keep their pace")
  func silentPeers() async throws {
    let echo = try await LoopbackServer.start(.echo)
    let silent = try await LoopbackServer.start(.silent)
    let dialler = loopbackDialler([echo.port, silent.port])
    let limits = Limits(quiet: .seconds(3), progress: .seconds(3))
    let begun = ContinuousClock.now
    let ends = await withTaskGroup(of: (Bool, (any Error)?, Duration).self) { group in
      for number in 0..<60 {
        let stalls = number % 10 == 0
        group.addTask {
          do {
            try await dialler.dial(
              Endpoint(host: "127.0.0.1", port: stalls ? silent.port : echo.port), under: ada, security: .none,
              limits: limits
            ) {
              try await $0.send(ByteBuffer(string: "noop"))
              _ = try await read(4, $0)
            }
            return (stalls, nil, ContinuousClock.now - begun)
          } catch { return (stalls, error, ContinuousClock.now - begun) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for (stalls, error, after) in ends {
      #expect((error is Trouble) == stalls)
      // The upper bound only tells an end from none: these machines may be busy.
      if stalls { #expect(after >= .seconds(3) && after < .seconds(60)) }
      if let trouble = error as? Trouble { #expect(trouble.remedy == .wait(until: Instant(seconds: 1_700_000_300))) }
    }
    #expect(ends.filter { !$0.0 && $0.1 == nil }.count == 54)
    try await echo.stop()
    try await silent.stop()
  }

  @Test("our own silence is no stall: a long pause between two reads does not end the line")
  func ownPause() async throws {
    let server = try await LoopbackServer.start(.echo)
    let limits = Limits(quiet: .seconds(4), progress: .seconds(4))
    try await loopbackDialler([server.port]).dial(
      Endpoint(host: "127.0.0.1", port: server.port), under: ada, security: .none, limits: limits
    ) { connection in
      var reader = connection.arrivals.makeAsyncIterator()
      for _ in 0..<2 {
        try await connection.send(ByteBuffer(string: "x"))
        #expect(try await reader.next() == ByteBuffer(string: "x"))
        try await Task.sleep(for: .seconds(6))
      }
    }
    try await server.stop()
  }

  @Test("a peer that takes no bytes times out")
  func deafPeer() async throws {
    let server = try await LoopbackServer.start(.deaf)
    let limits = Limits(quiet: .seconds(30), progress: .milliseconds(300))
    let begun = ContinuousClock.now
    let error = await #expect(throws: Trouble.self) {
      try await loopbackDialler([server.port]).dial(
        Endpoint(host: "127.0.0.1", port: server.port), under: ada, security: .none, limits: limits
      ) { try await $0.send(ByteBuffer(repeating: 0, count: 64 << 20)) }
    }
    #expect(error?.what == "the other side stopped taking bytes")
    #expect(ContinuousClock.now - begun < .seconds(60))
    try await server.stop()
  }

  @Test("a cancelled task waits for no peer, whether it reads or sends")
  func cancelled() async throws {
    let server = try await LoopbackServer.start(.deaf)
    let dialler = loopbackDialler([server.port])
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port)
    let ends = Shared<[any Error]>([])
    let tasks = [0, 64 << 20].map { size in
      Task {
        do {
          try await dialler.dial(endpoint, under: ada, security: .none) { connection in
            try await connection.send(ByteBuffer(repeating: 0, count: size))
            for try await _ in connection.arrivals {}
          }
        } catch { ends.value.withLock { $0.append(error) } }
      }
    }
    try await until { server.visitors.withLock { $0.count } == 2 && dialler.meter.total(of: ID(1)).sent > 1 << 20 }
    for task in tasks { task.cancel() }
    try await until { ends.value.withLock { $0.count } == 2 }
    #expect(ends.value.withLock { $0.filter { $0 is CancellationError }.count } == 2)
    try await server.stop()
  }

  @Test("a connection that goes on for ever ends at its longest time")
  func longestTime() async throws {
    let server = try await LoopbackServer.start(.echo)
    let error = await #expect(throws: Trouble.self) {
      try await loopbackDialler([server.port]).dial(
        Endpoint(host: "127.0.0.1", port: server.port), under: ada, security: .none,
        limits: Limits(whole: .milliseconds(300))
      ) { connection in
        var reader = connection.arrivals.makeAsyncIterator()
        while true {
          try await connection.send(ByteBuffer(string: "x"))
          _ = try await reader.next()
        }
      }
    }
    #expect(error?.what == "the connection reached its longest time")
    try await server.stop()
  }

  @Test("sizes have limits: the surplus is not sent, and a peer that sends too much is cut off")
  func sizes() async throws {
    let server = try await LoopbackServer.start(.echo)
    let dialler = loopbackDialler([server.port])
    await #expect(throws: WireRefusal.sentTooMuch(limit: 100)) {
      try await dialler.dial(
        Endpoint(host: "127.0.0.1", port: server.port), under: ada, security: .none, limits: Limits(sent: 100)
      ) {
        try await $0.send(ByteBuffer(repeating: 1, count: 100))
        try await $0.send(ByteBuffer(repeating: 1, count: 1))
      }
    }
    #expect(dialler.meter.total(of: ID(1)).sent == 100)
    let chatty = try await LoopbackServer.start(.chatty)
    let other = loopbackDialler([chatty.port])
    await #expect(throws: WireRefusal.receivedTooMuch(limit: 100_000)) {
      try await other.dial(
        Endpoint(host: "127.0.0.1", port: chatty.port), under: bob, security: .none, limits: Limits(received: 100_000)
      ) {
        for try await _ in $0.arrivals {}
      }
    }
    #expect(other.meter.total(of: ID(2)).received < 2 << 20)
    try await server.stop()
    try await chatty.stop()
  }

  @Test("the other side's close ends the arrivals, and a closed port is a trouble that waits")
  func endings() async throws {
    let server = try await LoopbackServer.start(.hangsUp)
    let dialler = loopbackDialler([server.port])
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port)
    let parts = try await dialler.dial(endpoint, under: ada, security: .none) { connection in
      var parts = 0
      for try await _ in connection.arrivals { parts += 1 }
      return parts
    }
    #expect(parts == 0)
    try await server.stop()
    let error = await #expect(throws: Trouble.self) {
      try await dialler.dial(endpoint, under: ada, security: .none) { _ in }
    }
    #expect(error?.remedy == .wait(until: Instant(seconds: 1_700_000_300)))
  }

  @Test("the second address is tried when the first does not answer, and both were checked")
  func secondAddress() async throws {
    let server = try await LoopbackServer.start(.echo)
    let dialler = Dialler(
      rules: AddressRules(ports: [server.port], allowedBlocks: ["127.0.0.0/8"].compactMap { AddressBlock($0) }),
      resolver: TableResolver(["two.example.org": ["127.0.0.9", "127.0.0.1"].compactMap { IPAddress($0) }]),
      group: .singletonMultiThreadedEventLoopGroup, now: { Instant(seconds: 0) }, mayDial: { _, _ in },
      maySend: { _ in })
    let address = try await dialler.dial(
      Endpoint(host: "two.example.org", port: server.port), under: ada, security: .none
    ) {
      $0.address
    }
    #expect(address.description == "127.0.0.1:\(server.port)")
    try await server.stop()
  }

  @Test("the system's resolver reads the hosts file, asks for no search domain, and gives up in time")
  func systemResolver() async throws {
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    let resolver = SystemResolver(pool: pool, group: .singletonMultiThreadedEventLoopGroup)
    let local = try await resolver.addresses(of: "localhost", within: .seconds(5))
    #expect(!local.isEmpty && local.allSatisfy { $0.kind == .loopback })
    // The one thread is busy, so the second question cannot be answered in its time.
    let gate = DispatchSemaphore(value: 0)
    pool.submit { _ in _ = gate.wait(timeout: .now() + 5) }
    await #expect(throws: ResolutionTrouble.self) {
      try await resolver.addresses(of: "localhost", within: .milliseconds(100))
    }
    gate.signal()
    try await pool.shutdownGracefully()
  }
}
