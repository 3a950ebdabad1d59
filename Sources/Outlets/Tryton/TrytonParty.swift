import Formats
import Model
import Plans

/// A party of Tryton with what hangs on it, as far as people are kept in step by it.
struct TrytonParty: Sendable, Equatable {
  /// An e-mail address, a number or a page; of the type `other`, with a name, whatever that name says.
  struct Mechanism: Sendable, Equatable {
    /// Zero before Tryton gave one.
    var id: Int64
    var type: String
    var value: String
    var stamp = ""
    var name = ""
    var comment = ""
  }

  struct Address: Sendable, Equatable {
    var id: Int64
    var text: String
    var stamp: String
  }

  /// A category: what Kith calls a tag.
  struct Tag: Sendable, Equatable {
    var id: Int64
    var name: String
  }

  /// That a person belongs to an organisation.
  struct Relation: Sendable, Equatable {
    var id: Int64
    var to: Int64
    var name: String
    var type: Int64
  }

  var id: Int64
  var code: String
  var name: String
  var isActive: Bool
  var stamp: String
  /// When Tryton says it was last written, or else made, to the microsecond; sorts as text.
  var writtenAt: String
  var mechanisms: [Mechanism]
  /// How fields stand among them.
  let places: [FieldKey: TrytonPlace]
  var addresses: [Address]
  var tags: [Tag]
  var relations: [Relation]
  /// Whether any relation at all leads from it, and whether somebody wrote to it since it was made.
  var isRelated: Bool
  var isTouched: Bool
  /// The party that took its place when somebody merged them.
  var replacedBy: Int64?

  /// What a party that does not stand there yet is made from.
  init(code: String, _ places: [FieldKey: TrytonPlace]) {
    self.places = places
    (id, self.code, name, isActive, stamp, writtenAt) = (0, code, "", true, "", "")
    (mechanisms, addresses, tags, relations) = ([], [], [], [])
    (isRelated, isTouched) = (false, false)
  }

  static let model = "party.party"
  /// Party codes are unique: by this one a second try finds what the first one made.
  static let mark = "kith-"
  private static let firm = "o-"
  /// The organisation that somebody belongs to and that had no party yet.
  static let organisationMark = "kith-org-"
  static func code(_ person: ID<Person>, _ kind: Person.Kind) -> String {
    mark + (kind == .organisation ? firm : "") + String(person.rawValue, radix: 36)
  }

  /// Whom Kith made it for.
  var person: ID<Person>? {
    guard code.hasPrefix(TrytonParty.mark), !code.hasPrefix(TrytonParty.organisationMark) else { return nil }
    let rest = code.dropFirst(TrytonParty.mark.count)
    return ID<Person>(Person.prefix + "_" + (isFirm ? rest.dropFirst(TrytonParty.firm.count) : rest))
  }

  /// Whether Kith made it for an organisation; Tryton itself does not tell persons from organisations.
  private var isFirm: Bool { code.hasPrefix(TrytonParty.mark + TrytonParty.firm) }

  // MARK: reading

  /// The fields to ask for so that a party can be read for what is mapped.
  static func fields(_ mapped: Set<Fact.Field>) -> JSON {
    var names = ["code", "name", "active", "write_date", "create_date", "_timestamp", "replaced_by"]
    let members = TrytonPlace.members(mapped)
    if !members.isEmpty { names += (members + ["_timestamp"]).map { "contact_mechanisms." + $0 } }
    if mapped.contains(.address) { names += ["street", "postal_code", "city", "_timestamp"].map { "addresses." + $0 } }
    if mapped.contains(.tag) { names += ["categories.name"] }
    if mapped.contains(.organisation) {
      names += ["to", "from_", "to.name", "type.name"].map { "relations." + $0 }
    }
    return .list(names.map { .text($0) })
  }

