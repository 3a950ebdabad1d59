/// Cuts a file into cards without looking into their values: the whole of every line is kept.
struct CardReader {
  /// A card and the bytes of the file it was cut from.
  struct Found {
    var card: VCard
    var range: Range<Int>
  }

  private(set) var found: [Found] = []
  private(set) var trouble: [String] = []

  static let mostTrouble = 1_000

  private var lines: [CardLine] = []
  private var start = 0
  private var open = false
  private var depth = 0
  private var outside = false

  /// Reads bytes that are ASCII-compatible.
  init(_ bytes: [UInt8]) {
    var cut = LineCutter(bytes)
    while let line = cut.next() { take(line, bytes) }
    if open { close(at: bytes.count, line: cut.number, code: "missing-end") }
  }

  private mutating func take(_ line: LineCutter.Line, _ bytes: [UInt8]) {
    let raw = Array(bytes[line.range])
    if line.isBlank {
      if open { lines.append(CardLine(raw, opaque: true)) }
      return
    }
    if raw.count > CardLine.longest { report("line-too-long", line.number) }
    let mark = Mark(raw)
    switch mark {
    case .begin where open && (depth > 0 || endsWithAgent): depth += 1
    case .begin:
      if open { close(at: line.range.lowerBound, line: line.number, code: "missing-end") }
      open = true
      outside = false
      start = line.range.lowerBound
    case .end where depth > 0:
      lines.append(CardLine(raw, opaque: true))
      depth -= 1
      return
    case .end where open:
      lines.append(CardLine(raw))
      close(at: line.range.upperBound, line: line.number, code: nil)
      return
    case .end, .other:
      break
    }
    guard open else {
      if !outside { report("outside-a-card", line.number) }
      outside = true
      return
    }
    let kept = CardLine(raw, opaque: depth > 0)
    if depth == 0 && kept.name.isEmpty { report("no-property", line.number) }
    lines.append(kept)
  }

  /// Version 2.1 nests the card of an agent below a property without a value.
  private var endsWithAgent: Bool {
    guard let last = lines.last(where: { !$0.name.isEmpty }), last.name == "AGENT" else { return false }
    return last.parts().value.allSatisfy { $0 == Byte.space || $0 == Byte.tab }
  }

  private mutating func close(at end: Int, line: Int, code: String?) {
    if let code { report(code, line) }
    // A nested card that never ended would swallow what is added to its card.
    for _ in 0..<depth { lines.append(CardLine(Array("END:VCARD\r\n".utf8), opaque: true)) }
    found.append(Found(card: VCard(lines: lines), range: start..<end))
    lines = []
    open = false
    depth = 0
  }

  private mutating func report(_ code: String, _ line: Int) {
    if trouble.count < CardReader.mostTrouble { trouble.append("\(code) line \(line)") }
  }

  private enum Mark {
    case begin, end, other

    init(_ raw: [UInt8]) {
      self = .other
      guard raw.count >= 9, raw.count <= 64, let first = raw.first else { return }
      // A group before BEGIN or END is not allowed (RFC 6350 §3.3).
      guard [66, 69].contains(Byte.upper(first)) else { return }
      let text = raw.filter { $0 > Byte.space }.map(Byte.upper)
      // The name must be the same to those who write into the card: `E<01>ND` would end it for the reader alone.
      if text == Array("BEGIN:VCARD".utf8), CardLine(raw).name == "BEGIN" { self = .begin }
      if text == Array("END:VCARD".utf8), CardLine(raw).name == "END" { self = .end }
    }
  }
}

/// Cuts bytes into logical lines: folded lines and quoted-printable with soft breaks stay together.
struct LineCutter {
  struct Line {
    /// The number of the first physical line, from 1.
    var number: Int
    var range: Range<Int>
    var isBlank: Bool
  }

  private(set) var number = 0
  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> Line? {
    guard at < bytes.count else { return nil }
    let start = at
    number += 1
    let first = number
    var content = physical()
    let blank = content.isEmpty
    if blank { return Line(number: first, range: start..<at, isBlank: true) }
    var soft: Bool?
    while at < bytes.count {
      if bytes[at] == Byte.space || bytes[at] == Byte.tab {
        number += 1
        content = physical()
        continue
      }
      guard bytes[content.upperBound - 1] == Byte.equals else { break }
      let isSoft = soft ?? CardLine.saysQuotedPrintable(bytes[start..<at])
      soft = isSoft
      guard isSoft, !startsCardMark else { break }
      number += 1
      content = physical()
      if content.isEmpty { break }
    }
    return Line(number: first, range: start..<at, isBlank: false)
  }

  /// Advances over one physical line and returns where its text is.
  private mutating func physical() -> Range<Int> {
    let start = at
    let end = bytes.withUnsafeBufferPointer { buffer -> (text: Int, next: Int) in
      var index = start
      while index < buffer.count, buffer[index] != Byte.lf, buffer[index] != Byte.cr { index += 1 }
      let text = index
      // CR CR LF is what text-mode programs make of CR LF: one line end.
      while index < buffer.count, buffer[index] == Byte.cr { index += 1 }
      if index < buffer.count, buffer[index] == Byte.lf { return (text, index + 1) }
      return (text, text < index ? text + 1 : index)
    }
    at = end.next
    return start..<end.text
  }

  /// A torn value must not swallow the end of its card.
  private var startsCardMark: Bool {
    let next = bytes[at..<min(bytes.count, at + 6)].map(Byte.upper)
    return next.starts(with: Array("END:".utf8)) || next.starts(with: Array("BEGIN:".utf8))
      || bytes[at] == Byte.cr || bytes[at] == Byte.lf
  }
}
