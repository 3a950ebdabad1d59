/// A table of text (RFC 4180 and what programs really write): header and rows.
public struct CSVTable: Sendable, Equatable {
  /// The first record that is not empty.
  public var header: [String]
  public var rows: [[String]]
  /// The byte between the cells: `,`, `;`, `|` or TAB.
  public var delimiter: UInt8

  static let longestCell = 1 << 20
  static let mostCells = 4_096
  static let mostRows = 5_000_000
  static let mostTrouble = 1_000

  /// Reads a whole file; never fails.
  ///
  /// `trouble` holds short codes with record numbers, nothing of the content.
  public static func read(_ bytes: [UInt8]) -> (table: CSVTable, trouble: [String]) {
    let text = CardBytes.asciiCompatible(bytes)
    var trouble = text.trouble.map { [$0] } ?? []
    var content = text.bytes[...]
    var delimiter: UInt8?
    // `sep=;` is what Excel writes to name its separator.
    if content.count > 5, content.prefix(4).map(Byte.lower).elementsEqual("sep=".utf8) {
      let rest = content.dropFirst(5)
      if let first = rest.first, first == Byte.cr || first == Byte.lf {
        delimiter = content[content.startIndex + 4]
        content = rest.drop { $0 == Byte.cr || $0 == Byte.lf }
      }
    }
    let utf8 = String(validating: content, as: UTF8.self) != nil
    if !utf8 { trouble.append("not-utf-8") }
    let chosen = delimiter ?? sniff(content)
    var reader = RecordReader(content, delimiter: chosen, utf8: utf8)
    var records: [[String]] = []
    while let record = reader.next() {
      if record.count == 1 && record[0].isEmpty { continue }
      guard records.count <= mostRows else {
        reader.report("too-many-rows")
        break
      }
      records.append(record)
    }
    trouble += reader.trouble
    let header = records.first ?? []
    let rows = Array(records.dropFirst())
    let uneven = rows.count { $0.count != header.count }
    if uneven > 0 { trouble.append("uneven-rows \(uneven)") }
    return (CSVTable(header: header, rows: rows, delimiter: chosen), trouble)
  }

  /// The separator that cuts most of the first records into the same number of cells, more than one.
  static func sniff(_ content: ArraySlice<UInt8>) -> UInt8 {
    var best: (delimiter: UInt8, score: Int) = (Byte.comma, 0)
    for candidate in [Byte.comma, Byte.semicolon, Byte.tab, 124] {
      var reader = RecordReader(content.prefix(65_536), delimiter: candidate, utf8: true, decoding: false)
      var widths: [Int: Int] = [:]
      for _ in 0..<50 {
        guard let record = reader.next() else { break }
        if record.count > 1 { widths[record.count, default: 0] += 1 }
      }
      // Agreement of many records says more than many cells in one.
      let score = widths.map { $0.value * $0.value * 16 + min($0.key, 15) }.max() ?? 0
      if score > best.score { best = (candidate, score) }
    }
    return best.delimiter
  }
}

/// Cuts bytes into records; quotes may hide separators and line ends.
struct RecordReader {
  private let bytes: ArraySlice<UInt8>
  private let delimiter: UInt8
  private let utf8: Bool
  /// Sniffing only counts cells.
  private let decoding: Bool
  /// Where the next record begins.
  private(set) var at: Int
  private var record = 0
  private(set) var trouble: [String] = []

  init(_ bytes: ArraySlice<UInt8>, delimiter: UInt8, utf8: Bool, decoding: Bool = true) {
    self.bytes = bytes
    self.delimiter = delimiter
    self.utf8 = utf8
    self.decoding = decoding
    self.at = bytes.startIndex
  }

  mutating func report(_ code: String) {
    if trouble.count < CSVTable.mostTrouble { trouble.append("\(code) record \(record)") }
  }

  mutating func next() -> [String]? {
    guard at < bytes.endIndex else { return nil }
    record += 1
    var cells: [String] = []
    while true {
      let cell = at < bytes.endIndex && bytes[at] == Byte.quote ? quoted() : plain()
      if cells.count < CSVTable.mostCells {
        cells.append(cell)
      } else if cells.count == CSVTable.mostCells {
        report("too-many-cells")
        cells.append("")
      }
      guard at < bytes.endIndex, bytes[at] == delimiter else { break }
      at += 1
      if at == bytes.endIndex {
        if cells.count < CSVTable.mostCells { cells.append("") }
        break
      }
    }
    if cells.count > CSVTable.mostCells { cells.removeLast() }
    if at < bytes.endIndex, bytes[at] == Byte.cr { at += 1 }
    if at < bytes.endIndex, bytes[at] == Byte.lf { at += 1 }
    return cells
  }

  private mutating func plain() -> String {
    let start = at
    at = bytes.withUnsafeBufferPointer { buffer in
      let base = bytes.startIndex
      var index = start - base
      while index < buffer.count {
        let byte = buffer[index]
        if byte == delimiter || byte == Byte.lf || byte == Byte.cr { break }
        index += 1
      }
      return index + base
    }
    return text(bytes[start..<at])
  }

  private mutating func quoted() -> String {
    let begin = at
    at += 1
    var cell: [UInt8] = []
    var start = at
    while at < bytes.endIndex {
      guard bytes[at] == Byte.quote else {
        at += 1
        continue
      }
      if decoding { cell += bytes[start..<at] }
      if at + 1 < bytes.endIndex, bytes[at + 1] == Byte.quote {
        cell.append(Byte.quote)
        at += 2
        start = at
        continue
      }
      at += 1
      return text(cell[...]) + afterQuote()
    }
    // The quote never ends: it would swallow the rest of the file, so it counts as a letter of its line.
    report("unclosed-quote")
    at = begin
    return plain()
  }

  /// Text between a closing quote and the separator belongs to the cell (`"Ada" Example`).
  private mutating func afterQuote() -> String {
    guard at < bytes.endIndex, bytes[at] != delimiter, bytes[at] != Byte.cr, bytes[at] != Byte.lf else { return "" }
    report("text-after-quote")
    return plain()
  }

  private mutating func text(_ cell: ArraySlice<UInt8>) -> String {
    guard decoding else { return "" }
    var cell = cell
    if cell.count > CSVTable.longestCell {
      report("cell-too-long")
      cell = cell.prefix(CSVTable.longestCell)
    }
    return utf8 ? String(decoding: cell, as: UTF8.self) : Charset.decode(Array(cell).span, as: "windows-1252").text
  }
}
