import Formats
import Model
import Plans

/// A contact of amagi-crm: parts of a name, one e-mail address, one number, a company, tags, and free text.
///
/// What it has no place for stands in lines at the end of the free text, and so does whom the contact is about.
struct AmagiContact: Sendable, Equatable {
  var id: Int64 = 0
  var given = ""
  var family = ""
  var emails: [String] = []
  var phones: [String] = []
  var company = ""
  var tags: [String] = []
  /// The free text; it is the note where that is mapped.
  var notes: NoteLines
  var changedAt: Instant?

  var person: ID<Person>? { notes.person }

  /// Whether it is about an organisation: then the company is its name.
  var isOrganisation: Bool { notes.isOrganisation }

  /// What there is a place for; it knows no title.
  static let fields: Set<Fact.Field> = [
    .name, .given, .family, .email, .phone, .organisation, .tag, .url, .address, .birthday, .note, .custom,
  ]

  /// The free text of a contact, for what is mapped.
  static func lines(_ mapping: [StandingRules.Mapping]) -> NoteLines {
    NoteLines(
      mapping, always: [(.email, "Further e-mail"), (.phone, "Further phone")],
      chosen: [(.address, "Address"), (.url, "Web page"), (.birthday, "Birthday")])
  }

  /// An empty one.
  init(_ lines: NoteLines) { notes = lines }

  // MARK: reading

  /// Nil for an answer that is no contact.
  init?(_ shown: JSON, _ lines: NoteLines) {
    guard let id = shown[key: "id"]?.asInt else { return nil }
    self.init(lines)
    self.id = id
    given = shown[key: "first_name"]?.asText ?? ""
    family = shown[key: "last_name"]?.asText ?? ""
    company = shown[key: "company"]?.asText ?? ""
    tags = (shown[key: "tags"]?.asList ?? []).compactMap(\.asText)
    changedAt = shown[key: "updated_at"]?.asText.flatMap { Instant(iso: $0) }
    notes.read(shown[key: "notes"]?.asText ?? "")
    emails = [shown[key: "email"]?.asText].compactMap { $0 } + (notes.values[.email] ?? [])
    phones = [shown[key: "phone"]?.asText].compactMap { $0 } + (notes.values[.phone] ?? [])
  }

  var values: FieldValues {
    var values = notes.values
    (values[.email], values[.phone], values[.tag]) = (emails, phones, tags)
    if notes.mapped.contains(.note) { values[.note] = [notes.text] }
    if isOrganisation {
      values[.name] = [company]
    } else {
      (values[.given], values[.family], values[.organisation]) = ([given], [family], [company])
      values[.name] = [[given, family].filter { !$0.isEmpty }.joined(separator: " ")]
    }
    return values.mapValues { $0.filter { !$0.isEmpty } }.filter { !$0.value.isEmpty }
  }

  var digest: String { values.digest }

  var record: RemoteRecord {
    RemoteRecord(
      remote: String(id), person: person, digest: digest, values: values,
      kind: isOrganisation ? .organisation : .person, changedAt: changedAt)
  }

  // MARK: writing

  /// Values as amagi-crm shows them after they were written: addresses in lower case, tags sorted, the name made of its
  /// parts where it has parts.
  static func shaped(_ values: FieldValues) -> FieldValues {
    var out: FieldValues = [:]
    for (field, texts) in values where fields.contains(field.field) {
      var seen: Set<String> = []
      var lines = texts.map(field == .note ? trimmedText : oneLine).filter { !$0.isEmpty }
      if field == .email { lines = lines.map { $0.lowercased() } }
      lines = lines.filter { seen.insert($0).inserted }
      if field == .tag { lines.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) } }
      if !lines.isEmpty { out[field] = field.isMulti ? lines : [lines[0]] }
    }
    let parts = [out[.given]?.first, out[.family]?.first].compactMap { $0 }
    if !parts.isEmpty, out[.name] != nil { out[.name] = [parts.joined(separator: " ")] }
    return out
  }

  /// Takes on what a change says.
  mutating func take(_ change: CRMChange, of kind: Person.Kind) {
    var new: FieldValues = [:]
    for field in change.fields { new[field.field] = field.new }
    new = AmagiContact.shaped(new)
    let named = Set(change.fields.map(\.field))
    if notes.person == nil { notes.person = change.person }
    if change.kind == .create { notes.isOrganisation = kind == .organisation }
    for field in named where notes.holds(field) { notes.values[field] = new[field] }
    if named.contains(.email) { emails = new[.email] ?? [] }
    if named.contains(.phone) { phones = new[.phone] ?? [] }
    if named.contains(.tag) { tags = new[.tag] ?? [] }
    if named.contains(.note) { notes.text = new[.note]?.first ?? "" }
    if isOrganisation {
      if named.contains(.name) { company = new[.name]?.first ?? "" }
      return
    }
    if named.contains(.organisation) { company = new[.organisation]?.first ?? "" }
    if named.contains(.given) { given = new[.given]?.first ?? "" }
    if named.contains(.family) { family = new[.family]?.first ?? "" }
    if named.contains(.name), named.isDisjoint(with: [.given, .family]) || (given.isEmpty && family.isEmpty) {
      // The last word is taken for the family name, as amagi-crm's own import does.
      let words = (new[.name]?.first ?? "").split(separator: " ")
      given = (words.count > 1 ? words.dropLast() : words).joined(separator: " ")
      family = words.count > 1 ? words.last.map(String.init) ?? "" : ""
    }
  }

  /// What stands in amagi-crm's own fields.
  var fields: [(name: String, value: JSON)] {
    func text(_ text: String?) -> JSON { text.flatMap { $0.isEmpty ? nil : .text($0) } ?? .null }
    var lines = notes
    (lines.values[.email], lines.values[.phone]) = (Array(emails.dropFirst()), Array(phones.dropFirst()))
    return [
      ("first_name", text(given)), ("last_name", text(family)), ("email", text(emails.first)),
      ("phone", text(phones.first)), ("company", text(company)), ("tags", .list(tags.map { .text($0) })),
      ("notes", text(lines.whole)),
    ]
  }
}
