/// One card of an address book (vCard 2.1, 3.0, 4.0) with every property in its order, known or not.
///
/// What nobody changes is written back byte for byte, so a card survives a round trip through programs that know less.
public struct VCard: Sendable, Equatable {
  var lines: [CardLine]
  /// `2.1`, `3.0` or `4.0`; a card that does not say counts as 3.0.
  public let version: String

  init(lines: [CardLine]) {
    self.lines = lines
    let said = lines.first { $0.name == "VERSION" }.map { CardText.decode($0.parts().value, charset: nil) }
    let version = said.map { $0.filter { $0 == "." || $0.isNumber } } ?? ""
    self.version = ["2.1", "3.0", "4.0"].contains(version) ? version : "3.0"
  }

  /// Reads every card of a file; never fails: what is torn is kept as far as it goes.
  ///
  /// `trouble` holds short codes with line numbers and nothing of the content.
  public static func read(_ bytes: [UInt8]) -> (cards: [VCard], trouble: [String]) {
    let text = CardBytes.asciiCompatible(bytes)
    let reader = CardReader(text.bytes)
    return (reader.found.map(\.card), (text.trouble.map { [$0] } ?? []) + reader.trouble)
  }

  /// The card as bytes: unchanged properties as they were read, changed ones folded at 75 octets.
  ///
  /// The card's own line end is kept (CR LF for new cards); a missing `END` is added.
  public func serialized() -> [UInt8] {
    var out: [UInt8] = []
    for (index, line) in lines.enumerated() {
      if let last = out.last, last != Byte.lf, last != Byte.cr { out += lineEnd }
      // A value torn at a soft break would take the next line for its own; an empty line stops it.
      if index > 0, lines[index - 1].endsSoftly, !line.name.isEmpty, line.name != "END" {
        out += out.last == Byte.cr ? lineEnd + lineEnd : lineEnd
      }
      // A line that came to stand before a blank one must not lend its bare CR to it: CR CR LF is one line end, and a
      // line behind it that begins with a space would become part of the property before.
      if out.last == Byte.cr, line.raw.last == Byte.lf, line.raw.first == Byte.cr || line.raw.first == Byte.lf {
        out.append(Byte.lf)
      }
      out += line.raw
    }
    if lines.last(where: { !$0.name.isEmpty })?.name != "END" {
      if let last = out.last, last != Byte.lf, last != Byte.cr { out += lineEnd }
      out += Array("END:VCARD".utf8) + lineEnd
    }
    return out
  }

  var lineEnd: [UInt8] {
    guard let first = lines.first?.raw else { return [Byte.cr, Byte.lf] }
    // Where others end in LF, a bare CR would join the blank line behind it.
    if first.last == Byte.cr { return lines.contains { $0.raw.contains(Byte.lf) } ? [Byte.cr, Byte.lf] : [Byte.cr] }
    guard first.last == Byte.lf else { return [Byte.cr, Byte.lf] }
    return first.dropLast().last == Byte.cr ? [Byte.cr, Byte.lf] : [Byte.lf]
  }

  /// The value of a property by its name, such as `X-KITH-ID`; nil if the card has none.
  public func extended(_ name: String) -> String? {
    let upper = name.uppercased()
    return lines.first { $0.name == upper }.map { text($0) }
  }

