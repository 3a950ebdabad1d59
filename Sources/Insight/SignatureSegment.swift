import Formats

/// A piece of a signature's line between two signs that part things, without what can be dialled or written to.
struct SignatureSegment {
  var line: Int
  var range: Range<Int>
  var words: LineWords
  /// A number, an address of mail or a page stands on its line.
  var hasContact: Bool
  /// It stands right below a close or begins the signature.
  var opens: Bool
  /// A close stands right above.
  var isClosed = false

  /// Cuts a line.
  static func cut(_ line: Int, of reading: MailReading, _ taken: [Range<Int>]) -> [SignatureSegment] {
    guard reading.roles[line] == .signature, !DeviceLine.isOne(line, of: reading.split.text) else { return [] }
    let text = reading.split.text
    let range = text.lines[line].trimmed
    let here = taken.filter { range.contains($0.lowerBound) }
    var segments: [SignatureSegment] = []
    var start = range.lowerBound
    var at = range.lowerBound
    func end(_ high: Int) {
      let piece = trim(text.bytes, start, high)
      let words = LineWords(text, piece)
      if words.count > 0, words.words.contains(where: { !$0.hasDigit || piece.count > 4 }) {
        segments.append(
          SignatureSegment(line: line, range: piece, words: words, hasContact: !here.isEmpty, opens: false))
      }
    }
    while at < range.upperBound {
      if let skipped = here.first(where: { $0.contains(at) }) {
        end(at)
        at = skipped.upperBound
        start = at
      } else if let width = separator(text.bytes, at, range.upperBound) {
        end(at)
        at += width
        start = at
      } else {
        at += 1
      }
    }
    end(range.upperBound)
    if !segments.isEmpty {
      let above = text.lines.indices[..<line].last { !text.lines[$0].isBlank }
      segments[0].opens = above.map { reading.roles[$0] != .signature } ?? true
      segments[0].isClosed = above.map { reading.roles[$0] == .closing } ?? false
    }
    return segments
  }

  /// How many bytes part two things here: `|`, `•`, ` - `, ` * `, tabs and three spaces.
  private static func separator(_ bytes: [UInt8], _ at: Int, _ end: Int) -> Int? {
    let byte = bytes[at]
    if byte == UInt8(ascii: "|") || byte == 9 || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "<")
      || byte == UInt8(ascii: ">")
    {
      return 1
    }
    guard at + 2 < end else { return nil }
    let (second, third) = (bytes[at + 1], bytes[at + 2])
    if byte == 32, second == 32, third == 32 { return 3 }
    if byte == 32, third == 32,
      second == UInt8(ascii: "*") || second == UInt8(ascii: "-") || second == UInt8(ascii: "~")
    {
      return 3
    }
    if byte == 0xE2, second == 0x80, third == 0xA2 || third == 0x93 || third == 0x94 { return 3 }
    return byte == 0xC2 && second == 0xB7 ? 2 : nil
  }

  private static func trim(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Range<Int> {
    var (low, high) = (start, max(start, end))
    func isEdge(_ byte: UInt8) -> Bool {
      byte <= 32
        || [
          UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "*"), UInt8(ascii: "("),
          UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "="), UInt8(ascii: "\""),
        ].contains(byte)
    }
    while low < high, isEdge(bytes[low]) { low += 1 }
    while high > low, isEdge(bytes[high - 1]) { high -= 1 }
    return low..<high
  }
}

/// Finds the postal address among the lines of a signature.
enum PostalLines {
  static func find(in segments: [SignatureSegment], _ text: TextLines, _ confidence: Double) -> SignatureFields.Value? {
    var first: SignatureSegment?
    var last: SignatureSegment?
    for (index, segment) in segments.enumerated() {
      if isPart(segment, text) {
        if first == nil {
          first = index > 0 && isStreet(segments[index - 1], above: segment) ? segments[index - 1] : segment
        }
        last = segment
      } else if first != nil, let line = last?.line, segment.line > line + 1 {
        break
      }
    }
    guard let first, let last, last.range.upperBound - first.range.lowerBound <= 300 else { return nil }
    let range = first.range.lowerBound..<last.range.upperBound
    guard (range.contains { text.bytes[$0] &- 48 < 10 }), first.words.count + last.words.count >= 3 else { return nil }
    return .init(text: text.text(range), range: range, confidence: confidence * 0.85)
  }

  /// A line of a number and words right above a town with its code.
  private static func isStreet(_ segment: SignatureSegment, above next: SignatureSegment) -> Bool {
    guard segment.line + 1 == next.line, !segment.hasContact, let first = segment.words.words.first else {
      return false
    }
    return first.hasDigit && (3...8).contains(segment.words.count)
  }

  /// A street with a number, a town with its code, a box.
  static func isPart(_ segment: SignatureSegment, _ text: TextLines) -> Bool {
    let words = segment.words.words
    guard segment.words.count <= 10, let first = words.first else { return false }
    let hasDigit = words.contains(where: \.hasDigit)
    guard hasDigit else { return false }
    let hasStreet = words.contains { $0.kinds.contains(.street) } || words.contains { isGermanStreet($0.folded) }
    if hasStreet, first.hasDigit || words.last?.hasDigit ?? false || words.count >= 2 { return true }
    for (left, right) in zip(words, words.dropFirst()) {
      let isCode = right.hasDigit && (right.range.count == 5 || right.range.count == 10)
      if left.kinds.contains(.state), left.startsUpper, isCode { return true }
      if left.hasDigit, (4...6).contains(left.range.count), right.startsUpper, !right.isUpper, words.count <= 4,
        left.range == first.range
      {
        return true
      }
    }
    return false
  }

  private static func isGermanStreet(_ word: String) -> Bool {
    word.hasSuffix("strasse") || word.hasSuffix("straße") || word.hasSuffix("str") && word.utf8.count > 5
      || word.hasSuffix("straat")
      || word.hasSuffix("gatan") || word.hasSuffix("weg") && word.utf8.count > 5
      || word.hasSuffix("vej") && word.utf8.count > 5
  }
}
