import Consent
import Foundation
import Model
import Programs
import Stage
import Store
import Testing
import Wire

@testable import Flows

/// Who hears of new mail, and who does not any more.
@Suite("listening at mail servers", .serialized) struct ListenerTests {
  @Test(
    "mail that comes while Kith works is stored by itself: told by IDLE, or asked for where there is none",
    arguments: [StagedDovecot.Offer.everything, .little])
  func stored(_ offer: StagedDovecot.Offer) async throws {
    let stage = try await ServerStage(offer)
    let client = try stage.client()
    for number in 0..<3 { try client.append(ServerStage.mail(number), to: "INBOX") }
    let source = try await stage.add()
    _ = try await stage.pull(source)
    try stage.dovecot.log(stage.user)
    let work = working(stage.way, stage.door)
    defer { work.cancel() }
    let word = offer == .little ? "NOOP" : "IDLE"
    try await until { try stage.dovecot.commands(stage.user).contains(word) }
    let clock = ContinuousClock()
    for number in 3..<6 {
      let began = clock.now
      try client.append(ServerStage.mail(number), to: "INBOX")
      try await until { try await stage.way.house.count("mail") == number + 1 }
      // Seconds, where nobody asks would mean never; how many is for a bench.
      #expect(clock.now - began < .seconds(60))
    }
    _ = try client.select("INBOX")
    try client.run("STORE 1 +FLAGS (\\Deleted)")
    try client.run("EXPUNGE")
    try await until { try await stage.held(source).count == 5 }
    let reading = ["CAPABILITY", "LIST", "STATUS", "EXAMINE", "UID", "LOGOUT", "NOOP", "NAMESPACE", "IDLE", "DONE"]
    for line in try stage.dovecot.commands(stage.user) where !line.isEmpty {
      #expect(reading.contains { line.hasPrefix($0) }, "\(line)")
    }
    // A connection that breaks is taken up again, and what came meanwhile is stored.
    try await stage.dovecot.administer(["kick", stage.user])
    try stage.client().append(ServerStage.mail(6), to: "INBOX")
    try await until { try await stage.held(source).count == 6 }
  }

  @Test("another server is heard as well")
  func another() async throws {
    let way = try await WayIn()
    let server = try await StagedPymap.start()
    let client = try server.client()
    try client.append(ServerStage.mail(1), to: "INBOX")
    let source = try await AddSource(store: way.store, gate: way.house.gate).run(
      way.account, way.house.ada,
      AddSource.Wish(
        server.server(), Login(user: StagedPymap.user, secret: StagedDovecot.password), isWarranted: true)
    ).source
    _ = try await way.pull(source.id, door: door(way))
    let work = working(way, door(way))
    defer { work.cancel() }
    try await until { try await way.store.listener(way.account, source.id) != nil }
    for number in 2..<4 {
      try client.append(ServerStage.mail(number), to: "INBOX")
      try await until { try await way.house.count("mail") == number }
    }
  }

  @Test(
    "P016 a source that is revoked while somebody listens there: closed within 5 seconds, never dialled again",
    arguments: StagedHouse.EngineKind.allCases)
  func revoked(_ engine: StagedHouse.EngineKind) async throws {
    let (way, server, source) = try await listened(engine)
    // Before its next word the grant would be asked anyway; that must not be what ends it.
    var limits = ListenerTests.limits
    limits.stretch = 30
    let listener = Listener(store: way.store, door: door(way), limits: limits, holder: .this)
    let work = Task { try await listener.run() }
    defer { work.cancel() }
    try await until { server.idles > 0 }
    #expect(server.dials == 2 && server.ended == 1)
    let clock = FairClock()
    async let closing = {
      while server.ended < 2 { try await Task.sleep(for: .milliseconds(20)) }
      return clock.seconds
    }()
    try await Revoke(store: way.store, gate: way.house.gate).run(way.account, way.house.ada, source.id)
    let revoked = clock.seconds
    #expect(try await closing - revoked < 5)
    try await until { try await way.store.listener(way.account, source.id) == nil }
    try await Task.sleep(for: .seconds(1))
    #expect(server.dials == 2)
    #expect(try await way.house.count("credential") == 0)
  }

