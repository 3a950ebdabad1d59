import Insight
import Model
import Testing

@Suite("who knows whom, from who stands together")
struct IntroductionsTests {
  private let now = Instant(year: 2026, month: 3, day: 1)

  private func log() -> TieLog {
    var log = TieLog()
    for week in 1...6 {
      let at = now.advanced(byDays: -7 * Double(week))
      log.add(at: at, isOutward: true, people: ["bob", "cyd", "eve"], recipients: 3)
      log.add(at: at, isOutward: false, people: ["bob"], beside: ["fay"], recipients: 2)
    }
    log.add(at: now.advanced(byDays: -3), isOutward: true, people: ["bob", "cyd"], recipients: 2)
    return log
  }

  @Test("who usually is among them is missed, who is there is not")
  func forgotten() {
    let graph = Introductions(log(), at: now)
    let missed = graph.forgotten(["bob", "cyd"])
    #expect(missed.map(\.address) == ["eve"])
    #expect(missed.first?.why == "6 of your 7 mails to these people also went to them.")
    #expect(graph.forgotten(["bob", "cyd", "eve"]).isEmpty)
    #expect(graph.forgotten(["bob"]).isEmpty)
    #expect(graph.forgotten(["bob", "stranger"]).isEmpty)
  }

  @Test("the way to somebody leads through one who writes to both")
  func warm() throws {
    let graph = Introductions(log(), at: now)
    let paths = graph.paths(to: "fay", strength: ["bob": 60, "cyd": 90])
    #expect(paths.map(\.via) == ["bob"])
    #expect(try #require(paths.first).score <= 0.6)
    #expect(graph.paths(to: "fay", strength: [:]).isEmpty)
    #expect(graph.paths(to: "nobody", strength: ["bob": 60]).isEmpty)
  }

  @Test("who knows whom is told from both sides, and one mail shows nothing")
  func knows() {
    let graph = Introductions(log(), at: now)
    #expect(Set(graph.acquaintances(of: "bob").map(\.address)) == ["cyd", "eve", "fay"])
    #expect(graph.acquaintances(of: "bob").first?.address == "fay")
    #expect(graph.acquaintances(of: "bob", top: 1).count == 1)
    #expect(graph.acquaintances(of: "fay").map(\.address) == ["bob"])
    #expect(graph.acquaintances(of: "fay").first?.why == "They stand together in 6 of the mails you have.")
    #expect(graph.acquaintances(of: "nobody").isEmpty)
    var once = TieLog()
    once.add(at: now.advanced(byDays: -1), isOutward: false, people: ["bob"], beside: ["cyd"], recipients: 2)
    #expect(Introductions(once, at: now).acquaintances(of: "bob").isEmpty)
  }

  @Test("mails after the instant show nothing, and what went to a crowd shows nothing")
  func limits() {
    #expect(Introductions(log(), at: now.advanced(byDays: -100)).forgotten(["bob", "cyd"]).isEmpty)
    var crowd = TieLog()
    for day in 1...9 {
      crowd.add(
        at: now.advanced(byDays: -Double(day)), isOutward: true, people: ["bob", "cyd", "eve"], recipients: 200)
    }
    #expect(Introductions(crowd, at: now).forgotten(["bob", "cyd"]).isEmpty)
  }
}
