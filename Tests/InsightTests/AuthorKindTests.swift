import Formats
import Insight
import Model
import Testing

@Suite("who wrote it: a person, a machine, or somebody to many")
struct AuthorKindTests {
  private func judge(_ headers: String) -> AuthorVerdict {
    authorKind(of: MailParser().parse(Array((headers + "\n\nText.\n").utf8)))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let headers: String
    let kind: MailSightings.Author
    let viaList: Bool

    init(_ says: String, _ headers: String, _ kind: MailSightings.Author, viaList: Bool = false) {
      testDescription = says
      self.headers = headers
      self.kind = kind
      self.viaList = viaList
    }
  }

  static let cases: [Case] = [
    Case(
      "a plain mail is a person's", "From: Bob <bob@example.test>\nTo: ada@example.test\nSubject: The keys", .person),
    Case(
      "a person who writes through a list stays a person",
      "Received: from a by b\nFrom: Bob <bob@example.test>\nTo: homes@lists.example.org\n"
        + "List-Id: <homes.lists.example.org>\nList-Post: <mailto:homes@lists.example.org>\n"
        + "Precedence: list\nSubject: [homes] Roofs",
      .person, viaList: true),
    Case(
      "Precedence: bulk of a discussion list makes nobody bulk",
      "From: Bob <bob@example.test>\nTo: homes@example.org\nPrecedence: bulk\n"
        + "X-BeenThere: homes@example.org\nSubject: Roofs",
      .person, viaList: true),
    Case(
      "an archive without recipients shows its list by the tag",
      "From: bob@example.test (Bob)\nSubject: Re: [homes] Roofs", .person, viaList: true),
    Case(
      "a tag of a filter is no list", "From: Bob <bob@example.test>\nTo: ada@example.test\nSubject: [EXTERNAL] Roofs",
      .person),
    Case(
      "an announcement list is bulk",
      "From: Homes <homes@example.org>\nTo: ada@example.test\nList-Post: NO\n"
        + "List-Id: <h.example.org>\nSubject: New homes",
      .bulk,
      viaList: true),
    Case(
      "an unsubscribe link without a list to write to is bulk",
      "From: Shop <shop@example.org>\nTo: ada@example.test\nList-Unsubscribe: <mailto:u@example.org>\nSubject: Hello",
      .bulk),
    Case(
      "a person who answers through a sending service stays a person",
      "From: Bob <bob@example.test>\nTo: ada@example.test\nList-Unsubscribe: <mailto:u@example.org>\n"
        + "In-Reply-To: <1@example.test>\nSubject: Re: Keys",
      .person, viaList: true),
    Case(
      "a campaign field is bulk", "From: Bob <bob@example.test>\nTo: ada@example.test\nFeedback-ID: 1:2:3\nSubject: Hi",
      .bulk),
    Case(
      "an answering machine is a machine",
      "From: Bob <bob@example.test>\nTo: ada@example.test\nAuto-Submitted: auto-replied\nSubject: Away", .machine),
    Case(
      "Auto-Submitted: no is a person",
      "From: Bob <bob@example.test>\nTo: ada@example.test\nAuto-Submitted: no\nSubject: Hi", .person),
    Case(
      "a bounce is a machine", "Return-Path: <>\nFrom: Mail <system@example.test>\nTo: ada@example.test\nSubject: Nope",
      .machine),
    Case(
      "a report is a machine",
      "From: s@example.test\nTo: ada@example.test\nContent-Type: multipart/report; boundary=x\n"
        + "Subject: Nope", .machine),
    Case(
      "no-reply is a machine", "From: Shop <no-reply@shop.example.test>\nTo: ada@example.test\nSubject: Order", .machine
    ),
    Case(
      "no_reply with a tail is a machine",
      "From: Shop <no_reply-orders@example.test>\nTo: ada@example.test\nSubject: Order", .machine),
    Case(
      "a name that contains a machine's word is a person's",
      "From: Abbot <abbott@example.test>\nTo: ada@example.test\nSubject: Hi", .person),
    Case("a newsletter is bulk", "From: Homes <newsletter@example.org>\nTo: ada@example.test\nSubject: June", .bulk),
    Case(
      "weak signs decide together",
      "Received: from a by b\nFrom: xqwrtz8831@example.org\nTo: ada@example.test\n"
        + "Subject: MAKE MONEY fast, 100% free!!!      8831",
      .bulk),
    Case(
      "an archive without traces of transport is judged all the same",
      "From: xqwrtz8831@example.org\nTo: ada@example.test\nSubject: MAKE MONEY fast, 100% free!!!", .bulk),
    Case(
      "one exclamation makes nobody bulk",
      "Received: from a by b\nFrom: Bob Example <bob@example.test>\nTo: ada@example.test\n"
        + "Message-ID: <1@example.test>\nSubject: Happy birthday!",
      .person),
    Case("a mail without anything is a person's", "Subject: Hi", .person),
  ]

