public import Formats

/// A mail's text read: what the author wrote, what is quoted, and what the author signs with.
public struct MailReading: Sendable {
  /// What a line is.
  public enum Role: String, Sendable, CaseIterable {
    case greeting, body, closing, signature, disclaimer, footer, quoted
  }

  public let split: QuoteSplit
  /// One for each line; blank lines have the role of the line above.
  public private(set) var roles: [Role]
  /// How sure the signature is, from 0 to 1; 0 without one.
  public private(set) var confidence = 0.0
  let author: AuthorSigns

  /// Reads a mail; `habit` is what its author's mails have in common, if others are at hand, `split` its text if it was
  /// split already.
  public init(_ mail: ParsedMail, split: QuoteSplit? = nil, habit: SignatureHabit? = nil) {
    self.init(split ?? QuoteSplit(mail), author: AuthorSigns(mail), habit: habit)
  }

  /// Reads a text of a known author.
  public init(text: String, name: String, address: String, recipients: [String] = []) {
    self.init(QuoteSplit(text), author: AuthorSigns(name: name, address: address, recipients: recipients))
  }

  /// Reads a text that was split, of a known author.
  public init(_ split: QuoteSplit, name: String, address: String, habit: SignatureHabit? = nil) {
    self.init(split, author: AuthorSigns(name: name, address: address), habit: habit)
  }

  init(_ split: QuoteSplit, author: AuthorSigns, chain: LineChain = .signatures, habit: SignatureHabit? = nil) {
    self.split = split
    self.author = author
    roles = split.parts.map { $0 == .quoted ? .quoted : .body }
    let own = MailReading.own(split, &roles)
    let candidates = SignatureLines(split, own: own, author: author, habit: habit)
    sign(candidates, chain)
    greet(own)
    for line in roles.indices where split.text.lines[line].isBlank && line > 0 { roles[line] = roles[line - 1] }
  }

  private static let mostLines = 100

  /// The author's own lines without disclaimers and footers, whose roles are noted.
  static func own(_ split: QuoteSplit, _ roles: inout [Role]) -> [Int] {
    let text = split.text
    let all = split.ownLines
    // What is below a mail stands in its last lines.
    let lines = Array(all.suffix(mostLines))
    let looks = lines.map { FooterWords.look($0, of: text) }
    var index = lines.count
    // From below, so that a heading is known by the disclaimer that follows it.
    var below: Role?
    while index > 0 {
      var start = index - 1
      while start > 0, lines[start] == lines[start - 1] + 1 { start -= 1 }
      let paragraph = start..<index
      let words = paragraph.reduce(0) { $0 + looks[$1].disclaiming }
      let isLate = all.count < 20 || (all.count - lines.count + start) * 5 >= all.count
      let isHeading =
        below == .disclaimer && paragraph.count == 1 && words > 0 && text.lines[lines[start]].trimmed.count <= 50
      let isDisclaimer = words >= 3 && isLate || isHeading
      let begin = paragraph.first { looks[$0].disclaiming > 0 } ?? index
      for at in paragraph.reversed() {
        let line = lines[at]
        if isDisclaimer, at >= begin {
          roles[line] = .disclaimer
        } else if looks[at].isFooter || below == .footer && MailReading.isRule(line, text) {
          roles[line] = .footer
        }
        below = roles[line]
      }
      index = start
    }
    return all.filter { roles[$0] == .body }
  }

  /// A line of dashes or the like, longer than the one above a signature.
  private static func isRule(_ line: Int, _ text: TextLines) -> Bool {
    let range = text.lines[line].trimmed
    let sign = text.bytes[range.lowerBound]
    guard range.count >= 5,
      sign == UInt8(ascii: "_") || sign == UInt8(ascii: "-") || sign == UInt8(ascii: "*") || sign == UInt8(ascii: "=")
    else { return false }
    return range.allSatisfy { text.bytes[$0] == sign }
  }

  /// Marks the lines of the signature.
  private mutating func sign(_ candidates: SignatureLines, _ chain: LineChain) {
    var states = chain.best(candidates.features)
    SignatureRules.apply(&states, candidates)
    guard states.contains(true) else { return }
    let probabilities = chain.probabilities(candidates.features)
    var sum = 0.0
    var count = 0
    for index in states.indices where states[index] {
      let isClosing = candidates.features[index].contains(.closing)
      roles[candidates.lines[index]] = isClosing ? .closing : .signature
      sum += probabilities[index]
      count += 1
    }
    confidence = count > 0 ? sum / Double(count) : 0
  }

  private mutating func greet(_ own: [Int]) {
    guard let first = own.first, roles[first] == .body else { return }
    let words = LineWords(split.text, split.text.lines[first].trimmed)
    guard words.count > 0, words.count <= 5, let last = split.text.lines[first].trimmed.last else { return }
    let sign = split.text.bytes[last]
    let opens = words.words.first?.kinds.contains(.greeting) ?? false
    let addressed = words.words.allSatisfy(\.startsUpper)
    let ends =
      sign == UInt8(ascii: ",") || sign == UInt8(ascii: ":") || sign == UInt8(ascii: "-") || sign == UInt8(ascii: "!")
    if opens && words.count <= 4 || addressed && ends { roles[first] = .greeting }
  }

  // MARK: what came of it

  /// Lines that are not blank and have one of these roles.
  public func lines(_ wanted: Role...) -> [Int] {
    roles.indices.filter { wanted.contains(roles[$0]) && !split.text.lines[$0].isBlank }
  }

  /// The author's own new text: without signature, disclaimers and footers.
  public var reply: String { split.joined(lines(.greeting, .body)) }
  /// What is quoted or forwarded, with the lines that lead to it.
  public var quoted: String { split.joined(lines(.quoted)) }
  /// The close and the signature.
  public var signature: String { split.joined(signatureLines) }
  /// The lines of the close and the signature.
  public var signatureLines: [Int] { lines(.closing, .signature) }
}
