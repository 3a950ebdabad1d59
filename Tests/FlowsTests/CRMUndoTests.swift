import Consent
import Flows
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

/// What a whole run did to real CRMs, taken back.
@Suite("Undo of whole runs in real CRMs", .serialized) struct CRMUndoTests {
  private static let count = 10

  @Test(
    "after undo of a run every field, multi-value and relation is as before, but for what somebody changed since",
    arguments: RealCRM.allCases)
  func undo(_ system: RealCRM) async throws {
    let (stage, _) = try await system.stage(seed: 1, ["field.tag": "labels"])
    var people: [ID<Person>] = []
    for number in 0..<CRMUndoTests.count {
      let person = try await stage.home.person("Person Nr\(number)", "p\(number)@example.test", card: true)
      try await stage.type(
        person, Edit(.set, .title, "Buyer"), Edit(.set, .organisation, "Acme Nr\(number % 3)"),
        Edit(.add, .phone, "+4144668100\(number)"), Edit(.add, .phone, "+4144668200\(number)"),
        Edit(.add, .tag, "client"))
      people.append(person)
    }
    let first = try await stage.run()
    #expect(first.created == CRMUndoTests.count && first.isComplete, "\(first.troubles)")
    let before = try await stage.held()
    let mapped = try await stage.outlet { crm, _ in crm.capabilities.fields }.intersection([
      .name, .given, .family, .email, .phone, .organisation, .title, .tag,
    ])
    for (number, person) in people.enumerated() {
      try await stage.type(
        person, Edit(.set, .name, "Other Nr\(number)"), Edit(.set, .title, "Seller"),
        Edit(.set, .organisation, "Harbour Homes"), Edit(.remove, .phone, "+4144668100\(number)"),
        Edit(.add, .phone, "+4144668300\(number)"), Edit(.add, .email, "q\(number)@example.test"),
        Edit(.remove, .tag, "client"), Edit(.add, .tag, "friend"))
    }
    let second = try await stage.run()
    #expect(second.updated == CRMUndoTests.count && second.isComplete, "\(second.troubles)")
    let between = try await stage.records()
    for field in mapped.subtracting([.given, .family]) {
      let (old, new) = (before["p1@example.test"], between["p1@example.test"]?.values)
      #expect(old?[FieldKey(field)] != new?[FieldKey(field)], "\(field) was not changed by the run")
    }
    // Somebody gives one of them another organisation and another number by hand.
    let edited = try #require(between["p3@example.test"])
    try await stage.edit(edited, [.organisation: ["By Hand"], .phone: ["+41446699999"]])
    let last = try #require(try await stage.home.store.journal(stage.home.viewer).map(\.run).max())
    let report = try await Undo(stage.deliver()).run(.run(last), as: stage.home.viewer)
    let after = try await stage.held()
    #expect(after.count == CRMUndoTests.count)
    for (email, values) in before where email != "p3@example.test" {
      for field in mapped {
        let key = FieldKey(field)
        #expect(after[email]?[key]?.sorted() == values[key]?.sorted(), "\(system) \(email) \(field)")
      }
    }
    let hand = try #require(after["p3@example.test"])
    #expect(hand[.organisation] == ["By Hand"] && hand[.phone]?.contains("+41446699999") == true)
    // What was left is listed.
    let listed = report.undone.flatMap(\.edited).count + report.left.count
    #expect(!report.isComplete && listed > 0)
    // What was taken back is not pushed forward again.
    #expect(try await stage.run().updated == 0)
    #expect(try await stage.held() == after)
  }
}
