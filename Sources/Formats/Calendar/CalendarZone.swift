import Model

/// A time zone as a calendar defines it (VTIMEZONE, RFC 5545 §3.6.5): when its clock was set to what.
struct CalendarZone: Sendable {
  /// One of its clocks: standard or daylight saving time.
  struct Observance: Sendable {
    var start: WallTime?
    var from: Int64?
    var to: Int64?
    var rule: Recurrence?
    var dates: [WallTime] = []
  }

  /// The clock is set at `at`, in the time it shows before.
  private struct Change: Sendable {
    var at: Int64
    var from: Int64
    var to: Int64
  }

  private var changes: [Change] = []

  /// `end`: no time behind it is asked for; `barren`: how many more rules may run dry.
  init(_ observances: [Observance], until end: WallTime, _ barren: inout Int) {
    for observance in observances.prefix(CalendarLimits.observances) {
      guard let start = observance.start, let from = observance.from, let to = observance.to else { continue }
      var onsets = [start] + observance.dates
      if let rule = observance.rule, rule.isYearly, barren > 0 {
        let starts = rule.starts(from: start, until: end)
        if rule.isDry(starts, until: end) { barren -= 1 }
        onsets += starts.filter { onset in
          guard let until = rule.until else { return true }
          return until.isUTC ? onset.seconds - from <= until.seconds : onset.seconds <= until.seconds
        }
      }
      changes += onsets.map { Change(at: $0.seconds, from: from, to: to) }
    }
    changes.sort { ($0.at, $0.to) < ($1.at, $1.to) }
  }

  /// The instant a clock of this zone shows `time`, in seconds since 1970 UTC.
  ///
  /// What a clock shows twice is the first time, what it never shows is told by the clock before (RFC 5545 §3.3.5).
  func utc(_ time: WallTime) -> Int64 {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].at <= time.seconds { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return time.seconds - (changes.first?.from ?? 0) }
    let change = changes[low - 1]
    let isSkipped = time.seconds - change.at < change.to - change.from
    return time.seconds - (isSkipped ? change.from : change.to)
  }

  /// `+0200`, `-0330`, `+053020` in seconds (RFC 5545 §3.3.14).
  static func offset(_ bytes: [UInt8]) -> Int64? {
    guard bytes.count == 5 || bytes.count == 7, bytes[0] == 43 || bytes[0] == 45,
      bytes.dropFirst().allSatisfy({ (48...57).contains($0) })
    else { return nil }
    func pair(_ at: Int) -> Int64 { Int64(bytes[at] - 48) * 10 + Int64(bytes[at + 1] - 48) }
    let seconds = pair(1) * 3600 + pair(3) * 60 + (bytes.count == 7 ? pair(5) : 0)
    guard seconds <= 86_400 else { return nil }
    return bytes[0] == 45 ? -seconds : seconds
  }
}
