import Model
import Plans
import Testing

@Suite("the mapping and its types")
struct MappingTests {
  struct Value: Sendable, CustomTestStringConvertible {
    let type: ValueType
    let value: String
    let fits: Bool
    var testDescription: String { "\(type) \(value)" }
    init(_ type: ValueType, _ value: String, _ fits: Bool) { (self.type, self.value, self.fits) = (type, value, fits) }
  }

  static let values: [Value] = [
    Value(.email, "bob@example.test", true), Value(.email, "bob", false), Value(.email, "b b@example.test", false),
    Value(.phone, "+31 20 123", true), Value(.phone, "ask Bob", false), Value(.date, "2024-02-29", true),
    Value(.date, "2023-02-29", false), Value(.date, "--02-29", true), Value(.date, "29-02-2024", false),
    Value(.date, "2024-2-9", false), Value(.number, "-12.50", true), Value(.number, "12,5", false),
    Value(.number, "1e3", false), Value(.number, "", false), Value(.boolean, "true", true),
    Value(.boolean, "yes", false), Value(.option(["gold", "blue"]), "gold", true),
    Value(.option(["gold", "blue"]), "Gold", false), Value(.text, "anything\nat all", true),
  ]

  @Test("a value that is not of the type is refused, and never bent into shape", arguments: values)
  func types(_ row: Value) { #expect((row.type.refusal(row.value) == nil) == row.fits) }

  @Test("a refused value is a conflict that names why, and the rest of the record goes")
  func refused() {
    let mapping: [StandingRules.Mapping] = [
      .init(.title, to: "title", longest: 3), .init(.email, to: "mails", most: 1),
      .init(.custom("Club"), to: "club", type: .option(["golf"])), .init(.name, to: "name"),
    ]
    let ours: FieldValues = [
      .title: ["Agent"], .email: ["a@example.test", "b@example.test"], .custom("Club"): ["golf", "chess"],
      .name: ["Bob"],
    ]
    let merge = FieldMerge(base: [:], ours: ours, theirs: [:], mapping: mapping)
    #expect(merge.changes.map(\.field) == [.name, .email, .custom("Club")])
    #expect(merge.changes.map(\.new) == [["Bob"], ["a@example.test"], ["golf"]])
    #expect(merge.conflicts.map(\.field) == [.email, .title, .custom("Club")])
    #expect(merge.base[.title] == nil && merge.base[.email] == ["a@example.test"])
    // What stands there and is not of the type does not come in either.
    let there = FieldMerge(base: [:], ours: [:], theirs: [.custom("Club"): ["chess", "golf"]], mapping: mapping)
    #expect(there.incoming.map(\.new) == [["golf"]] && there.conflicts.count == 1)
  }

  @Test("what the destination did not take is not sent again as it is")
  func notTaken() {
    let context = MergeContext(notTaken: [.title: .init(["Agent"], why: "no such title")])
    func merge(_ title: String) -> FieldMerge {
      FieldMerge(
        base: [:], ours: [.title: [title]], theirs: [:], mapping: [.init(.title, to: "title")], context: context)
    }
    #expect(merge("Agent").changes.isEmpty && merge("Agent").conflicts.map(\.cause) == [.notTaken("no such title")])
    #expect(merge("Broker").changes.count == 1 && merge("Broker").conflicts.isEmpty)
  }

  @Test("options of a destination set rules, names and types; one that is not understood keeps its field out")
  func options() {
    let mapping = StandingRules.mapping(
      [.name, .title, .email],
      [
        "rule.title": "ours", "field.custom:Club": "club_c", "type.custom:Club": "option:golf,chess",
        "rule.email": "whatever", "database": "main", "field.tag": "labels", "rule.name": "none",
      ])
    #expect(mapping.map(\.field) == [.title, .tag, .custom("Club")])
    #expect(mapping[0].rule == .ours && mapping[1].remote == "labels")
    #expect(mapping[2].remote == "club_c" && mapping[2].type == .option(["golf", "chess"]))
  }

  @Test("two edits at once: the later stands where both times are known, and the earlier is kept in an entry")
  func latest() {
    func merge(_ here: Int64?, _ there: Int64?) -> FieldMerge {
      FieldMerge(
        base: [.title: ["Agent"]], ours: [.title: ["Broker"]], theirs: [.title: ["Owner"]],
        mapping: [.init(.title, to: "title", rule: .latest)],
        context: MergeContext(
          changedHere: here.map { [.title: Instant(seconds: $0)] } ?? [:],
          changedThere: there.map(Instant.init(seconds:))))
    }
    #expect(merge(2, 1).changes.map(\.new) == [["Broker"]] && merge(2, 1).ruled.map(\.cause) == [.ruled(.ours)])
    #expect(merge(1, 2).incoming.map(\.new) == [["Owner"]] && merge(1, 2).ruled.map(\.theirs) == [["Owner"]])
    for unknown in [merge(nil, 1), merge(1, nil), merge(1, 1)] {
      #expect(unknown.conflicts.count == 1 && unknown.changes.isEmpty && unknown.incoming.isEmpty)
    }
  }
}
