/// Hostile HTML as HTML that runs nothing and fetches nothing.
///
/// The output is written anew: elements, attributes and properties of the lists alone, every text escaped, every element
/// closed. What is not understood is not in it. No element is on the list whose content a browser reads by other rules
/// (script, style, svg, math, noscript, template, textarea, …), so that reading it again yields the same tree. Pictures of
/// other places are not loaded; links name where they lead (P097).
public struct SafeHTML {
  /// Deeper than this, elements are left out and their text stays.
  static let deepest = 128
  /// Longer than this, nothing more is read.
  static let longest = 4 << 20

  private let source: [UInt8]
  private var at = 0
  private var out: [UInt8] = []
  private var open: [String] = []

  /// The safe form of a mail's or a page's HTML; the same again for what is safe already.
  public static func clean(_ html: String) -> String {
    var reader = SafeHTML(Array(html.utf8.prefix(longest)))
    reader.read()
    return String(decoding: reader.out, as: UTF8.self)
  }

  /// Plain text as HTML: lines stay lines.
  public static func text(_ plain: String) -> String {
    var out: [UInt8] = Array("<pre>".utf8)
    for byte in plain.utf8.prefix(longest) { escape(byte, &out) }
    out += Array("</pre>".utf8)
    return String(decoding: out, as: UTF8.self)
  }

  private init(_ source: [UInt8]) { self.source = source }

  private mutating func read() {
    while at < source.count {
      let byte = source[at]
      switch byte {
      case Byte.less where at + 1 < source.count && HTMLTag.mayBegin(source[at + 1]): readMarkup()
      case UInt8(ascii: "&"):
        var text: [UInt8] = []
        at = HTMLEntity.read(source, at, &text)
        for byte in text { SafeHTML.escape(byte, &out) }
      default:
        SafeHTML.escape(byte, &out)
        at += 1
      }
    }
    while let name = open.popLast() { close(name) }
  }

