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
  /// The free text without the lines of ours.
  var notes = ""
  var person: ID<Person>?
  /// Whether it is about an organisation: then the company is its name.
  var isOrganisation = false
  var changedAt: Instant?
  /// What stands in lines of their own only where the mapping has it: else they are part of the free text.
  var addresses: [String] = []
  var urls: [String] = []
  var birthday = ""
  /// Which of those are mapped; the free text itself is the note.
  private var chosen: Set<Fact.Field> = []

  /// What there is a place for; it knows no title.
  static let fields: Set<Fact.Field> = [
    .name, .given, .family, .email, .phone, .organisation, .tag, .url, .address, .birthday, .note,
  ]

  private static let moreEmail = "Further e-mail: "
  private static let morePhone = "Further phone: "
  private static let mark = "kith: "
  private static let organisationMark = "kith organisation: "
  private static let addressMark = "Address: "
  private static let urlMark = "Web page: "
  private static let birthdayMark = "Birthday: "

  /// An empty one, for what is mapped.
  init(_ mapped: Set<Fact.Field>) { chosen = mapped.intersection([.url, .address, .birthday, .note]) }

  /// Whether a line of a note would be taken for one of Kith's own.
  static func isMistakable(_ note: String, _ mapped: Set<Fact.Field>) -> Bool {
    var contact = AmagiContact(mapped)
    contact.read(note)
    return contact.notes.split(whereSeparator: \.isNewline).count != note.split(whereSeparator: \.isNewline).count
  }

  // MARK: reading

  /// Nil for an answer that is no contact.
  init?(_ shown: JSON, _ mapped: Set<Fact.Field>) {
    guard let id = shown[key: "id"]?.asInt else { return nil }
    self.init(mapped)
    self.id = id
    given = shown[key: "first_name"]?.asText ?? ""
    family = shown[key: "last_name"]?.asText ?? ""
    emails = [shown[key: "email"]?.asText].compactMap { $0 }
    phones = [shown[key: "phone"]?.asText].compactMap { $0 }
    company = shown[key: "company"]?.asText ?? ""
    tags = (shown[key: "tags"]?.asList ?? []).compactMap(\.asText)
    changedAt = shown[key: "updated_at"]?.asText.flatMap { Instant(iso: $0) }
    read(shown[key: "notes"]?.asText ?? "")
  }

  private mutating func read(_ notes: String) {
    var text: [Substring] = []
    func value(_ line: Substring, _ mark: String, _ field: Fact.Field) -> String? {
      chosen.contains(field) && line.hasPrefix(mark) ? String(line.dropFirst(mark.count)) : nil
    }
    for line in notes.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(AmagiContact.moreEmail) {
        emails.append(String(line.dropFirst(AmagiContact.moreEmail.count)))
      } else if line.hasPrefix(AmagiContact.morePhone) {
        phones.append(String(line.dropFirst(AmagiContact.morePhone.count)))
      } else if line.hasPrefix(AmagiContact.mark) {
        person = ID(line.dropFirst(AmagiContact.mark.count))
      } else if line.hasPrefix(AmagiContact.organisationMark) {
        person = ID(line.dropFirst(AmagiContact.organisationMark.count))
        isOrganisation = true
      } else if let address = value(line, AmagiContact.addressMark, .address) {
        addresses.append(address)
      } else if let url = value(line, AmagiContact.urlMark, .url) {
        urls.append(url)
      } else if birthday.isEmpty, let date = value(line, AmagiContact.birthdayMark, .birthday) {
        birthday = date
      } else {
        text.append(line)
      }
    }
    while text.last?.isEmpty == true { text.removeLast() }
    self.notes = text.joined(separator: "\n")
  }

  var values: FieldValues {
    var values: FieldValues = [.email: emails, .phone: phones, .tag: tags]
    (values[.address], values[.url], values[.birthday]) = (addresses, urls, [birthday])
    if chosen.contains(.note) { values[.note] = [notes] }
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
      var lines = texts.map(field == .note ? trimmedEnd : oneLine).filter { !$0.isEmpty }
      if field == .email { lines = lines.map { $0.lowercased() } }
      lines = lines.filter { seen.insert($0).inserted }
      if field == .tag { lines.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) } }
      if !lines.isEmpty { out[field] = field.isMulti ? lines : [lines[0]] }
    }
    let parts = [out[.given]?.first, out[.family]?.first].compactMap { $0 }
    if !parts.isEmpty, out[.name] != nil { out[.name] = [parts.joined(separator: " ")] }
    return out
  }

  /// Without white space at the end, with line breaks of one kind.
  private static func trimmedEnd(_ text: String) -> String {
    var text = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  /// Takes on what a change says.
  mutating func take(_ change: CRMChange, of kind: Person.Kind) {
    var new: FieldValues = [:]
    for field in change.fields { new[field.field] = field.new }
    new = AmagiContact.shaped(new)
    let named = Set(change.fields.map(\.field))
    if person == nil { person = change.person }
    if change.kind == .create { isOrganisation = kind == .organisation }
    if named.contains(.email) { emails = new[.email] ?? [] }
    if named.contains(.phone) { phones = new[.phone] ?? [] }
    if named.contains(.tag) { tags = new[.tag] ?? [] }
    if named.contains(.address) { addresses = new[.address] ?? [] }
    if named.contains(.url) { urls = new[.url] ?? [] }
    if named.contains(.birthday) { birthday = new[.birthday]?.first ?? "" }
    if named.contains(.note) { notes = new[.note]?.first ?? "" }
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
    return [
      ("first_name", text(given)), ("last_name", text(family)), ("email", text(emails.first)),
      ("phone", text(phones.first)), ("company", text(company)), ("tags", .list(tags.map { .text($0) })),
      ("notes", text(allNotes)),
    ]
  }

  private var allNotes: String {
    var lines = notes.isEmpty ? [] : [notes]
    lines += emails.dropFirst().map { AmagiContact.moreEmail + $0 }
    lines += phones.dropFirst().map { AmagiContact.morePhone + $0 }
    lines += addresses.map { AmagiContact.addressMark + $0 } + urls.map { AmagiContact.urlMark + $0 }
    if !birthday.isEmpty { lines.append(AmagiContact.birthdayMark + birthday) }
    if let person {
      lines.append((isOrganisation ? AmagiContact.organisationMark : AmagiContact.mark) + person.description)
    }
    return lines.joined(separator: "\n")
  }
}
