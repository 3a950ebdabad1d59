import Insight
import Model
import Testing

@Suite("which records are one person")
struct MatchCardsTests {
  private func card(_ id: Int64, _ name: String, emails: [String] = [], phones: [String] = []) -> MatchRecord {
    MatchRecord(id: ID(id), kind: .card, emails: emails, phones: phones, names: [name])
  }

  private func address(_ id: Int64, _ email: String, _ names: [String] = [], personal: Bool = true) -> MatchRecord {
    MatchRecord(id: ID(id), kind: .address, emails: [email], names: names, isPersonal: personal)
  }

  private func groups(_ records: [MatchRecord], never: Set<MatchPlan.Pair> = []) -> [[Int64]] {
    MatchPlan(records, never: never).groups.map { $0.map(\.rawValue) }
  }

  @Test("a card with two addresses unites what was met under both")
  func twoAddresses() {
    let records = [
      card(1, "Bob Client", emails: ["bob@example.test", "bob@home.example.test"]), address(2, "bob@example.test"),
      address(3, "bob@home.example.test"), address(4, "ada@example.test"),
    ]
    #expect(groups(records) == [[1, 2, 3], [4]])
    #expect(MatchPlan(records).unions.map(\.reason) == [.sameEmail, .sameEmail])
  }

  @Test("two people of one name are two")
  func oneName() {
    #expect(
      groups([address(1, "a@example.test", ["Bob Client"]), address(2, "b@example.test", ["Bob Client"])]) == [
        [1], [2],
      ])
  }

  @Test("two cards with one phone are one person only if the names agree")
  func phones() {
    let phone = ["+15550100"]
    #expect(groups([card(1, "Bob Client", phones: phone), card(2, "Client, Bob", phones: phone)]) == [[1, 2]])
    #expect(groups([card(1, "Bob Client", phones: phone), card(2, "B. Client", phones: phone)]) == [[1, 2]])
    #expect(groups([card(1, "Bob Client", phones: phone), card(2, "Eve Client", phones: phone)]) == [[1], [2]])
    #expect(groups([card(1, "Bob Client", phones: phone), card(2, "", phones: phone)]) == [[1], [2]])
  }

  @Test("junior and senior are two")
  func generations() {
    let both = [
      card(1, "Bob Client Jr.", emails: ["c@example.test"]), card(2, "Bob Client Sr.", emails: ["c@example.test"]),
    ]
    #expect(groups(both) == [[1], [2]])
    #expect(MatchPlan(both).heldBack.map(\.by) == [.generationsDiffer])
  }

  @Test("an address that two households share stays apart from both cards")
  func shared() {
    let records = [
      card(1, "Bob Client", emails: ["family@example.test"]), card(2, "Eve Client", emails: ["family@example.test"]),
      address(3, "family@example.test"),
    ]
    #expect(groups(records) == [[1], [2], [3]])
    #expect(MatchPlan(records).heldBack.allSatisfy { $0.by == .namesDiffer })
  }

  @Test("a value held by many and the address of an office unite nobody")
  func guards() {
    let many = (1...5).map { card(Int64($0), "Bob Client", emails: ["all@example.test"]) }
    #expect(groups(many).count == 5)
    let office = [
      card(1, "Bob Client", emails: ["info@example.test"]), address(2, "info@example.test", personal: false),
    ]
    #expect(groups(office) == [[1], [2]])
    #expect(MatchPlan(office).heldBack.map(\.by) == [.roleMailbox])
    let list = card(1, "Team", emails: (1...11).map { "p\($0)@example.test" })
    #expect(groups([list, address(2, "p1@example.test")]) == [[1], [2]])
  }

  @Test("a pair told apart by hand is never united again, not by a third record either")
  func never() {
    let records = [
      card(1, "Bob Client", emails: ["a@example.test", "b@example.test"]), address(2, "a@example.test"),
      address(3, "b@example.test"),
    ]
    let apart: Set = [MatchPlan.Pair(ID(2), ID(3))]
    #expect(groups(records, never: apart) == [[1, 2], [3]])
    #expect(MatchPlan(records, never: apart).heldBack.map(\.by) == [.never])
  }

  @Test("what the owner united stays united though no value is shared")
  func byHand() {
    let plan = MatchPlan(
      [address(1, "a@example.test"), address(2, "b@example.test")], together: [MatchPlan.Pair(ID(2), ID(1))])
    #expect(plan.groups == [[ID(1), ID(2)]] && plan.unions.map(\.reason) == [.byHand])
  }

  @Test("500 random books are decided alike in any order, and no told-apart pair is in one group")
  func order() {
    let names = ["Bob Client", "Eve Client", "Ada Example", "Bob Client Jr.", ""]
    for seed in 0..<UInt64(500) {
      var random = Seeded(seed)
      let records = (1...25).map { id in
        let emails = (0..<Int.random(in: 0...2, using: &random)).map { _ in
          "e\(Int.random(in: 0..<12, using: &random))@example.test"
        }
        let phones = (0..<Int.random(in: 0...1, using: &random)).map { _ in
          "+1555010\(Int.random(in: 0..<6, using: &random))"
        }
        return MatchRecord(
          id: ID(Int64(id)), kind: Bool.random(using: &random) ? .card : .address, emails: emails, phones: phones,
          names: [names.randomElement(using: &random) ?? ""])
      }
      let never = Set(
        (0..<5).map { _ in
          MatchPlan.Pair(ID(Int64.random(in: 1...12, using: &random)), ID(Int64.random(in: 13...25, using: &random)))
        })
      let plan = MatchPlan(records, never: never)
      #expect(MatchPlan(records.shuffled(using: &random), never: never) == plan, "seed \(seed)")
      #expect(plan.groups.flatMap { $0 }.count == 25, "seed \(seed)")
      for group in plan.groups {
        #expect(!never.contains { group.contains($0.first) && group.contains($0.second) }, "seed \(seed)")
      }
    }
  }
}
