/// One header field by its place in the bytes (RFC 5322 §2.2); the value runs over folded lines.
struct HeaderField: Sendable {
  /// The fields that the parser itself reads.
  enum Kind: UInt8, Sendable {
    case other, from, sender, replyTo, to, cc, bcc, subject, date, messageID, inReplyTo, references
    case contentType, contentTransferEncoding, contentDisposition
  }

  var name: Range<Int>
  var value: Range<Int>
  var kind: Kind
}

/// The header fields of a mail or of a part, and where its body begins.
struct HeaderBlock {
  var fields: [HeaderField] = []
  var bodyStart = 0
  /// The block was longer than the limit; what came later is not in `fields`.
  var cut = false

  /// Reads fields until an empty line, a line that is no field, or a delimiter of an open multipart.
  init(_ bytes: Span<UInt8>, from start: Int, limit: Int, within boundaries: [[UInt8]]) {
    let end = bytes.count
    let (sum, overflow) = start.addingReportingOverflow(limit)
    let last = overflow ? end : min(sum, end)
    var at = start
    bodyStart = end
    while at < end {
      let lineEnd = bytes.position(of: Byte.lf, from: at, to: end)
      let next = lineEnd < end ? lineEnd + 1 : end
      var textEnd = lineEnd
      if textEnd > at, bytes[textEnd - 1] == Byte.cr { textEnd -= 1 }
      if textEnd == at {
        bodyStart = next
        return
      }
      let first = bytes[at]
      if first == Byte.minus, Delimiter(bytes, at: at, end: textEnd, boundaries) != nil {
        bodyStart = at
        return
      }
      if first == Byte.space || first == Byte.tab {
        if let index = fields.indices.last, !cut {
          if textEnd > last { cut = true }
          fields[index].value = fields[index].value.lowerBound..<min(textEnd, last)
        }
      } else if let colon = HeaderBlock.colon(bytes, at, textEnd) {
        if textEnd > last { cut = true }
        if !cut {
          let name = at..<colon.nameEnd
          fields.append(HeaderField(name: name, value: colon.at + 1..<textEnd, kind: .init(bytes, name)))
        }
      } else if !HeaderBlock.isEnvelope(bytes, at, textEnd) {
        bodyStart = at
        return
      }
      at = next
    }
  }

  /// The end of the field name and the colon behind it; RFC 5322 §4.5 allows white space between the two.
  private static func colon(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (nameEnd: Int, at: Int)? {
    var at = start
    while at < end {
      let byte = bytes[at]
      if byte == Byte.colon { return at > start ? (at, at) : nil }
      if byte <= 32 || byte >= 127 { break }
      at += 1
    }
    let nameEnd = at
    while at < end, bytes[at] == Byte.space || bytes[at] == Byte.tab { at += 1 }
    return nameEnd > start && at < end && bytes[at] == Byte.colon ? (nameEnd, at) : nil
  }

  /// A line `From …` or `>From …` that a mailbox file left in the header.
  private static func isEnvelope(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let at = bytes[start] == Byte.greater ? start + 1 : start
    return end - at >= 5 && bytes.equalsFolded(at..<at + 5, "from ")
  }
}

extension HeaderField.Kind {
  init(_ bytes: Span<UInt8>, _ name: Range<Int>) {
    func named(_ text: String, _ kind: HeaderField.Kind) -> HeaderField.Kind {
      bytes.equalsFolded(name, text) ? kind : .other
    }
    switch name.count {
    case 2: self = named("to", .to) == .to ? .to : named("cc", .cc)
    case 3: self = named("bcc", .bcc)
    case 4: self = named("from", .from) == .from ? .from : named("date", .date)
    case 6: self = named("sender", .sender)
    case 7: self = named("subject", .subject)
    case 8: self = named("reply-to", .replyTo)
    case 10: self = named("message-id", .messageID) == .messageID ? .messageID : named("references", .references)
    case 11: self = named("in-reply-to", .inReplyTo)
    case 12: self = named("content-type", .contentType)
    case 19: self = named("content-disposition", .contentDisposition)
    case 25: self = named("content-transfer-encoding", .contentTransferEncoding)
    default: self = .other
    }
  }
}

/// A line that begins or ends a part (RFC 2046 §5.1.1): `--boundary` or `--boundary--`.
struct Delimiter {
  /// The index of its boundary among the open ones.
  var level: Int
  var closes: Bool

  /// Reads the line `at..<end` (without its line end); the innermost boundary wins.
  init?(_ bytes: Span<UInt8>, at: Int, end: Int, _ boundaries: [[UInt8]]) {
    guard end - at > 2, bytes[at] == Byte.minus, bytes[at + 1] == Byte.minus else { return nil }
    var index = boundaries.count - 1
    while index >= 0 {
      let boundary = boundaries[index]
      if bytes.matches(boundary, at: at + 2, end: end) {
        var rest = at + 2 + boundary.count
        let dashes = end - rest >= 2 && bytes[rest] == Byte.minus && bytes[rest + 1] == Byte.minus
        if dashes { rest += 2 }
        while rest < end, Byte.isSpace(bytes[rest]) { rest += 1 }
        if rest == end {
          level = index
          closes = dashes
          return
        }
      }
      index -= 1
    }
    return nil
  }
}
