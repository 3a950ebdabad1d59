/// A short piece of a text and what can be seen in it.
struct TextView {
  let bytes: [UInt8]
  let range: Range<Int>

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }

  /// The piece in small letters.
  var folded: FoldedText { FoldedText(bytes, range) }

  /// `@` between characters that stand in addresses.
  var hasAddress: Bool {
    var at = range.lowerBound + 1
    while at + 1 < range.upperBound {
      if bytes[at] == Byte.at, TextView.isAddress(bytes[at - 1]), TextView.isAddress(bytes[at + 1]) { return true }
      at += 1
    }
    return false
  }

  private static func isAddress(_ byte: UInt8) -> Bool { Byte.isLetter(byte) || Byte.isDigit(byte) }

  /// `14:05`, `10.30`, `10h30`: a time of day.
  var hasTime: Bool {
    var at = range.lowerBound + 1
    while at + 2 < range.upperBound {
      let sign = bytes[at]
      if sign == Byte.colon || sign == Byte.dot || sign == UInt8(ascii: "h"), Byte.isDigit(bytes[at - 1]),
        Byte.isDigit(bytes[at + 1]), Byte.isDigit(bytes[at + 2]),
        at + 3 >= range.upperBound || !Byte.isDigit(bytes[at + 3])
      {
        return true
      }
      at += 1
    }
    return false
  }

  /// A year, or numbers with signs between them, `05/08/01`.
  var hasDate: Bool {
    var run = 0
    var signs = 0
    var at = range.lowerBound
    while at <= range.upperBound {
      let byte = at < range.upperBound ? bytes[at] : 0
      if Byte.isDigit(byte) {
        run += 1
      } else {
        if run == 4, bytes[at - 4] == UInt8(ascii: "1") || bytes[at - 4] == UInt8(ascii: "2") { return true }
        let isSign = byte == UInt8(ascii: "/") || byte == Byte.dot || byte == Byte.minus
        signs = run > 0 && run <= 2 && isSign ? signs + 1 : run > 0 && signs >= 2 ? 3 : 0
        if signs >= 3 || signs == 2 && at + 1 < range.upperBound && Byte.isDigit(bytes[at + 1]) { return true }
        run = 0
      }
      at += 1
    }
    return false
  }

  var hasDigit: Bool { range.contains { Byte.isDigit(bytes[$0]) } }

  /// `Ada Example/HOU/ECT@ECT`, or a few words.
  var isNameOfNotes: Bool {
    var spaces = 0
    for at in range {
      let byte = bytes[at]
      if byte == Byte.space { spaces += 1 }
      if byte == Byte.question || byte == UInt8(ascii: "!") { return false }
    }
    guard let last = range.last, bytes[last] != Byte.dot, bytes[last] != Byte.comma else { return false }
    return spaces <= 5
  }

  /// Where the words end before a colon, dashes and marks of direction.
  var endOfWords: Int {
    var end = range.upperBound
    while end > range.lowerBound {
      let byte = bytes[end - 1]
      if byte == Byte.colon || byte <= 32 || byte == Byte.minus || byte == Byte.star {
        end -= 1
      } else if end - range.lowerBound >= 3, bytes[end - 3] == 0xEF, bytes[end - 2] == 0xBC, byte == 0x9A {
        end -= 3
      } else if end - range.lowerBound >= 3, TextLines.blank(bytes, end - 3, end) == 3 {
        end -= 3
      } else if end - range.lowerBound >= 2, TextLines.blank(bytes, end - 2, end) == 2 {
        end -= 2
      } else {
        break
      }
    }
    return end
  }

  /// Whether a line begins as the words do that lead to a quote: with `On`, a day or a number.
  var opensAttribution: Bool {
    var at = range.lowerBound
    while at < range.upperBound, bytes[at] == Byte.minus || bytes[at] == Byte.greater || bytes[at] <= 32 { at += 1 }
    guard at < range.upperBound else { return false }
    if Byte.isDigit(bytes[at]) { return hasTime || hasDate || hasAddress }
    var end = at
    while end < range.upperBound, end - at < 24, bytes[end] > 32, bytes[end] != Byte.comma, bytes[end] != Byte.dot {
      end += 1
    }
    let word = FoldedText(bytes, at..<end)
    guard QuoteWords.openers.contains(word.text) || word.startsWithAny([Array("在".utf8), Array("בתאריך".utf8)]) else {
      return false
    }
    return hasDigit || word.text.utf8.count > 5
  }

  /// Whether the piece says that somebody wrote something at a time: `On 3 May 2024, Ada <ada@example.test> wrote:`.
  func isAttribution(firstLine: TextView, marked: Bool) -> Bool {
    let end = endOfWords
    let hasColon = end < range.upperBound
    let opens = firstLine.opensAttribution
    let address = hasAddress
    let folded = folded
    let words = FoldedText(bytes, range.lowerBound..<endBeforeParenthesis(end))
    if words.endsWithAny(QuoteWords.wrote) {
      if address, opens || marked || hasTime || range.count < 120 { return true }
      if opens, hasDigit { return true }
      return marked && range.count < 120
    }
    guard hasColon else { return false }
    if address, hasTime || hasDate { return opens || QuoteWords.wroteInside.isIn(folded) || firstByteQuotes }
    return opens && hasTime && QuoteWords.wroteInside.isIn(folded)
  }

  /// Where the words end before what stands last in parentheses: Hungarian programs put the time there.
  private func endBeforeParenthesis(_ end: Int) -> Int {
    guard end > range.lowerBound, bytes[end - 1] == UInt8(ascii: ")") else { return end }
    var at = end - 1
    while at > range.lowerBound, end - at < 80, bytes[at] != UInt8(ascii: "(") { at -= 1 }
    guard bytes[at] == UInt8(ascii: "("), FoldedText(bytes, at..<end).bytes.contains(where: Byte.isDigit) else {
      return end
    }
    while at > range.lowerBound, bytes[at - 1] <= 32 { at -= 1 }
    return at
  }

  private var firstByteQuotes: Bool {
    guard let first = range.first else { return false }
    return bytes[first] == Byte.quote || bytes[first] == Byte.less
  }
}
