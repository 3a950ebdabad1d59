/// Reads HTML in one pass, and writes out what the allow lists name.
struct SafeMarkup {
  private let source: [UInt8]
  private var out: [UInt8] = []
  /// What is open in what is written, each with what closes it.
  private var open: [(name: String, closing: String)] = []
  private static let deepest = 200

  init(_ source: [UInt8]) { self.source = source }

  mutating func written() -> String {
    var at = 0
    while at < source.count {
      let byte = source[at]
      if byte == Byte.less, at + 1 < source.count, HTMLTag.mayBegin(source[at + 1]),
        source[at + 1] != UInt8(ascii: "/") || at + 2 < source.count
      {
        at = tag(at)
      } else if byte == UInt8(ascii: "&"), let end = reference(at) {
        out += source[at..<end]
        at = end
      } else {
        SafeHTML.append(byte, to: &out)
        at += 1
      }
    }
    while let element = open.popLast() { out += Array(element.closing.utf8) }
    return String(decoding: out, as: UTF8.self)
  }

  /// The index behind a character reference; nil if there is none, and the sign is text.
  private func reference(_ start: Int) -> Int? {
    var at = start + 1
    if at < source.count, source[at] == UInt8(ascii: "#") { at += 1 }
    let first = at
    while at < source.count, at - first < 32, Byte.isLetter(source[at]) || Byte.isDigit(source[at]) { at += 1 }
    return at > first && at < source.count && source[at] == Byte.semicolon ? at + 1 : nil
  }

  // MARK: tags

  private mutating func tag(_ start: Int) -> Int {
    guard let tag = SafeTag(source, start) else { return SafeTag.endOfOther(source, start) }
    if tag.isClosing {
      close(tag.name)
    } else if SafeMarkup.hidden.contains(tag.name) {
      return SafeTag.end(of: tag.name, source, tag.end)
    } else if let name = SafeMarkup.elements[tag.name] {
      write(name.isEmpty ? tag.name : name, tag)
    }
    return tag.end
  }

  private mutating func close(_ given: String) {
    let name = SafeMarkup.elements[given].flatMap { $0.isEmpty ? nil : $0 } ?? given
    guard let index = open.lastIndex(where: { $0.name == name }) else { return }
    while open.count > index, let element = open.popLast() { out += Array(element.closing.utf8) }
  }

  private mutating func write(_ name: String, _ tag: SafeTag) {
    switch name {
    case "br", "hr", "wbr", "col": put("<\(name)\(attributes(tag))>")
    case "img": image(tag)
    case "a": link(tag)
    default:
      guard open.count < SafeMarkup.deepest else { return }
      // A browser ends a paragraph where a block begins; so do we, and what is written stays as it is when read again.
      if SafeMarkup.blocks.contains(name), let last = open.last, last.name == "p" { close("p") }
      put("<\(name)\(attributes(tag))>")
      open.append((name, "</\(name)>"))
    }
  }

  private mutating func put(_ text: String) { out += Array(text.utf8) }

  /// A picture that lies in the mail itself is shown, of others the words that stand for them.
  private mutating func image(_ tag: SafeTag) {
    let source = String(decoding: (tag["src"] ?? "").utf8.filter { $0 > 32 }, as: UTF8.self)
    if SafeMarkup.isOwnPicture(source) {
      return put("<img src=\"\(source)\" alt=\"\(SafeHTML.escaped(tag["alt"] ?? ""))\"\(attributes(tag))>")
    }
    let words = (tag["alt"] ?? "").prefix(200)
    if !words.allSatisfy(\.isWhitespace) { put("<span class=\"picture\">\(SafeHTML.escaped(words))</span>") }
  }

  static func isOwnPicture(_ source: String) -> Bool {
    let kinds = ["png", "gif", "jpeg", "webp"].map { "data:image/\($0);base64," }
    guard let kind = kinds.first(where: { source.hasPrefix($0) }) else { return false }
    let data = source.utf8.dropFirst(kind.utf8.count)
    return data.allSatisfy {
      Byte.isLetter($0) || Byte.isDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") || $0 == Byte.equals
    }
  }

  /// A link says where it leads beside its own words (P097).
  private mutating func link(_ tag: SafeTag) {
    close("a")
    guard open.count < SafeMarkup.deepest, let link = SafeLink(tag["href"] ?? "") else { return }
    put(link.opening)
    open.append(("a", link.closing))
  }

  private func attributes(_ tag: SafeTag) -> String {
    var text = ""
    for (name, value) in tag.attributes {
      if name == "style" {
        let style = SafeStyle.written(value)
        if !style.isEmpty { text += " style=\"\(style)\"" }
      } else if SafeMarkup.plain.contains(name), value.utf8.count <= 40,
        value.utf8.allSatisfy({
          Byte.isLetter($0) || Byte.isDigit($0) || " #%.,-".utf8.contains($0)
        })
      {
        text += " \(name)=\"\(value)\""
      }
    }
    return text
  }

  // MARK: the lists

  /// Elements that may stand, each with what is written for it: nothing for its own name.
  private static let elements: [String: String] = {
    let own = [
      "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
      "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4",
      "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span",
      "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
      "wbr",
    ]
    let others = ["article", "aside", "footer", "header", "main", "nav", "section", "fieldset", "form", "details"]
    return Dictionary(
      own.map { ($0, "") } + others.map { ($0, "div") } + [("image", "img"), ("dir", "ul"), ("summary", "div")],
      uniquingKeysWith: { first, _ in first })
  }()

  private static let blocks: Set<String> = [
    "address", "blockquote", "center", "div", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p",
    "pre", "table", "ul",
  ]

  /// Elements that are left out with all that stands in them.
  private static let hidden: Set<String> = [
    "script", "style", "title", "head", "svg", "math", "template", "iframe", "object", "applet", "noscript", "noembed",
    "noframes", "frameset", "textarea", "select", "xmp", "audio", "video", "canvas", "map", "portal", "listing",
  ]

  private static let plain: Set<String> = [
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "color", "colspan", "dir", "height", "lang", "rowspan",
    "size", "span", "start", "type", "valign", "width",
  ]
}
