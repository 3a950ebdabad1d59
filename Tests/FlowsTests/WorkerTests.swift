import Flows
import Model
import Stage
import Store
import Synchronization
import Testing

/// Who gets a turn, and when.
@Suite("turns of the worker") struct WorkerTests {
  @Test("sources that only wait for their servers keep no other from its turn; no more are open than the limit")
  func turns() async throws {
    let way = try await WayIn()
    let (account, store) = (way.account, way.store)
    for number in 0..<60 {
      let folder = "\(way.house.files)/box-\(number)"
      try Cast.writeMaildir(folder)
      _ = try await way.add(.maildir, folder)
    }
    var limits = Worker.Limits()
    (limits.sources, limits.open, limits.silence, limits.kinds) = (2, 12, 0.02, [.pull])
    let order = Mutex<[Bool]>([])
    let begun = Mutex(0)
    let open = Mutex(Set<ID<Job>>())
    let most = Mutex(0)
    let stalled = Mutex(Set<ID<Job>>())
    let worker = Worker(
      store: store, gate: way.house.gate, limits: limits,
      isWaiting: { job, _ in stalled.withLock { $0.contains(job.id) } }
    ) { job, _ in
      let number = begun.withLock { count in
        count += 1
        return count
      }
      let count = open.withLock { open in
        open.insert(job.id)
        return open.count
      }
      most.withLock { $0 = max($0, count) }
      defer { open.withLock { _ = $0.remove(job.id) } }
      // Every sixth one, ten of them, falls silent until all others are done.
      let stalls = number % 6 == 0
      if stalls {
        stalled.withLock { _ = $0.insert(job.id) }
        while order.withLock({ $0.count(where: { !$0 }) }) < 50 { try await Task.sleep(for: .milliseconds(5)) }
      }
      order.withLock { $0.append(stalls) }
      throw Trouble("nothing is read here", remedy: .skip(""))
    }
    let outcomes = try #require(try await worker.work(on: account))
    #expect(outcomes.count == 60)
    #expect(order.withLock { $0 } == Array(repeating: false, count: 50) + Array(repeating: true, count: 10))
    #expect(most.withLock { $0 } <= 12)
  }
}
