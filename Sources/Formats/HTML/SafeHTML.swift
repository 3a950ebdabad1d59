/// The text of a mail as a document that can do nothing: it runs no script, loads nothing and sends nothing.
///
/// What is written out is made anew from an allow list of elements, attributes and properties of style; all else is
/// left out, and every word is escaped. So nothing depends on reading broken HTML the way a browser would. A second and
/// a third wall stand around it: the policy below, and the frame of the page, which is a sandbox.
public enum SafeHTML {
  /// The content policy of the answer that carries the document.
  ///
  /// No script, no request; a link opens a page of its own.
  public static let policy =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    + "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

  /// What stands in the `sandbox` of the frame.
  public static let sandbox = "allow-popups allow-popups-to-escape-sandbox"

  /// A mail longer than this is shown as far as it goes.
  static let longest = 2 << 20

  /// A whole document: the HTML of a mail if it has any, else its plain text.
  public static func document(html: String, text: String) -> String {
    let isEmpty = html.utf8.allSatisfy { $0 <= 32 }
    return "<!doctype html>\n<html lang=\"und\">\n<head>\n<meta charset=\"utf-8\">\n"
      + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Mail</title>\n"
      + "<style>\(style)</style>\n</head>\n<body>\n"
      + (isEmpty ? "<div class=\"plain\">" + plain(text) + "</div>" : fragment(html)) + "\n</body>\n</html>\n"
  }

  /// HTML made safe; safe HTML stays as it is.
  public static func fragment(_ html: String) -> String {
    var markup = SafeMarkup(Array(html.utf8.prefix(longest)))
    return markup.written()
  }

  /// Plain text as HTML, with its web addresses as links.
  public static func plain(_ text: String) -> String {
    var out = ""
    var rest = text.prefix(longest)
    while let start = rest.firstRange(of: "http") {
      out += escaped(rest[..<start.lowerBound])
      rest = rest[start.lowerBound...]
      var end = rest.firstIndex { $0.isWhitespace || "<>\"'".contains($0) } ?? rest.endIndex
      while end > rest.startIndex, ".,;:!?)]".contains(rest[rest.index(before: end)]) { end = rest.index(before: end) }
      guard end > rest.startIndex, let link = SafeLink(String(rest[..<end])) else {
        out += rest.prefix(4)
        rest = rest.dropFirst(4)
        continue
      }
      out += link.opening + escaped(rest[..<end]) + link.closing
      rest = rest[end...]
    }
    return out + escaped(rest)
  }

  static func escaped(_ text: some StringProtocol) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 { append(byte, to: &out) }
    return String(decoding: out, as: UTF8.self)
  }

  /// Writes a byte so that it is text and nothing else.
  static func append(_ byte: UInt8, to out: inout [UInt8]) {
    switch byte {
    case Byte.less: out += Array("&lt;".utf8)
    case Byte.greater: out += Array("&gt;".utf8)
    case UInt8(ascii: "&"): out += Array("&amp;".utf8)
    case Byte.quote: out += Array("&quot;".utf8)
    case 0..<32 where !Byte.isSpace(byte), 127: break
    default: out.append(byte)
    }
  }

  private static let style = """
    :root { color-scheme: light; } body { margin: 0; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #22262b; \
    background: #fff; overflow-wrap: anywhere; } img, table { max-width: 100%; } .plain { white-space: pre-wrap; } \
    .to { color: #565d66; font-size: .82em; } .picture { color: #565d66; border: 1px dashed #8a9099; padding: 0 .3em; } \
    blockquote { margin: .5rem 0; padding-left: 1rem; border-left: 3px solid #d8d4cc; }
    """
}
