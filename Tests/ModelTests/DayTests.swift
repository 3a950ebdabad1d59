import Testing

@testable import Model

@Suite("days of the calendar") struct DayTests {
  @Test("a day is known by its date, and those in no calendar are none")
  func dates() throws {
    #expect(Day(iso: "1970-01-01")?.number == 0)
    #expect(try #require(Day(iso: "1969-12-31")).number == -1)
    #expect(Day(iso: "2028-02-29")?.description == "2028-02-29")
    for text in ["2027-02-29", "2026-13-01", "2026-11-31", "2026-11-30T00:00:00Z", "30.11.2026", ""] {
      #expect(Day(iso: text) == nil, "\(text)")
    }
    #expect(Day(year: 2027, month: 2, day: 29) == nil)
    #expect(try #require(Day(iso: "2028-02-28")) + 2 == Day(iso: "2028-03-01"))
    #expect(try #require(Day(iso: "2027-02-28")) + 1 == Day(iso: "2027-03-01"))
  }

  @Test("weeks begin on Monday")
  func weeks() throws {
    let friday = try #require(Day(iso: "2026-11-27"))
    #expect(friday.weekday == 4 && friday.monday == Day(iso: "2026-11-23"))
    #expect(friday.monday.monday == friday.monday)
    #expect(Day(-1).weekday == 2)
  }

  @Test("the day is that of the zone's calendar, on either side of midnight and of the nights when clocks are set")
  func zones() {
    let berlin = Zone(
      "Europe/Berlin", first: 3600,
      steps: [
        .init(at: Instant(year: 2026, month: 10, day: 25, hour: 1), seconds: 3600),
        .init(at: Instant(year: 2026, month: 3, day: 29, hour: 1), seconds: 7200),
      ])
    let cases: [(String, String)] = [
      ("2026-03-28T22:59:59Z", "2026-03-28"), ("2026-03-28T23:00:00Z", "2026-03-29"),
      ("2026-03-29T21:59:59Z", "2026-03-29"), ("2026-03-29T22:00:00Z", "2026-03-30"),
      ("2026-10-24T21:59:59Z", "2026-10-24"), ("2026-10-24T22:00:00Z", "2026-10-25"),
      ("2026-10-25T22:59:59Z", "2026-10-25"), ("2026-10-25T23:00:00Z", "2026-10-26"),
    ]
    for (at, day) in cases { #expect(Instant(iso: at).map(berlin.day) == Day(iso: day), "\(at)") }
    let kiritimati = Zone("Pacific/Kiritimati", first: 14 * 3600)
    let honolulu = Zone("Pacific/Honolulu", first: -10 * 3600)
    let noon = Instant(year: 2026, month: 11, day: 27, hour: 10)
    #expect(kiritimati.day(noon) == Day(iso: "2026-11-28") && honolulu.day(noon) == Day(iso: "2026-11-27"))
    #expect(Zone.utc.day(Instant(milliseconds: .max)) > Day(iso: "2026-11-27") ?? Day(0))
    #expect(kiritimati.day(Instant(milliseconds: .max)) == Zone.utc.day(Instant(milliseconds: .max)))
  }
}