  /// Nil for an answer that is no party; `relation` is the name of the type by which people belong to organisations.
  init?(_ shown: JSON, _ places: [FieldKey: TrytonPlace], relation: String) {
    guard let id = shown[key: "id"]?.asInt else { return nil }
    self.id = id
    self.places = places
    code = shown[key: "code"]?.asText ?? ""
    name = shown[key: "name"]?.asText ?? ""
    isActive = shown[key: "active"] == .bool(true) || shown[key: "active"]?.asInt == 1
    stamp = shown[key: "_timestamp"]?.asText ?? ""
    let (made, written) = (TrytonParty.time(shown[key: "create_date"]), TrytonParty.time(shown[key: "write_date"]))
    writtenAt = written ?? made ?? ""
    isTouched = written != nil && written != made
    replacedBy = shown[key: "replaced_by"]?.asInt
    isRelated = shown[key: "relations."]?.asList?.isEmpty == false
    mechanisms = (shown[key: "contact_mechanisms."]?.asList ?? []).compactMap { mechanism in
      guard let id = mechanism[key: "id"]?.asInt, let type = mechanism[key: "type"]?.asText else { return nil }
      return Mechanism(
        id: id, type: type, value: mechanism[key: "value"]?.asText ?? "",
        stamp: mechanism[key: "_timestamp"]?.asText ?? "", name: mechanism[key: "name"]?.asText ?? "",
        comment: mechanism[key: "comment"]?.asText ?? "")
    }
    addresses = (shown[key: "addresses."]?.asList ?? []).compactMap { address in
      guard let id = address[key: "id"]?.asInt else { return nil }
      let place = ["postal_code", "city"].compactMap { address[key: $0]?.asText }.filter { !$0.isEmpty }
      let lines = [address[key: "street"]?.asText ?? "", place.joined(separator: " ")]
      return Address(
        id: id, text: oneLine(lines.filter { !$0.isEmpty }.joined(separator: ", ")),
        stamp: address[key: "_timestamp"]?.asText ?? "")
    }
    tags = (shown[key: "categories."]?.asList ?? []).compactMap { tag in
      guard let id = tag[key: "id"]?.asInt, let name = tag[key: "name"]?.asText else { return nil }
      return Tag(id: id, name: name)
    }
    relations = (shown[key: "relations."]?.asList ?? []).compactMap { shown in
      guard shown[key: "from_"]?.asInt == id, let number = shown[key: "id"]?.asInt, let to = shown[key: "to"]?.asInt,
        let type = shown[key: "type."], fold(type[key: "name"]?.asText ?? "") == fold(relation)
      else { return nil }
      return Relation(
        id: number, to: to, name: shown[key: "to."]?[key: "name"]?.asText ?? "", type: type[key: "id"]?.asInt ?? 0)
    }
    relations.sort { $0.id < $1.id }
  }

  /// `{"__class__": "datetime", "year": …}` as `2026-11-27T17:49:48.833219`.
  private static func time(_ shown: JSON?) -> String? {
    guard let shown, let year = shown[key: "year"]?.asInt else { return nil }
    func part(_ name: String, _ width: Int) -> String {
      let digits = String(shown[key: name]?.asInt ?? 0)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(String(year))-\(part("month", 2))-\(part("day", 2))T\(part("hour", 2)):\(part("minute", 2)):"
      + "\(part("second", 2)).\(part("microsecond", 6))"
  }

  // MARK: what it says

  var values: FieldValues {
    var values: FieldValues = [.name: [name], .tag: tags.map(\.name), .address: addresses.map(\.text)]
    values[.organisation] = relations.first.map { [$0.name] }
    for (field, place) in places {
      let held = place.held(mechanisms).map(place.text)
      values[field] = field.isMulti ? held : Array(held.prefix(1))
    }
    return values.mapValues { $0.filter { !$0.isEmpty } }.filter { !$0.value.isEmpty }
  }

  /// Over what is kept in step alone, whatever its order, so that a number for a fax is no change to us.
  var digest: String {
    Dictionary(
      uniqueKeysWithValues: values.map { field, texts in
        (field, texts.map { TrytonValues.same(field, $0) }.sorted())
      }
    ).digest
  }

  var record: RemoteRecord {
    RemoteRecord(
      remote: String(id), person: person, digest: digest, values: values, kind: isFirm ? .organisation : .person,
      changedAt: Instant(iso: writtenAt.prefix(23) + "Z"))
  }
}
