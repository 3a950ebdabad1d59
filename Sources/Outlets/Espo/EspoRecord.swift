import Formats
import Model
import Plans

/// A contact or an account of EspoCRM; what it has no place for and whom it is about stand in lines of its description.
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
  /// The street of the address; its other parts are left as they are.
  var address = ""
  /// The description; it is the note where that is mapped.
  var description: NoteLines
  /// As EspoCRM writes it: UTC, whole seconds.
  var modifiedAt = ""

  static let fields: Set<Fact.Field> = [
    .name, .given, .family, .email, .phone, .organisation, .title, .url, .address, .birthday, .note, .custom,
  ]

  var person: ID<Person>? { description.person }

  /// The description of a record, for what is mapped.
  static func lines(_ mapping: [StandingRules.Mapping]) -> NoteLines {
    NoteLines(mapping, chosen: [(.url, "Web page"), (.birthday, "Birthday")])
  }

  static func street(_ entity: Entity) -> String { entity == .account ? "billingAddressStreet" : "addressStreet" }

  /// What a list is to show.
  static func select(_ entity: Entity, _ mapped: Set<Fact.Field>) -> [String] {
    let both = ["emailAddressData", "phoneNumberData", "description", "modifiedAt"]
    return both + (mapped.contains(.address) ? [street(entity)] : [])
      + (entity == .account ? ["name"] : ["firstName", "lastName", "title", "accountId", "accountName"])
  }

  init(_ entity: Entity, _ lines: NoteLines) { (self.entity, description) = (entity, lines) }

  // MARK: reading

  /// Nil for an answer that is no record.
  init?(_ entity: Entity, _ shown: JSON, _ lines: NoteLines) {
    guard let id = shown[key: "id"]?.asText, !id.isEmpty else { return nil }
    func text(_ key: String) -> String { shown[key: key]?.asText ?? "" }
    self.init(entity, lines)
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
    if lines.mapped.contains(.address) { address = text(EspoRecord.street(entity)) }
    description.read(text("description"))
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
    var values = description.values
    (values[.email], values[.phone], values[.address]) = (emails, phones, [address])
    if description.mapped.contains(.note) { values[.note] = [description.text] }
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
      let lines = texts.map(field == .note ? trimmedText : oneLine).filter { !$0.isEmpty && seen.insert($0).inserted }
      if !lines.isEmpty { out[field] = field.isMulti ? lines : [lines[0]] }
    }
    if kind == .organisation { return out.filter { ![.given, .family, .organisation, .title].contains($0.key) } }
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
    if description.person == nil { description.person = change.person }
    for field in named where description.holds(field) { description.values[field] = new[field] }
    if named.contains(.address) { address = text(.address) }
    if named.contains(.note) { description.text = text(.note) }
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
      .init(key: "description", value: .text(description.whole)),
    ]
    if description.mapped.contains(.address) {
      pairs.append(.init(key: EspoRecord.street(entity), value: .text(address)))
    }
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
}
