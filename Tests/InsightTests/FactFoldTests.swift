import Insight
import Model
import Testing

@Suite("a person is a fold over facts")
struct FactFoldTests {
  private func fact(
    _ field: Fact.Field, _ value: String, _ origin: Fact.Origin, record: Int64 = 1, day: Int = 1, count: Int = 1,
    confidence: Double = 1, label: String = ""
  ) -> Fact {
    let at = Instant(year: 2026, month: 1, day: day)
    return Fact(
      field: field, label: label, value: value, origin: origin, record: ID(record), firstSeen: at, lastSeen: at,
      count: count, confidence: confidence)
  }

  @Test("P048 what the owner typed outranks what any source says, however late it says it")
  func typed() {
    let person = foldFacts([
      fact(.title, "Owner", .typed, day: 1), fact(.title, "Agent", .card, record: 2, day: 20),
      fact(.title, "Broker", .destination, record: 3, day: 25), fact(.title, "Clerk", .inferred, record: 4, day: 28),
    ])
    #expect(person.title == "Owner")
    #expect(person.conflicts.map(\.proposed) == ["Agent", "Broker"])
    #expect(person.conflicts.allSatisfy { $0.taken == "Owner" && $0.takenFrom == .typed })
  }

  @Test("P048 a corrected value that a source repeats at the next sync changes nothing")
  func survives() {
    var facts = [fact(.organisation, "Homes", .typed), fact(.organisation, "Houses", .card, record: 2)]
    let before = foldFacts(facts)
    facts[1].count += 1
    facts[1].lastSeen = Instant(year: 2030, month: 1, day: 1)
    #expect(foldFacts(facts) == before && before.organisation == "Homes")
  }

  @Test("a value the owner removed stays away, and an emptied field stays empty")
  func removed() {
    let person = foldFacts([
      fact(.email, "old@example.test", .card), fact(.email, "bob@example.test", .card, record: 2),
      fact(.email, "OLD@example.test", .typed, record: 3, confidence: 0), fact(.title, "", .typed, record: 3),
      fact(.title, "Agent", .card),
    ])
    #expect(person.emails == ["bob@example.test"] && person.title == nil)
  }

  @Test("cards outrank headers, and among headers the fullest and most frequent name is taken")
  func names() {
    let headers = [
      fact(.name, "Bob", .header, count: 90), fact(.name, "Client, Bob", .header, record: 2, count: 5),
      fact(.name, "Robert Client", .header, record: 3, count: 2),
    ]
    let person = foldFacts(headers)
    #expect(person.name == "Bob Client" && person.given == "Bob" && person.family == "Client")
    #expect(person.conflicts.isEmpty)
    #expect(foldFacts(headers + [fact(.name, "Bobby Client", .card, record: 4)]).name == "Bobby Client")
    #expect(foldFacts([fact(.given, "Bob", .card), fact(.family, "Client", .card)] + headers).name == "Bob Client")
  }

  @Test("values of a field with many stand once each, the best first")
  func many() {
    let person = foldFacts([
      fact(.email, "b@example.test", .header), fact(.email, "B@example.test", .card, record: 2),
      fact(.email, "a@example.test", .typed, record: 3), fact(.custom, "7", .card, label: "Size"),
      fact(.custom, "7", .card, label: "Rooms"),
    ])
    #expect(person.emails == ["a@example.test", "B@example.test"])
    #expect(person.custom.count == 2)
    #expect(person.values[.custom("Size")] == ["7"] && person.values[.custom("Rooms")] == ["7"])
  }

  @Test("500 random sets of facts fold alike in any order")
  func order() {
    for seed in 0..<UInt64(500) {
      var random = Seeded(seed)
      let facts = (0..<30).map { _ in
        fact(
          Fact.Field.allCases.randomElement(using: &random) ?? .name,
          ["Ada", "Bob Client", "Cyd", "", "cyd"].randomElement(using: &random) ?? "",
          Fact.Origin.allCases.randomElement(using: &random) ?? .card, record: Int64.random(in: 1...5, using: &random),
          day: Int.random(in: 1...28, using: &random), count: Int.random(in: 1...3, using: &random),
          confidence: [0, 0.5, 1].randomElement(using: &random) ?? 1)
      }
      #expect(foldFacts(facts) == foldFacts(facts.shuffled(using: &random)), "seed \(seed)")
    }
  }
}
