import Foundation
public import Model

/// A person in a folder or an address book that serves as a CRM: one card for each, which people may edit by hand.
public enum FolderRecord {
  /// Who the file is about, for us, and the last change that was written into it.
  static let idName = "X-KITH-ID"
  static let keyName = "X-KITH-KEY"
  /// The two properties that only records of ours have.
  public static let own: Set<String> = [idName, keyName]

  /// The properties that a card made here has: those of these fields, those that every card has, and our own two.
  public static func properties(_ fields: some Sequence<FieldKey>) -> Set<String> {
    Set(["BEGIN", "VERSION", "UID", "FN", "N", "END", idName, keyName] + fields.map { VCard.property($0.field) })
  }

  /// A new file: a card of version 4.0, or of 3.0, which every server of address books takes (RFC 6352 §3).
  public static func render(
    _ contact: Contact, id: ID<Person>, key: String, version: VCard.Version = .four
  ) -> [UInt8] {
    var card = VCard(new: contact, uid: contact.uid.isEmpty ? id.description : contact.uid, version: version)
    card.setExtended(name: idName, value: id.description)
    card.setExtended(name: keyName, value: key)
    return card.serialized()
  }

  /// What a file says; nil if it holds no card.
  ///
  /// `id` and `key` are nil in a file that is not ours.
  public static func read(_ bytes: [UInt8]) -> (contact: Contact, id: ID<Person>?, key: String?)? {
    guard let card = first(bytes)?.card else { return nil }
    return (
      card.contact, card.extended(idName).flatMap { ID<Person>(trimmed($0)) }, card.extended(keyName).map(trimmed)
    )
  }

  /// The values of a field in a file, to be compared with what is to be written.
  public static func values(_ field: Fact.Field, in bytes: [UInt8]) -> [Contact.Labelled] {
    first(bytes)?.card.values(field) ?? []
  }

  /// The file with these fields changed and nothing else: edits by hand and unknown properties stay byte for byte.
  ///
  /// Nil if the file holds no card.
  public static func updating(
    _ bytes: [UInt8], changes: [Fact.Field: [Contact.Labelled]], id: ID<Person>? = nil, key: String
  ) -> [UInt8]? {
    guard let found = first(bytes) else { return nil }
    var card = found.card
    for field in Fact.Field.allCases { if let values = changes[field] { card.set(field, values) } }
    if let id { card.setExtended(name: idName, value: id.description) }
    card.setExtended(name: keyName, value: key)
    return Array(found.bytes[..<found.range.lowerBound]) + card.serialized()
      + Array(found.bytes[found.range.upperBound...])
  }

  /// A card of somebody else's with one field changed, and nothing of ours in it; nil if it is no card.
  public static func correcting(
    _ bytes: [UInt8], _ field: Fact.Field, _ values: [Contact.Labelled]
  ) -> [UInt8]? {
    guard let found = first(bytes) else { return nil }
    var card = found.card
    card.set(field, values)
    return Array(found.bytes[..<found.range.lowerBound]) + card.serialized()
      + Array(found.bytes[found.range.upperBound...])
  }

  /// The first card of the file and where it lies; a file in UTF-16 is written back in UTF-8.
  private static func first(_ bytes: [UInt8]) -> (card: VCard, range: Range<Int>, bytes: [UInt8])? {
    let bom: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = CardBytes.asciiCompatible(bytes).bytes
    guard let found = CardReader(text).found.first else { return nil }
    guard bytes.starts(with: bom) else { return (found.card, found.range, text) }
    return (found.card, found.range.lowerBound + bom.count..<found.range.upperBound + bom.count, bytes)
  }

  // MARK: - Names of files

  static let longestName = 100

  /// `people/bob-brown-3k2j.vcf`: letters, digits and dashes; the end is the person's id, so no two names are the same.
  public static func path(_ name: String, id: ID<Person>) -> String {
    let suffix =
      "-" + id.description.dropFirst(Person.prefix.count + 1).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    let room = longestName - suffix.utf8.count - ".vcf".utf8.count
    return "people/" + slug(name, longest: room) + suffix + ".vcf"
  }

  /// The lower-case ASCII letters and digits of a name, words joined by dashes; `person` if none is left.
  static func slug(_ name: String, longest: Int) -> String {
    var out = ""
    // Decomposed, an accent is a scalar of its own and falls away.
    for scalar in name.prefix(200).lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
      if scalar.properties.isDiacritic || scalar.properties.generalCategory == .nonspacingMark { continue }
      if let letters = spelled[scalar] {
        out += letters
      } else if scalar.isASCII, (97...122).contains(scalar.value) || (48...57).contains(scalar.value) {
        out.unicodeScalars.append(scalar)
      } else if !out.isEmpty, out.last != "-", scalar != "'", scalar != "\u{2019}" {
        out += "-"
      }
    }
    out = String(out.prefix(max(1, longest)))
    while out.last == "-" { out.removeLast() }
    return out.isEmpty ? "person" : out
  }

  private static let spelled: [Unicode.Scalar: String] = [
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
  ]
}
