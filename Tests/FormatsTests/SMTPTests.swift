import Formats
import Foundation
import Model
import Testing

/// What is said to a server that takes mail, and what it answers.
@Suite("Mails of the house")
struct SMTPTests {
  @Test(
    "replies of one line and of several come out whole, in whatever pieces they arrive", arguments: [1, 2, 5, 1000])
  func replies(_ pieces: Int) throws {
    let said = Array(
      "220 mail.example.org ready\r\n250-mail.example.org\r\n250-SIZE 1000\r\n250 STARTTLS\r\n354\r\n".utf8)
    var replies = SMTPReplies()
    var found: [SMTPReplies.Reply] = []
    for start in stride(from: 0, to: said.count, by: pieces) {
      found += try replies.take(said[start..<min(start + pieces, said.count)])
    }
    #expect(found.map(\.code) == [220, 250, 354])
    #expect(found[1].lines == ["mail.example.org", "SIZE 1000", "STARTTLS"] && found.allSatisfy(\.isGood))
  }

  @Test("what is no reply is refused", arguments: ["HTTP/1.1 400 Bad Request\r\n", "25\r\n", "250+x\r\n", "\r\n"])
  func strange(_ said: String) {
    var replies = SMTPReplies()
    #expect(throws: Trouble.self) { try replies.take(Array(said.utf8)) }
  }

  @Test("a reply without end is refused before it takes memory")
  func endless() {
    var lines = SMTPReplies()
    #expect(throws: Trouble.self) { try lines.take(Array(String(repeating: "250-x\r\n", count: 1000).utf8)) }
    var line = SMTPReplies()
    #expect(throws: Trouble.self) { try line.take([UInt8](repeating: 50, count: 100_000)) }
  }

  @Test("a mail says that a machine made it, has no line that ends it early, and no header more than its own")
  func mail() {
    let mail = HouseMail(
      to: "ada@example.test", from: "office@example.test", subject: "Your\r\nBcc: eve@example.test",
      text: "Hello\n.\n..two\nBye")
    let text = String(
      decoding: mail.data(at: Instant(year: 2026, month: 11, day: 8, hour: 9), id: "1@kith"), as: UTF8.self)
    #expect(
      text.contains("Auto-Submitted: auto-generated\r\n") && text.contains("Date: 08 Nov 2026 09:00:00 +0000\r\n"))
    #expect(text.hasSuffix("\r\n..\r\n...two\r\nBye\r\n.\r\n"))
    #expect(!text.contains("\nBcc:") && text.components(separatedBy: "\r\n.\r\n").count == 2)
  }

  @Test(
    "only a plain address can stand in a command",
    arguments: [
      ("ada@example.test", true), ("a.b+c@example.test", true), ("ada", false), ("a b@example.test", false),
      ("ada@example.test>\r\nRCPT TO:<eve@x", false), ("<ada@example.test>", false), ("ädä@example.test", false),
      ("a@b@c", false), ("@example.test", false),
    ])
  func addresses(_ address: String, _ isPlain: Bool) { #expect(HouseMail.isPlain(address) == isPlain) }
}
