/// One tag of HTML: its name and the few attributes that mail programs mark quotes and signatures by.
struct HTMLTag {
  enum Kind { case open, close, other }

  private(set) var kind = Kind.other
  /// In small letters.
  private(set) var name: [UInt8] = []
  /// The index behind the tag.
  private(set) var end: Int
  private var id = ""
  private var classes: [String] = []
  private var type = ""
  private var isSignatureBlock = false

  static func mayBegin(_ byte: UInt8) -> Bool {
    Byte.isLetter(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "!") || byte == Byte.question
  }

  init(_ source: [UInt8], _ start: Int) {
    end = source.count
    var at = start + 1
    let first = source[at]
    if first == UInt8(ascii: "!") || first == Byte.question {
      end = HTMLTag.endOfComment(source, start)
      return
    }
    kind = first == UInt8(ascii: "/") ? .close : .open
    if kind == .close { at += 1 }
    while at < source.count, Byte.isLetter(source[at]) || Byte.isDigit(source[at]) || source[at] == Byte.colon {
      if name.count < 16 { name.append(Byte.lower(source[at])) }
      at += 1
    }
    end = readAttributes(source, at)
  }

  private static func endOfComment(_ source: [UInt8], _ start: Int) -> Int {
    let span = source.span
    if span.matches(Array("<!--".utf8), at: start, end: source.count) {
      var at = start + 4
      while at < source.count {
        at = span.position(of: Byte.minus, from: at, to: source.count)
        if span.matches(Array("-->".utf8), at: at, end: source.count) { return at + 3 }
        at += 1
      }
      return source.count
    }
    return min(span.position(of: Byte.greater, from: start, to: source.count) + 1, source.count)
  }

  /// Reads up to the tag's end; answers the index behind it.
  private mutating func readAttributes(_ source: [UInt8], _ start: Int) -> Int {
    var at = start
    while at < source.count {
      let byte = source[at]
      if byte == Byte.greater { return at + 1 }
      if !Byte.isLetter(byte) {
        at += 1
        continue
      }
      let nameStart = at
      while at < source.count, source[at] > 32, source[at] != Byte.equals, source[at] != Byte.greater,
        source[at] != UInt8(ascii: "/")
      { at += 1 }
      let attribute = source.span.lowered(nameStart..<min(at, nameStart + 24))
      while at < source.count, source[at] <= 32 { at += 1 }
      guard at < source.count, source[at] == Byte.equals else { continue }
      at += 1
      while at < source.count, source[at] <= 32 { at += 1 }
      let value = HTMLTag.value(source, &at)
      note(
        attribute,
        value.isEmpty ? "" : source.span.lowered(value.lowerBound..<min(value.upperBound, value.lowerBound + 200)))
    }
    return source.count
  }

  private static func value(_ source: [UInt8], _ at: inout Int) -> Range<Int> {
    guard at < source.count else { return at..<at }
    let quote = source[at]
    if quote == Byte.quote || quote == Byte.apostrophe {
      let start = at + 1
      let close = source.span.position(of: quote, from: start, to: source.count)
      at = min(close + 1, source.count)
      return min(start, close)..<close
    }
    let start = at
    while at < source.count, source[at] > 32, source[at] != Byte.greater { at += 1 }
    return start..<at
  }

  private mutating func note(_ attribute: String, _ value: String) {
    switch attribute {
    case "id": id = value
    case "class": classes = value.split(separator: " ").prefix(16).map(String.init)
    case "type": type = value
    case "data-signatureblock": isSignatureBlock = true
    case "data-smartmail": isSignatureBlock = isSignatureBlock || value == "gmail_signature"
    default: break
    }
  }

  // MARK: what it means

  private func isNamed(_ word: StaticString) -> Bool {
    name.count == word.utf8CodeUnitCount && word.withUTF8Buffer { $0.elementsEqual(name) }
  }

  var isBreak: Bool { isNamed("br") && kind == .open }
  var isRule: Bool { isNamed("hr") }

  private static let blocks: Set<[UInt8]> = Set(
    [
      "address", "article", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form",
      "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
      "tbody", "tr", "ul", "html",
    ].map { Array($0.utf8) })
  private static let voids: Set<[UInt8]> = Set(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"].map {
      Array($0.utf8)
    })

  var breaks: Bool { HTMLTag.blocks.contains(name) }
  var isVoid: Bool { HTMLTag.voids.contains(name) }
  var isHidden: Bool { isNamed("script") || isNamed("style") || isNamed("title") || isNamed("head") && false }

  func has(idOrClass words: Set<String>) -> Bool { words.contains(id) || classes.contains { words.contains($0) } }

  /// What Gmail, Thunderbird, Apple Mail, Yahoo, Zoho, Proton, Tutanota, Outlook for the Mac and others put around quotes.
  private static let quoting: Set<String> = [
    "gmail_quote", "gmail_quote_container", "gmail_extra_quote", "x_gmail_quote", "ecxgmail_quote", "moz-cite-prefix",
    "moz-forward-container", "moz-email-headers-table", "yahoo_quoted", "yahoo-quoted", "yqt", "zmail_extra",
    "zmail_extra_hr", "protonmail_quote", "tutanota_quote", "olk_src_body_section", "quote", "replyintro",
    "wiseStampQuote",
    "gmail_attr", "mailru-blockquote", "y_msg_container", "hmmessage_quote", "isforwardcontent", "qt",
    "front-blockquote", "freshdesk_quote", "zd-comment-quote",
  ]
  /// From these on everything is quoted: Outlook on the web and its kin put them above the quote, not around it.
  private static let restQuoting: Set<String> = [
    "divrplyfwdmsg", "x_divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "replysplit",
    "ms-outlook-mobile-reference-message", "reply-separator", "zwchr", "aolmsgpart",
  ]
  private static let signing: Set<String> = [
    "gmail_signature", "moz-signature", "signature", "x_signature", "ms-outlook-mobile-signature", "applemailsignature",
    "protonmail_signature_block-user", "yahoo_signature", "divtagdefaultwrapper_signature", "mail_signature",
  ]

  var quotes: Bool {
    if isNamed("blockquote") { return true }
    return has(idOrClass: HTMLTag.quoting) || id.hasPrefix("yiv") && id.hasSuffix("quoted")
      || id.hasPrefix("yahoo_quoted")
  }

  var quotesRest: Bool { has(idOrClass: HTMLTag.restQuoting) || id.hasPrefix("aolmsgpart") }

  var signs: Bool { isSignatureBlock || has(idOrClass: HTMLTag.signing) }

  /// The index of the tag that closes an element whose content nobody sees.
  func endOfContent(_ source: [UInt8]) -> Int {
    let span = source.span
    var at = end
    while at < source.count {
      at = span.position(of: Byte.less, from: at, to: source.count)
      guard at + 2 + name.count <= source.count else { return source.count }
      if source[at + 1] == UInt8(ascii: "/"),
        span.equalsFolded(at + 2..<at + 2 + name.count, String(decoding: name, as: UTF8.self))
      {
        return at
      }
      at += 1
    }
    return source.count
  }
}
