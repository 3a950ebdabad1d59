import Consent
import Formats
import Model
import Plans

/// How people and organisations are written as properties of HubSpot's contacts and companies, and read back.
struct HubSpotValues: Sendable {
  /// Who a record is about, and the last change that was written into it; for an activity its own key.
  static let person = "kith_id"
  static let change = "kith_key"
  /// What HubSpot has no place for: e-mails beyond the first, numbers beyond the second, one a line.
  static let moreEmails = "kith_more_emails"
  static let morePhones = "kith_more_phones"

  /// The numbers of records that were merged into one, kept by HubSpot.
  static let merged = "hs_merged_object_ids"

  /// So long a property may be, in UTF-16 units.
  static let longest = 65_536

  /// Custom fields by the property that the mapping names.
  let custom: [FieldKey: String]
  /// Properties that are read and written only where the mapping has their field.
  private let chosen: Set<Fact.Field>

  init(_ mapping: [StandingRules.Mapping]) {
    chosen = Set(mapping.map(\.field.field)).intersection([.address, .birthday])
    custom = Dictionary(
      mapping.filter { $0.field.field == .custom }.map { ($0.field, $0.remote) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The properties that a record is read by.
  func read(_ kind: HubSpotTalk.Kind) -> [String] {
    switch kind {
    case .contacts, .companies: names(kind) + [HubSpotValues.merged]
    case .tasks: names(kind) + HubSpotTodo.properties
    case .emails, .meetings, .calls, .notes: names(kind) + HubSpotCRM.written(kind)
    }
  }

  /// The properties that Kith writes.
  func names(_ kind: HubSpotTalk.Kind) -> [String] {
    guard kind == .contacts || kind == .companies else { return [HubSpotValues.person] }
    let own = [HubSpotValues.person, HubSpotValues.change, HubSpotValues.morePhones]
    return own + custom.values.sorted() + (kind == .companies ? companyNames : contactNames)
  }

  private var companyNames: [String] { ["name", "phone", "website"] + (chosen.contains(.address) ? ["address"] : []) }
  private var contactNames: [String] {
    [
      "firstname", "lastname", "email", "phone", "mobilephone", "company", "jobtitle", "website",
      HubSpotValues.moreEmails,
    ] + (chosen.contains(.address) ? ["address"] : []) + (chosen.contains(.birthday) ? ["date_of_birth"] : [])
  }

  // MARK: shaping

  /// HubSpot has no whole name of a contact and no parts of a company's.
  static func shaped(_ values: FieldValues, of kind: Person.Kind) -> FieldValues {
    var values = values.mapValues { $0.filter { !$0.isEmpty } }.filter { !$0.value.isEmpty }
    let name = values[.name]?.first ?? ""
    let parts = parted(name, given: values[.given]?.first, family: values[.family]?.first)
    if kind == .organisation {
      let whole = name.isEmpty ? [parts.given, parts.family].compactMap { $0 }.joined(separator: " ") : name
      values[.name] = whole.isEmpty ? nil : [whole]
      for key in [FieldKey.given, .family, .email, .organisation, .title, .birthday] { values[key] = nil }
    } else {
      values[.given] = parts.given.map { [$0] }
      values[.family] = parts.family.map { [$0] }
      values[.name] = nil
    }
    values[.email] = values[.email]?.map { $0.lowercased() }
    for key in values.keys where key.isMulti == false { values[key] = values[key].map { Array($0.prefix(1)) } }
    return values
  }

  /// Both parts of a name; what is not known of them is taken from the whole, parted before its last word.
  private static func parted(
    _ name: String, given: String?, family: String?
  ) -> (given: String?, family: String?) {
    func text(_ words: some Collection<String>) -> String? { words.isEmpty ? nil : words.joined(separator: " ") }
    let words = name.split(whereSeparator: \.isWhitespace).map(String.init)
    switch (given, family) {
    case (let given?, let family?): return (given, family)
    case (nil, nil): return (text(words.dropLast()), words.last)
    case (let given?, nil):
      let known = given.split(whereSeparator: \.isWhitespace).map(String.init)
      return (
        given, words.starts(with: known) ? text(words.dropFirst(known.count)) : words.count > 1 ? words.last : nil
      )
    case (nil, let family?):
      let known = family.split(whereSeparator: \.isWhitespace).map(String.init)
      let isEnd = words.suffix(known.count).elementsEqual(known)
      return (text(words.dropLast(isEnd ? known.count : 1)), family)
    }
  }

  // MARK: reading

  /// A record as HubSpot shows it; nil for something that is none.
  func record(_ kind: HubSpotTalk.Kind, _ shown: JSON) -> RemoteRecord? {
    guard let id = shown[key: "id"]?.asText, let properties = HubSpotValues.properties(shown) else { return nil }
    return RemoteRecord(
      remote: "\(kind.rawValue)/\(id)", person: properties[HubSpotValues.person].flatMap { ID($0) },
      key: properties[HubSpotValues.change], digest: digest(kind, properties), values: values(kind, properties),
      kind: kind == .companies ? .organisation : .person,
      changedAt: shown[key: "updatedAt"]?.asText.flatMap { Instant(iso: $0) },
      absorbed: (properties[HubSpotValues.merged] ?? "").split(separator: ";").map { "\(kind.rawValue)/\($0)" })
  }

  static func properties(_ shown: JSON) -> [String: String]? {
    guard let pairs = shown[key: "properties"]?.asPairs else { return nil }
    var found: [String: String] = [:]
    for pair in pairs {
      switch pair.value {
      case .text(let text) where !text.isEmpty: found[pair.key] = text
      case .int(let number): found[pair.key] = String(number)
      case .bool(let flag): found[pair.key] = flag ? "true" : "false"
      default: continue
      }
    }
    return found
  }

  /// Over the properties that are mapped, so that what HubSpot itself counts and notes is no change.
  func digest(_ kind: HubSpotTalk.Kind, _ properties: [String: String]) -> String {
    var hash = Digesting()
    for name in names(kind).sorted() where name != HubSpotValues.change {
      hash.add(framed: Array(name.utf8))
      hash.add(framed: Array((properties[name] ?? "").utf8))
    }
    return hex(hash.finish())
  }

  private func values(_ kind: HubSpotTalk.Kind, _ properties: [String: String]) -> FieldValues {
    func lines(_ name: String) -> [String] {
      (properties[name] ?? "").split(whereSeparator: \.isNewline).map(String.init)
    }
    func one(_ name: String) -> [String] { properties[name].map { [$0] } ?? [] }
    var values: FieldValues = [.phone: one("phone") + one("mobilephone") + lines(HubSpotValues.morePhones)]
    values[.url] = one("website")
    if chosen.contains(.address) { values[.address] = one("address") }
    if kind == .companies {
      values[.name] = one("name")
    } else {
      values[.given] = one("firstname")
      values[.family] = one("lastname")
      values[.email] = one("email") + lines(HubSpotValues.moreEmails)
      values[.organisation] = one("company")
      values[.title] = one("jobtitle")
      if chosen.contains(.birthday) { values[.birthday] = one("date_of_birth") }
    }
    for (key, name) in custom { values[key] = one(name) }
    return values.filter { !$0.value.isEmpty }
  }

  // MARK: writing

  /// A field that HubSpot cannot take as it is.
  struct Unfit: Error, Equatable {
    var field: FieldKey
    var why: String
  }

  /// The properties that make a change, over those that stand there; an empty text clears.
  func properties(
    _ change: CRMChange, _ kind: HubSpotTalk.Kind, over current: [String: String]
  ) throws -> [String: String] {
    var made: [String: String] = [:]
    for field in change.fields {
      let values = field.new.filter { !$0.isEmpty }
      switch (field.field.field, kind) {
      case (.phone, _): try set(phones(values, current, kind), field.field, &made)
      case (.email, .contacts): try set(emails(values, current), field.field, &made)
      case (.given, .contacts): try set(["firstname": one(values, field.field)], field.field, &made)
      case (.family, .contacts): try set(["lastname": one(values, field.field)], field.field, &made)
      case (.organisation, .contacts): try set(["company": one(values, field.field)], field.field, &made)
      case (.title, .contacts): try set(["jobtitle": one(values, field.field)], field.field, &made)
      case (.name, .companies): try set(["name": one(values, field.field)], field.field, &made)
      case (.url, _): try set(["website": one(values, field.field)], field.field, &made)
      case (.address, _) where chosen.contains(.address):
        try set(["address": one(values, field.field)], field.field, &made)
      case (.birthday, .contacts) where chosen.contains(.birthday):
        try set(["date_of_birth": one(values, field.field)], field.field, &made)
      default:
        guard let name = custom[field.field] else {
          throw Unfit(field: field.field, why: "there is no place for this field")
        }
        try set([name: one(values, field.field)], field.field, &made)
      }
    }
    return made
  }

  private func set(_ new: [String: String], _ field: FieldKey, _ made: inout [String: String]) throws {
    for (name, value) in new {
      guard value.utf16.count <= HubSpotValues.longest else {
        throw Unfit(field: field, why: "longer than the \(HubSpotValues.longest) characters that HubSpot keeps")
      }
      made[name] = value
    }
  }

  private func one(_ values: [String], _ field: FieldKey) throws -> String {
    guard values.count <= 1 else { throw Unfit(field: field, why: "there is a place for one value, not for several") }
    return values.first ?? ""
  }

  /// The address that stands first there stays first as long as it is one of them.
  private func emails(_ values: [String], _ current: [String: String]) -> [String: String] {
    let values = values.map { $0.lowercased() }
    let first = current["email"].flatMap { values.contains($0) ? $0 : nil } ?? values.first ?? ""
    let rest = values.filter { $0 != first }
    return ["email": first].merging(more(HubSpotValues.moreEmails, rest, current)) { $1 }
  }

  /// Numbers stay in the place in which they stand there.
  private func phones(
    _ values: [String], _ current: [String: String], _ kind: HubSpotTalk.Kind
  ) -> [String: String] {
    var rest = values
    func keep(_ name: String) -> String? {
      guard let held = current[name], let place = rest.firstIndex(of: held) else { return nil }
      return rest.remove(at: place)
    }
    let (main, mobile) = (keep("phone"), kind == .contacts ? keep("mobilephone") : nil)
    var made = ["phone": main ?? (rest.isEmpty ? "" : rest.removeFirst())]
    if kind == .contacts, current["mobilephone"] != nil { made["mobilephone"] = mobile ?? "" }
    return made.merging(more(HubSpotValues.morePhones, rest, current)) { $1 }
  }

  /// Nothing is said of what is empty and stays so.
  private func more(_ name: String, _ values: [String], _ current: [String: String]) -> [String: String] {
    values.isEmpty && current[name] == nil ? [:] : [name: values.joined(separator: "\n")]
  }

  /// The field that a property belongs to.
  func field(of property: String) -> FieldKey? {
    switch property {
    case "firstname": .given
    case "lastname": .family
    case "name": .name
    case "email", HubSpotValues.moreEmails: .email
    case "phone", "mobilephone", HubSpotValues.morePhones: .phone
    case "company": .organisation
    case "jobtitle": .title
    case "website": .url
    case "address": .address
    case "date_of_birth": .birthday
    default: custom.first { $0.value == property }?.key
    }
  }
}
