import Formats
import Insight
import Model
import Testing

@Suite("who was seen in a mail")
struct SightingTests {
  private func parse(_ text: String) -> ParsedMail { MailParser().parse(Array(text.utf8)) }

  private let mail = """
    From: Bob Example <Bob@Example.test>
    To: Ada <ada@example.test>, ada@Example.test, Cyd <cyd@example.org>
    Cc: cyd@example.org
    Reply-To: Bob <bob@home.example.test>
    Date: Mon, 2 Mar 2026 10:00:00 +0100
    Subject: The   keys

    They are  at the
    office.
    """

  @Test("everybody in the headers is seen once in each role, addresses folded")
  func seen() {
    let found = sightings(in: parse(mail))
    #expect(
      found.sightings.map(\.address) == [
        "bob@example.test", "ada@example.test", "cyd@example.org", "cyd@example.org", "bob@home.example.test",
      ])
    #expect(found.sightings.map(\.role) == [.from, .to, .to, .cc, .replyTo])
    #expect(found.author == .person && found.recipients == 2)
  }

  @Test("From decides who wrote, never whose mailbox it is")
  func direction() {
    let found = sightings(in: parse(mail))
    #expect(found.direction(owners: ["bob@example.test"]) == .outward)
    #expect(found.direction(owners: ["ada@example.test"]) == .inward)
    #expect(found.direction(owners: ["dee@example.test"]) == .between)
    #expect(found.direction(owners: ["dee@example.test"], delivered: true) == .inward)
    #expect(found.direction(owners: ["bob@home.example.test"]) == .between)
  }

  @Test("the same mail under another id and line breaks has the same twin")
  func twin() {
    let other =
      "Message-ID: <9@x>\nX-Folder: b\n"
      + mail.replacing("They are  at the\noffice.", with: "They are at\nthe  office.\n\n")
    #expect(twinForm(of: parse(mail)) == twinForm(of: parse(other)))
    #expect(twinForm(of: parse(mail)) != twinForm(of: parse(mail.replacing("office", with: "house"))))
    #expect(sightings(in: parse(mail)) { [UInt8($0.count % 256)] }.twin.count == 1)
  }

  @Test("an export that keeps the author's name apart gives it back")
  func namedApart() {
    let found = sightings(in: parse("From: 40firm@example.test\nX-From: Example, Bob </O=FIRM/CN=BEX>\n\nHi"))
    #expect(found.sightings.first?.name == "Bob Example")
  }

  @Test("what is no address is nobody")
  func noAddress() {
    let found = sightings(in: parse("From: bob@example.test\nTo: undisclosed-recipients:;\n\nHi"))
    #expect(found.sightings.map(\.role) == [.from])
  }

  struct Time: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let date: String?
    var received: String?
    let at: String?
    let trouble: String?
  }

  static let times: [Time] = [
    Time(testDescription: "a plain date is taken", date: "2026-03-02", at: "2026-03-02", trouble: nil),
    Time(testDescription: "1979 is no contact", date: "1979-12-31", at: nil, trouble: "implausible date"),
    Time(testDescription: "2044 is no contact", date: "2044-01-01", at: nil, trouble: "implausible date"),
    Time(
      testDescription: "the arrival stands in for a wrong date", date: "2044-01-01", received: "2026-03-01",
      at: "2026-03-01", trouble: "implausible date"),
    Time(testDescription: "no date is no contact", date: nil, at: nil, trouble: "no date"),
    Time(
      testDescription: "a clock some hours ahead counts as now", date: "2026-03-10T12:00:00Z", at: "2026-03-10",
      trouble: nil),
    Time(testDescription: "two days ahead is not believed", date: "2026-03-12", at: nil, trouble: "implausible date"),
  ]

  @Test("last contact is never in the future", arguments: times)
  func time(_ row: Time) throws {
    let now = Instant(year: 2026, month: 3, day: 10)
    let judged = contactTime(
      date: row.date.flatMap { Instant(iso: $0) }, received: row.received.flatMap { Instant(iso: $0) }, now: now)
    #expect(judged.at == row.at.flatMap { Instant(iso: $0) })
    #expect(judged.trouble == row.trouble)
    #expect(judged.at.map { $0 <= now } ?? true)
  }
}
