public import Model

/// Cards that Kith makes itself.
extension VCard {
  /// The version of a new card.
  public enum Version: String, Sendable {
    /// RFC 2426.
    case three = "3.0"
    /// RFC 6350.
    case four = "4.0"
  }

  /// A card that says what the contact says.
  public init(new contact: Contact, uid: String, version new: Version = .four) {
    let end = Array("\r\n".utf8)
    self.init(
      lines: ["BEGIN:VCARD", "VERSION:\(new.rawValue)", "END:VCARD"].map { CardLine(Array($0.utf8) + end) })
    append("UID", uid)
    if contact.kind != .individual, new == .four { append("KIND", contact.kind == .group ? "group" : "org") }
    append("FN", VCard.shownName(contact))
    // In 3.0 it must be there, even if it says nothing (RFC 2426 §3.1.2).
    if !contact.given.isEmpty || !contact.family.isEmpty || new == .three {
      let parts = [contact.family, contact.given].map { CardText.escape($0, version: version) }
      insert(line("N", value: parts.joined(separator: ";") + ";;;"), after: nil)
    }
    let single: [(Fact.Field, String)] = [
      (.organisation, contact.organisation), (.title, contact.title), (.birthday, contact.birthday),
    ]
    for (field, value) in single where !value.isEmpty { set(field, [.init(value)]) }
    let several: [(Fact.Field, [Contact.Labelled])] = [
      (.email, contact.emails), (.phone, contact.phones), (.url, contact.urls),
      (.note, contact.notes.map { .init($0) }), (.custom, contact.custom),
    ]
    for (field, values) in several { set(field, values) }
    for postal in contact.addresses where !postal.isEmpty { add(postal) }
    setTags(contact.tags)
  }

  /// Adds a postal address by its parts.
  public mutating func add(_ postal: Contact.Postal) {
    let parts = ["", "", postal.street, postal.city, postal.region, postal.postcode, postal.country]
    let made = line("ADR", value: parts.map { CardText.escape($0, version: version) }.joined(separator: ";"))
    guard !postal.label.isEmpty else { return insert(made, after: nil) }
    let (labelled, companion) = withLabel(made, postal.label)
    insert(labelled, after: nil)
    if let companion { insert(companion, after: nil) }
  }

  private mutating func append(_ name: String, _ value: String) {
    guard !value.isEmpty else { return }
    insert(line(name, value: CardText.escape(value, version: version)), after: nil)
  }

  /// Every card must have a formatted name (RFC 6350 §6.2.1): the next best thing if there is none.
  private static func shownName(_ contact: Contact) -> String {
    let parts = [contact.given, contact.family].filter { !$0.isEmpty }.joined(separator: " ")
    let names = [contact.name, parts, contact.organisation, contact.emails.first?.value, contact.phones.first?.value]
    return names.compactMap { $0 }.first { !trimmed($0).isEmpty } ?? "?"
  }
}
