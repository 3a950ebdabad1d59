/// A contact as deliveries write one: values by field.
extension Contact {
  /// A contact that says these values and nothing else; labels of values are not known here.
  public init(_ values: FieldValues) {
    self.init()
    name = values[.name]?.first ?? ""
    given = values[.given]?.first ?? ""
    family = values[.family]?.first ?? ""
    organisation = values[.organisation]?.first ?? ""
    title = values[.title]?.first ?? ""
    birthday = values[.birthday]?.first ?? ""
    emails = (values[.email] ?? []).map { Labelled($0) }
    phones = (values[.phone] ?? []).map { Labelled($0) }
    urls = (values[.url] ?? []).map { Labelled($0) }
    addresses = (values[.address] ?? []).map { Postal(street: $0) }
    notes = values[.note] ?? []
    tags = values[.tag] ?? []
    for key in values.keys.sorted() where key.field == .custom {
      custom += (values[key] ?? []).map { Labelled($0, label: key.label) }
    }
  }

  /// What it says of some fields; one without a value is missing.
  public func values(_ fields: [FieldKey]) -> FieldValues {
    var found: FieldValues = [:]
    for field in fields {
      let all: [String] =
        switch field.field {
        case .name: [name]
        case .given: [given]
        case .family: [family]
        case .organisation: [organisation]
        case .title: [title]
        case .birthday: [birthday]
        case .email: emails.map(\.value)
        case .phone: phones.map(\.value)
        case .url: urls.map(\.value)
        case .address: addresses.map(\.line)
        case .note: notes
        case .tag: tags
        case .custom: custom.filter { FieldKey.custom($0.label) == field }.map(\.value)
        }
      let said = all.filter { !$0.isEmpty }
      if !said.isEmpty { found[field] = said }
    }
    return found
  }
}
