import Foundation
import Model
import Synchronization

/// Time zones by their names, as this machine knows them.
enum Zones {
  private static let known = Mutex<[String: Zone]>([:])

  /// What lies before is told by the clocks of the first day.
  private static let first = Instant(year: 1990, month: 1, day: 1)
  private static let last = Instant(year: 2060, month: 1, day: 1)

  /// A zone by the name the IANA gives it; nil for one that is not known.
  static func named(_ name: String) -> Zone? {
    if let zone = known.withLock({ $0[name] }) { return zone }
    guard name == "UTC" || name.contains("/"), let clock = TimeZone(identifier: name) else { return nil }
    let zone = read(clock, name)
    known.withLock { $0[name] = zone }
    return zone
  }

  /// Looks at the clock every week, and between two that differ for the second at which it was set: which kinds of change
  /// Foundation reports by itself is not written down.
  private static func read(_ clock: TimeZone, _ name: String) -> Zone {
    func seconds(_ at: Int64) -> Int { clock.secondsFromGMT(for: Date(timeIntervalSince1970: Double(at))) }
    let (start, end) = (first.milliseconds / 1000, last.milliseconds / 1000)
    let week: Int64 = 7 * 86_400
    var steps: [Zone.Step] = []
    var (at, shown) = (start, seconds(start))
    while at < end {
      let next = at + week
      let then = seconds(next)
      if then != shown {
        var (low, high) = (at, next)
        while high - low > 1 {
          let middle = (low + high) / 2
          if seconds(middle) == shown { low = middle } else { high = middle }
        }
        steps.append(Zone.Step(at: Instant(seconds: high), seconds: then))
      }
      (at, shown) = (next, then)
    }
    return Zone(name, first: seconds(start), steps: steps)
  }
}
