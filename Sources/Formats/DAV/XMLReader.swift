/// Goes through XML element by element (XML 1.0 and its namespaces), without recursion, entities or outer files.
///
/// The toolchain's parser takes torn documents for whole ones and dies of some that are hostile; what DAV needs is small.
struct XMLReader {
  struct Name: Hashable {
    var space: String
    var local: String
  }

  enum Event {
    case start(Name)
    /// Bytes as they stand for, whatever charset a card inside has; line ends are LF (XML 1.0 §2.11).
    case text([UInt8])
    case end(Name)
  }

  private struct Element {
    var raw: ArraySlice<UInt8>
    var name: Name
    /// How many bindings are valid outside of it.
    var bindings: Int
  }

  private let xml: [UInt8]
  private let limits: DAVLimits
  private var place = 0
  private var open: [Element] = []
  private var bindings: [(prefix: ArraySlice<UInt8>, space: String)] = []
  private var endsAtOnce = false
  private var hasRoot = false
  /// The attribute `type` of the element that began last.
  private(set) var kind: String?

  init(_ xml: [UInt8], limits: DAVLimits) throws(DAVFault) {
    guard xml.count <= limits.bytes else { throw .tooLong }
    guard !xml.prefix(4).contains(0), !xml.starts(with: [0xfe, 0xff]), !xml.starts(with: [0xff, 0xfe]) else {
      throw .encoding
    }
    self.xml = xml
    self.limits = limits
    if xml.starts(with: [0xef, 0xbb, 0xbf]) { place = 3 }
    if has("<?xml") { try declaration() }
  }

  /// What comes next; nil at the end of a document that is whole.
  mutating func next() throws(DAVFault) -> Event? {
    if endsAtOnce { return close() }
    while place < xml.count {
      guard xml[place] == UInt8(ascii: "<") else {
        if let text = try text() { return .text(text) }
        continue
      }
      if has("<!--") {
        _ = try skip(past: "-->", from: 4)
      } else if has("<?") {
        _ = try skip(past: "?>", from: 2)
      } else if has("<![CDATA[") {
        guard !open.isEmpty else { throw .malformed }
        let inner = try skip(past: "]]>", from: 9)
        return .text(XMLReader.unified(inner))
      } else if has("<!") {
        throw .documentType
      } else if has("</") {
        return try endTag()
      } else {
        return try startTag()
      }
    }
    guard hasRoot, open.isEmpty else { throw .malformed }
    return nil
  }

  // MARK: tags

  private mutating func startTag() throws(DAVFault) -> Event {
    guard !open.isEmpty || !hasRoot else { throw .malformed }
    guard open.count < limits.depth else { throw .tooDeep }
    (hasRoot, kind) = (true, nil)
    place += 1
    let raw = try name()
    let outside = bindings.count
    var attributes = 0
    while true {
      let gap = blank()
      guard let byte = peek else { throw .malformed }
      if byte == UInt8(ascii: ">") || has("/>") {
        endsAtOnce = byte != UInt8(ascii: ">")
        place += endsAtOnce ? 2 : 1
        break
      }
      attributes += 1
      guard gap, attributes <= 64 else { throw .malformed }
      try attribute()
    }
    let name = try resolved(raw)
    open.append(Element(raw: raw, name: name, bindings: outside))
    return .start(name)
  }

  private mutating func endTag() throws(DAVFault) -> Event {
    place += 2
    let raw = try name()
    _ = blank()
    guard peek == UInt8(ascii: ">"), let last = open.last, last.raw == raw else { throw .malformed }
    place += 1
    guard let event = close() else { throw .malformed }
    return event
  }

  private mutating func close() -> Event? {
    endsAtOnce = false
    guard let element = open.popLast() else { return nil }
    bindings.removeLast(bindings.count - element.bindings)
    return .end(element.name)
  }

