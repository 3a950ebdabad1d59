public import Model

/// What the owner of a table says of its columns: its header is written anew, so that each is read as they say.
extension ContactColumns {
  /// A column: what it is called, and what it is read as, in words.
  public struct Reading: Sendable, Equatable {
    public var header: String
    public var choice: String
  }

  /// The words for what a column may be read as, with the name by which a column is known as that.
  private static let names: [(role: ColumnNames.Role, header: String)] = [
    (.name, "Name"), (.given, "First name"), (.middle, "Middle name"), (.family, "Last name"), (.emails, "E-mail"),
    (.phones, "Phone"), (.organisation, "Company"), (.title, "Job title"), (.birthday, "Birthday"),
    (.urls, "Website"), (.notes, "Notes"), (.tags, "Tags"), (.buckets, "Buckets"),
    (.lastContacted, "Last contacted"), (.assignedTo, "Assigned to"), (.street, "Street"),
    (.street2, "Address line 2"), (.city, "City"), (.region, "State"), (.postcode, "Zip"), (.country, "Country"),
    (.address, "Address"), (.kind, "Kind"), (.uid, "ID"), (.custom, ""), (.ignored, ""),
  ]

  /// What a column may be read as, in words.
  public static let choices: [String] = names.map { words($0.role) }

  /// The columns of a table by its beginning, whether or not they name anybody; none where its header cannot be written
  /// anew: it is in UTF-16 or no Unicode, or holds values, or does not end.
  public static func readings(_ head: [UInt8], isWhole: Bool) -> [Reading] {
    guard let found = header(in: head, isWhole: isWhole) else { return [] }
    return columns(found.cells).map { Reading(header: $0.header, choice: words($0.role)) }
  }

  /// The beginning of a table with the columns of some numbers read as chosen, and how many bytes of it that replaces;
  /// nil where `readings` has none.
  public static func rewritten(
    _ head: [UInt8], isWhole: Bool, as chosen: [Int: String]
  ) throws(Trouble) -> (header: [UInt8], replaced: Int)? {
    guard let found = header(in: head, isWhole: isWhole) else { return nil }
    let cells = zip(found.cells, columns(found.cells)).enumerated().map { index, pair in
      guard let choice = chosen[index], choice != words(pair.1.role),
        let name = names.first(where: { words($0.role) == choice })
      else { return pair.0 }
      return name.role == .custom ? custom(pair.1.header) : name.header
    }
    guard trouble(header: cells) == nil else {
      throw Trouble(
        "then no column would be a name, an e-mail address, a phone number or a company", "read one of them as such")
    }
    let line = cells.map { quoted($0) }.joined(separator: [found.delimiter]) + found.ending
    return (Array(head[..<found.start]) + line, found.end)
  }

  /// Where a header stands in the first bytes of a table.
  private struct Header {
    var cells: [String]
    var start: Int
    var end: Int
    var delimiter: UInt8
    var ending: [UInt8]
  }

  /// The line that `find` takes for the header, or else the first one, unless it holds values; places count from the
  /// first byte of the file.
  private static func header(in head: [UInt8], isWhole: Bool) -> Header? {
    let (bytes, trouble) = CardBytes.asciiCompatible(head)
    guard trouble == nil else { return nil }
    let table = CSVTable.read(head).table
    let below = find(in: table)?.rows.startIndex ?? 0
    let cells = below == 0 ? table.header : table.rows[below - 1]
    guard [nil, nowhere].contains(ContactColumns.trouble(header: cells)) else { return nil }
    let mark = head.count - bytes.count
    var reader = RecordReader(bytes[...], delimiter: table.delimiter, utf8: true)
    for _ in 0..<24 {
      let start = reader.at
      guard let record = reader.next() else { return nil }
      guard record == cells else { continue }
      let line = bytes[start..<reader.at]
      guard isWhole || reader.at < bytes.count else { return nil }
      guard String(validating: line, as: UTF8.self) != nil else { return nil }
      let ending: [UInt8] =
        line.suffix(2) == [Byte.cr, Byte.lf]
        ? [Byte.cr, Byte.lf] : line.suffix(1).filter { $0 == Byte.cr || $0 == Byte.lf }
      return Header(
        cells: cells, start: mark + start, end: mark + reader.at, delimiter: table.delimiter, ending: ending)
    }
    return nil
  }

  /// A name by which a column is known as nothing.
  private static func custom(_ header: String) -> String {
    let role = ColumnNames.role(of: header)?.role ?? .custom
    return role == .custom ? header : "Field \(header.replacing(" - ", with: " "))".trimmed
  }

  private static func quoted(_ cell: String) -> [UInt8] {
    let marks: [UInt8] = [Byte.comma, Byte.semicolon, Byte.tab, 124, Byte.quote, Byte.cr, Byte.lf]
    guard cell.utf8.contains(where: { marks.contains($0) }) else { return Array(cell.utf8) }
    return Array("\"\(cell.replacing("\"", with: "\"\""))\"".utf8)
  }
}

extension String {
  fileprivate var trimmed: String { split(separator: " ").joined(separator: " ") }
}
