import Formats

/// What an author's own new words ask of the reader, or promise.
public struct Asks: OptionSet, Sendable, Hashable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// A question that wants an answer.
  public static let question = Asks(rawValue: 1)
  /// Something the reader is asked to do.
  public static let request = Asks(rawValue: 2)
  /// Something the author says they will do.
  public static let promise = Asks(rawValue: 4)

  /// Looks at what the author wrote anew: quotes, signature, disclaimers and footers say nothing here.
  public init(_ reading: MailReading) {
    self.init(text: reading.split.joined(reading.lines(.body)))
  }

  /// Looks at a text of which every word is the author's.
  public init(text: String) {
    var found: Asks = []
    for sentence in AskSentence.all(in: text) {
      if sentence.isQuestion, !AskWords.courtesies.contains(sentence.words) { found.insert(.question) }
      let padded = " " + sentence.words + " "
      if AskWords.requests.contains(where: { padded.contains($0) }) { found.insert(.request) }
      let refuses = AskWords.refusals.contains { padded.contains($0) }
      if !refuses, AskWords.promises.contains(where: { padded.contains($0) }) { found.insert(.promise) }
    }
    self = found
  }
}

/// A sentence in small letters, its words with one space between them.
struct AskSentence: Equatable {
  var words: String
  var isQuestion: Bool

  /// Longer texts are looked at up to here; who asks, asks early.
  private static let longest = 20_000

  /// The sentences of a text; a mark of interrogation ends one only where white space or the end follows, so that
  /// addresses of pages are no questions.
  static func all(in text: String) -> [AskSentence] {
    var reader = SentenceReader()
    var characters = text.prefix(longest).makeIterator()
    var next = characters.next()
    while let character = next {
      next = characters.next()
      reader.take(character, before: next)
    }
    reader.close(asking: false)
    return reader.found
  }
}

/// Parts a text into sentences, character by character.
private struct SentenceReader {
  private(set) var found: [AskSentence] = []
  private var words: [String] = []
  private var word = ""
  private var lineIsBlank = false

  private mutating func endWord() {
    if !word.isEmpty { words.append(word) }
    word = ""
  }

  mutating func close(asking isQuestion: Bool) {
    endWord()
    if !words.isEmpty { found.append(AskSentence(words: words.joined(separator: " "), isQuestion: isQuestion)) }
    words = []
  }

  mutating func take(_ character: Character, before next: Character?) {
    if character == "\n" {
      // A blank line ends a sentence, a turned line does not.
      endWord()
      if lineIsBlank { close(asking: false) }
      lineIsBlank = true
      return
    }
    if character.isWhitespace { return endWord() }
    lineIsBlank = false
    let ends = next.map { $0.isASpace || SentenceReader.closing.contains($0) } ?? true
    switch character {
    case "?", "؟": if ends { close(asking: true) } else { word.append(character) }
    case "？": close(asking: true)
    case ";":
      // Greek asks with a semicolon, or with the sign that looks like one.
      close(asking: ends && word.unicodeScalars.contains { SentenceReader.greek.contains($0.value) })
    case ".", "!", ":": if ends { close(asking: false) } else { word.append(character) }
    case "。", "！": close(asking: false)
    case "’": word += "'"
    default:
      if character.isALetter || character.isNumber || character == "'" || character == "-" {
        word += character.lowercased()
      }
    }
  }

  private static let greek: ClosedRange<UInt32> = 0x370...0x3FF
  private static let closing: Set<Character> = ["\"", ")", "”", "»", "'", "]", "?", "!"]
}
