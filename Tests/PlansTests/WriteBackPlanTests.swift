import Model
import Testing

@testable import Plans

@Suite("what the owner typed, against cards of a source")
struct WriteBackPlanTests {
  private let source = ID<Source>(7)

  private func card(_ record: Int64, _ values: FieldValues) -> WriteBackPlan.Card {
    .init(record: ID(record), person: ID(1), values: values)
  }

  private func typed(
    _ field: FieldKey, _ value: String, holds: Bool = true, at seconds: Int64 = 1
  ) -> WriteBackPlan.Typed {
    .init(field, value, holds: holds, at: Instant(seconds: seconds))
  }

  private func changes(_ cards: [WriteBackPlan.Card], _ typed: [WriteBackPlan.Typed]) -> [String] {
    WriteBackPlan.changes(cards, typed, of: source).map {
      "\($0.record.rawValue) \($0.field.field) \($0.field.old) \($0.field.new)"
    }
  }

  @Test("what cards say as the owner typed it is left alone")
  func agreed() {
    let card = card(1, [.title: ["Buyer"], .email: ["Bob@Example.test"], .phone: ["+1 555 0100"]])
    #expect(
      changes([card], [typed(.title, "Buyer"), typed(.email, "bob@example.test"), typed(.phone, "+15550100")]) == [])
  }

  @Test("a field with one value is corrected where it stands, and added where nothing says it")
  func single() {
    let two = [card(2, [.title: ["Seller"]]), card(1, [:])]
    #expect(changes(two, [typed(.title, "Buyer")]) == [#"2 title ["Seller"] ["Buyer"]"#])
    #expect(changes([card(2, [:]), card(1, [:])], [typed(.title, "Buyer")]) == [#"1 title [] ["Buyer"]"#])
    #expect(changes(two, [typed(.title, "")]) == [#"2 title ["Seller"] []"#])
    #expect(changes([card(1, [.name: ["Bob"]])], [typed(.name, "")]) == [])
    #expect(
      changes([card(1, [.title: ["A"]])], [typed(.title, "B", at: 1), typed(.title, "C", at: 2)]) == [
        #"1 title ["A"] ["C"]"#
      ])
  }

  @Test("a value that does not hold goes from every card, and a new one comes to the first")
  func several() {
    let cards = [card(1, [.email: ["a@example.test", "b@example.test"]]), card(2, [.email: ["B@example.test"]])]
    let said = [typed(.email, "b@example.test", holds: false), typed(.email, "c@example.test")]
    #expect(
      changes(cards, said) == [
        #"1 email ["a@example.test", "b@example.test"] ["a@example.test", "c@example.test"]"#,
        #"2 email ["B@example.test"] []"#,
      ])
  }

  @Test("P013 what is approved is record, field, old and new value: another of any is another digest")
  func canonical() {
    let change = SourceChange(
      source: source, record: ID(1), person: ID(1), field: FieldChange(field: .title, old: ["a"], new: ["b"]))
    var others = [SourceChange](repeating: change, count: 5)
    others[0].source = ID(8)
    others[1].record = ID(2)
    others[2].field = FieldChange(field: .name, old: ["a"], new: ["b"])
    others[3].field.old = ["A"]
    others[4].field.new = ["b", ""]
    #expect(Set((others + [change]).map(\.canonical)).count == 6)
    #expect(change.inverse.canonical != change.canonical && change.inverse.inverse == change)
  }
}
