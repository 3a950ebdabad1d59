/// A mail's text as lines, each the author's own or quoted from somebody else.
///
/// Reads the conventions of mail programs: `> `, blocks of headers as Outlook writes them, `On … wrote:` in many
/// languages and over several lines, separators, and for HTML the elements that clients put around quotes. Iterative;
/// the time is linear in the text.
public struct QuoteSplit: Sendable {
  /// What a line is.
  public enum Part: Sendable, Hashable { case own, quoted }

  public let text: TextLines
  /// One for each line; blank lines take the part of the line above them.
  public let parts: [Part]
  /// Lines that the mail itself marks as a signature, by the element a client puts around it.
  public let marked: Set<Int>

  /// Splits plain text.
  public init(_ text: String) { self.init(TextLines(text), quoted: [], marked: []) }

  /// Splits HTML.
  public init(html: String) {
    let page = HTMLLines(html)
    self.init(TextLines(bytes: page.bytes), quoted: page.quoted, marked: page.marked)
  }

  /// Splits what a mail says: its plain text, or its HTML if it has no other.
  public init(_ mail: ParsedMail) {
    let hasText = mail.text.utf8.contains { $0 > 32 }
    if hasText || mail.html.isEmpty { self.init(mail.text) } else { self.init(html: mail.html) }
  }

  init(_ text: TextLines, quoted: Set<Int>, marked: Set<Int>) {
    var walk = QuoteWalk(text: text, quoted: quoted)
    walk.run()
    self.text = text
    self.parts = walk.parts
    self.marked = marked
  }

  /// The lines that are the author's own and not blank.
  public var ownLines: [Int] { text.lines.indices.filter { parts[$0] == .own && !text.lines[$0].isBlank } }

  /// The lines that are quoted and not blank.
  public var quotedLines: [Int] { text.lines.indices.filter { parts[$0] == .quoted && !text.lines[$0].isBlank } }

  /// The text of some lines in their order, with one blank line where blank ones or others stood between.
  public func joined(_ chosen: [Int]) -> String {
    var out: [UInt8] = []
    var last: Int?
    for line in chosen {
      if let last { out += last + 1 == line ? [Byte.lf] : [Byte.lf, Byte.lf] }
      let range = text.lines[line].range
      let end = max(range.lowerBound, min(range.upperBound, text.lines[line].trimmed.upperBound))
      out += text.bytes[range.lowerBound..<end]
      last = line
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// Goes over the lines once and tells what is quoted.
private struct QuoteWalk {
  let marks: QuoteMarks
  private(set) var parts: [QuoteSplit.Part]
  private let known: Set<Int>

  init(text: TextLines, quoted: Set<Int>) {
    marks = QuoteMarks(text: text)
    known = quoted
    parts = text.lines.indices.map { quoted.contains($0) ? .quoted : .own }
  }

  private var lines: [TextLine] { marks.lines }

  mutating func run() {
    var at = 0
    while at < lines.count {
      if lines[at].isBlank || known.contains(at) {
        at += 1
      } else if let next = step(at) {
        at = next
      } else {
        break
      }
    }
    quoteBelowDevice()
    wrapQuotes()
    for line in lines.indices where lines[line].isBlank && line > 0 { parts[line] = parts[line - 1] }
  }

  /// Looks at a line; answers the one to look at next, nil if all the rest is quoted.
  private mutating func step(_ line: Int) -> Int? {
    if marks.isMarked(line) { return stepMarked(line) }
    if marks.isSeparator(line) { return quoteRest(marks.isRuleLine(line) ? line : marks.start(above: line)) }
    if marks.isHeaderBlock(line) { return quoteRest(marks.start(above: line)) }
    let next = following(line)
    let isMarked = next.map { marks.isMarked($0) } ?? false
    guard let first = marks.attribution(endingAt: line, marked: isMarked) else { return line + 1 }
    for quoted in first...line { parts[quoted] = .quoted }
    if isMarked || next.map({ known.contains($0) }) ?? false { return line + 1 }
    return next == nil ? line + 1 : quoteRest(first)
  }

  private mutating func stepMarked(_ line: Int) -> Int? {
    if marks.isGroupwise(line) { return quoteRest(line) }
    // An mbox writes a line that begins with `From ` so (RFC 4155); alone among the author's words it is one of them.
    let isEscape = marks.view(line).folded.startsWithAny([Array(">from ".utf8)])
    if isEscape, !(line > 0 && marks.isMarked(line - 1)), !(line + 1 < lines.count && marks.isMarked(line + 1)) {
      return line + 1
    }
    parts[line] = .quoted
    return line + 1
  }

  private mutating func quoteRest(_ line: Int) -> Int? {
    for quoted in line..<lines.count { parts[quoted] = .quoted }
    return nil
  }

  private func following(_ line: Int) -> Int? {
    var at = line + 1
    while at < lines.count {
      if !lines[at].isBlank { return at }
      at += 1
    }
    return nil
  }

  /// A quoted line that was broken goes on without its mark.
  private mutating func wrapQuotes() {
    var line = 1
    while line + 1 < lines.count {
      if parts[line] == .own, !lines[line].isBlank, marks.isMarked(line - 1), marks.isMarked(line + 1),
        lines[line - 1].trimmed.count >= 65
      {
        parts[line] = .quoted
      }
      line += 1
    }
  }

  /// Below `Sent from my phone` stands what is answered, if the phone's program does not mark it.
  private mutating func quoteBelowDevice() {
    var above = false
    for line in lines.indices where parts[line] == .own && !lines[line].isBlank {
      if above, DeviceLine.isOne(marks.view(line)) {
        guard let next = following(line), parts[next] == .own, !FooterWords.isFooter(marks.view(next)) else { continue }
        guard marks.view(next).range.count >= 40 || next - line > 1 else { continue }
        for rest in next..<lines.count where !known.contains(rest) { parts[rest] = .quoted }
        return
      }
      above = true
    }
  }
}
