/// Writes tables that no spreadsheet takes for a program (RFC 4180, ASVS 1.2.10).
public enum CSVWriter {
  /// One record with its line end; cells that a spreadsheet would compute get a leading apostrophe.
  public static func line(_ fields: [String]) -> [UInt8] {
    var out: [UInt8] = []
    for (index, field) in fields.enumerated() {
      if index > 0 { out.append(Byte.comma) }
      let cell = neutralised(field)
      // A separator of another country must not open a new cell either, so it is quoted too.
      let quoted =
        cell.utf8.contains { [Byte.comma, Byte.semicolon, Byte.tab, 124, Byte.quote, Byte.cr, Byte.lf].contains($0) }
        || cell.utf8.first == Byte.space || cell.utf8.last == Byte.space
        || (fields.count == 1 && cell.isEmpty)
      guard quoted else {
        out += Array(cell.utf8)
        continue
      }
      out.append(Byte.quote)
      for byte in cell.utf8 {
        if byte == Byte.quote { out.append(Byte.quote) }
        out.append(byte)
      }
      out.append(Byte.quote)
    }
    return out + [Byte.cr, Byte.lf]
  }

  /// The cell with a leading apostrophe if a spreadsheet could take it for a formula.
  public static func neutralised(_ text: String) -> String { isFormula(text) ? "'" + text : text }

  /// Undoes `neutralised`; a cell that never was neutralised stays as it is.
  public static func restored(_ cell: String) -> String {
    cell.utf8.first == Byte.apostrophe && isFormula(cell) ? String(cell.unicodeScalars.dropFirst()) : cell
  }

  /// Leading apostrophes are looked through, so that restoring is the inverse of neutralising for every text.
  static func isFormula(_ text: String) -> Bool {
    var scalars = text.unicodeScalars[...]
    while scalars.first == "'" { scalars = scalars.dropFirst() }
    if let first = scalars.first, ["\t", "\r", "\n"].contains(first) { return true }
    while let first = scalars.first, first.properties.isWhitespace || invisible.contains(first.value) {
      scalars = scalars.dropFirst()
    }
    guard let first = scalars.first else { return false }
    return starters.contains(first)
  }

  /// With the full-width and small forms that East Asian spreadsheets fold to ASCII, and the minus sign.
  private static let starters: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{FE66}", "\u{FE62}", "\u{FE63}", "\u{FE6B}",
    "\u{2212}", "\u{207A}", "\u{207C}",
  ]

  /// Zero width marks, soft hyphen, NUL and other controls that are dropped before a cell is read.
  private static let invisible: Set<UInt32> = Set(0...31).union([0x7F, 0xAD, 0xFEFF]).union(0x200B...0x200F)
    .union(0x202A...0x202E).union(0x2060...0x2069)
}
