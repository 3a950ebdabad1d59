/// The walk through the parts of a mail (RFC 2046 §5.1): one pass, an explicit stack of open boundaries.
struct MailWalk {
  private let limits: MailLimits
  private let keepsText: Bool
  /// Boundaries of the multiparts that are open, the innermost last.
  private var open: [[UInt8]] = []
  /// Whether the open multiparts are digests, whose parts are messages unless they say otherwise (RFC 2046 §5.1.5).
  private var digests: [Bool] = []
  private var parts = 0
  private var decoded = 0
  private var texts = 0
  /// Where the walk ended: behind the last byte, or where the limit of parts was reached.
  private(set) var end = 0

  init(limits: MailLimits, keepsText: Bool) {
    self.limits = limits
    self.keepsText = keepsText
  }

  /// A delimiter line that was found: where the body before it ends, and where what follows begins.
  private struct Hit {
    var delimiter: Delimiter
    var bodyEnd: Int
    var next: Int
  }

  mutating func run(_ bytes: Span<UInt8>, _ top: HeaderBlock, _ mail: inout ParsedMail) {
    end = bytes.count
    var block = top
    while true {
      parts += 1
      if parts > limits.parts {
        mail.note("limit:parts")
        end = min(end, block.bodyStart)
        return
      }
      var hit = entity(bytes, block, &mail)
      // Behind a closing delimiter comes an epilogue, which nobody reads (RFC 2046 §5.1.1).
      while let found = hit, found.delimiter.closes {
        shrink(to: found.delimiter.level)
        hit = open.isEmpty ? nil : next(bytes, from: found.next)
      }
      guard let begun = hit else { return }
      shrink(to: begun.delimiter.level + 1)
      block = HeaderBlock(bytes, from: begun.next, limit: limits.headerBytes, within: open)
      if block.cut { mail.note("limit:header") }
    }
  }

  private mutating func shrink(to count: Int) {
    open.removeLast(max(0, open.count - count))
    digests.removeLast(max(0, digests.count - count))
  }

  /// Reads one entity up to the next delimiter and tells which that is; nil at the end of the mail.
  private mutating func entity(_ bytes: Span<UInt8>, _ block: HeaderBlock, _ mail: inout ParsedMail) -> Hit? {
    var part = MailPart(bytes, block, inDigest: digests.last ?? false)
    var nested = false
    if part.isMultipart {
      if let boundary = part.boundary, !boundary.isEmpty, open.count < limits.depth {
        open.append(boundary)
        digests.append(part.type == "multipart/digest")
        nested = true
      } else if open.count >= limits.depth {
        mail.note("limit:depth")
      } else {
        mail.note("no-boundary")
        part.type = "text/plain"
      }
    }
    let hit = next(bytes, from: block.bodyStart)
    if nested {
      if let hit, hit.delimiter.level == open.count - 1 { return hit }
      // Its own boundary never came: all there is, is text.
      shrink(to: open.count - 1)
      mail.note("no-parts")
      part.type = "text/plain"
    }
    leaf(bytes, part, block.bodyStart..<max(block.bodyStart, hit?.bodyEnd ?? bytes.count), &mail)
    return hit
  }

  /// The next line that is a delimiter of an open multipart.
  private func next(_ bytes: Span<UInt8>, from start: Int) -> Hit? {
    if open.isEmpty { return nil }
    let count = bytes.count
    var at = start
    while at < count {
      let lineEnd = bytes.position(of: Byte.lf, from: at, to: count)
      if bytes[at] == Byte.minus, let delimiter = Delimiter(bytes, at: at, end: lineEnd, open) {
        // The line end before a delimiter belongs to it.
        var bodyEnd = at
        if bodyEnd > start, bytes[bodyEnd - 1] == Byte.lf { bodyEnd -= 1 }
        if bodyEnd > start, bodyEnd < at, bytes[bodyEnd - 1] == Byte.cr { bodyEnd -= 1 }
        return Hit(delimiter: delimiter, bodyEnd: bodyEnd, next: min(count, lineEnd + 1))
      }
      at = lineEnd + 1
    }
    return nil
  }

