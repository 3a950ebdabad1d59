/// HTML of a mail as lines of text, with what its elements say: what is quoted, what is a signature.
///
/// One pass over the bytes; elements are kept on a stack of our own whose depth is bounded. What cannot be read stands
/// as text.
struct HTMLLines {
  private(set) var bytes: [UInt8] = []
  /// Lines inside of what a client puts around a quote.
  private(set) var quoted: Set<Int> = []
  /// Lines inside of what a client puts around a signature.
  private(set) var marked: Set<Int> = []

  private static let deepest = 512

  private struct Element {
    var name: [UInt8]
    var quotes: Bool
    var signs: Bool
  }

  private var stack: [Element] = []
  private var quoteDepth = 0
  private var signDepth = 0
  /// Everything that follows is quoted.
  private var restQuoted = false
  private var line = 0
  private var isLineEmpty = true
  private var pendingSpace = false

  init(_ html: String) {
    let source = Array(html.utf8.prefix(TextLines.longest))
    bytes.reserveCapacity(source.count / 2)
    var at = 0
    while at < source.count {
      let byte = source[at]
      if byte == Byte.less, at + 1 < source.count, HTMLTag.mayBegin(source[at + 1]) {
        at = tag(source, at)
      } else if byte == UInt8(ascii: "&") {
        var character: [UInt8] = []
        at = HTMLEntity.read(source, at, &character)
        append(character)
      } else {
        append([byte])
        at += 1
      }
    }
  }

  // MARK: text

  private mutating func append(_ character: [UInt8]) {
    for byte in character {
      if byte <= 32 {
        pendingSpace = !isLineEmpty
        continue
      }
      if pendingSpace { bytes.append(Byte.space) }
      pendingSpace = false
      bytes.append(byte)
      if isLineEmpty {
        isLineEmpty = false
        if quoteDepth > 0 || restQuoted { quoted.insert(line) }
        if signDepth > 0 { marked.insert(line) }
      }
    }
  }

  private mutating func breakLine(force: Bool = false) {
    pendingSpace = false
    if isLineEmpty, !force { return }
    bytes.append(Byte.lf)
    line += 1
    isLineEmpty = true
  }

  // MARK: elements

  private mutating func tag(_ source: [UInt8], _ start: Int) -> Int {
    let tag = HTMLTag(source, start)
    switch tag.kind {
    case .other: return tag.end
    case .close: close(tag)
    case .open: return open(tag, source)
    }
    return tag.end
  }

  private mutating func open(_ tag: HTMLTag, _ source: [UInt8]) -> Int {
    if tag.isHidden { return tag.endOfContent(source) }
    if tag.breaks { breakLine(force: tag.isBreak) }
    if tag.isRule {
      breakLine()
      // Hotmail and Zimbra put a rule with a name of its own above the quote.
      if tag.has(idOrClass: ["stopspelling", "zwchr"]) { restQuoted = true }
      return tag.end
    }
    let quotes = tag.quotes
    if tag.quotesRest { restQuoted = true }
    if !tag.isVoid, stack.count < HTMLLines.deepest {
      let signs = tag.signs
      stack.append(Element(name: tag.name, quotes: quotes, signs: signs))
      if quotes { quoteDepth += 1 }
      if signs { signDepth += 1 }
    }
    return tag.end
  }

  private mutating func close(_ tag: HTMLTag) {
    if tag.breaks { breakLine() }
    // Elements that were left open inside are closed with it; one that was never opened is passed over.
    guard let index = stack.suffix(64).lastIndex(where: { $0.name == tag.name }) else { return }
    while stack.count > index, let last = stack.popLast() {
      if last.quotes { quoteDepth -= 1 }
      if last.signs { signDepth -= 1 }
    }
  }
}
