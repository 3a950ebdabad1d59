import Formats
import Testing

@Suite("Names of folders") struct IMAPNameTests {
  static let vectors: [(String, String)] = [
    ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"), ("Gesendete &AMQ-pfel", "Gesendete Äpfel"),
    ("Ada &- Bob", "Ada & Bob"), ("&Jjo-!", "☺!"), ("&2D3eAA-", "😀"), ("plain", "plain"), ("&AAA-", "\0"), ("", ""),
    ("&AGEAYgDk-", "abä"),
  ]

  @Test("modified UTF-7 is read, and written as it was", arguments: vectors)
  func vector(raw: String, text: String) {
    #expect(IMAPName(raw: Array(raw.utf8)).text() == text)
    if raw != "&AGEAYgDk-" { #expect(String(decoding: IMAPName(text).raw, as: UTF8.self) == raw) }
  }

  @Test(
    "what is not well formed stays as it is written",
    arguments: ["&", "&A", "&AMQ", "a&b", "&!-", "&AMQA-", "&AM-", "&&-"])
  func malformed(raw: String) {
    let name = IMAPName(raw: Array(raw.utf8))
    #expect(name.raw == Array(raw.utf8))
    #expect(name.text() == (raw == "&&-" ? "&&" : raw))
  }

  @Test("UTF-8 is read where it was agreed on, and where it comes unasked")
  func utf8() {
    #expect(IMAPName(raw: Array("Entwürfe & &AMQ-".utf8)).text() == "Entwürfe & &AMQ-")
    #expect(IMAPName(raw: Array("&AMQ-".utf8)).text(utf8: true) == "&AMQ-")
    #expect(IMAPName("Äpfel", utf8: true).raw == Array("Äpfel".utf8))
    #expect(IMAPName(raw: [0x41, 0xff]).text() == "A\u{fffd}" && IMAPName(raw: [0x41, 0xff]).raw == [0x41, 0xff])
  }

  @Test("INBOX is one name in any letters; other names are not")
  func inbox() {
    #expect(IMAPName("inbox") == IMAPName("INBOX") && IMAPName("iNbOx").isInbox && !IMAPName("Inbox/a").isInbox)
    #expect(IMAPName("sent") != IMAPName("Sent"))
  }

  @Test("every text survives being a name", arguments: 0..<40)
  func survives(seed: UInt64) {
    var random = SeededNumbers(state: seed)
    let letters: [Unicode.Scalar] = ["a", "&", "-", "/", "ä", "台", "😀", "\u{7f}", "\n", "+", ",", "~", "\u{300}"]
    for _ in 0..<50 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...12, using: &random) { text.append(letters.randomElement(using: &random) ?? "a") }
      let name = IMAPName(String(text))
      #expect(name.text() == String(text) && name.raw.allSatisfy { $0 >= 32 && $0 < 127 })
    }
  }
}
