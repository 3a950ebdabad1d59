public import Model

/// What a card says, field by field.
extension VCard {
  /// The values of a field in the order of the card, with their labels; an empty list if it says nothing.
  ///
  /// `.custom` are the fields that Kith itself wrote; `contact` also tells what other programs added.
  public func values(_ field: Fact.Field) -> [Contact.Labelled] {
    let labels = groupLabels()
    if field == .tag {
      return places(.tag).flatMap { components(lines[$0], at: Byte.comma) }.filter { !$0.isEmpty }.map { .init($0) }
    }
    return places(field).compactMap { value(lines[$0], field, labels) }.filter { !$0.value.isEmpty }
  }

  /// The card in the neutral shape that CSV rows and CRM records share.
  public var contact: Contact {
    var contact = Contact()
    let labels = groupLabels()
    var role = ""
    for line in lines where !line.name.isEmpty { read(line, labels, into: &contact, role: &role) }
    if contact.name.isEmpty {
      contact.name = [contact.given, contact.family].filter { !$0.isEmpty }.joined(separator: " ")
    }
    if contact.name.isEmpty && contact.kind == .organisation { contact.name = contact.organisation }
    if contact.title.isEmpty {
      contact.title = role
    } else if !role.isEmpty && role != contact.title {
      contact.custom.append(.init(role, label: "role"))
    }
    return contact
  }

  /// The places of the lines that carry a field; single fields have one, the first with a value.
  func places(_ field: Fact.Field) -> [Int] {
    let name = VCard.property(field)
    let all = lines.indices.filter { lines[$0].name == name }
    guard !field.isMulti else { return all }
    return Array((all.first { !rawText(lines[$0]).isEmpty } ?? all.first).map { [$0] } ?? [])
  }

  static func property(_ field: Fact.Field) -> String {
    switch field {
    case .name: "FN"
    case .given, .family: "N"
    case .email: "EMAIL"
    case .phone: "TEL"
    case .organisation: "ORG"
    case .title: "TITLE"
    case .url: "URL"
    case .address: "ADR"
    case .birthday: "BDAY"
    case .note: "NOTE"
    case .tag: "CATEGORIES"
    case .custom: "X-KITH-FIELD"
    }
  }

  func value(_ line: CardLine, _ field: Fact.Field, _ labels: [String: String]) -> Contact.Labelled? {
    switch field {
    case .name, .title: .init(trimmed(text(line)))
    case .given: .init(part(components(line), 1))
    case .family: .init(part(components(line), 0))
    case .organisation: .init(components(line).first { !$0.isEmpty } ?? "")
    case .birthday: .init(CardDate.plain(text(line), omittedYear: omittedYear(line)) ?? "")
    case .email: .init(VCard.without("mailto:", trimmed(text(line))), label: label(line, labels))
    case .phone: .init(VCard.phone(trimmed(text(line))), label: label(line, labels))
    case .url: .init(trimmed(text(line)), label: label(line, labels))
    case .address: .init(postal(line, labels).line, label: label(line, labels))
    case .note: .init(trimmed(text(line)))
    case .tag: .init(components(line, at: Byte.comma).first ?? "")
    case .custom:
      .init(trimmed(text(line)), label: line.parts().parameters.first { $0.name == "LABEL" }?.values.first ?? "")
    }
  }

  private func read(_ line: CardLine, _ labels: [String: String], into contact: inout Contact, role: inout String) {
    func add(_ field: Fact.Field, _ list: WritableKeyPath<Contact, [Contact.Labelled]>) {
      guard let found = value(line, field, labels), !found.value.isEmpty else { return }
      contact[keyPath: list].append(found)
    }
    func first(_ field: Fact.Field, _ path: WritableKeyPath<Contact, String>) {
      guard contact[keyPath: path].isEmpty, let found = value(line, field, labels) else { return }
      contact[keyPath: path] = found.value
    }
    switch line.name {
    case "FN": first(.name, \.name)
    case "N":
      first(.given, \.given)
      first(.family, \.family)
    case "EMAIL": add(.email, \.emails)
    case "TEL": add(.phone, \.phones)
    case "URL": add(.url, \.urls)
    case "X-KITH-FIELD": add(.custom, \.custom)
    case "TITLE": first(.title, \.title)
    case "UID": if contact.uid.isEmpty { contact.uid = trimmed(text(line)) }
    case "NOTE":
      let note = trimmed(text(line))
      if !note.isEmpty { contact.notes.append(note) }
    case "ADR":
      let postal = postal(line, labels)
      if !postal.isEmpty { contact.addresses.append(postal) }
    case "CATEGORIES":
      contact.tags += components(line, at: Byte.comma).filter { !$0.isEmpty && !contact.tags.contains($0) }
    case "ROLE": if role.isEmpty { role = trimmed(text(line)) }
    case "KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS": contact.kind = VCard.kind(text(line)) ?? contact.kind
    case "ORG": readOrganisation(line, into: &contact)
    case "BDAY": readBirthday(line, into: &contact)
    default: readOther(line, labels, into: &contact)
    }
  }