  /// Writes, replaces or (with nil) removes a property by its name; a name that is none in RFC 6350 §3.3 does nothing.
  public mutating func setExtended(name: String, value: String?) {
    let upper = name.uppercased()
    guard !upper.isEmpty, upper.utf8.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) || $0 == 45 })
    else { return }
    guard !["BEGIN", "END", "VERSION"].contains(upper) else { return }
    let places = lines.indices.filter { lines[$0].name == upper }
    guard let value else {
      for place in places.reversed() { lines.remove(at: place) }
      return
    }
    guard let place = places.first else {
      insert(line(upper, value: CardText.escape(value, version: version)), after: nil)
      return
    }
    if text(lines[place]) != value {
      lines[place] = line(upper, group: lines[place].group, value: CardText.escape(value, version: version))
    }
  }

  // MARK: - Values of lines

  /// The decoded value, escapes still in it.
  func rawText(_ line: CardLine) -> String {
    let parts = line.parts()
    let encoding = parts.parameters.first { $0.name == "ENCODING" }?.values.first?.uppercased()
    let charset = parts.parameters.first { $0.name == "CHARSET" }?.values.first
    let bytes = encoding == "QUOTED-PRINTABLE" ? CardText.quotedPrintable(parts.value) : parts.value
    return CardText.decode(bytes, charset: charset).replacing("\r\n", with: "\n")
  }

  func text(_ line: CardLine) -> String { CardText.unescape(rawText(line), version: version) }

  func components(_ line: CardLine, at separator: UInt8 = Byte.semicolon) -> [String] {
    CardText.split(rawText(line), at: separator, version: version).map(trimmed)
  }

  // MARK: - Writing lines

  /// A new property; `value` is already escaped.
  func line(_ name: String, group: String = "", parameters: [CardLine.Parameter] = [], value: String) -> CardLine {
    // Nothing that is written may begin a line of its own.
    let value =
      version == "2.1"
      ? value : value.replacing("\r\n", with: "\n").replacing("\r", with: "\n").replacing("\n", with: "\\n")
    var head = group.isEmpty ? name : group.lowercased() + "." + name
    for parameter in parameters where !parameter.values.isEmpty {
      if version == "2.1" && parameter.name == "TYPE" {
        for type in parameter.values { head += ";" + CardText.parameter(type).uppercased() }
      } else {
        head += ";" + parameter.name + "=" + parameter.values.map(CardText.parameter).joined(separator: ",")
      }
    }
    if version == "2.1" {
      let plain = value.utf8.allSatisfy { $0 >= 32 && $0 < 127 } && head.utf8.count + value.utf8.count < 75
      if !plain { return CardLine(CardText.quotedPrintable(head: head, value: value, end: lineEnd)) }
    }
    return CardLine(CardText.fold(head + ":" + value, end: lineEnd))
  }

  /// Puts a line behind the last one of its kind, else before `END`.
  mutating func insert(_ line: CardLine, after place: Int?) {
    if let place {
      lines.insert(line, at: place + 1)
    } else {
      lines.insert(line, at: lines.lastIndex { $0.name == "END" } ?? lines.count)
    }
  }
}

/// Text without white space around it.
func trimmed(_ text: String) -> String {
  let scalars = text.unicodeScalars
  guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
    let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
  else { return "" }
  return String(scalars[first...last])
}

/// Brings the bytes of a file into a form whose line ends and separators are single bytes.
enum CardBytes {
  /// UTF-16 becomes UTF-8, a byte order mark goes; other charsets stay as they are.
  static func asciiCompatible(_ bytes: [UInt8]) -> (bytes: [UInt8], trouble: String?) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (Array(bytes.dropFirst(3)), nil) }
    guard let bigEndian = utf16(bytes) else { return (bytes, nil) }
    let marked = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    var index = marked ? 2 : 0
    while index + 1 < bytes.count {
      let a = UInt16(bytes[index])
      let b = UInt16(bytes[index + 1])
      units.append(bigEndian ? a << 8 | b : b << 8 | a)
      index += 2
    }
    return (Array(String(decoding: units, as: UTF16.self).utf8), "was-utf-16")
  }

  /// Whether the bytes are UTF-16, and in which order: by the mark, or because every other byte is zero.
  private static func utf16(_ bytes: [UInt8]) -> Bool? {
    if bytes.starts(with: [0xFF, 0xFE]) { return false }
    if bytes.starts(with: [0xFE, 0xFF]) { return true }
    guard bytes.count >= 8 else { return nil }
    let head = bytes.prefix(8)
    if stride(from: 1, to: 8, by: 2).allSatisfy({ head[$0] == 0 && head[$0 - 1] != 0 }) { return false }
    if stride(from: 0, to: 8, by: 2).allSatisfy({ head[$0] == 0 && head[$0 + 1] != 0 }) { return true }
    return nil
  }
}
