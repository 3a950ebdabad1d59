import Model

/// One mail as the page that is shown in its frame: who, when, what, what is attached.
///
/// Nothing of it runs and nothing is fetched; the frame is sandboxed and has a policy of its own besides.
public enum MailFrame {
  /// The whole page; attachments are linked under `path`, each by its place.
  public static func page(_ mail: ParsedMail, attachmentsAt path: String) -> String {
    var lines: [String] = []
    for (name, all) in [("From", mail.from), ("To", mail.to), ("Cc", mail.cc)] where !all.isEmpty {
      lines.append("<dt>\(name)</dt><dd>\(all.map(address).joined(separator: ", "))</dd>")
    }
    if let date = mail.date { lines.append("<dt>Date</dt><dd>\(day(date))</dd>") }
    lines.append("<dt>Subject</dt><dd>\(escaped(mail.subject.isEmpty ? "(none)" : mail.subject))</dd>")
    let body = mail.html.isEmpty ? SafeHTML.text(mail.text) : SafeHTML.clean(mail.html)
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>Mail</title><style>\(style)</style></head>
      <body><main><dl>\(lines.joined())</dl><article>\(body)</article>\(attachments(mail, path))</main></body></html>
      """
  }

  /// Links beside the page: from inside its frame, which has no origin, nothing is asked for by whoever is signed in.
  private static func attachments(_ mail: ParsedMail, _ path: String) -> String {
    if mail.attachments.isEmpty { return "" }
    let items = mail.attachments.enumerated().map { place, one in
      let name = escaped(one.name.isEmpty ? "(no name)" : one.name) + " · " + escaped(one.type)
      return one.encodedRange.isEmpty
        ? "<li>\(name) · not held: this source is read without attachments</li>"
        : "<li><a href=\"\(path)/\(place)\" target=\"_blank\" rel=\"noopener\">\(name) · \(one.size) bytes</a></li>"
    }
    return "<section><h1>Attached</h1><ul>\(items.joined())</ul></section>"
  }

  /// `31 Oct 2026, 16:48 UTC`.
  private static func day(_ at: Instant) -> String {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let civil = at.civil
    return "\(civil.day) \(months[(civil.month + 11) % 12]) \(civil.year), "
      + "\(at.description.drop { $0 != "T" }.dropFirst().prefix(5)) UTC"
  }

  private static func address(_ one: MailAddress) -> String {
    escaped(one.name.isEmpty ? one.address : "\(one.name) <\(one.address)>")
  }

  private static func escaped(_ text: String) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 { SafeHTML.escape(byte, &out) }
    return String(decoding: out, as: UTF8.self)
  }

  /// A mail is written for white paper; a link tells where it leads.
  private static let style = """
    body{margin:0;padding:1rem;background:#fff;color:#22262b;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0 0 1rem;padding:0 0 1rem;border-bottom:1px solid #e2ded6}\
    dt{color:#565d66}dd{margin:0}pre{white-space:pre-wrap;font:inherit}img{max-width:100%;height:auto}table{max-width:100%}\
    a{color:#1b6655}a[data-host]::after{content:" (" attr(data-host) ")";color:#565d66;font-size:.85em}\
    h1{font-size:1rem;margin:1.5rem 0 .5rem}
    """
}

/// One attachment on its way to a file of the reader's: nobody shows it, nobody runs it (P094).
public struct SavedAttachment: Sendable, Equatable {
  public var name: String
  public var bytes: [UInt8]

  /// The attachment in a place of a mail; nil if there is none, or it is not held.
  public init?(_ place: Int, of mail: ParsedMail, in bytes: Span<UInt8>) {
    guard mail.attachments.indices.contains(place) else { return nil }
    let one = mail.attachments[place]
    guard !one.encodedRange.isEmpty, one.encodedRange.upperBound <= bytes.count else { return nil }
    name = one.name
    self.bytes = one.encoding.decode(bytes.extracting(one.encodedRange))
  }
}
