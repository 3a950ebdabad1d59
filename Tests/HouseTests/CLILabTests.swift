import Foundation
import Stage
import Testing

@Suite("The command line: lab looks at files and keeps nothing")
struct CLILabTests {
  @Test("mime prints every key for each mail, in the order of the input")
  func mime() throws {
    let cli = try CLI()
    let mail = try cli.write(
      Array(
        """
        From: =?utf-8?q?Ada_Adler?= <ada@example.test>
        To: Bob <bob@example.test>, cyd@example.test
        Subject: =?utf-8?b?R3LDvMOfZQ==?=
        Date: Mon, 23 Nov 2026 09:00:00 +0100
        Message-ID: <one@example.test>
        In-Reply-To: <zero@example.test>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain; charset=utf-8

        Hello
        --b
        Content-Type: application/pdf; name="plan.pdf"
        Content-Transfer-Encoding: base64

        AAAA
        --b--

        """.utf8), "one.eml")
    let ran = try cli.run("lab", "mime", mail)
    #expect(ran.status == 0)
    #expect(
      Set(ran.first.keys) == [
        "file", "subject", "from", "to", "cc", "date", "message_id", "in_reply_to", "references", "text", "html",
        "attachments", "trouble",
      ])
    #expect(ran.text("subject") == "Grüße" && ran.text("date") == "2026-11-23T08:00:00Z")
    #expect((ran.first["from"] as? [[String: String]]) == [["name": "Ada Adler", "address": "ada@example.test"]])
    let attachments = try #require(ran.first["attachments"] as? [[String: Any]])
    #expect(attachments.count == 1 && attachments[0]["name"] as? String == "plan.pdf")
    #expect((attachments[0]["size"] as? NSNumber)?.intValue == 3)
    #expect(!FileManager.default.fileExists(atPath: cli.data) && !FileManager.default.fileExists(atPath: cli.key))

    try Cast.writeMbox(cli.files + "/all.mbox")
    let box = try cli.run("lab", "mime", cli.files + "/all.mbox", mail)
    #expect(box.lines.count == Cast.letters.count + 1)
    #expect(box.lines.dropLast().map { $0["subject"] as? String } == Cast.letters.map(\.subject))
    #expect(box.lines.last?["file"] as? String == mail)
  }

  @Test("reply parts a mail, and signature reads what its author signs with, from a mail or a text")
  func reply() throws {
    let cli = try CLI()
    let text =
      "Shall we meet on Friday?\n\nBest regards,\nAda Adler\nEstate Agent\n+1 541-754-3010\n\n"
      + "On Mon, Nov 23, 2026 at 9:41 AM Bob <bob@example.test> wrote:\n> Hello\n> Bob\n"
    let head = "From: Ada Adler <ada@example.test>\nTo: bob@example.test\nSubject: house\n\n"
    let mail = try cli.write(Array((head + text).utf8), "one.eml")
    let parted = try cli.run("lab", "reply", mail)
    #expect(Set(parted.first.keys) == ["file", "reply", "quoted", "signature"])
    #expect(parted.text("reply") == "Shall we meet on Friday?")
    #expect(parted.text("quoted").hasSuffix("> Bob"))
    let plain = try cli.write(Array(text.utf8), "one.txt")
    for ran in [
      try cli.run("lab", "signature", mail),
      try cli.run("lab", "signature", plain, "--sender", "Ada Adler <ada@example.test>"),
    ] {
      #expect(Set(ran.first.keys) == ["file", "lines", "text", "fields", "confidence"])
      let fields = try #require(ran.first["fields"] as? [String: Any])
      #expect(fields["name"] as? String == "Ada Adler" && fields["title"] as? String == "Estate Agent")
      #expect((fields["phones"] as? [[String: Any]])?.first?["number"] as? String == "+15417543010")
      #expect((ran.first["lines"] as? [NSNumber])?.map(\.intValue) == [2, 3, 4, 5])
    }
  }

  @Test("kind judges the author: a robot is a machine, a newsletter is bulk, Bob is a person")
  func kind() throws {
    let cli = try CLI()
    try Cast.writeMbox(cli.files + "/all.mbox")
    let ran = try cli.run("lab", "kind", cli.files + "/all.mbox")
    #expect(ran.lines.allSatisfy { Set($0.keys) == ["file", "kind", "via_list", "why"] })
    for (letter, line) in zip(Cast.letters, ran.lines) where letter.from != Cast.portal && letter.from != Cast.paper {
      #expect(line["kind"] as? String == "person", "\(letter.id)")
    }
    for (letter, line) in zip(Cast.letters, ran.lines) where letter.from == Cast.portal || letter.from == Cast.paper {
      #expect(line["kind"] as? String != "person", "\(letter.id)")
    }
  }

  @Test("next looks at mails before the instant alone; its parts sum to the score")
  func next() throws {
    let cli = try CLI()
    try Cast.writeMaildir(cli.files + "/Maildir")
    let box = cli.files + "/Maildir"
    let ran = try cli.run("lab", "next", box, "--owner", Cast.ada.address, "--at", "2026-11-23T00:00:00Z", "--top", "0")
    #expect(ran.status == 0 && ran.lines.count > 5)
    var last = Double.infinity
    for line in ran.lines {
      let score = try #require(line["score"] as? NSNumber).doubleValue
      let parts = try #require(line["parts"] as? [String: NSNumber])
      #expect(parts.values.reduce(0) { $0 + $1.doubleValue } == score && score <= last)
      last = score
      #expect(line["address"] as? String != Cast.ada.address)
    }
    let before = try cli.run("lab", "next", box, "--owner", Cast.ada.address, "--at", "2001-01-01")
    #expect(before.status == 0 && before.out.isEmpty)
    #expect(
      try cli.run("lab", "next", box, "--owner", Cast.ada.address, "--at", "2026-11-23", "--top", "2").lines.count == 2)
    let swapped = try cli.run("lab", "next", "--at", "2026-11-23", "--owner", Cast.ada.address, box)
    #expect(swapped.status == 0 && !swapped.out.isEmpty)
  }

  @Test("a path that is not there ends with 1, and bad arguments with 2")
  func wrong() throws {
    let cli = try CLI()
    #expect(try cli.run("lab", "mime", cli.files + "/nothing").status == 1)
    #expect(try cli.run("lab", "mime").status == 2)
    #expect(try cli.run("lab", "next", cli.files, "--at", "2026-11-23").status == 2)
    #expect(try cli.run("lab", "next", cli.files, "--owner", "a@example.test", "--at", "yesterday").status == 2)
  }
}
