public import Model

/// Reads mail (RFC 5322, MIME) in one pass over the bytes, without recursion and within limits.
///
/// Every input gives a mail: what cannot be read is left out and named in `ParsedMail.trouble`.
public struct MailParser: Sendable {
  public let limits: MailLimits

  public init(limits: MailLimits = .standard) { self.limits = limits }

  /// Reads headers, text and the list of attachments.
  public func parse(_ bytes: Span<UInt8>) -> ParsedMail {
    var mail = ParsedMail()
    let block = readHeaders(bytes, &mail)
    var walk = MailWalk(limits: limits, keepsText: true)
    walk.run(bytes, block, &mail)
    return mail
  }

  public func parse(_ bytes: [UInt8]) -> ParsedMail { parse(bytes.span) }

  /// Reads the header block alone.
  public func parseHeaders(_ bytes: Span<UInt8>) -> ParsedMail {
    var mail = ParsedMail()
    _ = readHeaders(bytes, &mail)
    return mail
  }

  public func parseHeaders(_ bytes: [UInt8]) -> ParsedMail { parseHeaders(bytes.span) }

  /// The content of an attachment that `parse` found in these bytes.
  public func decoded(_ attachment: MailAttachment, in bytes: Span<UInt8>) -> [UInt8] {
    let range = attachment.encodedRange.clamped(to: 0..<bytes.count)
    return attachment.encoding.decode(bytes.extracting(range), limit: limits.decodedBytes)
  }

  public func decoded(_ attachment: MailAttachment, in bytes: [UInt8]) -> [UInt8] {
    decoded(attachment, in: bytes.span)
  }

  /// The mail as a grant of `depth` lets it be kept; what is left parses to the same headers, text and HTML.
  ///
  /// For `.text` the bodies of attachments are removed, for `.headers` every body.
  public func reduced(_ bytes: Span<UInt8>, to depth: Depth) -> [UInt8] {
    switch depth {
    case .whole:
      return bytes.copy(0..<bytes.count)
    case .headers:
      let block = HeaderBlock(bytes, from: 0, limit: limits.headerBytes, within: [])
      return bytes.copy(0..<block.bodyStart)
    case .text:
      var mail = ParsedMail()
      let block = HeaderBlock(bytes, from: 0, limit: limits.headerBytes, within: [])
      var walk = MailWalk(limits: limits, keepsText: false)
      walk.run(bytes, block, &mail)
      var out: [UInt8] = []
      var at = 0
      for attachment in mail.attachments where attachment.encodedRange.lowerBound >= at {
        out += bytes.copy(at..<attachment.encodedRange.lowerBound)
        at = attachment.encodedRange.upperBound
      }
      if walk.end > at { out += bytes.copy(at..<walk.end) }
      return out
    }
  }

  public func reduced(_ bytes: [UInt8], to depth: Depth) -> [UInt8] {
    depth == .whole ? bytes : reduced(bytes.span, to: depth)
  }

  private func readHeaders(_ bytes: Span<UInt8>, _ mail: inout ParsedMail) -> HeaderBlock {
    let block = HeaderBlock(bytes, from: 0, limit: limits.headerBytes, within: [])
    if block.cut { mail.note("limit:header") }
    mail.headerBytes = bytes.copy(0..<min(block.bodyStart, max(0, limits.headerBytes)))
    mail.fields = block.fields
    var lists = HeaderLists(limit: limits.addresses)
    var seen: Set<HeaderField.Kind> = []
    for field in block.fields where field.kind != .other {
      lists.read(bytes, field, first: seen.insert(field.kind).inserted, &mail)
    }
    lists.finish(&mail)
    return block
  }
}

/// The fields of a header that hold lists, and the others that come once.
private struct HeaderLists {
  var to: AddressReader
  var cc: AddressReader
  var bcc: AddressReader
  var one: AddressReader

  init(limit: Int) {
    to = AddressReader(limit: limit)
    cc = to
    bcc = to
    one = to
  }

  mutating func read(_ bytes: Span<UInt8>, _ field: HeaderField, first: Bool, _ mail: inout ParsedMail) {
    let value = field.value
    switch field.kind {
    case .to: to.read(bytes, value)
    case .cc: cc.read(bytes, value)
    case .bcc: bcc.read(bytes, value)
    case .references: mail.references += MessageIDs.list(bytes, value)
    case .inReplyTo: mail.inReplyTo += MessageIDs.list(bytes, value)
    case _ where !first: break
    case .from: mail.from = single(bytes, value)
    case .sender: mail.sender = single(bytes, value)
    case .replyTo: mail.replyTo = single(bytes, value)
    case .subject: mail.subject = EncodedWord.text(bytes, value)
    case .messageID: mail.messageID = MessageIDs.one(bytes, value)
    case .date:
      mail.date = MailDate.parse(bytes, value)
      if mail.date == nil { mail.note("bad-date") }
    case .contentType, .contentTransferEncoding, .contentDisposition, .other: break
    }
  }

  private mutating func single(_ bytes: Span<UInt8>, _ value: Range<Int>) -> [MailAddress] {
    one.found.removeAll()
    one.read(bytes, value)
    return one.found
  }

  func finish(_ mail: inout ParsedMail) {
    mail.to = to.found
    mail.cc = cc.found
    mail.bcc = bcc.found
    for reader in [to, cc, bcc, one] {
      if reader.cut { mail.note("limit:addresses") }
      if reader.bad { mail.note("bad-address") }
    }
  }
}

/// Message ids of header fields (RFC 5322 §3.6.4), without their angle brackets.
enum MessageIDs {
  /// The id between the first angle brackets, else the whole value.
  static func one(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    if let id = next(bytes, range.lowerBound, range.upperBound) { return text(bytes, id) }
    return text(bytes, range)
  }

  /// All ids between angle brackets; without any, the words that hold an `@`.
  static func list(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [String] {
    var ids: [String] = []
    var at = range.lowerBound
    while ids.count < 10_000, let id = next(bytes, at, range.upperBound) {
      if !id.isEmpty { ids.append(text(bytes, id)) }
      at = id.upperBound + 1
    }
    if !ids.isEmpty { return ids }
    at = range.lowerBound
    while at < range.upperBound, ids.count < 10_000 {
      while at < range.upperBound, Byte.isSpace(bytes[at]) { at += 1 }
      let start = at
      while at < range.upperBound, !Byte.isSpace(bytes[at]) { at += 1 }
      if bytes.position(of: Byte.at, from: start, to: at) < at { ids.append(text(bytes, start..<at)) }
    }
    return ids
  }

  private static func next(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Range<Int>? {
    let open = bytes.position(of: Byte.less, from: start, to: end)
    guard open < end else { return nil }
    let close = bytes.position(of: Byte.greater, from: open, to: end)
    return close < end ? open + 1..<close : nil
  }

  private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    let part = bytes.trimmed(range)
    guard bytes.position(of: Byte.lf, from: part.lowerBound, to: part.upperBound) < part.upperBound else {
      return Charset.guess(bytes.extracting(part))
    }
    // A fold inside an id: RFC 5322 has none there, so its white space is no part of the id.
    var flat: [UInt8] = []
    for i in part where !Byte.isSpace(bytes[i]) { flat.append(bytes[i]) }
    return Charset.guess(flat.span)
  }
}
