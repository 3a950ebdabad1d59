/// Phrases that are looked for in a text all at once: each place is looked up by its first two bytes.
package struct PhraseSet: Sendable {
  private let phrases: [[UInt8]]
  /// The phrases that may begin with two bytes, by a hash of them.
  private let starts: [[Int32]]
  /// Whether any phrase begins so: most places of a text are passed over by it.
  private let mayStart: [Bool]

  private static let size = 2_048

  /// Phrases in small letters, of two bytes and more.
  package init(_ phrases: [[UInt8]]) {
    var starts = [[Int32]](repeating: [], count: PhraseSet.size)
    for (index, phrase) in phrases.enumerated() where phrase.count >= 2 {
      starts[PhraseSet.hash(phrase[0], phrase[1])].append(Int32(truncatingIfNeeded: index))
    }
    self.phrases = phrases
    self.starts = starts
    mayStart = starts.map { !$0.isEmpty }
  }

  @inline(__always) private static func hash(_ first: UInt8, _ second: UInt8) -> Int {
    (Int(first) &* 37 &+ Int(second)) & (size - 1)
  }

  /// How many different phrases a folded text holds, up to `most`.
  func count(in text: FoldedText, most: Int = 1) -> Int {
    let bytes = text.bytes
    guard bytes.count >= 2 else { return 0 }
    var found: [Int32] = []
    let span = bytes.span
    let marks = mayStart.span
    for at in 0..<bytes.count - 1 where marks[PhraseSet.hash(span[at], span[at + 1])] {
      for index in starts[PhraseSet.hash(bytes[at], bytes[at + 1])] where !found.contains(index) {
        guard span.matches(phrases[Int(index)], at: at, end: bytes.count) else { continue }
        if found.count + 1 >= most { return most }
        found.append(index)
      }
    }
    return found.count
  }

  /// Calls `body` with the index of each phrase that a folded text holds, once for each.
  package func each(in text: FoldedText, _ body: (Int) -> Void) {
    let bytes = text.bytes
    guard bytes.count >= 2 else { return }
    var found = [Bool](repeating: false, count: phrases.count)
    let span = bytes.span
    let marks = mayStart.span
    for at in 0..<bytes.count - 1 where marks[PhraseSet.hash(span[at], span[at + 1])] {
      for index in starts[PhraseSet.hash(bytes[at], bytes[at + 1])] where !found[Int(index)] {
        guard span.matches(phrases[Int(index)], at: at, end: bytes.count) else { continue }
        found[Int(index)] = true
        body(Int(index))
      }
    }
  }

  /// Whether a folded text begins with one of the phrases.
  func begins(_ text: FoldedText) -> Bool {
    let bytes = text.bytes
    guard bytes.count >= 2 else { return false }
    return starts[PhraseSet.hash(bytes[0], bytes[1])].contains {
      bytes.span.matches(phrases[Int($0)], at: 0, end: bytes.count)
    }
  }

  func isIn(_ text: FoldedText) -> Bool { count(in: text) > 0 }
}
