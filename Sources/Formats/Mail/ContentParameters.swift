/// A value with parameters, as in Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2231).
struct ContentParameters {
  /// The value before the first semicolon, in lower case.
  var value = ""
  private var parameters: [(name: String, value: [UInt8])] = []

  init() {}

  init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    let end = range.upperBound
    var at = ContentParameters.skipBlank(bytes, range.lowerBound, end)
    let start = at
    while at < end, bytes[at] != Byte.semicolon, bytes[at] != Byte.open, !Byte.isSpace(bytes[at]) { at += 1 }
    value = bytes.lowered(start..<at)
    while at < end, parameters.count < 1_000 {
      at = ContentParameters.skipBlank(bytes, at, end)
      guard at < end else { break }
      if bytes[at] == Byte.semicolon {
        at += 1
        continue
      }
      let name = at
      while at < end, bytes[at] != Byte.equals, bytes[at] != Byte.semicolon, !Byte.isSpace(bytes[at]) { at += 1 }
      let nameEnd = at
      at = ContentParameters.skipBlank(bytes, at, end)
      guard at < end, bytes[at] == Byte.equals else {
        // A lone word, or a stray character: nothing to keep, but go on.
        if at == name { at += 1 }
        continue
      }
      at = ContentParameters.skipBlank(bytes, at + 1, end)
      var value: [UInt8] = []
      at = ContentParameters.read(bytes, at, end, &value)
      parameters.append((bytes.lowered(name..<nameEnd), value))
    }
  }

  /// Behind white space and comments; comments nest, so they are counted.
  private static func skipBlank(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var at = start
    var depth = 0
    while at < end {
      let byte = bytes[at]
      if byte == Byte.open {
        depth += 1
      } else if depth > 0 {
        if byte == Byte.close { depth -= 1 }
        if byte == Byte.backslash { at += 1 }
      } else if !Byte.isSpace(byte) {
        return at
      }
      at += 1
    }
    return end
  }

  /// A quoted string or everything up to the next semicolon.
  private static func read(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ out: inout [UInt8]) -> Int {
    var at = start
    if at < end, bytes[at] == Byte.quote {
      at += 1
      while at < end, bytes[at] != Byte.quote {
        if bytes[at] == Byte.backslash, at + 1 < end { at += 1 }
        if bytes[at] != Byte.lf, bytes[at] != Byte.cr { out.append(bytes[at]) }
        at += 1
      }
      return min(end, at + 1)
    }
    while at < end, bytes[at] != Byte.semicolon, bytes[at] != Byte.lf, bytes[at] != Byte.cr {
      out.append(bytes[at])
      at += 1
    }
    while let last = out.last, Byte.isSpace(last) { out.removeLast() }
    return at
  }

  /// The bytes of a plain parameter, such as `boundary`.
  func bytes(of name: String) -> [UInt8]? { parameters.first { $0.name == name }?.value }

  /// A parameter as text: the forms of RFC 2231 before the plain one; nil if there is none.
  func text(of name: String) -> String? {
    if let whole = parameters.first(where: { $0.name == name + "*" }) {
      var charset = ""
      let raw = ContentParameters.extended(whole.value, &charset, first: true)
      return Charset.decode(raw.span, as: charset).text
    }
    if let joined = continued(name) { return joined }
    guard let plain = bytes(of: name) else { return nil }
    return EncodedWord.text(plain.span, 0..<plain.count)
  }

  /// `name*0`, `name*1*`, …: joined in their order before the charset is applied (RFC 2231 §3, §4.1).
  private func continued(_ name: String) -> String? {
    var sections: [Int: (value: [UInt8], coded: Bool)] = [:]
    for parameter in parameters where parameter.name.hasPrefix(name + "*") {
      var rest = parameter.name.dropFirst(name.count + 1)
      let coded = rest.hasSuffix("*")
      if coded { rest = rest.dropLast() }
      guard let number = Int(rest), number >= 0, sections[number] == nil else { continue }
      sections[number] = (parameter.value, coded)
    }
    var charset = ""
    var bytes: [UInt8] = []
    var next = 0
    while let section = sections[next] {
      bytes +=
        section.coded ? ContentParameters.extended(section.value, &charset, first: next == 0) : section.value
      next += 1
    }
    if next == 0 { return nil }
    if charset.isEmpty { return EncodedWord.text(bytes.span, 0..<bytes.count) }
    return Charset.decode(bytes.span, as: charset).text
  }

  /// Percent-decodes; the first section begins with `charset'language'`.
  private static func extended(_ value: [UInt8], _ charset: inout String, first: Bool) -> [UInt8] {
    var start = 0
    if first, let one = value.firstIndex(of: Byte.apostrophe),
      let two = value[(one + 1)...].firstIndex(of: Byte.apostrophe)
    {
      charset = String(decoding: value[..<one], as: UTF8.self)
      start = two + 1
    }
    var out: [UInt8] = []
    while start < value.count {
      let byte = value[start]
      start += 1
      if byte == Byte.percent, start + 1 < value.count, let high = Byte.hex(value[start]),
        let low = Byte.hex(value[start + 1])
      {
        out.append(high << 4 | low)
        start += 2
      } else {
        out.append(byte)
      }
    }
    return out
  }
}
