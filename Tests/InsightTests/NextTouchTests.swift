import Insight
import Model
import Testing

@Suite("whom to be in touch with")
struct NextTouchTests {
  private let now = Instant(year: 2026, month: 3, day: 1)

  private struct Day {
    var ago: Double
    var isOutward: Bool
    var person: String
  }

  private func log(_ days: [Day]) -> TieLog {
    var log = TieLog()
    for day in days {
      log.add(at: now.advanced(byDays: -day.ago), isOutward: day.isOutward, people: [day.person])
    }
    return log
  }

  @Test("parts sum to the score, and the future is not looked at")
  func sums() {
    var days: [Day] = []
    for number in 0..<40 {
      let person = number % 3 == 0 ? "bob@example.test" : "ada@example.test"
      days.append(Day(ago: Double(number) * 4 - 10, isOutward: number % 2 == 0, person: person))
    }
    let ranked = NextTouch.ranked(log(days), at: now)
    #expect(ranked.count == 2)
    for next in ranked {
      let sum: Double = next.parts.reduce(0) { $0 + $1.value }
      #expect(sum == next.score)
      #expect(next.lastContact < now)
      #expect(!next.why.isEmpty)
    }
    let before = days.filter { $0.ago > 0 }
    #expect(NextTouch.ranked(log(before), at: now) == ranked)
  }

  @Test("the same mails in any order give the same ranking, to the last bit")
  func order() {
    var shuffle = Seeded(7)
    var days: [Day] = []
    for number in 0..<60 {
      let person = "p\(number * 7 % 11)@example.test"
      days.append(Day(ago: Double(number) * 3.5 + 1, isOutward: number % 3 != 0, person: person))
    }
    let ranked = NextTouch.ranked(log(days), at: now)
    #expect(ranked.count == 11)
    let shuffled = days.shuffled(using: &shuffle)
    #expect(NextTouch.ranked(log(shuffled), at: now) == ranked)
  }

  @Test("who is written to often comes before who was written to once")
  func often() {
    var days = [Day(ago: 30, isOutward: true, person: "once@example.test")]
    for number in 0..<20 {
      days.append(Day(ago: Double(number) * 9 + 20, isOutward: true, person: "often@example.test"))
    }
    #expect(NextTouch.ranked(log(days), at: now).map(\.address) == ["often@example.test", "once@example.test"])
  }

  @Test("a dozen mails on one subject are one reason to write, not twelve")
  func topics() {
    var log = TieLog()
    for day in 0..<12 {
      let at = now.advanced(byDays: -40 - Double(day) / 4)
      log.add(at: at, isOutward: true, people: ["one@example.test"], topic: 1)
      log.add(at: at, isOutward: true, people: ["various@example.test"], topic: UInt64(day) + 2)
    }
    #expect(NextTouch.ranked(log, at: now).map(\.address) == ["various@example.test", "one@example.test"])
  }

  @Test("quiet leaves out who was in contact lately, and top bounds the list")
  func quiet() {
    let days = [
      Day(ago: 2, isOutward: true, person: "a@example.test"), Day(ago: 40, isOutward: true, person: "b@example.test"),
      Day(ago: 50, isOutward: false, person: "c@example.test"),
    ]
    let quiet = NextTouch.ranked(log(days), at: now, quietDays: 30).map(\.address)
    #expect(Set(quiet) == ["b@example.test", "c@example.test"])
    #expect(NextTouch.ranked(log(days), at: now, top: 1).count == 1)
    #expect(NextTouch.ranked(log(days), at: now).count == 3)
  }

  @Test("who only stands beside in others' mails is no contact, and is not ranked")
  func beside() {
    var log = TieLog()
    log.add(at: now.advanced(byDays: -9), isOutward: false, people: ["bob@example.test"], beside: ["dee@example.test"])
    #expect(NextTouch.ranked(log, at: now).map(\.address) == ["bob@example.test"])
  }

  @Test("figures at the edges do not trap")
  func edges() {
    var log = TieLog()
    for at in [Int64.min, 0, .max] {
      log.add(at: Instant(milliseconds: at), isOutward: true, people: ["bob@example.test"], recipients: .max)
    }
    #expect(NextTouch.ranked(log, at: now).count == 1)
    #expect(NextTouch.ranked(TieLog(), at: now).isEmpty)
  }
}
