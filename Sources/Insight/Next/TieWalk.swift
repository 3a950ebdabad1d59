import Model

/// Goes through a log in order of time and tells, at any day it has come to, the signs of every tie.
struct TieWalk {
  /// The signs of all ties at one instant.
  struct View: Sendable {
    var people: [Int] = []
    /// One row for each of `people`, in the order of `TieSign`.
    var rows: [[Double]] = []
    /// The last contact of each of `people`.
    var last: [Instant] = []
    var tallies: [TieTally] = []
  }

  private let log: TieLog
  private var next = 0
  private var ties: [Tie]
  /// People in order of address, so that the same mails give the same sums however they were read.
  private let order: [Int]

  init(_ log: TieLog) {
    self.log = log
    ties = [Tie](repeating: Tie(), count: log.addresses.count)
    order = log.addresses.indices.sorted { log.addresses[$0] < log.addresses[$1] }
  }

  /// Takes in what was before an instant.
  mutating func advance(to at: Instant) {
    while next < log.entries.count, log.entries[next].at < at {
      take(log.entries[next])
      next += 1
    }
  }

  private mutating func take(_ entry: TieLog.Entry) {
    let now = entry.at.milliseconds
    for person in entry.people {
      if entry.isOutward {
        ties[person].wrote(now, among: entry.recipients, entry.topic)
      } else {
        ties[person].received(now, entry.topic)
      }
    }
    for person in entry.beside { ties[person].stoodBeside(now, among: entry.recipients, entry.topic) }
    for person in entry.named { ties[person].wasNamed(now, entry.topic) }
  }

  /// All who were ever in contact, but for those who were within the last `quietDays`.
  func view(at: Instant, quietDays: Int? = nil) -> View {
    var view = View()
    let now = at.milliseconds
    for person in order {
      let tie = ties[person]
      guard let last = tie.last, last < now else { continue }
      if let quietDays, Double(now) - Double(last) < Double(quietDays) * Double(Instant.day) { continue }
      view.people.append(person)
      view.rows.append(tie.signs(at: now))
      view.last.append(Instant(milliseconds: last))
      view.tallies.append(tie.tally(at: now))
    }
    return view
  }
}

/// What is known of one tie.
private struct Tie: Sendable {
  private var wrote = FadingTopics([15, 60])
  private var heard = FadingTopics([30, 120])
  private var beside = FadingTopics([30])
  private var named = FadingTopics([60])
  private var first: Int64?
  private(set) var last: Int64?
  private var lastWrote: Int64?
  private var lastReceived: Int64?
  private var wroteTimes = 0
  private var receivedTimes = 0
  private var days = 0
  private var lastDay = Int64.min

  private mutating func touch(_ now: Int64) {
    if first == nil { first = now }
    last = now
    if now / Instant.day != lastDay {
      days += 1
      lastDay = now / Instant.day
    }
  }

  mutating func wrote(_ now: Int64, among recipients: Int, _ topic: UInt64) {
    touch(now)
    wroteTimes += 1
    lastWrote = now
    wrote.add(1 / Double(recipients).squareRoot().squareRoot(), topic: topic, at: now)
  }

  mutating func received(_ now: Int64, _ topic: UInt64) {
    touch(now)
    receivedTimes += 1
    lastReceived = now
    heard.add(1, topic: topic, at: now)
  }

  mutating func stoodBeside(_ now: Int64, among recipients: Int, _ topic: UInt64) {
    beside.add(1 / Double(recipients).squareRoot(), topic: topic, at: now)
  }

  mutating func wasNamed(_ now: Int64, _ topic: UInt64) { named.add(1, topic: topic, at: now) }

  func tally(at now: Int64) -> TieTally {
    TieTally(
      wrote: wroteTimes, received: receivedTimes, silence: Tie.days(now, last ?? now),
      usual: days > 2 ? max(1, Tie.days(last ?? now, first ?? now) / Double(days - 1)) : nil,
      waiting: isWaiting ? Tie.days(now, lastReceived ?? now) : nil,
      isAround: beside.value(0, at: now) > 0.1, isNamed: named.value(0, at: now) > 0.25)
  }

  private var isWaiting: Bool { (lastReceived ?? .min) > (lastWrote ?? .min) }

  /// In the order of `TieSign`.
  func signs(at now: Int64) -> [Double] {
    [
      wrote.value(0, at: now), wrote.value(1, at: now), heard.value(0, at: now), heard.value(1, at: now),
      beside.value(0, at: now), named.value(0, at: now),
    ].map { Bits.log2(1 + 3 * $0) }
  }

  private static func days(_ now: Int64, _ then: Int64) -> Double {
    max(0, (Double(now) - Double(then)) / Double(Instant.day))
  }
}