  @Test("one process listens at a source, however many work; when it ends, or dies, another takes its place")
  func alone() async throws {
    let (way, server, source) = try await listened()
    var first = Holder.this
    first.machine = "another"
    let one = working(way, door(way), holder: first)
    defer { one.cancel() }
    try await until { server.idles == 1 }
    let two = working(way, door(way))
    defer { two.cancel() }
    try await Task.sleep(for: .seconds(1.5))
    #expect(server.idles == 1 && server.dials == 2)
    one.cancel()
    try await until { server.idles == 2 }
    #expect(try await way.store.listener(way.account, source.id) == Holder.this.words)
    two.cancel()
    try await until { try await way.store.listener(way.account, source.id) == nil }
    // One that died on this machine does not say so.
    var dead = Holder.this
    dead.process = 999_999_999
    let until = Instant(milliseconds: way.store.clock().milliseconds + 900_000)
    #expect(
      try await way.store.listen(way.account, source.id, of: source.member, holder: dead.words, until: until))
    let three = working(way, door(way))
    defer { three.cancel() }
    try await self.until { server.idles == 3 }
  }

  @Test("IDLE is begun anew before the server ends it, on the same connection, and all folders are looked at then")
  func anew() async throws {
    let (way, server, source) = try await listened()
    var limits = ListenerTests.limits
    limits.stretch = 0.3
    let listener = Listener(store: way.store, door: door(way), limits: limits, holder: .this)
    let work = Task { try await listener.run() }
    defer { work.cancel() }
    try await until { server.idles >= 4 }
    #expect(server.dials == 2)
    try await until { try await way.store.countDue(way.account, [.pull]) == 1 }
    _ = source
  }

  @Test("nobody listens where nothing was read yet, or where a run was stopped; pauses grow, up to the longest")
  func unheard() async throws {
    let stage = try await ServerStage()
    let source = try await stage.add(password: "wrong")
    let (store, account) = (stage.way.store, stage.way.account)
    #expect(try await store.listenable(account).isEmpty)
    var limits = Worker.Limits()
    limits.kinds = [.pull]
    let pull = Pull(store: store, gate: stage.way.house.gate, door: stage.door)
    let worker = Worker(store: store, gate: stage.way.house.gate, limits: limits) { job, lease in
      .pulled(try await pull.run(ID(job.subject), of: lease.account, lease: lease, job: job))
    }
    _ = try await worker.settle(account)
    #expect(try await store.source(account, source.id)?.trouble != nil)
    #expect(try await store.listenable(account).isEmpty)
    _ = try await stage.add()
    _ = try await worker.settle(account)
    #expect(try await store.listenable(account) == [source.id])
    let pauses = Listener.Limits()
    #expect([0, 1, 2, 3, 8, 9, 400].map { pauses.pause(after: $0) } == [5, 5, 10, 20, 640, 900, 900])
  }

  // MARK: stage

  private static var limits: Listener.Limits {
    var limits = Listener.Limits()
    limits.look = 0.3
    limits.asking = 0.2
    limits.pause = 0.1
    limits.grant = 0.5
    return limits
  }

  /// A source that was read once, at a server that offers IDLE.
  private func listened(
    _ engine: StagedHouse.EngineKind = .sqlite
  ) async throws -> (way: WayIn, server: StagedIMAP, source: Source) {
    let way = try await WayIn(engine)
    let server = try StagedIMAP(.none, mails: ServerFaultTests.mails, offer: StagedIMAP.Offer(["IDLE"]))
    let source = try await AddSource(store: way.store, gate: way.house.gate).run(
      way.account, way.house.ada,
      AddSource.Wish(
        MailServer(host: "127.0.0.1", port: server.port, security: .none), Login(user: "ada", secret: "pw"),
        isWarranted: true)
    ).source
    #expect(try await way.pull(source.id, door: door(way)).isWhole)
    // What adding the source caused is done.
    let account = way.account
    _ = try await way.store.write(account) { try $0.run("DELETE FROM job WHERE account_id = $1", [Value(account)]) }
    return (way, server, source)
  }

  private func door(_ way: WayIn) -> ServerDoor {
    ServerDoor(store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true), quiet: 8)
  }

  /// What `kith work` does, as far as it reads.
  private func working(_ way: WayIn, _ door: ServerDoor, holder: Holder = .this) -> Task<Void, any Error> {
    var limits = Worker.Limits()
    limits.kinds = [.pull]
    limits.pause = 0.1
    let listener = Listener(store: way.store, door: door, limits: ListenerTests.limits, holder: holder)
    let pull = Pull(store: way.store, gate: way.house.gate, door: door)
    let worker = Worker(store: way.store, gate: way.house.gate, limits: limits) { job, lease in
      let report = try await pull.run(ID(job.subject), of: lease.account, lease: lease, job: job)
      listener.look(at: lease.account)
      return .pulled(report)
    }
    return Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await worker.run() }
        group.addTask { try await listener.run() }
        try await group.waitForAll()
      }
    }
  }

  /// Waits until something is so, for as long as a busy machine may need.
  private func until(_ isSo: () async throws -> Bool) async throws {
    for _ in 0..<6000 {
      if try await isSo() { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Trouble("it did not come about", "")
  }
}
