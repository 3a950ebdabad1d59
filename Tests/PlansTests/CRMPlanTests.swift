import Model
import Plans
import Testing

@Suite("a delivery as a value")
struct CRMPlanTests {
  static let rules = StandingRules(destination: ID(1), location: "/crm")

  private func bob(
    _ id: Int64 = 1, kind: Person.Kind = .person, restricted: Bool = false, interactions: Int = 3, card: Bool = false,
    ours: FieldValues = [.name: ["Bob"], .email: ["bob@example.test"]], link: CRMCandidate.Link = .none
  ) -> CRMCandidate {
    CRMCandidate(
      person: ID(id), kind: kind, restricted: restricted, interactions: interactions, hasCard: card, ours: ours,
      link: link)
  }

  @Test("a person with a tie is created with all mapped fields")
  func creates() {
    let plan = CRMPlan([bob()], rules: Self.rules)
    #expect(plan.changes.map(\.kind) == [.create])
    #expect(plan.changes.first?.fields.map(\.field) == [.name, .email])
    #expect(plan.brake == .free && plan.settled[ID(1)]?.remote == nil)
  }

  @Test("who may not be created is left out by rule")
  func refuses() {
    let people = [
      bob(1, kind: .machine), bob(2, restricted: true), bob(3, interactions: 0), bob(4, ours: [.title: ["Agent"]]),
      bob(5, interactions: 0, card: true), bob(6, kind: .organisation),
    ]
    let plan = CRMPlan(people, rules: Self.rules)
    #expect(plan.changes.map(\.person) == [ID(5), ID(6)])
    #expect(
      plan.leftOut == ["not a person": 1, "restricted": 1, "no tie": 1, "neither name nor e-mail": 1])
  }

  @Test("a machine cannot be let in by any rule")
  func machine() {
    var rules = Self.rules
    rules.create.kinds = [.machine, .person]
    #expect(CRMPlan([bob(1, kind: .machine)], rules: rules).changes.isEmpty)
  }

  @Test("P121 a restricted person's record is not touched")
  func restricted() {
    let link = CRMCandidate.Link.record(remote: "r1", base: [:], theirs: [:])
    let plan = CRMPlan([bob(restricted: true, link: link)], rules: Self.rules)
    #expect(plan.changes.isEmpty && plan.leftOut == ["restricted": 1])
  }

  @Test("a record deleted at the destination is not written again")
  func deletedThere() {
    let link = CRMCandidate.Link.record(remote: "r1", base: [.name: ["Bob"]], theirs: nil)
    let plan = CRMPlan([bob(link: link)], rules: Self.rules)
    #expect(plan.changes.isEmpty && plan.leftOut == ["deleted at the destination": 1])
  }

  @Test("the second run changes nothing")
  func secondRun() throws {
    let first = CRMPlan([bob()], rules: Self.rules)
    let settled = try #require(first.settled[ID(1)])
    let theirs = Dictionary(
      uniqueKeysWithValues: try #require(first.changes.first).fields.map { ($0.field, $0.new) })
    let again = bob(link: .record(remote: "r1", base: settled.base, theirs: theirs))
    let second = CRMPlan([again], rules: Self.rules)
    #expect(second.isRest && second.unchanged == 1)
  }

  @Test("a record that stands there with the person's address is adopted, not doubled")
  func adopts() {
    let there = CRMRecord(remote: "r9", values: [.name: ["Robert"], .email: ["BOB@example.test"]])
    let plan = CRMPlan([bob()], unlinked: [there], rules: Self.rules)
    #expect(plan.changes.isEmpty && plan.conflicts.map(\.remote) == ["r9"])
    #expect(plan.settled[ID(1)]?.adopted == true)
  }

  @Test("a record that two persons could claim is given to neither")
  func contested() {
    let there = CRMRecord(remote: "r9", values: [.email: ["bob@example.test", "ada@example.test"]])
    let ada = bob(2, ours: [.name: ["Ada"], .email: ["ada@example.test"]])
    let plan = CRMPlan([bob(), ada], unlinked: [there], rules: Self.rules)
    #expect(plan.changes.isEmpty && plan.leftOut == ["more than one record there may be this person": 2])
    #expect(plan.questions.map(\.candidates) == [["r9"], ["r9"]] && plan.questions.allSatisfy { $0.kind == .match })
  }

  @Test("the order of persons and records does not change the plan's bytes")
  func order() {
    let people = (1...30).map { id in
      bob(Int64(id), ours: [.name: ["B\(id)"], .email: ["b\(id)@example.test"]])
    }
    let records = (1...9).map { CRMRecord(remote: "r\($0)", values: [.email: ["b\($0)@example.test"]]) }
    let plain = CRMPlan(people, unlinked: records, rules: Self.rules)
    for seed in 0..<UInt64(20) {
      var random = Seeded(seed)
      let other = CRMPlan(
        people.shuffled(using: &random), unlinked: records.shuffled(using: &random), rules: Self.rules)
      #expect(other == plain && other.canonical == plain.canonical)
    }
  }

  @Test("creating many is free, overwriting many waits for an approval")
  func brake() {
    let created = (1...100).map { bob(Int64($0)) }
    #expect(CRMPlan(created, rules: Self.rules).brake == .free)
    func renamed(_ count: Int, of all: Int) -> Brake.Verdict {
      let people = (1...all).map { id in
        bob(
          Int64(id), ours: [.name: [id <= count ? "New" : "Old"]],
          link: .record(remote: "r\(id)", base: [.name: ["Old"]], theirs: [.name: ["Old"]]))
      }
      return CRMPlan(people, rules: Self.rules).brake
    }
    #expect(renamed(25, of: 100) == .free)
    #expect(renamed(26, of: 100) == .held(overwrites: 26, linked: 100))
    #expect(renamed(3, of: 4) == .free)
    #expect(renamed(4, of: 4) == .held(overwrites: 4, linked: 4))
    #expect(renamed(201, of: 2000) == .held(overwrites: 201, linked: 2000))
  }

  @Test("filling and adding take nothing away and need no brake")
  func additions() {
    #expect(!FieldChange(field: .email, old: ["a@example.test"], new: ["A@example.test", "b@example.test"]).overwrites)
    #expect(FieldChange(field: .email, old: ["a@example.test"], new: ["b@example.test"]).overwrites)
    #expect(FieldChange(field: .title, old: ["Agent"], new: []).overwrites)
    #expect(!FieldChange(field: .title, old: [], new: ["Agent"]).overwrites)
  }

  @Test("no two changes render alike, however their values are cut")
  func canonical() {
    func change(_ old: [String], _ new: [String], _ remote: String? = "r") -> [UInt8] {
      CRMChange(.update, person: ID(1), remote: remote, fields: [FieldChange(field: .email, old: old, new: new)])
        .canonical
    }
    let forms = [
      change(["a", "b"], []), change(["a"], ["b"]), change(["a,1:b"], []), change(["ab"], []), change([], ["a", "b"]),
      change([], [""]), change([], []), change([], [], nil), change([], [], ""),
    ]
    #expect(Set(forms).count == forms.count)
  }

  @Test("any edit of the standing rules gives other bytes, the order of the mapping does not")
  func standing() {
    let rules = Self.rules
    var other = rules
    other.mapping.reverse()
    #expect(other.canonical == rules.canonical)
    var edits: [StandingRules] = Array(repeating: rules, count: 12)
    edits[0].destination = ID(2)
    edits[1].location = "/other"
    edits[2].mapping.removeLast()
    edits[3].mapping[0].remote = "full name"
    edits[4].create.interactions = 2
    edits[5].create.kinds = [.person]
    edits[6].brake.percent = 26
    edits[7].mapping[0].rule = .ours
    edits[8].mapping[0].type = .option(["a", "b"])
    edits[9].mapping[0].longest = 10
    edits[10].mapping[0].most = 1
    edits[11].options = ["owner": "7"]
    #expect(Set(edits.map(\.canonical) + [rules.canonical]).count == 13)
  }

  @Test("an undone change restores the fields nobody edited since, and names the others")
  func inverse() throws {
    let change = CRMChange(
      .update, person: ID(1), remote: "r",
      fields: [
        FieldChange(field: .title, old: ["Agent"], new: ["Broker"]),
        FieldChange(field: .phone, old: [], new: ["+15550100"]),
      ])
    let inverse = try #require(change.inverse)
    let (fits, edited) = inverse.fitting([.title: ["Owner"], .phone: ["+1 555 0100"]])
    #expect(fits.fields == [FieldChange(field: .phone, old: ["+15550100"], new: [])])
    #expect(edited == [.title])
    #expect(CRMChange(.create, person: ID(1), remote: nil, fields: []).inverse == nil)
  }
}
