import Testing

@testable import Model

@Suite("The words by which people are found") struct SearchWordsTests {
  private let bob = SearchWords.of(
    names: ["Bob O'Brien-Brown", "Roofs & Tiles Ltd"], emails: ["Bob.Brown@mail.example.org"],
    phones: ["+17135550107"])

  private func finds(_ text: String, _ words: Set<String>) -> Bool {
    let asked = SearchWords.asked(text)
    return !asked.isEmpty && asked.allSatisfy { asked in words.contains { $0.hasPrefix(asked) } }
  }

  @Test(
    "the beginning of any word of a name, an address or a number finds somebody, in any case and any order",
    arguments: [
      "bob", "BROWN", "o'brien", "brien", "brown bob", "bob.brown@mail", "@mail.example", "example.org", "org",
      "(713) 5550107", "roof",
      "+1713", "+1 713-555-0107", "713-555-0107", "5550107", "bo til",
    ])
  func found(_ text: String) { #expect(finds(text, bob), "\(text)") }

  @Test(
    "nobody is found by what is in no word, or by no word at all",
    arguments: ["rown", "bobby", "%", "_", "@", "", "+", "bob eli"])
  func lost(_ text: String) { #expect(!finds(text, bob), "\(text)") }

  @Test("where no spaces part words, each letter may begin one")
  func unparted() {
    let words = SearchWords.of(names: ["山田太郎"], emails: [], phones: [])
    #expect(finds("太郎", words) && finds("山田", words) && !finds("郎太", words))
  }

  @Test("however long and many the words are, few and short ones are kept and asked for")
  func limits() {
    let words = SearchWords.of(
      names: [String(repeating: "a", count: 500)] + (0..<200).map { "n\($0)" }, emails: [], phones: [])
    #expect(words.count == SearchWords.most && words.allSatisfy { $0.count <= SearchWords.longest })
    #expect(SearchWords.asked((0..<50).map { "n\($0)" }.joined(separator: " ")).count == SearchWords.mostAsked)
  }
}
