public import Model

/// How the columns of a table become contacts: header names of many programs, known by alias.
public struct ContactColumns: Sendable, CustomStringConvertible {
  struct Column: Sendable {
    var index: Int
    var header: String
    var role: ColumnNames.Role
    var label: String
    /// The column that holds the label of this one, row by row.
    var labelIndex: Int?
  }

  let columns: [Column]

  /// The label of a bucket, of the last contact and of the assignee among a contact's custom values.
  public static let bucketLabel = "bucket"
  public static let lastContactedLabel = "last contacted"
  public static let assignedToLabel = "assigned to"

  /// Nil if the header names nobody: see `trouble(header:)` for the reason.
  public init?(header: [String]) {
    guard ContactColumns.trouble(header: header) == nil else { return nil }
    columns = ContactColumns.columns(header)
  }

  /// Why a header cannot be used, in words for people and without its content; nil if it can.
  public static func trouble(header: [String]) -> String? {
    if header.allSatisfy({ trimmed($0).isEmpty }) { return "the table is empty" }
    let roles = Set(columns(header).map(\.role))
    let naming: Set<ColumnNames.Role> = [.name, .given, .family, .emails, .phones, .organisation]
    if !roles.isDisjoint(with: naming) { return nil }
    let values = header.count { cell in
      cell.contains("@") || cell.utf8.count { (48...57).contains($0) } >= 5 || cell.hasPrefix("http")
    }
    if values > 0 { return "the first line holds values, not column names: a header line is needed" }
    return nowhere
  }

  static let nowhere = "no column is called like a name, an e-mail address, a phone number or a company"

  /// Finds the header, which some programs put below a few lines of remarks.
  public static func find(in table: CSVTable) -> (columns: ContactColumns, rows: ArraySlice<[String]>)? {
    if let columns = ContactColumns(header: table.header) { return (columns, table.rows[...]) }
    for (index, row) in table.rows.prefix(10).enumerated() where row.count > 1 {
      if let columns = ContactColumns(header: row) { return (columns, table.rows[(index + 1)...]) }
    }
    return nil
  }

  static func columns(_ header: [String]) -> [Column] {
    var seen: Set<ColumnNames.Role> = []
    return header.enumerated().map { index, name in
      let found = ColumnNames.role(of: name) ?? (.custom, "")
      var role = found.role
      // A contact has one of these; a second column of the kind stays as it is called.
      let single: Set<ColumnNames.Role> = [
        .uid, .name, .given, .middle, .family, .organisation, .title, .birthday, .kind, .lastContacted, .assignedTo,
      ]
      if single.contains(role), !seen.insert(role).inserted { role = .custom }
      return Column(
        index: index, header: trimmed(CSVWriter.restored(name)), role: role, label: found.label,
        labelIndex: labelIndex(of: name, in: header))
    }
  }

  private static func labelIndex(of name: String, in header: [String]) -> Int? {
    guard name.hasSuffix(" - Value") else { return nil }
    let stem = name.dropLast("Value".count)
    return header.firstIndex { $0 == stem + "Label" || $0 == stem + "Type" }
  }

  /// The mapping in words, one column a line: `Zip → postcode`.
  public var description: String {
    columns.filter { $0.role != .ignored }
      .map { column in
        let label = column.label.isEmpty ? "" : " (\(column.label))"
        return "\(column.header) → \(ContactColumns.words(column.role))\(label)"
      }.joined(separator: "\n")
  }

  /// Reads one row; cells that are missing count as empty.
  public func contact(_ row: [String]) -> Contact {
    var contact = Contact()
    var middle = ""
    var postal: [String: Contact.Postal] = [:]
    var order: [String] = []
    for column in columns where column.index < row.count && column.role != .ignored {
      let cell = trimmed(CSVWriter.restored(row[column.index]))
      guard !cell.isEmpty else { continue }
      if column.role == .middle {
        middle = cell
      } else if ColumnNames.isPostal(column.role) {
        if postal[column.label] == nil { order.append(column.label) }
        ContactColumns.add(cell, column, to: &postal[column.label, default: .init(label: column.label)])
      } else {
        var column = column
        if let index = column.labelIndex, index < row.count {
          let label = trimmed(fold(row[index].filter { $0 != "*" }))
          if !label.isEmpty { column.label = label == "mobile" ? "cell" : label }
        }
        ContactColumns.add(cell, column, to: &contact)
      }
    }
    contact.addresses = order.compactMap { postal[$0] }.map { address in
      var address = address
      if Int(address.label) != nil { address.label = "" }
      return address
    }
    if contact.name.isEmpty {
      contact.name = [contact.given, middle, contact.family].filter { !$0.isEmpty }.joined(separator: " ")
    }
    if contact.name.isEmpty && contact.emails.isEmpty && !contact.organisation.isEmpty {
      contact.kind = .organisation
      contact.name = contact.organisation
    }
    return contact
  }