  private mutating func leaf(
    _ bytes: Span<UInt8>, _ part: MailPart, _ range: Range<Int>, _ mail: inout ParsedMail
  ) {
    let body = bytes.extracting(range)
    // Old mailers attach files by a name alone; the first text is the mail's own, whatever its name.
    guard part.isText, !part.isAttached, part.isInline || part.name.isEmpty || texts == 0 else {
      let size = keepsText ? part.encoding.decodedSize(body) : 0
      mail.attachments.append(
        MailAttachment(name: part.name, type: part.type, encodedRange: range, encoding: part.encoding, size: size))
      return
    }
    if range.isEmpty { return }
    texts += 1
    guard keepsText else { return }
    let room = limits.decodedBytes - decoded
    var text: String
    if part.encoding == .identity {
      if body.count > room { mail.note("limit:decoded") }
      text = MailWalk.unicode(body.extracting(0..<max(0, min(room, body.count))), part.charset, &mail)
    } else {
      let plain = part.encoding.decode(body, limit: room)
      if plain.count >= room { mail.note("limit:decoded") }
      text = MailWalk.unicode(plain.span, part.charset, &mail)
    }
    decoded += text.utf8.count
    text = MailWalk.lineFeeds(text)
    if part.type == "text/html" {
      MailWalk.join(text, to: &mail.html)
    } else {
      MailWalk.join(text, to: &mail.text)
    }
  }

  private static func unicode(_ bytes: Span<UInt8>, _ name: String, _ mail: inout ParsedMail) -> String {
    guard let charset = Charset.named(name) else {
      let code = name.utf8.prefix(40).filter { Byte.isLetter($0) || Byte.isDigit($0) || $0 == Byte.minus }
      mail.note("bad-charset:" + String(decoding: code.map(Byte.lower), as: UTF8.self))
      return Charset.guess(bytes)
    }
    let result = charset.decode(bytes)
    if result.lossy { mail.note("lossy") }
    return result.text
  }

  private static func join(_ text: String, to whole: inout String) {
    if whole.isEmpty {
      whole = text
      return
    }
    if whole.utf8.last != Byte.lf { whole += "\n" }
    whole += text
  }

  /// The text with lines ended by LF alone.
  static func lineFeeds(_ text: String) -> String {
    let span = text.utf8.span
    let first = span.position(of: Byte.cr, from: 0, to: span.count)
    if first == span.count { return text }
    return String(unsafeUninitializedCapacity: span.count) { out in
      var written = 0
      for at in 0..<span.count {
        let byte = span[at]
        if byte == Byte.cr, at + 1 < span.count, span[at + 1] == Byte.lf { continue }
        out[written] = byte
        written += 1
      }
      return written
    }
  }
}

/// What the header of a part says about its body.
struct MailPart {
  var type: String
  var charset = ""
  var name = ""
  var boundary: [UInt8]?
  var encoding = TransferEncoding.identity
  var isAttached = false
  var isInline = false

  var isMultipart: Bool { type.hasPrefix("multipart/") }
  var isText: Bool { type == "text/plain" || type == "text/html" }

  init(_ bytes: Span<UInt8>, _ block: HeaderBlock, inDigest: Bool) {
    type = inDigest ? "message/rfc822" : "text/plain"
    var typed = false
    var coded = false
    var disposition = ContentParameters()
    for field in block.fields {
      switch field.kind {
      case .contentType where !typed:
        typed = true
        read(ContentParameters(bytes, field.value))
      case .contentTransferEncoding where !coded:
        coded = true
        let value = ContentParameters(bytes, field.value).value
        encoding = TransferEncoding(value)
      case .contentDisposition: disposition = ContentParameters(bytes, field.value)
      default: break
      }
    }
    isAttached = disposition.value == "attachment"
    isInline = disposition.value == "inline"
    if let file = disposition.text(of: "filename") { name = file }
  }

  private mutating func read(_ content: ContentParameters) {
    // RFC 2045 §5.2: what is no media type counts as plain text.
    let slash = content.value.utf8.filter { $0 == 47 }.count
    if slash == 1, !content.value.hasPrefix("/"), !content.value.hasSuffix("/") {
      type = content.value
    } else {
      type = content.value == "html" ? "text/html" : "text/plain"
    }
    if isText, let bytes = content.bytes(of: "charset") { charset = String(decoding: bytes.prefix(100), as: UTF8.self) }
    if isMultipart { boundary = content.bytes(of: "boundary") }
    name = content.text(of: "name") ?? ""
  }
}
