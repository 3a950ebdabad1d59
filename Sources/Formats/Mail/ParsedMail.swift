public import Model

/// A mailbox as a header names it (RFC 5322 §3.4).
public struct MailAddress: Sendable, Hashable {
  /// The display name, decoded; empty if there is none.
  public var name: String
  /// `local@domain` with the domain in lower case; never empty.
  public var address: String

  public init(name: String, address: String) {
    self.name = name
    self.address = address
  }
}

/// A part of a mail that is not its text.
public struct MailAttachment: Sendable, Hashable {
  /// The file name, decoded; empty if there is none.
  public var name: String
  /// The media type in lower case, such as `application/pdf`.
  public var type: String
  /// Where the encoded body lies in the mail's bytes.
  public var encodedRange: Range<Int>
  public var encoding: TransferEncoding
  /// Bytes once decoded.
  public var size: Int

  public init(name: String, type: String, encodedRange: Range<Int>, encoding: TransferEncoding, size: Int) {
    self.name = name
    self.type = type
    self.encodedRange = encodedRange
    self.encoding = encoding
    self.size = size
  }
}

/// What a mail says, decoded to Unicode: lossy where it must be, never absent.
public struct ParsedMail: Sendable {
  public internal(set) var from: [MailAddress] = []
  public internal(set) var sender: [MailAddress] = []
  public internal(set) var replyTo: [MailAddress] = []
  public internal(set) var to: [MailAddress] = []
  public internal(set) var cc: [MailAddress] = []
  public internal(set) var bcc: [MailAddress] = []
  public internal(set) var subject = ""
  /// Nil if there is none or it makes no sense.
  public internal(set) var date: Instant?
  /// Without angle brackets; empty if there is none.
  public internal(set) var messageID = ""
  /// Ids without angle brackets.
  public internal(set) var inReplyTo: [String] = []
  public internal(set) var references: [String] = []
  /// All `text/plain` parts, joined by line feeds; lines end in LF.
  public internal(set) var text = ""
  /// All `text/html` parts, joined by line feeds; lines end in LF.
  public internal(set) var html = ""
  public internal(set) var attachments: [MailAttachment] = []
  /// Short codes such as `bad-charset:x-unknown` or `limit:depth`; nothing of the content.
  public internal(set) var trouble: [String] = []

  /// The header block as it came; fields are decoded when asked for.
  var headerBytes: [UInt8] = []
  var fields: [HeaderField] = []

  init() {}

  /// The first value of a field, unfolded and decoded; nil if the mail has no such field.
  public func header(_ name: String) -> String? {
    for field in fields where headerBytes.span.equalsFolded(field.name, name) { return value(field) }
    return nil
  }

  /// Whether the mail has a field.
  public func has(_ name: String) -> Bool { fields.contains { headerBytes.span.equalsFolded($0.name, name) } }

  /// All values of a field in their order, unfolded and decoded.
  public func headers(_ name: String) -> [String] {
    var values: [String] = []
    for field in fields where headerBytes.span.equalsFolded(field.name, name) { values.append(value(field)) }
    return values
  }

  private func value(_ field: HeaderField) -> String { EncodedWord.text(headerBytes.span, field.value) }

  /// Notes a trouble once; the list is short however bad the mail.
  mutating func note(_ code: String) {
    if trouble.count < 16, !trouble.contains(code) { trouble.append(code) }
  }
}
