/// The words by which a person is found: the beginning of any of them will do.
public enum SearchWords {
  /// Longer words are cut, when they are kept and when they are asked for.
  static let longest = 60
  /// More words of one person are not kept.
  static let most = 60
  /// More words at once narrow nothing any more.
  static let mostAsked = 8

  /// The words of names, addresses and numbers.
  public static func of(names: [String], emails: [String], phones: [String]) -> Set<String> {
    var words: Set<String> = []
    func add(_ word: some StringProtocol) {
      if !word.isEmpty, words.count < most { words.insert(String(word.prefix(longest))) }
    }
    for name in names {
      for word in fold(name).split(whereSeparator: \.isWhitespace) {
        add(word)
        for part in parts(word) { add(part) }
        // Where no spaces part words, each letter may begin one.
        if word.unicodeScalars.contains(where: { $0.value >= 0x2E80 }) {
          for place in word.indices.dropFirst() { add(word[place...]) }
        }
      }
    }
    for email in emails {
      let email = fold(email)
      add(email)
      if let at = email.lastIndex(of: "@") {
        var domain = email[email.index(after: at)...]
        add(domain)
        // A domain is asked for without what stands before it.
        while let dot = domain.firstIndex(of: ".") {
          domain = domain[domain.index(after: dot)...]
          add(domain)
        }
      }
      for part in parts(email) { add(part) }
    }
    for phone in phones {
      add(phone)
      let digits = phone.filter { $0.isASCII && $0.isNumber }
      add(digits)
      // A number is asked for without its country, or its area.
      for length in 6..<11 where digits.count > length { add(digits.suffix(length)) }
    }
    return words
  }

  /// What is asked for, word by word; nothing for a text without any.
  public static func asked(_ text: String) -> [String] {
    let words = fold(text).split(whereSeparator: \.isWhitespace).compactMap { word -> String? in
      var plain = word.drop { !$0.isLetter && !$0.isNumber && $0 != "+" }
      while let last = plain.last, !last.isLetter, !last.isNumber, last != "+" { plain.removeLast() }
      let digits = plain.filter { $0.isASCII && $0.isNumber }
      let isNumber = digits.count > 4 && plain.allSatisfy { $0.isNumber || "+-()./".contains($0) }
      if isNumber { return (plain.first == "+" ? "+" : "") + digits }
      return plain.isEmpty || plain == "+" ? nil : String(plain.prefix(longest))
    }
    return Array(words.prefix(mostAsked))
  }

  private static func parts(_ word: some StringProtocol) -> [String] {
    word.split { !$0.isLetter && !$0.isNumber }.map { String($0) }
  }
}
