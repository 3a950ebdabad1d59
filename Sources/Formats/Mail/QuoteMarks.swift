/// Tells, line by line, what leads to quoted text.
struct QuoteMarks {
  let text: TextLines

  var lines: [TextLine] { text.lines }
  var bytes: [UInt8] { text.bytes }

  /// A header of a quote longer than this is none.
  private static let longestHeader = 400
  private static let mostLines = 4

  func at(_ index: Int) -> UInt8 { bytes[index] }

  /// `> `, the sign of a quoted line (RFC 3676 §4.5).
  func isMarked(_ line: Int) -> Bool {
    let range = lines[line].trimmed
    guard !range.isEmpty, bytes[range.lowerBound] == Byte.greater else { return false }
    return range.lowerBound - lines[line].range.lowerBound <= 4
  }

  /// GroupWise's own header: `>>> "Ada Example" <ada@example.test> 05/08/01 08:40AM >>>`.
  func isGroupwise(_ line: Int) -> Bool {
    let range = lines[line].trimmed
    guard range.count > 8, range.count < 200,
      bytes[range.lowerBound..<range.lowerBound + 3].allSatisfy({ $0 == Byte.greater })
    else { return false }
    let rest = TextView(bytes, range.lowerBound + 3..<range.upperBound)
    return rest.hasAddress && (rest.hasTime || rest.hasDate)
  }

  // MARK: separators

  /// `-----Original Message-----`, a forward's line of Notes, `Begin forwarded message:`.
  func isSeparator(_ line: Int) -> Bool {
    let range = lines[line].trimmed
    guard range.count >= 8, range.count <= 250 else { return false }
    let first = bytes[range.lowerBound]
    let last = bytes[range.upperBound - 1]
    let ends = QuoteMarks.isRule(last)
    guard QuoteMarks.isRule(first) || ends || last == Byte.colon else { return false }
    let run = ruleRun(range)
    if run >= 2 || ends {
      let folded = TextView(bytes, range).folded
      if run >= 2, QuoteWords.separators.isIn(folded) { return true }
      // `[Example, Ada]  -----Original Message-----`
      if ends, folded.holds(Array("-----original message-----".utf8)) { return true }
    }
    return last == Byte.colon && range.count <= 60 && TextView(bytes, range).folded.startsWithAny(QuoteWords.forwards)
  }

  /// A line of dashes, underscores or the like alone.
  func isRuleLine(_ line: Int) -> Bool {
    let range = lines[line].trimmed
    guard range.count >= 3 else { return false }
    return ruleRun(range) == range.count
  }

  /// How many bytes at the beginning of a range are dashes and the like.
  private func ruleRun(_ range: Range<Int>) -> Int {
    var at = range.lowerBound
    while at < range.upperBound {
      if QuoteMarks.isRule(bytes[at]) {
        at += 1
      } else if bytes[at] == 0xE2, at + 2 < range.upperBound, bytes[at + 1] == 0x80,
        (0x90...0x95).contains(bytes[at + 2])
      {
        at += 3
      } else {
        break
      }
    }
    return at - range.lowerBound
  }

  private static func isRule(_ byte: UInt8) -> Bool {
    byte == Byte.minus || byte == Byte.underscore || byte == Byte.equals || byte == Byte.star
  }

  // MARK: blocks of headers

  /// What a line is in a block of headers: `*From:*`, `Envoyé le :`, `差出人：`.
  func label(_ line: Int) -> QuoteWords.Label? {
    let range = lines[line].trimmed
    var low = range.lowerBound
    let limit = min(range.upperBound, low + 40)
    while low < limit, bytes[low] == Byte.star || bytes[low] == Byte.underscore { low += 1 }
    var colon = low
    while colon < limit, bytes[colon] != Byte.colon, !isWideColon(colon, limit) { colon += 1 }
    guard colon < limit, colon > low else { return nil }
    var high = colon
    while high > low,
      bytes[high - 1] <= 32 || bytes[high - 1] == Byte.star || bytes[high - 1] == 0xA0 || bytes[high - 1] == 0xC2
    {
      high -= 1
    }
    guard high > low else { return nil }
    return QuoteWords.label(TextView(bytes, low..<high).folded.text)
  }

