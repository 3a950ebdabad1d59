import Insight
import Model
import Testing

@Suite("whom to be in touch with")
struct NextTouchTests {
  private let now = Instant(year: 2026, month: 3, day: 1)

  private typealias Day = (Double, Bool, String)

  private func log(_ days: [Day]) -> TieLog {
    var log = TieLog()
    for (ago, isOutward, person) in days {
      log.add(at: now.advanced(byDays: -ago), isOutward: isOutward, people: [person])
    }
    return log
  }

  @Test("parts sum to the score, and the future is not looked at")
  func sums() {
    let days = (0..<40).map {
      (Double($0) * 4 - 10, $0 % 2 == 0, $0 % 3 == 0 ? "bob@example.test" : "ada@example.test")
    }
    let ranked = NextTouch.ranked(log(days), at: now)
    #expect(ranked.count == 2)
    for next in ranked {
      #expect(next.parts.reduce(0) { $0 + $1.value } == next.score)
      #expect(next.lastContact < now)
      #expect(!next.why.isEmpty)
    }
    #expect(NextTouch.ranked(log(days.filter { $0.0 > 0 }), at: now) == ranked)
  }

  @Test("the same mails in any order give the same ranking, to the last bit")
  func order() {
    var shuffle = Seeded(7)
    let days: [Day] = (0..<60).map { number in
      (Double(number) * 3.5 + 1, number % 3 != 0, "p\(number * 7 % 11)@example.test")
    }
    let ranked = NextTouch.ranked(log(days), at: now)
    #expect(ranked.count == 11)
    #expect(NextTouch.ranked(log(days.shuffled(using: &shuffle)), at: now) == ranked)
  }

  @Test("who is written to often comes before who was written to once")
  func often() {
    var days: [Day] = (0..<20).map { (Double($0) * 9 + 20, true, "often@example.test") }
    days.append((30, true, "once@example.test"))
    #expect(NextTouch.ranked(log(days), at: now).map(\.address) == ["often@example.test", "once@example.test"])
  }

  @Test("a dozen mails on one subject are one reason to write, not twelve")
  func topics() throws {
    var log = TieLog()
    for day in 0..<12 {
      let at = now.advanced(byDays: -40 - Double(day) / 4)
      log.add(at: at, isOutward: true, people: ["one@example.test"], topic: 1)
      log.add(at: at, isOutward: true, people: ["many@example.test"], topic: UInt64(day) + 2)
    }
    let ranked = NextTouch.ranked(log, at: now)
    #expect(ranked.map(\.address) == ["many@example.test", "one@example.test"])
  }

  @Test("quiet leaves out who was in contact lately, and top bounds the list")
  func quiet() {
    let days: [Day] = [(2, true, "a@example.test"), (40, true, "b@example.test"), (50, false, "c@example.test")]
    #expect(
      Set(NextTouch.ranked(log(days), at: now, quietDays: 30).map(\.address)) == ["b@example.test", "c@example.test"])
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
