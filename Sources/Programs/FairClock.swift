import Synchronization

/// Seconds as a busy machine gives them to this process: they pass only while its tasks get their turns.
///
/// For tests that must hold "within 5 s" beside hundreds of others: what would wait for its turn makes the clock wait too.
public final class FairClock: Sendable {
  private let ticks = Ticks()
  private let work: Task<Void, any Error>

  public init() {
    let ticks = ticks
    work = Task {
      while true {
        try await Task.sleep(for: .milliseconds(50))
        ticks.count.withLock { $0 += 1 }
      }
    }
  }

  deinit { work.cancel() }

  /// Since the clock was made.
  public var seconds: Double { Double(ticks.count.withLock { $0 }) * 0.05 }
}

/// How often it ticked.
private final class Ticks: Sendable {
  let count = Mutex(0)
}
