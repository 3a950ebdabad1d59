/// A short piece of text in small letters, as `String.lowercased()` writes them.
package struct FoldedText {
  let bytes: [UInt8]

  var text: String { String(decoding: bytes, as: UTF8.self) }

  package init(_ source: [UInt8], _ range: Range<Int>) {
    var folded: [UInt8] = []
    folded.reserveCapacity(range.count)
    var at = range.lowerBound
    while at < range.upperBound, source[at] < 128 {
      folded.append(Byte.lower(source[at]))
      at += 1
    }
    if at < range.upperBound {
      for scalar in String(decoding: source[at..<range.upperBound], as: UTF8.self).unicodeScalars {
        FoldedText.append(scalar, to: &folded)
      }
    }
    bytes = folded
  }

  private static func append(_ scalar: Unicode.Scalar, to folded: inout [UInt8]) {
    guard let small = small(scalar.value).flatMap(Unicode.Scalar.init) else {
      folded += Array(scalar.properties.lowercaseMapping.utf8)
      return
    }
    if small.isASCII {
      folded.append(UInt8(truncatingIfNeeded: small.value))
    } else {
      folded += UTF8.encode(small) ?? UTF8.encodedReplacementCharacter
    }
  }

  /// The small letter in the scripts that most mails are written in, for the tables of Unicode take ten times as long;
  /// nil for a letter that must be looked up there.
  private static func small(_ value: UInt32) -> UInt32? {
    switch value {
    case 0..<0x80: UInt32(Byte.lower(UInt8(truncatingIfNeeded: value)))
    case 0xC0...0xDE where value != 0xD7, 0x391...0x3A1, 0x3A3...0x3A9, 0x410...0x42F: value + 0x20
    case 0x400...0x40F: value + 0x50
    case 0x80...0xFF, 0x3AC...0x3CE, 0x430...0x45F: value
    // Hebrew to Burmese, punctuation, Chinese, Japanese, Korean, pictures: no small letters.
    case 0x590...0x109F, 0x2010...0x2053, 0x2E80...0xA63F, 0xAC00...0xD7FF, 0x1F000...0x1FAFF: value
    default: nil
    }
  }

  func holds(_ word: [UInt8]) -> Bool {
    guard let first = word.first, bytes.count >= word.count else { return false }
    let span = bytes.span
    var at = 0
    while at + word.count <= bytes.count {
      at = span.position(of: first, from: at, to: bytes.count)
      if span.matches(word, at: at, end: bytes.count) { return true }
      at += 1
    }
    return false
  }

  func holdsAny(_ words: [[UInt8]]) -> Bool { words.contains { holds($0) } }

  func startsWithAny(_ words: [[UInt8]]) -> Bool {
    words.contains { bytes.span.matches($0, at: 0, end: bytes.count) }
  }

  /// Whether the piece ends with one of the words, and the word does not go on to its left.
  func endsWithAny(_ words: [[UInt8]]) -> Bool {
    words.contains { word in
      let at = bytes.count - word.count
      guard at >= 0, bytes.span.matches(word, at: at, end: bytes.count) else { return false }
      guard at > 0, let first = word.first else { return true }
      // Scripts without spaces write the word on.
      return first >= 0xE0 || !Byte.isLetter(bytes[at - 1]) && bytes[at - 1] < 0xC3
    }
  }
}