  private func readOrganisation(_ line: CardLine, into contact: inout Contact) {
    let parts = components(line).filter { !$0.isEmpty }
    guard contact.organisation.isEmpty, let first = parts.first else {
      contact.custom += parts.map { .init($0, label: "organisation") }
      return
    }
    contact.organisation = first
    contact.custom += parts.dropFirst().map { .init($0, label: "unit") }
  }

  private func readBirthday(_ line: CardLine, into contact: inout Contact) {
    let said = trimmed(text(line))
    if let date = CardDate.plain(said, omittedYear: omittedYear(line)) {
      contact.birthday = date
    } else if !said.isEmpty {
      contact.custom.append(.init(said, label: "birthday"))
    }
  }

  /// Properties of the card itself, or no text about the person.
  private static let technical: Set<String> = [
    "BEGIN", "END", "VERSION", "PRODID", "REV", "UID", "PHOTO", "LOGO", "SOUND", "KEY", "AGENT", "SOURCE", "MAILER",
    "MEMBER", "CLIENTPIDMAP", "XML", "SORT-STRING", "CLASS", "NAME", "PROFILE", "LABEL", "X-ABLABEL", "X-ABADR",
    "X-ABUID", "X-ADDRESSBOOKSERVER-MEMBER", "CALURI", "FBURL", "CALADRURI",
  ]

  private func readOther(_ line: CardLine, _ labels: [String: String], into contact: inout Contact) {
    guard !VCard.technical.contains(line.name), !line.name.hasPrefix("X-KITH-"), line.raw.count <= 8_192 else { return }
    let value = components(line).filter { !$0.isEmpty }.joined(separator: ", ")
    guard !value.isEmpty else { return }
    let label = labels[line.group] ?? (line.name.hasPrefix("X-") ? String(line.name.dropFirst(2)) : line.name)
    contact.custom.append(.init(value, label: label.lowercased()))
  }

  private static func kind(_ text: String) -> Contact.Kind? {
    switch trimmed(text).lowercased() {
    case "group": .group
    case "org", "organization", "company": .organisation
    case "individual": .individual
    default: nil
    }
  }

  // MARK: - Parts of values

  private func part(_ parts: [String], _ index: Int) -> String { index < parts.count ? parts[index] : "" }

  private func postal(_ line: CardLine, _ labels: [String: String]) -> Contact.Postal {
    let parts = components(line).map { $0.replacing("\n", with: ", ") }
    // Post office box and extended address stand before the street (RFC 6350 §6.3.1).
    let street = [part(parts, 0), part(parts, 2), part(parts, 1)].filter { !$0.isEmpty }.joined(separator: ", ")
    return Contact.Postal(
      label: label(line, labels), street: street, city: part(parts, 3), region: part(parts, 4),
      postcode: part(parts, 5), country: part(parts, 6))
  }

  static func without(_ scheme: String, _ text: String) -> String {
    text.lowercased().hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text
  }

  /// A `tel:` URI (RFC 3966) as people write it.
  private static func phone(_ text: String) -> String {
    guard text.lowercased().hasPrefix("tel:") else { return text }
    let parts = text.dropFirst(4).split(separator: ";").map(String.init)
    let ext = parts.dropFirst().first { $0.lowercased().hasPrefix("ext=") }.map { " ext. " + $0.dropFirst(4) } ?? ""
    return (parts.first ?? "") + ext
  }

  private func omittedYear(_ line: CardLine) -> String? {
    line.parts().parameters.first { $0.name == "X-APPLE-OMIT-YEAR" }?.values.first
  }

  // MARK: - Labels

  /// What Apple and Google write beside a property: `item1.X-ABLabel:_$!<Work>!$_`.
  func groupLabels() -> [String: String] {
    var labels: [String: String] = [:]
    for line in lines where line.name == "X-ABLABEL" && !line.group.isEmpty && labels[line.group] == nil {
      var label = trimmed(text(line))
      if label.hasPrefix("_$!<"), label.hasSuffix(">!$_") {
        label = String(label.dropFirst(4).dropLast(4)).lowercased()
      }
      labels[line.group] = label
    }
    return labels
  }

  /// Types that say how, not where: they are no label.
  static let manners: Set<String> = [
    "internet", "pref", "voice", "x400", "msg", "text", "intl", "postal", "parcel", "dom",
  ]

  func label(_ line: CardLine, _ labels: [String: String]) -> String {
    if !line.group.isEmpty, let label = labels[line.group], !label.isEmpty { return label }
    return line.parts().parameters.filter { $0.name == "TYPE" }.flatMap(\.values).map { $0.lowercased() }
      .filter { !$0.isEmpty && !VCard.manners.contains($0) && !$0.contains("@") }.joined(separator: " ")
  }
}