  static func escape(_ byte: UInt8, _ out: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "&"): out += Array("&amp;".utf8)
    case UInt8(ascii: "<"): out += Array("&lt;".utf8)
    case UInt8(ascii: ">"): out += Array("&gt;".utf8)
    case UInt8(ascii: "\""): out += Array("&quot;".utf8)
    case 0: break
    default: out.append(byte)
    }
  }

  private mutating func readMarkup() {
    let tag = MarkupTag(source, at)
    at = tag.end
    guard let kind = tag.kind else { return }
    if kind == .close {
      guard SafeHTML.elements[tag.name] != nil, let place = open.lastIndex(of: tag.name) else { return }
      while open.count > place { close(open.removeLast()) }
      return
    }
    if SafeHTML.dropped.contains(tag.name) {
      at = tag.endOfContent(source)
      return
    }
    if tag.name == "img" { return writePicture(tag) }
    guard let allowed = SafeHTML.elements[tag.name] else { return }
    let isVoid = SafeHTML.voids.contains(tag.name)
    guard isVoid || open.count < SafeHTML.deepest else { return }
    write("<" + tag.name)
    for (name, value) in SafeHTML.attributes(of: tag, allowed) { write(" " + name + "=\"", value) }
    write(">")
    if !isVoid { open.append(tag.name) }
  }

  private mutating func close(_ name: String) { write("</" + name + ">") }

  private mutating func write(_ markup: String) { out += Array(markup.utf8) }

  private mutating func write(_ name: String, _ value: String) {
    write(name)
    for byte in value.utf8 { SafeHTML.escape(byte, &out) }
    out.append(UInt8(ascii: "\""))
  }

  /// A picture that the mail carries itself; of any other the words that stand for it.
  private mutating func writePicture(_ tag: MarkupTag) {
    let given = tag.attributes["src"] ?? ""
    guard SafeHTML.isOwnPicture(given) else {
      let alt = tag.attributes["alt"] ?? ""
      for byte in (alt.isEmpty ? "" : "[\(alt)]").utf8 { SafeHTML.escape(byte, &out) }
      return
    }
    write("<img")
    for name in ["src", "alt", "width", "height"] {
      guard let value = tag.attributes[name], name == "src" || name == "alt" || SafeHTML.isNumber(value) else {
        continue
      }
      write(" " + name + "=\"", value)
    }
    write(">")
  }

  // MARK: attributes

  private static func attributes(of tag: MarkupTag, _ allowed: Set<String>) -> [(String, String)] {
    var kept: [(String, String)] = []
    for name in tag.order where allowed.contains(name) || everywhere.contains(name) {
      guard let value = tag.attributes[name], let safe = harmless(name, value) else { continue }
      kept.append((name, safe))
    }
    guard tag.name == "a", let link = kept.first(where: { $0.0 == "href" })?.1 else { return kept }
    kept.append(("target", "_blank"))
    kept.append(("rel", "noopener noreferrer nofollow"))
    if let host = host(of: link) { kept.append(("data-host", host)) }
    return kept
  }

  /// The value if it is harmless in an attribute of this name.
  private static func harmless(_ name: String, _ value: String) -> String? {
    switch name {
    case "href": link(value)
    case "style": SafeStyle.clean(value)
    case "width", "height", "colspan", "rowspan", "border", "cellpadding", "cellspacing", "start", "size", "span":
      isNumber(value) ? value : nil
    case "align", "valign", "dir", "bgcolor", "color", "type", "lang":
      value.utf8.count <= 40 && value.utf8.allSatisfy { Byte.isLetter($0) || Byte.isDigit($0) || $0 == 35 || $0 == 45 }
        ? value : nil
    case "title", "alt": String(value.prefix(300))
    default: nil
    }
  }

  private static func isNumber(_ value: String) -> Bool {
    let digits = value.hasSuffix("%") ? value.dropLast() : value[...]
    return !digits.isEmpty && digits.utf8.count <= 4 && digits.utf8.allSatisfy(Byte.isDigit)
  }

  /// A link to another place by one of the schemes that run nothing.
  static func link(_ text: String) -> String? {
    // Browsers take tabs and line ends out of a link wherever they stand, and controls off its ends (WHATWG URL §4.4).
    let bytes = text.utf8.filter { $0 != 9 && $0 != 10 && $0 != 13 }
    let plain = String(decoding: bytes.drop { $0 <= 32 }, as: UTF8.self)
    let lowered = plain.lowercased()
    guard plain.utf8.count <= 4_000, plain.utf8.allSatisfy({ $0 >= 32 && $0 != 127 && $0 != 92 }) else { return nil }
    for scheme in ["https://", "http://", "mailto:", "tel:"] where lowered.hasPrefix(scheme) {
      return plain.utf8.count > scheme.utf8.count ? plain : nil
    }
    return nil
  }

  /// The host that a link leads to; nil for addresses and numbers.
  static func host(of link: String) -> String? {
    guard let start = link.firstRange(of: "://") else { return nil }
    // Browsers pass over more slashes than two (WHATWG URL §4.4).
    let rest = link[start.upperBound...].drop { $0 == "/" }.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    // What stands before an @ is a name, and is there to deceive.
    let host = rest.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    return host.isEmpty ? nil : String(host.prefix(100))
  }

  /// Kinds of picture that hold no script; SVG is none of them.
  private static func isOwnPicture(_ text: String) -> Bool {
    ["image/png", "image/jpeg", "image/gif", "image/webp"].contains { kind in
      text.hasPrefix("data:\(kind);base64,")
        && text.utf8.dropFirst(kind.utf8.count + 13).allSatisfy {
          Byte.isLetter($0) || Byte.isDigit($0) || $0 == 43 || $0 == 47 || $0 == 61
        }
    }
  }

  // MARK: lists

  private static let everywhere: Set<String> = ["dir", "lang", "title", "style"]
  private static let voids: Set<String> = ["br", "hr", "wbr", "col"]
  /// Left out with all that is in them.
  private static let dropped: Set<String> = [
    "iframe", "math", "noembed", "noframes", "noscript", "plaintext", "script", "style", "svg", "template", "textarea",
    "title", "xmp",
  ]
  private static let cell: Set<String> = ["align", "valign", "width", "height", "colspan", "rowspan", "bgcolor"]
  /// Elements with the attributes they may have.
  private static let elements: [String: Set<String>] = {
    var all: [String: Set<String>] = [:]
    for name in [
      "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
      "code", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4",
      "h5", "h6", "header", "i", "ins", "kbd", "li", "main", "mark", "nav", "p", "pre", "q", "s", "samp", "section",
      "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "ul", "var", "wbr",
    ] { all[name] = name == "div" || name == "p" ? ["align"] : [] }
    all["a"] = ["href"]
    all["font"] = ["color", "size"]
    all["hr"] = ["align", "width", "size"]
    all["ol"] = ["start", "type"]
    all["col"] = ["width", "span", "align"]
    all["colgroup"] = ["width", "span", "align"]
    all["table"] = ["align", "width", "border", "cellpadding", "cellspacing", "bgcolor"]
    for name in ["tr", "tbody", "thead", "tfoot", "td", "th"] { all[name] = cell }
    return all
  }()
}

/// The few properties of style that cannot fetch, run or cover anything.
enum SafeStyle {
  private static let properties: Set<String> = [
    "color", "background-color", "font-weight", "font-style", "font-size", "text-align", "text-decoration",
    "text-indent", "line-height", "vertical-align", "white-space", "width", "max-width", "padding", "padding-left",
    "padding-right", "padding-top", "padding-bottom", "margin", "margin-left", "margin-right", "margin-top",
    "margin-bottom", "border", "border-top", "border-bottom", "border-left", "border-right", "border-collapse",
    "list-style-type",
  ]

  /// The safe declarations among those given; nil if none is.
  static func clean(_ style: String) -> String? {
    var kept: [String] = []
    for declaration in style.split(separator: ";").prefix(40) {
      let parts = declaration.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      let name = trimmed(parts[0]).lowercased()
      let value = trimmed(parts[1])
      guard properties.contains(name), isHarmless(value) else { continue }
      kept.append(name + ": " + value)
    }
    return kept.isEmpty ? nil : kept.joined(separator: "; ")
  }

  /// Words, numbers and colours: no function but those of colours, no escape, no comment, nothing negative.
  private static func isHarmless(_ value: String) -> Bool {
    guard !value.isEmpty, value.utf8.count <= 80, !value.hasPrefix("-"), !value.contains(" -") else { return false }
    let lowered = value.lowercased()
    if value.contains("(") {
      guard lowered.hasPrefix("rgb(") || lowered.hasPrefix("rgba("), value.hasSuffix(")"),
        value.filter({ $0 == "(" }).count == 1
      else { return false }
    }
    return value.utf8.allSatisfy {
      Byte.isLetter($0) || Byte.isDigit($0) || [32, 35, 37, 40, 41, 44, 45, 46].contains($0)
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
