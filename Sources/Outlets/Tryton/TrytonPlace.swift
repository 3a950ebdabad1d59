import Formats
import Model
import Plans

/// How a field stands among the contact mechanisms of a party: by their types, or as those of the type `other` that have
/// its name.
struct TrytonPlace: Sendable, Equatable {
  /// The first is what new ones become.
  private let types: [String]
  private let name: String?
  /// A text of several lines: it is the comment, and the value is but its name.
  private let isText: Bool

  private init(_ types: [String], name: String? = nil, isText: Bool = false) {
    (self.types, self.name, self.isText) = (types, name, isText)
  }

  /// The fields that Tryton has a type for.
  private static let usual: [FieldKey: TrytonPlace] = [
    .email: TrytonPlace(["email"]), .phone: TrytonPlace(["phone", "mobile"]), .url: TrytonPlace(["website"]),
  ]
  private static let named: Set<Fact.Field> = [.birthday, .note, .custom]

  /// Those of a mapping; own fields have the names that it gives them.
  static func places(_ mapping: [StandingRules.Mapping]) -> [FieldKey: TrytonPlace] {
    var places = usual
    let mapped = Set(mapping.map(\.field))
    if mapped.contains(.birthday) { places[.birthday] = TrytonPlace(["other"], name: "Birthday") }
    if mapped.contains(.note) { places[.note] = TrytonPlace(["other"], name: "Note", isText: true) }
    var taken: Set = ["Birthday", "Note"]
    for line in mapping where line.field.field == .custom {
      let name = oneLine(line.remote)
      // A second field of that name could not be told apart.
      if taken.insert(name).inserted { places[line.field] = TrytonPlace(["other"], name: name) }
    }
    return places
  }

  /// What of a mechanism is read and written for what is mapped.
  static func members(_ mapped: Set<Fact.Field>) -> [String] {
    let isNamed = !mapped.isDisjoint(with: named)
    guard isNamed || !mapped.isDisjoint(with: usual.keys.map(\.field)) else { return [] }
    return ["type", "value"] + (isNamed ? ["name"] : []) + (mapped.contains(.note) ? ["comment"] : [])
  }

  func held(_ mechanisms: [TrytonParty.Mechanism]) -> [TrytonParty.Mechanism] {
    mechanisms.filter { types.contains($0.type) && (name == nil || $0.name == name) }
  }

  func text(_ mechanism: TrytonParty.Mechanism) -> String { isText ? mechanism.comment : mechanism.value }

  func set(_ text: String, in mechanism: inout TrytonParty.Mechanism) {
    if isText { mechanism.comment = text } else { mechanism.value = text }
  }

  /// What a mechanism is given to say this.
  func change(_ text: String) -> JSON { isText ? ["comment": .text(text)] : ["value": .text(text)] }

  /// A new one that says this.
  func made(_ text: String) -> TrytonParty.Mechanism {
    var made = TrytonParty.Mechanism(id: 0, type: types.first ?? "other", value: name ?? "", name: name ?? "")
    set(text, in: &made)
    return made
  }

  /// The same in Tryton's words.
  func row(_ made: TrytonParty.Mechanism) -> JSON {
    var pairs: [JSON.Pair] = [
      .init(key: "type", value: .text(made.type)), .init(key: "value", value: .text(made.value)),
    ]
    if !made.name.isEmpty { pairs.append(.init(key: "name", value: .text(made.name))) }
    if isText { pairs.append(.init(key: "comment", value: .text(made.comment))) }
    return .object(pairs)
  }
}
