import Formats
import Model
import Plans

/// How changes of people become commands of Tryton, and what a party says once they were done.
enum TrytonValues {
  /// What Tryton has a place for: it keeps no parts of a name, no title, no birthday.
  static let fields: Set<Fact.Field> = [.name, .email, .phone, .url, .organisation, .tag, .address]

  /// Values as Tryton shows them after they were written: its lines hold no breaks, and white space at the ends goes.
  static func shaped(_ values: FieldValues) -> FieldValues {
    var out: FieldValues = [:]
    for (field, texts) in values where fields.contains(field.field) {
      var seen: Set<String> = []
      let lines = texts.map(oneLine).filter { !$0.isEmpty && seen.insert(same(field, $0)).inserted }
      if !lines.isEmpty { out[field] = field.isMulti ? lines : [lines[0]] }
    }
    return out
  }

  /// The form in which two values are the same to Tryton: it may write numbers with spaces.
  static func same(_ field: FieldKey, _ value: String) -> String {
    switch field.field {
    case .phone: value.filter { !$0.isWhitespace && $0 != "-" && $0 != "(" && $0 != ")" && $0 != "." }
    case .email: fold(oneLine(value))
    default: oneLine(value)
    }
  }

  /// A change in Tryton's words, and the party as it is afterwards.
  struct Step: Sendable {
    var values: [JSON.Pair] = []
    var party: TrytonParty
    /// What hangs on the party and is written with it: changed by somebody else, the step must not be done.
    var guarded: [JSON.Pair] = []
  }

  /// The ids that stand for names: of tags, and of organisations.
  struct Known: Sendable {
    var tags: [String: Int64] = [:]
    var organisations: [String: Int64] = [:]
    /// The type of relation by which people belong to organisations.
    var relation: Int64?
  }

  static func step(_ change: CRMChange, over party: TrytonParty, _ known: Known) -> Step {
    var step = Step(party: party)
    for field in change.fields {
      let wanted = shaped([field.field: field.new])[field.field] ?? []
      switch field.field {
      case .name:
        step.values.append(JSON.Pair(key: "name", value: .text(wanted.first ?? "")))
        step.party.name = wanted.first ?? ""
      case .address: addresses(wanted, field.field, &step)
      case .tag: tags(wanted, known, &step)
      case .organisation: organisation(wanted.first, known, &step)
      default: break
      }
    }
    mechanisms(change, &step)
    return step
  }

  // MARK: contact mechanisms

  /// All in one list of commands: a value that is exchanged keeps its place, its purpose and its comment.
  private static func mechanisms(_ change: CRMChange, _ step: inout Step) {
    var commands: [JSON] = []
    var gone: [JSON] = []
    var made: [JSON] = []
    for field in change.fields {
      guard let types = TrytonParty.types[field.field], let type = types.first else { continue }
      let wanted = shaped([field.field: field.new])[field.field] ?? []
      let held = step.party.mechanisms.filter { types.contains($0.type) }
      let keep = Set(wanted.map { same(field.field, $0) })
      var leaving = held.filter { !keep.contains(same(field.field, $0.value)) }
      let there = Set(held.map { same(field.field, $0.value) })
      for value in wanted where !there.contains(same(field.field, value)) {
        if let old = leaving.first {
          leaving.removeFirst()
          commands.append(["write", [.int(old.id)], ["value": .text(value)]])
          step.guarded.append(stamp("party.contact_mechanism", old.id, old.stamp))
          if let place = step.party.mechanisms.firstIndex(of: old) { step.party.mechanisms[place].value = value }
        } else {
          made.append(["type": .text(type), "value": .text(value)])
          step.party.mechanisms.append(.init(id: 0, type: type, value: value, stamp: ""))
        }
      }
      for old in leaving {
        gone.append(.int(old.id))
        step.guarded.append(stamp("party.contact_mechanism", old.id, old.stamp))
        step.party.mechanisms.removeAll { $0 == old }
      }
    }
    if !gone.isEmpty { commands.append(["delete", .list(gone)]) }
    if !made.isEmpty { commands.append(["create", .list(made)]) }
    if !commands.isEmpty { step.values.append(JSON.Pair(key: "contact_mechanisms", value: .list(commands))) }
  }

  static func stamp(_ model: String, _ id: Int64, _ stamp: String) -> JSON.Pair {
    JSON.Pair(key: "\(model),\(id)", value: .text(stamp))
  }

  // MARK: the rest

  private static func addresses(_ wanted: [String], _ field: FieldKey, _ step: inout Step) {
    let keep = Set(wanted.map { same(field, $0) })
    let leaving = step.party.addresses.filter { !keep.contains(same(field, $0.text)) }
    let there = Set(step.party.addresses.map { same(field, $0.text) })
    let made = wanted.filter { !there.contains(same(field, $0)) }
    var commands: [JSON] = []
    if !leaving.isEmpty { commands.append(["delete", .list(leaving.map { .int($0.id) })]) }
    if !made.isEmpty { commands.append(["create", .list(made.map { ["street": .text($0)] })]) }
    guard !commands.isEmpty else { return }
    step.values.append(JSON.Pair(key: "addresses", value: .list(commands)))
    step.guarded += leaving.map { stamp("party.address", $0.id, $0.stamp) }
    step.party.addresses.removeAll { leaving.contains($0) }
    step.party.addresses += made.map { .init(id: 0, text: $0, stamp: "") }
  }

  private static func tags(_ wanted: [String], _ known: Known, _ step: inout Step) {
    let leaving = step.party.tags.filter { !wanted.contains(oneLine($0.name)) }
    let there = Set(step.party.tags.map { oneLine($0.name) })
    let made = wanted.filter { !there.contains($0) }
      .compactMap { name in known.tags[name].map { TrytonParty.Tag(id: $0, name: name) } }
    var commands: [JSON] = []
    if !leaving.isEmpty { commands.append(["remove", .list(leaving.map { .int($0.id) })]) }
    if !made.isEmpty { commands.append(["add", .list(made.map { .int($0.id) })]) }
    guard !commands.isEmpty else { return }
    step.values.append(JSON.Pair(key: "categories", value: .list(commands)))
    step.party.tags = step.party.tags.filter { !leaving.contains($0) } + made
  }

  /// The relation that is shown is the first one; others that people made stay.
  private static func organisation(_ wanted: String?, _ known: Known, _ step: inout Step) {
    let held = step.party.relations.first
    if let wanted, let held, oneLine(held.name) == wanted { return }
    var commands: [JSON] = []
    if let held {
      commands.append(["delete", [.int(held.id)]])
      step.party.relations.removeFirst()
    }
    if let wanted, let to = known.organisations[wanted], let type = known.relation {
      commands.append(["create", [["to": .int(to), "type": .int(type)]]])
      step.party.relations.insert(.init(id: 0, to: to, name: wanted, type: type), at: 0)
    }
    if !commands.isEmpty { step.values.append(JSON.Pair(key: "relations", value: .list(commands))) }
  }
}
