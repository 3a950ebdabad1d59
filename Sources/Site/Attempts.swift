import Model
import Synchronization

/// Counts what was tried lately, so that passwords cannot be guessed: by network address and by name.
///
/// Kept in memory alone; each process counts for itself.
final class Attempts: Sendable {
  private struct Tried {
    var since: Instant
    var count: Int
  }

  private let tried = Mutex<[String: Tried]>([:])
  private let most: Int
  private let window: Int64
  /// More names than this are not remembered; the oldest go.
  private let mostNames = 20_000

  /// At most so many in a window of milliseconds.
  init(most: Int = 10, window: Int64 = 15 * 60_000) {
    self.most = most
    self.window = window
  }

  /// Notes a try; throws when there were too many, with the time from which on another is taken.
  func note(_ names: [String], at now: Instant) throws {
    let until = tried.withLock { tried -> Instant? in
      if tried.count > mostNames { tried = tried.filter { now.milliseconds - $0.value.since.milliseconds < window } }
      if tried.count > mostNames { tried.removeAll() }
      var until: Instant?
      for name in names {
        var entry = tried[name] ?? Tried(since: now, count: 0)
        if now.milliseconds - entry.since.milliseconds >= window { entry = Tried(since: now, count: 0) }
        entry.count += 1
        tried[name] = entry
        if entry.count > most { until = Instant(milliseconds: entry.since.milliseconds + window) }
      }
      return until
    }
    if let until { throw TooMany(until: until) }
  }

  /// Forgets a name whose password was right.
  func forget(_ names: [String]) { tried.withLock { tried in for name in names { tried[name] = nil } } }
}

/// Too many tries; the answer says when the next is taken.
struct TooMany: Error { let until: Instant }
