import Formats
import Testing

@Suite("Words of a text") struct MailWordsTests {
  func words(_ text: String) -> [String] {
    var found: [String] = []
    TextWords.each(in: text) { word in
      found.append(word.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
    }
    return found
  }

  @Test(
    "text splits into folded words",
    arguments: [
      ("The house, 12 Main-Street.", ["the", "house", "12", "main", "street"]),
      ("Bob's e-mail a b", ["bob", "mail"]), ("foo_bar ada@example.test", ["foo_bar", "ada", "example", "test"]),
      ("Café GRÖSSE Straße ÿ Łódź × ÷", ["cafe", "grosse", "strasse", "lodz"]),
      ("cafe\u{301} so\u{AD}ft", ["cafe", "soft"]), ("Привет МИР", ["привет", "мир"]),
      ("Ærø Œuvre þing", ["aero", "oeuvre", "thing"]), ("ΑΘΗΝΑ", ["αθηνα"]),
      ("你好世界", ["你好", "好世", "世界"]), ("好 A", ["好"]), ("東京tower2", ["東京", "tower2"]), ("서울 시", ["서울", "시"]),
      ("", []), ("--- \u{FFFD} …", []),
    ])
  func split(text: String, expected: [String]) {
    #expect(words(text) == expected)
  }

  @Test("words beyond 64 bytes are left out, those of 64 kept")
  func lengths() {
    let word = String(repeating: "a", count: 64)
    #expect(words("x \(word) \(word)a yy") == [word, "yy"])
  }

  @Test("different words come once each, however many texts they stand in")
  func distinct() {
    var found: [String] = []
    let many = (0..<5_000).map { "word\($0)" }.joined(separator: " ")
    TextWords.distinct(in: ["Ada ada bob", "BOB cyd", many, many]) { word in
      found.append(word.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
    }
    #expect(found.count == 5_003)
    #expect(Set(found).count == 5_003)
    #expect(found.prefix(3) == ["ada", "bob", "cyd"])
  }

  @Test("bytes that are no UTF-8 separate")
  func broken() {
    var count = 0
    TextWords.each(in: [0x61, 0x62, 0xFF, 0x63, 0x64, 0xE4, 0xB8, 0xF5, 0x80, 0xED, 0xA0, 0x80].span) { _ in count += 1
    }
    #expect(count == 2)
  }
}
