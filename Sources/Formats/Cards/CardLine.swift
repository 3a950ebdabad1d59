/// One property of a card as it was read: its bytes with folds and line end, and what is needed to find it again.
struct CardLine: Sendable, Equatable {
  /// Every physical line of the property, line ends included: what is not changed is written back from here.
  let raw: [UInt8]
  /// Upper case; empty for what is no property (blank lines, torn lines, a nested card).
  let name: String
  let group: String

  /// RFC 6350 sets no limit; a longer property is kept, but its value is not looked at.
  static let longest = 1 << 20

  init(_ raw: [UInt8], opaque: Bool = false) {
    self.raw = raw
    guard !opaque, let head = CardLine.head(raw) else {
      self.name = ""
      self.group = ""
      return
    }
    self.name = head.name
    self.group = head.group
  }

  /// Group and name before the first `;` or `:`; nil if there is no `:` at all.
  private static func head(_ raw: [UInt8]) -> (group: String, name: String)? {
    var group = ""
    var name: [UInt8] = []
    for (index, byte) in raw.enumerated() {
      switch byte {
      case Byte.colon:
        return (group, String(decoding: name, as: UTF8.self))
      case Byte.semicolon:
        return raw[index...].contains(Byte.colon) ? (group, String(decoding: name, as: UTF8.self)) : nil
      case Byte.dot where group.isEmpty && !name.isEmpty:
        group = String(decoding: name, as: UTF8.self)
        name = []
      case Byte.cr, Byte.lf, Byte.space, Byte.tab:
        continue
      default:
        name.append(Byte.upper(byte))
      }
      if name.count > 256 { return nil }
    }
    return nil
  }

  /// A parameter and its values; a bare value of version 2.1 counts as `TYPE` or `ENCODING`.
  struct Parameter: Sendable, Equatable {
    var name: String
    var values: [String]
  }

  /// Parameters and value, unfolded, the value still encoded.
  func parts() -> (parameters: [Parameter], value: [UInt8]) {
    guard raw.count <= CardLine.longest else { return ([], []) }
    let flat = CardLine.unfold(raw)
    // A quote may hide a colon (RFC 6350 §3.3); a quote that never ends hides nothing.
    guard let colon = CardLine.colon(flat, quotes: true) ?? CardLine.colon(flat, quotes: false) else { return ([], []) }
    let head = flat[..<colon]
    guard let first = head.firstIndex(of: Byte.semicolon) else { return ([], Array(flat[(colon + 1)...])) }
    let parameters = CardLine.split(head[(first + 1)...], at: Byte.semicolon).compactMap(CardLine.parameter)
    return (parameters, Array(flat[(colon + 1)...]))
  }

  private static func colon(_ bytes: [UInt8], quotes: Bool) -> Int? {
    var quoted = false
    for (index, byte) in bytes.enumerated() {
      if quotes && byte == Byte.quote { quoted.toggle() }
      if byte == Byte.colon && !quoted { return index }
    }
    return nil
  }

  private static func split(_ bytes: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var quoted = false
    var start = bytes.startIndex
    for index in bytes.indices {
      if bytes[index] == Byte.quote { quoted.toggle() }
      if bytes[index] == separator && !quoted {
        parts.append(bytes[start..<index])
        start = index + 1
      }
    }
    parts.append(bytes[start...])
    return parts
  }

  private static func parameter(_ bytes: ArraySlice<UInt8>) -> Parameter? {
    guard !bytes.isEmpty else { return nil }
    guard let equals = bytes.firstIndex(of: Byte.equals) else {
      let word = CardText.decode(Array(bytes), charset: nil)
      let encodings = ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"]
      return Parameter(name: encodings.contains(word.uppercased()) ? "ENCODING" : "TYPE", values: [word])
    }
    // A name of other signs (RFC 6350 §3.3) would end the parameters when it is written again.
    let signs: [UInt8] = [Byte.quote, Byte.colon, Byte.semicolon, Byte.comma]
    guard !bytes[..<equals].contains(where: { $0 <= Byte.space || signs.contains($0) }) else { return nil }
    let name = String(decoding: bytes[..<equals].map(Byte.upper), as: UTF8.self)
    let values = split(bytes[(equals + 1)...], at: Byte.comma).map { value -> String in
      let bare = value.filter { $0 != Byte.quote }
      return CardText.unescapeParameter(CardText.decode(Array(bare), charset: nil))
    }
    // `TYPE="work,voice"` is one quoted list in version 4.0 (RFC 6350 §5.6) and means two types.
    let types = name == "TYPE" ? values.flatMap { $0.split(separator: ",").map(String.init) } : values
    return Parameter(name: name, values: types)
  }

  /// Joins folded lines and the soft line breaks of quoted-printable; the final line end goes.
  static func unfold(_ raw: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(raw.count)
    var index = 0
    while index < raw.count {
      let byte = raw[index]
      guard byte == Byte.cr || byte == Byte.lf else {
        out.append(byte)
        index += 1
        continue
      }
      while index < raw.count, raw[index] == Byte.cr || raw[index] == Byte.lf { index += 1 }
      guard index < raw.count else { break }
      if raw[index] != Byte.space && raw[index] != Byte.tab {
        if out.last == Byte.equals { out.removeLast() }
      } else if out.last == Byte.equals && CardLine.saysQuotedPrintable(out) {
        // Some writers indent after a soft break too; the indent is then no text.
        out.removeLast()
        while index < raw.count, raw[index] == Byte.space || raw[index] == Byte.tab { index += 1 }
      } else {
        index += 1
      }
    }
    return out
  }

  /// Whether the last physical line ends with a soft break although nothing follows.
  var endsSoftly: Bool {
    guard let last = raw.last(where: { $0 != Byte.cr && $0 != Byte.lf }), last == Byte.equals else { return false }
    return CardLine.saysQuotedPrintable(raw)
  }

  /// Whether the parameters before the first colon name quoted-printable.
  static func saysQuotedPrintable(_ bytes: some Sequence<UInt8>) -> Bool {
    let word = Array("QUOTED-PRINTABLE".utf8)
    var matched = 0
    for byte in bytes {
      if byte == Byte.colon { return false }
      let upper = Byte.upper(byte)
      matched = upper == word[matched] ? matched + 1 : (upper == word[0] ? 1 : 0)
      if matched == word.count { return true }
    }
    return false
  }
}

extension Byte {
  /// The capital of an ASCII letter; every other byte as it is.
  @inline(__always) static func upper(_ byte: UInt8) -> UInt8 { byte &- 97 < 26 ? byte & 0xDF : byte }
}