  private static func add(_ cell: String, _ column: Column, to contact: inout Contact) {
    switch column.role {
    case .uid: contact.uid = cell
    case .name: contact.name = cell
    case .given: contact.given = cell
    case .family: contact.family = cell
    case .organisation: contact.organisation = cell
    case .title: contact.title = cell
    case .birthday:
      if let date = CardDate.plain(cell) { contact.birthday = date } else { custom(cell, "birthday", &contact) }
    case .emails: append(split(cell).map { VCard.without("mailto:", $0) }, column.label, to: &contact.emails)
    case .phones: append(splitPhones(cell), column.label, to: &contact.phones)
    case .urls:
      if cell.contains(".") {
        append(split(cell, at: [";", "\n"]), column.label, to: &contact.urls)
      } else {
        custom(cell, column.label.isEmpty ? column.header : column.label, &contact)
      }
    case .notes: contact.notes.append(cell)
    case .tags: contact.tags += split(cell).filter { $0 != "* myContacts" && !contact.tags.contains($0) }
    case .buckets: for bucket in split(cell) { custom(bucket, bucketLabel, &contact) }
    case .lastContacted: custom(cell, lastContactedLabel, &contact)
    case .assignedTo: custom(cell, assignedToLabel, &contact)
    case .kind: if fold(cell).hasPrefix("org") || fold(cell) == "company" { contact.kind = .organisation }
    case .custom: custom(cell, column.header, &contact)
    case .middle, .ignored, .street, .street2, .city, .region, .postcode, .country, .address: break
    }
  }

  private static func add(_ cell: String, _ column: Column, to postal: inout Contact.Postal) {
    switch column.role {
    case .city: postal.city = cell
    case .region: postal.region = cell
    case .postcode: postal.postcode = cell
    case .country: postal.country = cell
    default:
      let line = cell.replacing("\r\n", with: ", ").replacing("\n", with: ", ")
      guard !postal.street.contains(line) else { return }
      // A formatted address repeats its parts (`Address 1 - Formatted`); alone it is the best there is.
      if column.role == .address, !postal.isEmpty { return }
      if column.role == .street, line.contains(postal.street) { postal.street = "" }
      postal.street += postal.street.isEmpty ? line : ", " + line
    }
  }

  private static func custom(_ value: String, _ label: String, _ contact: inout Contact) {
    contact.custom.append(.init(value, label: label))
  }

  private static func append(_ values: [String], _ label: String, to list: inout [Contact.Labelled]) {
    for value in values where !list.contains(where: { $0.value == value }) { list.append(.init(value, label: label)) }
  }

  // MARK: - Several values in one cell

  private static func split(_ cell: String, at separators: Set<Character> = [",", ";", "\n", "\r\n", "\r"]) -> [String]
  {
    // Google separates with ` ::: `.
    cell.replacing(" ::: ", with: ";").split(whereSeparator: separators.contains).map { trimmed(String($0)) }
      .filter { !$0.isEmpty }
  }

  /// As `split`, but an extension behind a comma belongs to its number.
  private static func splitPhones(_ cell: String) -> [String] {
    split(cell).reduce(into: []) { numbers, part in
      let digits = part.utf8.count { (48...57).contains($0) }
      if let last = numbers.last, digits < 6, part.first == "e" || part.first == "E" || part.first == "x" {
        numbers[numbers.count - 1] = last + ", " + part
      } else {
        numbers.append(part)
      }
    }
  }

  static func words(_ role: ColumnNames.Role) -> String {
    switch role {
    case .uid: "identity"
    case .emails: "e-mail address"
    case .phones: "phone number"
    case .urls: "web address"
    case .notes: "note"
    case .tags: "tag"
    case .buckets: "bucket"
    case .lastContacted: "last contacted"
    case .assignedTo: "assigned to"
    case .given: "given name"
    case .middle: "middle name"
    case .family: "family name"
    case .street2: "street, second line"
    case .custom: "custom field"
    case .ignored: "left out"
    default: "\(role)"
    }
  }
}