  @Test("each mail has its kind", arguments: cases)
  func kinds(_ row: Case) {
    let verdict = judge(row.headers)
    #expect(verdict.kind == row.kind, "\(verdict.why)")
    #expect(verdict.viaList == row.viaList)
    #expect(!verdict.why.isEmpty)
  }

  private func judge(text mail: String) -> AuthorVerdict { authorKind(of: MailParser().parse(Array(mail.utf8))) }

  private static let offer = """
    Dear customer,

    Click here to order now and save up to 50% off: http://shop.example.org/c?id=8831&u=7
    This is a limited time offer: $10 or $20, money back guarantee, free shipping!!!

    To unsubscribe, click on the link http://shop.example.org/out?u=7 and you will be removed from our list.
    Copyright 2026 Example Shop. All rights reserved. See our privacy policy.
    """

  @Test("an offer is known by its text where headers say nothing")
  func offers() {
    let verdict = judge(
      text: "From: Example Shop <hello@shop.example.org>\nTo: ada@example.test\nSubject: Save 50% today!\n\n"
        + Self.offer)
    #expect(verdict.kind == .bulk)
    #expect(!verdict.why.isEmpty && !verdict.isSure)
  }

  @Test("whoever forwards an offer with a word of their own is a person: what is quoted tells about others")
  func forwarded() {
    let verdict = judge(
      text: """
        From: Bob Client <bob.client@example.test>
        To: ada@example.test
        Subject: Fw: Save 50% today!

        Hi Ada, is this something for us?

        Bob

        -----Original Message-----
        From: Example Shop
        Sent: Monday, March 2, 2026 8:00 AM
        To: Bob Client
        Subject: Save 50% today!


        """ + Self.offer)
    #expect(verdict.kind == .person, "\(verdict.why)")
  }

  @Test("an author is judged by all mails together: a script is known by its many mails of one shape")
  func together() {
    var authors = AuthorBehaviour()
    for hour in 1...20 {
      _ = authors.add(
        MailParser().parse(
          Array("From: pete@example.test\nTo: ada@example.test\nSubject: Hour \(hour)\n\nHour \(hour) is done.\n".utf8))
      )
    }
    #expect(authors.kind(of: "pete@example.test").kind != .person)
    #expect((0..<20).allSatisfy { authors.verdict($0).kind != .person })
    #expect(authors.kind(of: "nobody@example.test").kind == .person)
  }

  @Test("a note of absence makes nobody a machine, and is no person's all the same")
  func absent() {
    var authors = AuthorBehaviour()
    let note = authors.add(
      MailParser().parse(
        Array(
          "From: Bob Client <bob.client@example.test>\nTo: ada@example.test\nAuto-Submitted: auto-replied\nSubject: Away\n\nI am away.\n"
            .utf8)))
    for subject in ["Keys", "The roof", "Lunch?"] {
      _ = authors.add(
        MailParser().parse(
          Array(
            "From: Bob Client <bob.client@example.test>\nTo: ada@example.test\nSubject: \(subject)\n\nHi Ada, I will call.\n\nBob\n"
              .utf8)))
    }
    #expect(authors.verdict(note).kind == .machine)
    #expect(authors.kind(of: "bob.client@example.test").kind == .person)
  }

  @Test(
    "a list's archive: all who write are persons, through a list",
    .enabled(if: DataFolder.holds("r-lists"), "skipped: r-lists not present"))
  func archive() {
    var count = 0
    var people = 0
    var listed = 0
    for file in DataFolder.files("r-lists/r-sig-finance") where file.hasSuffix(".txt") {
      for mail in MboxReader.mails(in: DataFolder.bytes(file)) {
        let verdict = authorKind(of: MailParser().parseHeaders(mail))
        count += 1
        people += verdict.kind == .person ? 1 : 0
        listed += verdict.viaList ? 1 : 0
      }
    }
    print("r-sig-finance: \(count) mails, person \(people), via list \(listed)")
    #expect(Double(people) >= 0.98 * Double(count))
    #expect(Double(listed) >= 0.95 * Double(count))
  }
}
