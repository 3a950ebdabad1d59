import Formats

/// One line cut into words, each with its class and its shape.
struct LineWords {
  struct Word {
    /// In small letters, without signs at its edges.
    var folded: String
    var kinds: WordClass
    var startsUpper: Bool
    var isUpper: Bool
    var hasDigit: Bool
    /// Where it stands in the text's bytes, signs at its edges left out.
    var range: Range<Int>
    /// The byte behind it; 0 at the line's end.
    var after: UInt8
  }

  /// Longer lines are text; their words beyond are not looked at.
  static let most = 24

  private(set) var words: [Word] = []
  /// Words of the whole line.
  private(set) var count = 0

  init(_ text: TextLines, _ range: Range<Int>) {
    let bytes = text.bytes
    var at = range.lowerBound
    // A long line is text: its first words tell as much as all.
    let most = range.count > 160 ? 12 : LineWords.most
    while at < range.upperBound {
      while at < range.upperBound, LineWords.separates(bytes[at]) { at += 1 }
      let start = at
      while at < range.upperBound, !LineWords.separates(bytes[at]) { at += 1 }
      if start < at { add(bytes, start, at, range.upperBound, most) }
    }
  }

  private static func separates(_ byte: UInt8) -> Bool {
    byte <= 32 || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "|") || byte == UInt8(ascii: ",")
  }

  private mutating func add(_ bytes: [UInt8], _ start: Int, _ end: Int, _ limit: Int, _ most: Int) {
    var (low, high) = (start, end)
    while low < high, LineWords.isSign(bytes[low]) { low += 1 }
    while high > low, LineWords.isSign(bytes[high - 1]) { high -= 1 }
    guard low < high else { return }
    count += 1
    guard words.count < most else { return }
    var (isASCII, hasUpper, hasLower, hasDigit, hasDot) = (true, false, false, false, false)
    for index in low..<high {
      let byte = bytes[index]
      if byte >= 128 { isASCII = false }
      if byte &- 65 < 26 { hasUpper = true }
      if byte &- 97 < 26 { hasLower = true }
      if byte &- 48 < 10 { hasDigit = true }
      if byte == 46 { hasDot = true }
    }
    let raw = String(decoding: bytes[low..<high], as: UTF8.self)
    var folded = isASCII ? (hasUpper ? foldedASCII(raw) : raw) : raw.lowercased()
    let first = raw.first
    let startsUpper = isASCII ? bytes[low] &- 65 < 26 : first?.isUppercase ?? false
    // `Ph.D.`, `P.E.`, `L.P.`: points inside a short word say nothing.
    if hasDot, folded.utf8.count <= 7, !hasDigit { folded.removeAll { $0 == "." } }
    words.append(
      Word(
        folded: folded, kinds: hasDigit ? [] : LineWords.kinds(folded), startsUpper: startsUpper,
        isUpper: isASCII ? hasUpper && !hasLower : raw == raw.uppercased() && raw != folded, hasDigit: hasDigit,
        range: low..<high, after: high < limit ? bytes[high] : 0))
  }

  /// `Manager-Claims` is what its pieces are, as far as roles and departments go.
  private static func kinds(_ word: String) -> WordClass {
    let whole = WordClass.of(word)
    guard whole.isEmpty, word.utf8.contains(UInt8(ascii: "-")) else { return whole }
    let pieces = word.split(separator: "-").filter { $0.utf8.count >= 4 }
    return pieces.reduce(into: WordClass()) {
      $0.formUnion(WordClass.of(String($1)).intersection([.role, .department]))
    }
  }

  private static func isSign(_ byte: UInt8) -> Bool {
    byte < 128 && !(byte &- 48 < 10 || (byte | 32) &- 97 < 26) && byte != UInt8(ascii: "@") && byte != UInt8(ascii: "#")
      && byte != UInt8(ascii: "+")
  }

  func count(_ kind: WordClass) -> Int { words.reduce(0) { $0 + ($1.kinds.contains(kind) ? 1 : 0) } }

  /// Whether the line is a close and nothing else: `Many thanks,`.
  var isClosing: Bool {
    guard count > 0, count <= 5, words.contains(where: { $0.kinds.contains(.closing) }) else { return isWish }
    return words.allSatisfy { !$0.kinds.isDisjoint(with: [.closing, .besideClosing]) }
  }

  /// `Take care`, `In Him`, `God bless`, `Good luck`: closes without a word of closing.
  private var isWish: Bool {
    (2...3).contains(count) && count == words.count
      && LineWords.wishes.contains(words.map(\.folded).joined(separator: " "))
  }

  private static let wishes: Set<String> = [
    "take care", "in him", "god bless", "good luck", "all the best", "many blessings", "talk soon", "see ya", "be well",
    "warm wishes", "best wishes", "please advise", "in christ", "med venlig", "mit freundlichen",
  ]

  /// How many words at the line's beginning are a close that a name follows: `Thanks, Bob`; nil if there is none.
  var closingBeforeName: Int? {
    guard count >= 2, count <= 7 else { return nil }
    var at = 0
    var sawClosing = false
    while at < words.count, !words[at].kinds.isDisjoint(with: [.closing, .besideClosing]) {
      if words[at].kinds.contains(.closing) { sawClosing = true }
      at += 1
      // A name follows a sign, or begins with a capital.
      if sawClosing, at < words.count, words[at - 1].after != 32 || words[at].startsUpper { break }
    }
    guard sawClosing, at < words.count, words.count - at <= 3 else { return nil }
    let rest = words[at...]
    guard rest.allSatisfy({ !$0.hasDigit || $0.range.count <= 7 }) else { return nil }
    let isName = rest.allSatisfy { $0.startsUpper || $0.hasDigit } || words[at - 1].after != 32
    return isName && rest.allSatisfy({ $0.kinds.isDisjoint(with: [.function, .firstPerson, .secondPerson]) }) ? at : nil
  }
}