  private func isWideColon(_ at: Int, _ end: Int) -> Bool {
    bytes[at] == 0xEF && at + 2 < end && bytes[at + 1] == 0xBC && bytes[at + 2] == 0x9A
  }

  /// Whether a block of headers of another mail begins at a line.
  func isHeaderBlock(_ line: Int) -> Bool {
    guard let first = label(line), first != .other else { return false }
    var seen: Set<QuoteWords.Label> = [first]
    var at = line + 1
    var strangers = 0
    var blanks = 0
    while at < lines.count, at - line < 16 {
      if lines[at].isBlank {
        blanks += 1
        if blanks > 1 { break }
      } else if let next = label(at) {
        seen.insert(next)
        strangers = 0
        blanks = 0
      } else {
        // A field goes on in the next lines; behind a blank one it is a text of its own.
        strangers += 1
        if strangers > 2 || blanks > 0 { break }
      }
      at += 1
    }
    seen.remove(.other)
    if seen.contains(.from) { return seen.count >= 3 || seen.count == 2 && isUnderRule(line) }
    guard seen.contains(.to), seen.contains(.subject) else { return false }
    return seen.count >= 3 || seen.count == 2 && isUnderRule(line)
  }

  /// Whether a rule, or a name with a time (as Notes writes them), stands above a line.
  private func isUnderRule(_ line: Int) -> Bool {
    guard let above = blockAbove(line) else { return false }
    return isRuleLine(above) || view(above).hasTime
  }

  /// The next line above that is not blank, at most two lines away.
  func blockAbove(_ line: Int) -> Int? {
    var at = line - 1
    while at >= 0, line - at <= 2 {
      if !lines[at].isBlank { return at }
      at -= 1
    }
    return nil
  }

  /// The first line that belongs to the header at `line`: rules above it, and Notes' lines of name and time.
  func start(above line: Int) -> Int {
    var first = line
    while let above = blockAbove(first), line - above <= 6 {
      if isRuleLine(above) {
        first = above
        continue
      }
      let here = view(above)
      if here.range.count <= 120, here.hasTime, here.hasDate, !isMarked(above) {
        first = above
        // The name stands above its time.
        if let name = blockAbove(above), above - name == 1, view(name).isNameOfNotes, view(name).range.count <= 80 {
          first = name
        }
      }
      break
    }
    return first
  }

  func view(_ line: Int) -> TextView { TextView(bytes, lines[line].trimmed) }

  // MARK: "On … wrote:"

  /// The first line of the words that lead to a quote and end at a line; nil if that line does not end them.
  ///
  /// `marked` says that quoted lines follow.
  func attribution(endingAt line: Int, marked: Bool) -> Int? {
    guard mayEndAttribution(line) else { return nil }
    var found: Int?
    var first = line
    while first >= 0, line - first < QuoteMarks.mostLines {
      guard !lines[first].isBlank,
        lines[line].trimmed.upperBound - lines[first].trimmed.lowerBound <= QuoteMarks.longestHeader
      else { break }
      if first < line, isMarked(first) { break }
      let whole = TextView(bytes, lines[first].trimmed.lowerBound..<lines[line].trimmed.upperBound)
      if whole.isAttribution(firstLine: view(first), marked: marked) {
        // More lines belong to it only if they begin as such words do.
        if found == nil || view(first).opensAttribution { found = first }
      }
      first -= 1
    }
    return found
  }

  /// A cheap look at the end of a line before the costly one.
  private func mayEndAttribution(_ line: Int) -> Bool {
    let range = lines[line].trimmed
    guard range.count >= 3, range.count <= QuoteMarks.longestHeader else { return false }
    let end = view(line).endOfWords
    if end < range.upperBound { return true }
    return TextView(bytes, max(range.lowerBound, end - 48)..<end).folded.endsWithAny(QuoteWords.wrote)
  }
}
