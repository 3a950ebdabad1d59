public import Model

/// At which hours and on which days somebody writes, in the owner's own time.
public struct WritingHours: Sendable, Equatable {
  public private(set) var hours = [Int](repeating: 0, count: 24)
  /// Monday first.
  public private(set) var days = [Int](repeating: 0, count: 7)

  public init() {}

  /// What a person wrote before an instant; `offset` is by how many minutes the owner's clock is ahead of UTC then.
  public init(_ touches: [Touch], at: Instant, offset: (Instant) -> Int = { _ in 0 }) {
    for touch in touches
    where touch.at < at && touch.direction == .inward && touch.author == .person && touch.kind != .meeting {
      add(touch.at, offsetMinutes: offset(touch.at))
    }
  }

  public mutating func add(_ at: Instant, offsetMinutes: Int = 0) {
    let shift = Int64(offsetMinutes).multipliedReportingOverflow(by: 60_000).partialValue
    let (local, overflow) = at.milliseconds.addingReportingOverflow(shift)
    guard !overflow else { return }
    let inDay = ((local % Instant.day) + Instant.day) % Instant.day
    hours[Int(inDay / 3_600_000)] += 1
    let day = (local - inDay) / Instant.day
    // 1970-01-01 was a Thursday.
    days[Int(((day + 3) % 7 + 7) % 7)] += 1
  }

  public static func + (a: WritingHours, b: WritingHours) -> WritingHours {
    var sum = a
    for hour in sum.hours.indices { sum.hours[hour] += b.hours[hour] }
    for day in sum.days.indices { sum.days[day] += b.days[day] }
    return sum
  }

  /// The hour and the day at which a mail meets somebody who is writing.
  public struct Best: Sendable, Equatable {
    /// 0 to 23, in the owner's time.
    public var hour: Int
    /// 0 is Monday.
    public var day: Int
    public var dayName: String { WritingHours.names[day] }
    /// One sentence.
    public var why: String
  }

  private static let backing = 12.0
  private static let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  /// The best hour and day: a person's own counts, smoothed over neighbours and backed by everybody's; nil if nobody
  /// ever wrote.
  public func best(among all: WritingHours) -> Best? {
    guard (hours + all.hours).contains(where: { $0 > 0 }) else { return nil }
    let byHour = WritingHours.mixed(WritingHours.smooth(hours), WritingHours.smooth(all.hours))
    let byDay = WritingHours.mixed(days.map { Double($0) }, all.days.map { Double($0) })
    let hour = WritingHours.highest(byHour)
    let day = WritingHours.highest(byDay)
    let own = hours.reduce(0, +)
    let whose = own >= 6 ? "They mostly write" : "People mostly write to you"
    return Best(
      hour: hour, day: day,
      why: "\(whose) around \(hour < 10 ? "0" : "")\(hour):00, most on \(WritingHours.names[day])s.")
  }

  /// A window of five hours that goes round midnight, weighted 1 2 3 2 1.
  private static func smooth(_ counts: [Int]) -> [Double] {
    counts.indices.map { hour in
      (-2...2).reduce(0.0) { sum, step in
        sum + Double(counts[(hour + step + counts.count) % counts.count] * (3 - abs(step))) / 9
      }
    }
  }

  private static func mixed(_ own: [Double], _ all: [Double]) -> [Double] {
    let everyone = all.reduce(0, +)
    return zip(own, all).map { $0 + (everyone > 0 ? backing * $1 / everyone : 0) }
  }

  private static func highest(_ values: [Double]) -> Int {
    values.indices.max { values[$0] == values[$1] ? $0 > $1 : values[$0] < values[$1] } ?? 0
  }
}
