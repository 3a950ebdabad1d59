import Flows
import Foundation
import Model
import Readers
import Stage
import Store
import Synchronization
import Testing

/// A place where a worker stands still until the test lets it go on, as a process does that was frozen.
private actor Freezer {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var watching: [CheckedContinuation<Void, Never>] = []

  func stop() async {
    if isOpen { return }
    await withCheckedContinuation { continuation in
      waiting.append(continuation)
      for watcher in watching { watcher.resume() }
      watching = []
    }
  }

  func frozen() async {
    if waiting.isEmpty { await withCheckedContinuation { watching.append($0) } }
  }

  func thaw() {
    isOpen = true
    for one in waiting { one.resume() }
    waiting = []
  }
}

@Suite("Leases") struct LeaseTests {
  /// A worker that freezes before a job, or after it has pulled and before what it did is ended.
  enum Moment: String, CaseIterable, Sendable { case beforeJob, afterJob }

  @Test(
    "a worker that lost its lease stores nothing more, and no mail is there twice",
    arguments: StagedHouse.EngineKind.allCases, Moment.allCases)
  func overtaken(engine: StagedHouse.EngineKind, moment: Moment) async throws {
    let way = try await WayIn(engine)
    try Cast.writeMaildir(way.house.files + "/maildir")
    let source = try await way.add(.maildir, way.house.files + "/maildir").source.id
    let freezer = Freezer()
    let runs = Mutex(0)
    let (store, gate, account) = (way.store, way.house.gate, way.account)
    let pull: @Sendable (Job, Lease) async throws -> JobResult = { job, lease in
      guard job.kind == .pull else { throw Trouble("only pulls are staged", remedy: .skip("")) }
      return .pulled(
        try await Pull(store: store, gate: gate, batch: 3).run(source, of: account, lease: lease, job: job))
    }
    let frozen = Worker(store: store, gate: gate) { job, lease in
      let isFirst = runs.withLock { count in
        count += 1
        return count == 1
      }
      if isFirst, moment == .beforeJob { await freezer.stop() }
      let result = try await pull(job, lease)
      if isFirst, moment == .afterJob { await freezer.stop() }
      return result
    }
    let first = Task { try await frozen.work(on: account) }
    await freezer.frozen()
    #expect(try await store.lease(account, holder: "too early") == nil)
    way.house.clock.advance(milliseconds: Lease.length + 1)
    let others = try await Worker(store: store, gate: gate, perform: pull).work(on: account)
    #expect(others != nil)
    let (before, mails) = (try await way.house.digests(), try await way.house.count("mail"))
    #expect(mails > 0)
    await freezer.thaw()
    await #expect(throws: Trouble.self) { try await first.value }
    #expect(try await way.house.digests() == before)
    #expect(try await way.house.count("mail") == mails)
    #expect(try await way.house.count("place") >= mails)
  }

  @Test(
    "a lease that ran out is given once, and each holder after it has a higher number",
    arguments: StagedHouse.EngineKind.allCases)
  func fences(engine: StagedHouse.EngineKind) async throws {
    let house = try await StagedHouse(engine: engine)
    var last: Int64 = 0
    for round in 0..<4 {
      let takers = try await withThrowingTaskGroup(of: Lease?.self) { group in
        for number in 0..<8 { group.addTask { try await house.store.lease(house.account, holder: "worker \(number)") } }
        return try await group.reduce(into: [Lease]()) { if let lease = $1 { $0.append(lease) } }
      }
      #expect(takers.count == 1, "round \(round)")
      let lease = try #require(takers.first)
      #expect(lease.fence > last)
      last = lease.fence
      house.clock.advance(milliseconds: Lease.length + 1)
    }
  }

  @Test("a lease that is kept up never runs out", arguments: StagedHouse.EngineKind.allCases)
  func renewed(engine: StagedHouse.EngineKind) async throws {
    let house = try await StagedHouse(engine: engine)
    let lease = try #require(try await house.store.lease(house.account, holder: "one"))
    for _ in 0..<10 {
      house.clock.advance(milliseconds: Lease.length - 1)
      #expect(try await house.store.renew(lease))
      #expect(try await house.store.lease(house.account, holder: "two") == nil)
    }
    house.clock.advance(milliseconds: Lease.length + 1)
    #expect(try await house.store.lease(house.account, holder: "two") != nil)
    #expect(try await house.store.renew(lease) == false)
  }
}
