import Formats
import Insight
import Testing

@Suite("signatures and what they say")
struct SignatureTests {
  private func read(_ text: String, name: String = "Ada Adler", address: String = "ada@adler-homes.example")
    -> MailReading
  {
    MailReading(text: text, name: name, address: address)
  }

  private static let letter = """
    Dear Bob,

    the house in Harbour Street is free from May. Shall we look at it on Friday?

    Best regards,
    Ada

    --
    Ada Adler
    Senior Estate Agent
    Adler Homes Ltd
    12 Harbour Street
    Springfield, OR 97477
    Phone: +1 541-754-3010 ext. 12
    Mobile: (541) 754-3011
    Fax: 541.754.3012
    ada@adler-homes.example
    www.adler-homes.example
    https://www.linkedin.com/in/ada-adler-example
    """

  @Test("a letter falls into greeting, text, close, signature and what is quoted")
  func roles() {
    let reading = read(
      Self.letter + "\n\nOn Mon, Nov 23, 2026 at 9:41 AM Bob <bob@example.test> wrote:\n> Hello\n> Bob\n")
    #expect(
      reading.reply == "Dear Bob,\n\nthe house in Harbour Street is free from May. Shall we look at it on Friday?")
    #expect(reading.signature.hasPrefix("Best regards,\nAda") && reading.signature.hasSuffix("ada-adler-example"))
    #expect(reading.quoted.hasSuffix("> Bob"))
    #expect(reading.confidence > 0.8)
  }

  @Test("every field of a card is found, numbers with what they are for")
  func fields() throws {
    let fields = read(Self.letter).fields()
    #expect(fields.name?.text == "Ada Adler")
    #expect(fields.title?.text == "Senior Estate Agent")
    #expect(fields.organisation?.text == "Adler Homes Ltd")
    #expect(fields.phones.map(\.e164) == ["+15417543010", "+15417543011", "+15417543012"])
    #expect(fields.phones.map(\.kind) == [.work, .mobile, .fax])
    #expect(fields.phones.first?.ext == "12")
    #expect(fields.emails.map(\.text) == ["ada@adler-homes.example"])
    #expect(fields.urls.map(\.text) == ["www.adler-homes.example"])
    #expect(fields.profiles.map(\.network) == ["linkedin"])
    #expect(fields.address?.text == "12 Harbour Street\nSpringfield, OR 97477")
  }

  @Test(
    "an author without a display name is known by the address",
    arguments: ["ada.adler@example.test", "ada_adler@example.test", "aadler@example.test"])
  func addressed(_ address: String) {
    let text = "The house is free from May.\n\nAda Adler\nEstate Agent\n541-754-3010"
    let reading = read(text, name: "", address: address)
    #expect(reading.signature == "Ada Adler\nEstate Agent\n541-754-3010")
    #expect(reading.fields().name?.text == "Ada Adler")
  }

  @Test("a title may be joined to its department, and a firm begin with an article")
  func joined() {
    let text = "The house is free from May.\n\nAda Adler, Manager-Claims\nThe Harbour Group\n541-754-3010"
    let fields = read(text, address: "ada@harbourgrp.example").fields()
    #expect(fields.title?.text == "Manager-Claims")
    #expect(fields.organisation?.text == "The Harbour Group")
    let programme = "All is well.\n\nAda Adler\nAssociate & Analyst Programs\n541-754-3010"
    #expect(read(programme).fields().title == nil)
  }

  @Test("a quoted signature belongs to somebody else and gives nothing")
  func quotedSignature() {
    let quoted = Self.letter.split(separator: "\n", omittingEmptySubsequences: false).map { "> " + $0 }.joined(
      separator: "\n")
    for text in [
      "Yes, Friday is fine.\n\nOn Mon, Nov 23, 2026 at 9:41 AM Ada Adler <ada@adler-homes.example> wrote:\n" + quoted,
      "Yes, Friday is fine.\n\n-----Original Message-----\nFrom: Ada Adler\nSent: Monday\nTo: Bob\nSubject: A house\n\n"
        + Self.letter,
    ] {
      let reading = read(text, name: "Bob Baker", address: "bob@example.test")
      #expect(reading.signatureLines.isEmpty)
      #expect(reading.fields().isEmpty)
    }
  }

  @Test(
    "a first name, initials and a device's line are signatures; a close alone is none",
    arguments: [
      ("Call me on Friday.\n\nThanks,\nAda", "Thanks,\nAda"), ("Call me on Friday.\n\nAA", "AA"),
      ("Call me on Friday, please.\n\nSent from my iPhone", "Sent from my iPhone"),
      ("Call me on Friday.\n\nThanks,", ""), ("The papers are attached.\n\nFYI", ""), ("No house today.\n\nSorry!", ""),
      ("Is the house still free?", ""),
    ])
  func small(_ text: String, _ signature: String) {
    #expect(read(text).signature == signature)
  }

  @Test("a disclaimer and a list's footer are nobody's signature")
  func footers() {
    let reading = read(
      "Yes, gladly.\n\nAda\n\nThis message is confidential and intended only for the addressee.\nIf you have received it in error, please notify the sender and delete the original.\n"
    )
    #expect(reading.signature == "Ada")
    #expect(reading.lines(.disclaimer).count == 2)
  }

  @Test("several mails of one author vote: what is said again is surer, what one of many says is less sure")
  func votes() {
    let once = SignatureVotes.confidence(0.8, saidBy: 1, of: 1)
    let thrice = SignatureVotes.confidence(0.8, saidBy: 3, of: 3)
    let rare = SignatureVotes.confidence(0.8, saidBy: 1, of: 20)
    #expect(once < thrice && thrice < 1 && rare < once)
  }

  @Test("mails of one end count once, and a mail is no witness of itself")
  func witnesses() {
    let ends = ["Ada Adler\nAdler Homes", "Ada Adler\nAdler Homes", "All is well.\nAda Adler\nAdler Homes"]
    var habits = SignatureHabits()
    for end in ends { habits.add(QuoteSplit(end), of: "Ada@Adler-Homes.example") }
    let mail = LabelledMail(forge: ends[0], sender: "Ada Adler <ada@adler-homes.example>")
    #expect(habits.habit(of: "bob@example.test") == nil)
    // Trained to believe witnesses alone, the chain hears one besides the mail itself, and none for what one mail says.
    let chain = LineChain(text: "here seenOnce 9\nhere seenOften -9\nhere unseen -9\nbias -1")
    var heard = mail
    heard.habit = habits.habit(of: "ada@adler-homes.example")
    #expect(heard.read(by: chain, together: true).signatureLines == [0, 1])
    #expect(heard.read(by: chain).signatureLines.isEmpty)
    var alone = SignatureHabits()
    alone.add(QuoteSplit(ends[0]), of: "ada@adler-homes.example")
    heard.habit = alone.habit(of: "ada@adler-homes.example")
    #expect(heard.read(by: chain, together: true).signatureLines.isEmpty)
  }

  @Test("proposed are names of two words, numbers that can be dialled, and other addresses than the author's")
  func proposals() {
    let votes = read(Self.letter).proposals()
    #expect(
      votes.filter { $0.field == .phone }.map(\.value) == ["+15417543010;ext=12", "+15417543011", "+15417543012"])
    #expect(!votes.contains { $0.field == .email })
    #expect(read("See you.\n\nAda\nx57302").proposals().isEmpty)
  }

  @Test("the weights are the same read and written, and training twice gives the same")
  func weights() {
    #expect(LineChain(text: LineChain.signatures.text) == LineChain.signatures)
    let mail = LabelledMail(
      forge: "Hello Bob,\nall is well.\n#sig#Thanks,\n#sig#Ada", sender: "Ada Adler <ada@example.test>")
    let first = LineChain.trained(on: [mail.example()], rounds: 20)
    #expect(first == LineChain.trained(on: [mail.example()], rounds: 20))
    #expect(mail.read(by: first).signature == "Thanks,\nAda")
  }

  @Test("no input traps")
  func hostile() {
    let pieces = [
      "", "\n", "Ada", "--", "+1 541", "x12", "((((", "@", "www.", "http://", ".com", "é", "\u{0}", "1234567890",
      "Thanks,", "|", "Ltd", "ext.", "<a>", "…",
    ]
    var seed: UInt64 = 3
    for _ in 0..<2_000 {
      var text = ""
      for _ in 0..<14 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(seed >> 33) % pieces.count]
      }
      let reading = read(text)
      #expect(reading.roles.count == reading.split.text.lines.count)
      _ = reading.proposals()
    }
  }
}
