import Formats
import Model
import Testing

@Suite("Mail") struct MailParserTests {
  static let offer = """
    From: "Ada Lovelace" <ada@Example.TEST>
    To: Bob <bob@example.org>, bob.private@example.org (Bob at home)
    Cc: Team: Cyd <cyd@example.test>, dee@example.org;
    Subject: =?utf-8?Q?Besichtigung_am_Wei=C3=9Fen?=
     =?utf-8?Q?_Haus?=
    Date: Mon, 23 Nov 2026 17:01:02 +0100
    Message-ID: <one@example.test>
    In-Reply-To: <zero@example.org>
    References: <a@example.org>
     <zero@example.org>
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="outer"

    For readers without MIME.
    --outer
    Content-Type: multipart/alternative; boundary=inner

    --inner
    Content-Type: text/plain; charset=iso-8859-1
    Content-Transfer-Encoding: quoted-printable

    Gr=FC=DFe, the house is =
    white.
    --inner
    Content-Type: text/html; charset=utf-8

    <p>Grüße</p>
    --inner--
    --outer
    Content-Type: application/pdf
    Content-Disposition: attachment; filename*0*=utf-8''Grundri%C3%9F;
     filename*1=" plan.pdf"
    Content-Transfer-Encoding: base64

    aGVsbG8gd29y
    bGQ=
    --outer--
    Epilogue.

    """

  func check(_ mail: ParsedMail) {
    #expect(mail.from == [MailAddress(name: "Ada Lovelace", address: "ada@example.test")])
    #expect(mail.to.map(\.address) == ["bob@example.org", "bob.private@example.org"])
    #expect(mail.to.map(\.name) == ["Bob", "Bob at home"])
    #expect(mail.cc.map(\.address) == ["cyd@example.test", "dee@example.org"])
    #expect(mail.subject == "Besichtigung am Weißen Haus")
    #expect(mail.date == Instant(iso: "2026-11-23T16:01:02Z"))
    #expect(mail.messageID == "one@example.test")
    #expect(mail.inReplyTo == ["zero@example.org"])
    #expect(mail.references == ["a@example.org", "zero@example.org"])
    #expect(mail.text == "Grüße, the house is white.")
    #expect(mail.html == "<p>Grüße</p>")
    #expect(mail.trouble.isEmpty)
    #expect(mail.attachments.map(\.name) == ["Grundriß plan.pdf"])
    #expect(mail.attachments.map(\.type) == ["application/pdf"])
  }

  @Test("a mail with folded headers, alternatives and an attachment is read whole")
  func whole() {
    let bytes = Array(Self.offer.utf8)
    let mail = MailParser().parse(bytes)
    check(mail)
    #expect(mail.attachments.first?.size == 11)
    #expect(mail.attachments.map { MailParser().decoded($0, in: bytes) } == [Array("hello world".utf8)])
  }

  @Test("line ends of CR LF give the same mail")
  func crlf() {
    let bytes = Array(Self.offer.replacing("\n", with: "\r\n").utf8)
    check(MailParser().parse(bytes))
    check(MailParser().parse(MailParser().reduced(bytes, to: .text)))
  }

  @Test("a mail reduced to its text has no byte of the attachment and reads the same")
  func reduced() {
    let bytes = Array(Self.offer.utf8)
    let parser = MailParser()
    let text = parser.reduced(bytes, to: .text)
    check(parser.parse(text))
    #expect(!String(decoding: text, as: UTF8.self).contains("aGVsbG8"))
    #expect(parser.reduced(bytes, to: .whole) == bytes)
    let headers = parser.reduced(bytes, to: .headers)
    #expect(parser.parse(headers).subject == "Besichtigung am Weißen Haus")
    #expect(!String(decoding: headers, as: UTF8.self).contains("readers"))
  }

