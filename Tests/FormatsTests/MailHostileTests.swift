import Formats
import Model
import Testing

@Suite("Hostile mail") struct MailHostileTests {
  let parser = MailParser()

  /// Reads a mail and tells that it took less than a debug build on a slow machine may take.
  func bounded(_ bytes: [UInt8], seconds: Int = 20) -> ParsedMail {
    var mail = ParsedMail.empty
    let time = processorTime {
      mail = parser.parse(bytes)
      _ = parser.reduced(bytes, to: .text)
    }
    #expect(time < .seconds(seconds))
    return mail
  }

  @Test("every beginning of a mail parses, and reduces to what parses alike")
  func prefixes() {
    let whole = Array(MailParserTests.offer.utf8)
    for count in 0...whole.count {
      let bytes = Array(whole[..<count])
      let mail = parser.parse(bytes)
      let reduced = parser.parse(parser.reduced(bytes, to: .text))
      #expect(mail.text == reduced.text && mail.html == reduced.html && mail.to == reduced.to)
      #expect(mail.attachments.map(\.name) == reduced.attachments.map(\.name))
    }
  }

  @Test("a byte changed anywhere in a mail never stops the parser")
  func mutations() {
    let whole = Array(MailParserTests.offer.utf8)
    var state: UInt64 = 1
    for _ in 0..<4_000 {
      var bytes = whole
      for _ in 0..<4 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 24)
      }
      let mail = parser.parse(bytes)
      let reduced = parser.parse(parser.reduced(bytes, to: .text))
      #expect(mail.text == reduced.text && mail.html == reduced.html)
      for attachment in mail.attachments {
        #expect(parser.decoded(attachment, in: bytes).count == attachment.size)
      }
    }
  }

  @Test("nothing is a mail too")
  func empty() {
    let mail = parser.parse([])
    #expect(mail.text.isEmpty && mail.from.isEmpty && mail.date == nil && mail.attachments.isEmpty)
    #expect(parser.reduced([], to: .text).isEmpty)
    #expect(parser.reduced([], to: .headers).isEmpty)
  }

  @Test("30,000 nested multiparts stop at the limit of depth")
  func nestedMultiparts() {
    var text = ""
    for i in 0..<30_000 { text += "Content-Type: multipart/mixed; boundary=b\(i)\n\n--b\(i)\n" }
    #expect(bounded(Array(text.utf8)).trouble.contains("limit:depth"))
  }

  @Test("300,000 empty parts stop at the limit of parts")
  func emptyParts() {
    let text = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n", count: 300_000)
    #expect(bounded(Array(text.utf8)).trouble == ["limit:parts"])
  }

  @Test("groups nested 50,000 deep, which kill GMime, give no address and no crash")
  func nestedGroups() {
    let mail = bounded(Array(("From: " + String(repeating: "g:", count: 50_000) + "a@b.test\n\nx").utf8))
    #expect(mail.from.map(\.address) == ["a@b.test"])
  }

  @Test(
    "endless repetition in a header takes linear time",
    arguments: [
      "(", ")", "<", ">", "\"", "\\", "@", ",", ":", ";", "[", "]", "a@b,", "<a@b>", "=?", "=?utf-8?q?", "?=", "=",
      "=?utf-8?q?a?= ", "a,", "a <", " at ", ".", "(\"", "\"(", "a@", "'", "%", "\u{FC}",
    ])
  func repetition(unit: String) {
    let run = String(repeating: unit, count: 250_000 / unit.utf8.count)
    for name in ["From", "To", "Subject", "Date", "References", "Content-Type", "Content-Disposition"] {
      let lead = name.hasPrefix("Content") ? "a/b; x=" : ""
      _ = bounded(Array("\(name): \(lead)\(run)\n\nbody".utf8))
    }
  }

  @Test("500,000 nested comments are one comment")
  func nestedComments() {
    let open = String(repeating: "(", count: 500_000)
    let close = String(repeating: ")", count: 500_000)
    #expect(AddressList.parse("a@b.test " + open + close).map(\.address) == ["a@b.test"])
    #expect(AddressList.parse("a@b.test " + open).map(\.address) == ["a@b.test"])
  }

  @Test("a header beyond its limit is cut and the body still found")
  func longHeader() {
    let many = "Subject: kept\n" + String(repeating: "X-Filler: y\n", count: 400_000) + "To: late@example.test\n\nbody"
    let mail = bounded(Array(many.utf8))
    #expect(mail.subject == "kept")
    #expect(mail.to.isEmpty)
    #expect(mail.text == "body")
    #expect(mail.trouble == ["limit:header"])
  }

  @Test("continuations of a parameter are bounded")
  func continuations() {
    let sections = (0..<5_000).map { "n*\($0)=a" }.joined(separator: "; ")
    let far = "n*9223372036854775807=x; n*99999999999999999999=x; n*-1=x"
    _ = bounded(Array("Content-Type: a/b; \(far); \(sections)\n\n".utf8))
  }

  @Test("a mail of 50 MB takes bounded time", arguments: ["7bit", "base64", "quoted-printable"])
  func large(encoding: String) {
    let line = encoding == "7bit" ? "--not a delimiter, just a line of a long text that goes on and on" : "QUJD=41 "
    var bytes = Array("Content-Type: multipart/mixed; boundary=\"--not a delimiter\"\n\n----not a delimiter\n".utf8)
    bytes += Array("Content-Transfer-Encoding: \(encoding)\n\n".utf8)
    let unit = Array((String(repeating: line, count: 100) + "\n").utf8)
    bytes.reserveCapacity(50_000_000)
    while bytes.count < 50_000_000 { bytes += unit }
    let mail = bounded(bytes, seconds: 60)
    #expect(!mail.text.isEmpty)
  }

  @Test("white space without end in quoted-printable takes linear time")
  func blanks() {
    let text =
      "Content-Transfer-Encoding: quoted-printable\n\n"
      + String(repeating: "=" + String(repeating: " ", count: 50_000) + "a", count: 40)
    _ = bounded(Array(text.utf8))
  }
}

extension ParsedMail {
  fileprivate static var empty: ParsedMail { MailParser().parse([]) }
}
