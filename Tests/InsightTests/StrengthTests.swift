import Insight
import Model
import Testing

@Suite("the strength of a tie at an instant")
struct StrengthTests {
  private let now = Instant(year: 2026, month: 3, day: 1)

  private func touch(
    _ daysAgo: Double, _ direction: Interaction.Direction, recipients: Int = 1, kind: Interaction.Kind = .mail,
    viaList: Bool = false, author: MailSightings.Author = .person
  ) -> Touch {
    Touch(
      at: now.advanced(byDays: -daysAgo), direction: direction, recipients: recipients, kind: kind, viaList: viaList,
      author: author)
  }

  private func random(_ seed: UInt64) -> [Touch] {
    var random = Seeded(seed)
    return (0..<Int.random(in: 0..<60, using: &random)).map { _ in
      touch(
        Double.random(in: -30..<900, using: &random),
        Interaction.Direction.allCases.randomElement(using: &random) ?? .inward,
        recipients: Int.random(in: 0..<40, using: &random),
        kind: Interaction.Kind.allCases.randomElement(using: &random) ?? .mail,
        viaList: Bool.random(using: &random),
        author: MailSightings.Author.allCases.randomElement(using: &random) ?? .person)
    }
  }

  @Test("parts sum to the value exactly, for 2,000 random histories, in any order")
  func sums() {
    for seed in 0..<UInt64(2000) {
      var shuffle = Seeded(seed)
      let touches = random(seed)
      let strength = Strength.of(touches, at: now)
      #expect(strength.parts.reduce(0) { $0 + $1.value } == strength.value, "seed \(seed)")
      #expect(strength.parts.reversed().reduce(0) { $0 + $1.value } == strength.value, "seed \(seed)")
      #expect((0...100).contains(strength.value), "seed \(seed)")
      #expect(Strength.of(touches.shuffled(using: &shuffle), at: now) == strength, "seed \(seed)")
    }
  }

  @Test("what happens after the instant is not looked at")
  func asOf() {
    for seed in 0..<UInt64(200) {
      let touches = random(seed)
      let then = now.advanced(byDays: -200)
      #expect(Strength.of(touches, at: then) == Strength.of(touches.filter { $0.at <= then }, at: then))
    }
  }

  @Test("a tie decays by half of its rank in ninety days and never gains by waiting")
  func decays() {
    let touches = [touch(0, .outward), touch(0, .inward), touch(5, .outward)]
    var last = Strength.of(touches, at: now).value
    for days in stride(from: 1.0, to: 1000, by: 7) {
      let value = Strength.of(touches, at: now.advanced(byDays: days)).value
      #expect(value <= last)
      last = value
    }
  }

  @Test("own writing counts more than mail received, and a mail to one more than a mail to forty")
  func weights() {
    func value(_ touches: [Touch]) -> Double { Strength.of(touches, at: now).value }
    #expect(value([touch(1, .outward)]) > value([touch(1, .inward)]))
    #expect(value([touch(1, .outward)]) > value([touch(1, .outward, recipients: 40)]))
    #expect(value([touch(1, .inward)]) > value([touch(1, .inward, viaList: true)]))
    #expect(value([touch(1, .inward)]) > value([touch(9, .inward)]))
    #expect(
      value([touch(1, .inward, author: .bulk), touch(1, .inward, author: .machine), touch(1, .inward, kind: .note)])
        == 0)
  }

  @Test("below five reciprocated mails a year a tie is damped")
  func gate() {
    let oneWay = (0..<20).map { touch(Double($0) * 5, .inward) }
    let mutual = (0..<10).flatMap { [touch(Double($0) * 10, .inward), touch(Double($0) * 10 + 5, .outward)] }
    let damped = Strength.of(oneWay, at: now)
    #expect(damped.parts.last?.name == "reciprocity" && (damped.parts.last?.value ?? 0) < 0)
    #expect(!Strength.of(mutual, at: now).parts.contains { $0.name == "reciprocity" })
    #expect(Strength.of(mutual, at: now).value > 3 * damped.value)
  }

  @Test("the same history gives the same figure on any machine")
  func golden() {
    let touches = (0..<12).flatMap {
      [touch(Double($0) * 9.5, .inward, recipients: 3), touch(Double($0) * 11.25, .outward)]
    }
    let strength = Strength.of(touches, at: now)
    #expect(strength.value == 72.404296875, "\(strength)")
  }

  @Test("figures at the edges do not trap")
  func edges() {
    let far = [
      Touch(at: Instant(milliseconds: .min), direction: .outward),
      Touch(at: Instant(milliseconds: .max), direction: .inward, recipients: .min),
      Touch(at: now, direction: .outward, recipients: .max),
    ]
    #expect(Strength.of(far, at: Instant(milliseconds: .max)).value >= 0)
    #expect(Strength.of(far, at: Instant(milliseconds: .min)).value >= 0)
    #expect(Strength.of([], at: now) == .none)
  }
}