  @Test("reduction drops parts beyond the limit, which would else slip through as they are")
  func reducedBeyondLimit() {
    let part = "--b\nContent-Type: text/plain\n\nbody\n"
    let secret = "--b\nContent-Type: application/pdf\n\nSECRET\n"
    let bytes = Array(("Content-Type: multipart/mixed; boundary=b\n\n" + part + part + secret + secret).utf8)
    let parser = MailParser(limits: MailLimits(parts: 3))
    #expect(parser.parse(bytes).trouble == ["limit:parts"])
    let text = parser.reduced(bytes, to: .text)
    #expect(!String(decoding: text, as: UTF8.self).contains("SECRET"))
    #expect(parser.parse(text).text == parser.parse(bytes).text)
  }

  @Test("headers alone say the same as the whole mail's headers")
  func headers() {
    let mail = MailParser().parseHeaders(Array(Self.offer.utf8))
    #expect(mail.subject == "Besichtigung am Weißen Haus")
    #expect(mail.text.isEmpty)
    #expect(mail.header("message-id") == "<one@example.test>")
    #expect(mail.headers("REFERENCES") == ["<a@example.org> <zero@example.org>"])
    #expect(mail.header("X-None") == nil)
  }

  @Test("a text part that is attached is no text of the mail")
  func attachedText() {
    let mail = MailParser().parse(
      Array(
        """
        Content-Type: multipart/mixed; boundary=b

        --b

        hello
        --b
        Content-Type: text/plain
        Content-Disposition: attachment; filename="=?utf-8?B?w6QudHh0?="

        not this
        --b
        Content-Type: text/plain; name=log.txt

        nor this
        --b
        Content-Type: message/rfc822

        Subject: forwarded

        nor that
        --b--
        """.utf8))
    #expect(mail.text == "hello")
    #expect(mail.attachments.map(\.name) == ["ä.txt", "log.txt", ""])
    #expect(mail.attachments.map(\.type) == ["text/plain", "text/plain", "message/rfc822"])
  }

  @Test(
    "a multipart without its boundary is read as text",
    arguments: ["multipart/mixed", "multipart/mixed; boundary=never", "multipart/mixed; boundary=\"\""])
  func noBoundary(type: String) {
    let mail = MailParser().parse(Array("Subject: s\nContent-Type: \(type)\n\nthe text\n".utf8))
    #expect(mail.text == "the text\n")
    #expect(mail.trouble.count == 1)
  }

  @Test("lines that are no fields end the header, envelope lines of a mailbox do not")
  func malformedHeader() {
    let mail = MailParser().parse(
      Array("From ada@example.test Mon Nov 23 17:01:02 2026\n>From x\nSubject : spaced\nno field here\n\nbody".utf8))
    #expect(mail.subject == "spaced")
    #expect(mail.text == "no field here\n\nbody")
    #expect(MailParser().parse(Array("just text".utf8)).text == "just text")
    #expect(MailParser().parse(Array(": nameless\n\nx".utf8)).text == ": nameless\n\nx")
  }

  @Test("a file name is read in every way that mailers write it")
  func fileNames() {
    func name(_ disposition: String) -> String {
      let mail = "Content-Type: a/b\nContent-Disposition: attachment; \(disposition)\n\nx"
      return MailParser().parse(Array(mail.utf8)).attachments.first?.name ?? "none"
    }
    #expect(name("filename=plain.txt") == "plain.txt")
    #expect(name("filename=with space.txt; size=3") == "with space.txt")
    #expect(name("filename=\"a;\\\"b\\\".txt\"") == "a;\"b\".txt")
    #expect(name("filename*=utf-8'de'%E2%82%AC.txt") == "€.txt")
    #expect(name("filename*=iso-8859-1''%E9; filename=e") == "é")
    #expect(name("filename*1=b; filename*0=a; filename*2=c") == "abc")
    #expect(name("filename*0*=utf-8''%E2%82; filename*1*=%AC") == "€")
    #expect(name("(a (nested) comment) FileName = x (more)").hasPrefix("x"))
    #expect(name("filename") == "")
    #expect(name("filename=") == "")
  }
}
