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
    var found: [AskSentence] = []
    var words: [String] = []
    var word = ""
    var lineIsBlank = false
    func close(_ isQuestion: Bool) {
      if !word.isEmpty { words.append(word) }
      word = ""
      if !words.isEmpty { found.append(AskSentence(words: words.joined(separator: " "), isQuestion: isQuestion)) }
      words = []
    }
    var characters = text.prefix(longest).makeIterator()
    var next = characters.next()
    while let character = next {
      next = characters.next()
      switch character {
      case "?", "؟", "？", ";":
        // Greek asks with a semicolon, or with the sign that looks like one.
        let ends = next.map { $0.isWhitespace || closing.contains($0) } ?? true
        let isMark = character != ";" || word.unicodeScalars.contains { greek.contains($0.value) }
        if ends || character == "？" {
          if isMark { close(true) } else { close(false) }
        } else {
          word.append(character)
        }
      case ".", "!", ":", "。", "！":
        if next.map({ $0.isWhitespace || closing.contains($0) }) ?? true {
          close(false)
        } else {
          word.append(character)
        }
      case "\n":
        // A blank line ends a sentence, a turned line does not.
        if lineIsBlank { close(false) }
        lineIsBlank = true
        if !word.isEmpty { words.append(word) }
        word = ""
      default:
        if character.isWhitespace {
          if !word.isEmpty { words.append(word) }
          word = ""
        } else {
          lineIsBlank = false
          if character.isLetter || character.isNumber || character == "'" || character == "-" {
            word += character.lowercased()
          } else if character == "’" {
            word += "'"
          }
        }
      }
      if !character.isWhitespace { lineIsBlank = false }
    }
    close(false)
    return found
  }

  private static let greek: ClosedRange<UInt32> = 0x370...0x3FF
  private static let closing: Set<Character> = ["\"", ")", "”", "»", "'", "]", "?", "!"]
}