  private mutating func attribute() throws(DAVFault) {
    let key = try name()
    _ = blank()
    guard peek == UInt8(ascii: "=") else { throw .malformed }
    place += 1
    _ = blank()
    guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw .malformed }
    place += 1
    guard let end = xml[place...].firstIndex(of: quote), end - place <= limits.value else { throw .malformed }
    let value = xml[place..<end]
    guard !value.contains(UInt8(ascii: "<")) else { throw .malformed }
    place = end + 1
    if key.elementsEqual("xmlns".utf8) || key.starts(with: "xmlns:".utf8) {
      guard bindings.count < 4 * limits.depth else { throw .tooDeep }
      bindings.append((key.dropFirst(6), String(decoding: try XMLReader.plain(value), as: UTF8.self)))
    } else if key.elementsEqual("type".utf8) {
      kind = String(decoding: try XMLReader.plain(value), as: UTF8.self)
    }
  }

  /// RFC 4918 §21.1: names count by their space, never by their prefix.
  private func resolved(_ raw: ArraySlice<UInt8>) throws(DAVFault) -> Name {
    let parts = raw.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let local = parts.last, !local.isEmpty, !local.contains(UInt8(ascii: ":")) else { throw .malformed }
    let prefix = parts.count == 2 ? parts[0] : []
    guard let bound = bindings.last(where: { $0.prefix == prefix }) else {
      // An unknown prefix is a fault; none at all is no space.
      guard parts.count == 1 else { throw .malformed }
      return Name(space: "", local: String(decoding: local, as: UTF8.self))
    }
    return Name(space: bound.space, local: String(decoding: local, as: UTF8.self))
  }

  private mutating func name() throws(DAVFault) -> ArraySlice<UInt8> {
    let start = place
    while place < xml.count, XMLReader.isName(xml[place]) { place += 1 }
    let name = xml[start..<place]
    guard let first = name.first, !(45...57).contains(first), first != UInt8(ascii: ":"), name.count <= 200 else {
      throw .malformed
    }
    return name
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    // Letters, figures, `-`, `.`, `:` and `_`.
    case 45, 46, 48...58, 65...90, 95, 97...122, 128...255: true
    default: false
    }
  }

  // MARK: text

  /// Text up to the next tag; nil for the gaps around the root.
  private mutating func text() throws(DAVFault) -> [UInt8]? {
    let end = xml[place...].firstIndex(of: UInt8(ascii: "<")) ?? xml.count
    let raw = xml[place..<end]
    place = end
    if open.isEmpty {
      guard raw.allSatisfy(XMLReader.isBlank) else { throw .malformed }
      return nil
    }
    return try XMLReader.plain(raw)
  }

  /// With references replaced; only the five names of XML itself stand for something.
  private static func plain(_ raw: ArraySlice<UInt8>) throws(DAVFault) -> [UInt8] {
    guard raw.contains(UInt8(ascii: "&")) else { return unified(raw) }
    var out: [UInt8] = []
    out.reserveCapacity(raw.count)
    var rest = raw
    while let mark = rest.firstIndex(of: UInt8(ascii: "&")) {
      out += unified(rest[..<mark])
      guard let end = rest[mark...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { throw .malformed }
      out += Array(String(try character(rest[(mark + 1)..<end])).utf8)
      rest = rest[(end + 1)...]
    }
    return out + unified(rest)
  }

  private static func character(_ reference: ArraySlice<UInt8>) throws(DAVFault) -> Character {
    let text = String(decoding: reference, as: UTF8.self)
    switch text {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    guard text.hasPrefix("#"), !text.contains("+"), !text.contains("-") else { throw .malformed }
    let digits = text.dropFirst()
    let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
    guard let number, let scalar = Unicode.Scalar(number), number >= 32 || [9, 10, 13].contains(number) else {
      throw .malformed
    }
    return Character(scalar)
  }

  private static func unified(_ raw: ArraySlice<UInt8>) -> [UInt8] {
    guard raw.contains(13) else { return Array(raw) }
    var out: [UInt8] = []
    out.reserveCapacity(raw.count)
    for at in raw.indices {
      if raw[at] == 13 {
        out.append(10)
      } else if raw[at] != 10 || at == raw.startIndex || raw[at - 1] != 13 {
        out.append(raw[at])
      }
    }
    return out
  }

  // MARK: places

  private var peek: UInt8? { place < xml.count ? xml[place] : nil }

  private func has(_ mark: StaticString) -> Bool {
    mark.withUTF8Buffer { mark in
      guard xml.count - place >= mark.count else { return false }
      return xml[place..<(place + mark.count)].elementsEqual(mark)
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

  /// Goes past blanks; true if there were any.
  private mutating func blank() -> Bool {
    let start = place
    while place < xml.count, XMLReader.isBlank(xml[place]) { place += 1 }
    return place > start
  }

  /// Goes past a mark and answers what stands before it, `from` bytes after here.
  private mutating func skip(past mark: StaticString, from: Int) throws(DAVFault) -> ArraySlice<UInt8> {
    let start = place + from
    place = start
    while place < xml.count {
      if has(mark) {
        defer { place += mark.utf8CodeUnitCount }
        return xml[start..<place]
      }
      place += 1
    }
    throw .malformed
  }

  /// Lets only UTF-8 pass: in other encodings the same bytes are other signs.
  private mutating func declaration() throws(DAVFault) {
    let inner = try skip(past: "?>", from: 5)
    let text = String(decoding: inner.prefix(1_000), as: UTF8.self).lowercased()
    guard let found = text.firstRange(of: "encoding") else { return }
    let value = text[found.upperBound...].drop { $0 == " " || $0 == "=" || $0 == "\"" || $0 == "'" }
    let name = value.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    guard ["utf-8", "utf8", "us-ascii"].contains(name) else { throw .encoding }
  }
}
