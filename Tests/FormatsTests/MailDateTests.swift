import Formats
import Model
import Testing

@Suite("Dates of mail") struct MailDateTests {
  @Test(
    "dates are read in every form that mail writes them",
    arguments: [
      ("Mon, 23 Nov 2026 17:01:02 +0100", "2026-11-23T16:01:02Z"),
      ("23 Nov 2026 17:01 -0830", "2026-11-24T01:31:00Z"),
      ("Sunday, 23 Nov 26 17:01:02 EST", "2026-11-23T22:01:02Z"),
      ("23 Nov 99 17:01:02 GMT", "1999-11-23T17:01:02Z"),
      ("23 Nov 101 17:01:02 GMT", "2001-11-23T17:01:02Z"),
      ("23 Nov 0002 17:01:02 GMT", "2002-11-23T17:01:02Z"),
      ("Mon Nov 23 17:01:02 2026", "2026-11-23T17:01:02Z"),
      ("Mon Nov 23 17:01:02 PST 2026", "2026-11-24T01:01:02Z"),
      ("Nov 23, 2026 5:01 PM", "2026-11-23T17:01:00Z"),
      ("23-Nov-2026 12:01:02 AM +0000", "2026-11-23T00:01:02Z"),
      ("2026-11-23T17:01:02+01:00", "2026-11-23T16:01:02Z"),
      ("2026-11-23 17:01:02.123 +0100", "2026-11-23T16:01:02Z"),
      ("2026/11/23 Mon 17:01:02 CDT", "2026-11-23T22:01:02Z"),
      ("Mon, (a (nested) \\) comment) 23 Nov 2026 17 : 01 : 02 +0100 (CET)", "2026-11-23T16:01:02Z"),
      ("Mon, 23 Nov 2026 17:01:02 GMT+0100", "2026-11-23T16:01:02Z"),
      ("Mon, 23 Nov 2026 17:01:02 +-0500", "2026-11-23T22:01:02Z"),
      ("Mon, 23 Nov 2026 17:01:02 K", "2026-11-23T17:01:02Z"),
      ("Thu, 31 Dec 1998 23:59:60 +0000", "1999-01-01T00:00:00Z"),
      ("Mon, 29 Feb 2024 00:00:00 +9999", "2024-02-29T00:00:00Z"),
      ("23 November 2026", "2026-11-23T00:00:00Z"),
    ])
  func forms(text: String, expected: String) {
    #expect(MailDate.parse(text)?.description == expected)
  }

  @Test(
    "nonsense is no date",
    arguments: [
      "", "yesterday", "Mon, 32 Nov 2026 17:01:02 +0100", "29 Feb 2023 12:00:00 GMT", "23 Nov 2026 25:00:00 GMT",
      "23 Nov 2026 12:99:00 GMT", "23 Nov", "99999999999999999999", "Mon, 23 Nov 99999999999999999999 12:00",
      "1 2 3 4 5 6 7 8 9 10 11", "00 Nov 2026 12:00", "13/13/2026", "Nov Nov Nov", "(23 Nov 2026 17:01:02 +0100",
      "23 Nov 2026 99999999999999999999:00",
    ])
  func nonsense(text: String) {
    #expect(MailDate.parse(text) == nil)
  }
}
