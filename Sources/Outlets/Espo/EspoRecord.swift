import Formats
import Model
import Plans

/// A contact or an account of EspoCRM; whom it is about stands in the last line of its description.
struct EspoRecord: Sendable, Equatable {
  enum Entity: String, Sendable, CaseIterable { case contact = "Contact", account = "Account" }

  var entity: Entity
  var id = ""
  var given = ""
  var family = ""
  /// Of an account.
  var name = ""
  var emails: [String] = []
  var phones: [String] = []
  var account = ""
  var accountID: String?
  var title = ""
  /// The description without the line of ours.
  var text = ""
  var person: ID<Person>?
  /// As EspoCRM writes it: UTC, whole seconds.
  var modifiedAt = ""

  static let fields: Set<Fact.Field> = [.name, .given, .family, .email, .phone, .organisation, .title]
  private static let mark = "kith: "

  /// What a list is to show.
  static func select(_ entity: Entity) -> [String] {
    let both = ["emailAddressData", "phoneNumberData", "description", "modifiedAt"]
    return both + (entity == .account ? ["name"] : ["firstName", "lastName", "title", "accountId", "accountName"])
  }

  init(_ entity: Entity) { self.entity = entity }

  // MARK: reading

  /// Nil for an answer that is no record.
  init?(_ entity: Entity, _ shown: JSON) {
    guard let id = shown[key: "id"]?.asText, !id.isEmpty else { return nil }
    func text(_ key: String) -> String { shown[key: key]?.asText ?? "" }
    self.entity = entity
    self.id = id
    given = text("firstName")
    family = text("lastName")
    name = text("name")
    title = text("title")
    account = text("accountName")
    accountID = shown[key: "accountId"]?.asText
    modifiedAt = text("modifiedAt")
    emails = EspoRecord.many(shown[key: "emailAddressData"], "emailAddress")
    phones = EspoRecord.many(shown[key: "phoneNumberData"], "phoneNumber")
    var lines: [Substring] = []
    for line in text("description").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(EspoRecord.mark) {
        person = ID(line.dropFirst(EspoRecord.mark.count))
      } else {
        lines.append(line)
      }
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    self.text = lines.joined(separator: "\n")
  }

  /// The main one first.
  private static func many(_ list: JSON?, _ key: String) -> [String] {
    let all = list?.asList ?? []
    let main = all.filter { $0[key: "primary"] == .bool(true) }
    return (main + all.filter { $0[key: "primary"] != .bool(true) }).compactMap { $0[key: key]?.asText }
  }

  var remote: String { entity.rawValue + "/" + id }

  /// What a record is called here, taken apart.
  static func place(_ remote: String?) -> (entity: Entity, id: String)? {
    let parts = (remote ?? "").split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let entity = Entity(rawValue: String(parts[0])), !parts[1].isEmpty,
      parts[1].utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0 | 32) })
    else { return nil }
    return (entity, String(parts[1]))
  }

  var values: FieldValues {
    var values: FieldValues = [.email: emails, .phone: phones]
    switch entity {
    case .account: values[.name] = [name]
    case .contact:
      (values[.given], values[.family], values[.organisation]) = ([given], [family], [account])
      values[.title] = [title]
      values[.name] = [[given, family].filter { !$0.isEmpty }.joined(separator: " ")]
    }
    return values.mapValues { $0.filter { !$0.isEmpty } }.filter { !$0.value.isEmpty }
  }

  var digest: String { values.digest }

  var record: RemoteRecord {
    RemoteRecord(
      remote: remote, person: person, digest: digest, values: values,
      kind: entity == .account ? .organisation : .person,
      changedAt: Instant(iso: modifiedAt.replacing(" ", with: "T") + "Z"))
  }

  // MARK: writing

  /// Values as EspoCRM shows them after they were written.
  static func shaped(_ values: FieldValues, of kind: Person.Kind) -> FieldValues {
    var out: FieldValues = [:]
    for (field, texts) in values where fields.contains(field.field) {
      var seen: Set<String> = []
      let lines = texts.map(oneLine).filter { !$0.isEmpty && seen.insert($0).inserted }
      if !lines.isEmpty { out[field] = field.isMulti ? lines : [lines[0]] }
    }
    if kind == .organisation { return out.filter { [.name, .email, .phone].contains($0.key) } }
    let parts = [out[.given]?.first, out[.family]?.first].compactMap { $0 }
    if !parts.isEmpty, out[.name] != nil { out[.name] = [parts.joined(separator: " ")] }
    return out
  }

  /// Takes on what a change says.
  mutating func take(_ change: CRMChange) {
    var new: FieldValues = [:]
    for field in change.fields { new[field.field] = field.new }
    new = EspoRecord.shaped(new, of: entity == .account ? .organisation : .person)
    let named = Set(change.fields.map(\.field))
    func text(_ key: FieldKey) -> String { new[key]?.first ?? "" }
    if person == nil { person = change.person }
    if named.contains(.email) { emails = new[.email] ?? [] }
    if named.contains(.phone) { phones = new[.phone] ?? [] }
    if entity == .account {
      if named.contains(.name) { name = text(.name) }
      return
    }
    if named.contains(.title) { title = text(.title) }
    if named.contains(.organisation) { account = text(.organisation) }
    if named.contains(.given) { given = text(.given) }
    if named.contains(.family) { family = text(.family) }
    if named.contains(.name), named.isDisjoint(with: [.given, .family]) || (given.isEmpty && family.isEmpty) {
      // A contact needs a family name: the last word, or all there is.
      let words = text(.name).split(separator: " ")
      given = words.dropLast().joined(separator: " ")
      family = words.last.map(String.init) ?? ""
    }
  }

  /// The members that stand for it in a body; the account's number is looked up by whoever sends it.
  var members: [JSON.Pair] {
    let addresses = emails.enumerated().map { place, address -> JSON in
      ["emailAddress": .text(address), "primary": .bool(place == 0)]
    }
    let numbers = phones.enumerated().map { place, number -> JSON in
      ["phoneNumber": .text(number), "primary": .bool(place == 0)]
    }
    var pairs: [JSON.Pair] = [
      .init(key: "emailAddressData", value: .list(addresses)), .init(key: "phoneNumberData", value: .list(numbers)),
      .init(key: "description", value: .text(description)),
    ]
    switch entity {
    case .account: pairs.append(.init(key: "name", value: .text(name)))
    case .contact:
      pairs += [
        .init(key: "firstName", value: .text(given)), .init(key: "lastName", value: .text(family)),
        .init(key: "title", value: .text(title)),
        .init(key: "accountId", value: accountID.map { .text($0) } ?? .null),
      ]
    }
    return pairs
  }

  private var description: String {
    let line = person.map { [EspoRecord.line($0)] } ?? []
    return ((text.isEmpty ? [] : [text]) + line).joined(separator: "\n")
  }

  /// By this line a second try finds what the first one made.
  static func line(_ person: ID<Person>) -> String { mark + person.description }
}
