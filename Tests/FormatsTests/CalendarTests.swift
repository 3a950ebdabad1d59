import Formats
import Model
import Testing

/// What calendars say, against the examples of RFC 5545 §3.8.5.3, whose dates stand there in words.
@Suite("Calendars") struct CalendarTests {
  /// RFC 5545 §3.6.5: the rules of New York since 1967.
  static let newYork = """
    BEGIN:VTIMEZONE
    TZID:America/New_York
    BEGIN:DAYLIGHT
    DTSTART:19870405T020000
    RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4;UNTIL=20060402T070000Z
    TZOFFSETFROM:-0500
    TZOFFSETTO:-0400
    TZNAME:EDT
    END:DAYLIGHT
    BEGIN:STANDARD
    DTSTART:19671029T020000
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=20061029T060000Z
    TZOFFSETFROM:-0400
    TZOFFSETTO:-0500
    TZNAME:EST
    END:STANDARD
    BEGIN:DAYLIGHT
    DTSTART:20070311T020000
    RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
    TZOFFSETFROM:-0500
    TZOFFSETTO:-0400
    TZNAME:EDT
    END:DAYLIGHT
    BEGIN:STANDARD
    DTSTART:20071104T020000
    RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
    TZOFFSETFROM:-0400
    TZOFFSETTO:-0500
    TZNAME:EST
    END:STANDARD
    END:VTIMEZONE
    """

  static let now = Instant(year: 2026, month: 11, day: 23, hour: 9)

  static func file(_ inner: String, zone: String = newYork, now: Instant = now) -> CalendarFile {
    let text = "BEGIN:VCALENDAR\nVERSION:2.0\n\(zone)\n\(inner)\nEND:VCALENDAR\n"
    return CalendarFile(Array(text.replacing("\n", with: "\r\n").utf8), now: now)
  }

  static func events(_ inner: String, zone: String = newYork, now: Instant = now) -> [CalendarEvent] {
    let file = file(inner, zone: zone, now: now)
    return file.events(of: file.entries)
  }

  static func event(_ lines: String, now: Instant = now) throws -> CalendarEvent {
    try #require(events("BEGIN:VEVENT\nUID:one\n\(lines)\nEND:VEVENT", now: now).first)
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var rule: String
    /// The hour is nine in New York: 13 UTC in summer, 14 in winter.
    var days: [String]
    var count: Int?
    var start: String

    init(_ words: String, _ rule: String, _ days: [String], count: Int? = nil, start: String = "19970902T090000") {
      (testDescription, self.rule, self.days, self.count, self.start) = (words, rule, days, count, start)
    }
  }

  static let cases = [
    Case("daily for 10 occurrences", "FREQ=DAILY;COUNT=10", ["1997-09-02T13", "1997-09-11T13"], count: 10),
    Case(
      "daily until December 24", "FREQ=DAILY;UNTIL=19971224T000000Z", ["1997-09-02T13", "1997-12-23T14"], count: 113),
    Case(
      "every 10 days, 5 occurrences", "FREQ=DAILY;INTERVAL=10;COUNT=5", ["1997-09-02T13", "1997-10-12T13"], count: 5),
    Case(
      "every day in January, for 3 years", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
      ["1998-01-01T14", "2000-01-31T14"], count: 93, start: "19980101T090000"),
    Case("weekly for 10 occurrences", "FREQ=WEEKLY;COUNT=10", ["1997-09-02T13", "1997-11-04T14"], count: 10),
    Case(
      "weekly until December 24", "FREQ=WEEKLY;UNTIL=19971224T000000Z", ["1997-09-02T13", "1997-12-23T14"], count: 17),
    Case(
      "every other week on Tuesday and Thursday, for 8 occurrences",
      "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
      ["1997-09-02T13", "1997-10-16T13"], count: 8),
    Case(
      "monthly on the first Friday for 10 occurrences", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
      ["1997-09-05T13", "1998-06-05T13"], count: 10, start: "19970905T090000"),
    Case(
      "monthly on the second-to-last Monday for 6 months", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
      ["1997-09-22T13", "1998-02-16T14"], count: 6, start: "19970922T090000"),
    Case(
      "monthly on the first and last day for 10 occurrences", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
      ["1997-09-30T13", "1998-02-01T14"], count: 10, start: "19970930T090000"),
    Case(
      "yearly in June and July for 10 occurrences", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
      ["1997-06-10T13", "2001-07-10T13"], count: 10, start: "19970610T090000"),
    Case(
      "every third year on the 1st, 100th and 200th day for 10 occurrences",
      "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", ["1997-01-01T14", "2006-01-01T14"], count: 10,
      start: "19970101T090000"),
    Case(
      "the third instance of Tuesday, Wednesday or Thursday, for the next 3 months",
      "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", ["1997-09-04T13", "1997-11-06T14"], count: 3,
      start: "19970904T090000"),
    Case(
      "the second-to-last weekday of the month", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=7",
      ["1997-09-29T13", "1998-03-30T14"], count: 7, start: "19970929T090000"),
    Case(
      "an invalid date (i.e., February 30) is ignored", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
      ["2007-01-15T14", "2007-03-30T13"], count: 5, start: "20070115T090000"),
    Case(
      "weeks that begin on Monday", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
      ["1997-08-05T13", "1997-08-24T13"], count: 4, start: "19970805T090000"),
    Case(
      "weeks that begin on Sunday", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
      ["1997-08-05T13", "1997-08-31T13"], count: 4, start: "19970805T090000"),
  ]

  @Test("a rule gives the dates that RFC 5545 §3.8.5.3 says", arguments: cases)
  func rules(_ one: Case) throws {
    let event = try Self.event("DTSTART;TZID=America/New_York:\(one.start)\nRRULE:\(one.rule)")
    let found = event.occurrences.map { String($0.at.description.prefix(13)) }
    #expect([found.first, found.last] == one.days.map { $0 })
    #expect(found.count == one.count)
    #expect(event.next == nil)
  }

  @Test("every Friday the 13th, forever: what is excepted is not there, and the next is known")
  func fridays() throws {
    let event = try Self.event(
      "DTSTART;TZID=America/New_York:19970902T090000\nEXDATE;TZID=America/New_York:19970902T090000\n"
        + "RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", now: Instant(year: 2000, month: 10, day: 13, hour: 13))
    #expect(
      event.occurrences.map(\.at.date)
        == ["1998-02-13", "1998-03-13", "1998-11-13", "1999-08-13", "2000-10-13"])
    #expect(event.next?.description == "2001-04-13T13:00:00Z")
  }

  @Test("an occurrence is moved, cancelled or has other guests; dates are added one by one")
  func overrides() throws {
    let events = Self.events(
      """
      BEGIN:VEVENT
      UID:weekly
      DTSTART;TZID=America/New_York:20260105T090000
      RRULE:FREQ=WEEKLY;COUNT=4
      RDATE;TZID=America/New_York:20260301T120000
      ORGANIZER;CN=Ada Archer:mailto:Ada@Example.Test
      ATTENDEE;CN="Brown, Bob";PARTSTAT=ACCEPTED:mailto:bob@example.test
      END:VEVENT
      BEGIN:VEVENT
      UID:weekly
      RECURRENCE-ID;TZID=America/New_York:20260112T090000
      DTSTART;TZID=America/New_York:20260113T100000
      ORGANIZER:mailto:ada@example.test
      ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.test
      ATTENDEE:mailto:cyd@example.test
      END:VEVENT
      BEGIN:VEVENT
      UID:weekly
      RECURRENCE-ID;TZID=America/New_York:20260119T090000
      DTSTART;TZID=America/New_York:20260119T090000
      STATUS:CANCELLED
      END:VEVENT
      """)
    #expect(events.count == 1)
    let found = try #require(events.first).occurrences
    #expect(
      found.map(\.at.description) == [
        "2026-01-05T14:00:00Z", "2026-01-13T15:00:00Z", "2026-01-26T14:00:00Z", "2026-03-01T17:00:00Z",
      ])
    #expect(found[1].recurrence?.description == "2026-01-12T14:00:00Z")
    #expect(found[1].guests.map(\.address) == ["ada@example.test", "bob@example.test", "cyd@example.test"])
    #expect(found[1].guests.map(\.answer) == [.open, .declined, .open])
    #expect(found[0].guests.map(\.name) == ["Ada Archer", "Brown, Bob"])
    #expect(found[0].guests.map(\.isOrganizer) == [true, false])
  }

  @Test("an event that was cancelled did not take place; one that is to come has not yet")
  func cancelled() throws {
    let cancelled = try Self.event("DTSTART:20260105T090000Z\nSTATUS:CANCELLED")
    #expect(cancelled.occurrences.isEmpty)
    let coming = try Self.event("DTSTART:20261124T090000Z")
    #expect(coming.occurrences.isEmpty)
    #expect(coming.next?.description == "2026-11-24T09:00:00Z")
    let late = try Self.event("DTSTART:20261124T090000Z", now: Instant(year: 2026, month: 11, day: 24, hour: 9))
    #expect(late.occurrences.map(\.recurrence) == [nil])
    #expect(late.next == nil)
  }

  @Test(
    "an occurrence ends when its event says, and not before it began",
    arguments: [
      ("DTSTART:20260105T090000Z\nDTEND:20260105T103000Z", "2026-01-05T10:30:00Z"),
      ("DTEND;TZID=America/New_York:20260105T103000\nDTSTART:20260105T090000Z", "2026-01-05T15:30:00Z"),
      ("DTSTART:20260105T090000Z\nDURATION:PT1H30M", "2026-01-05T10:30:00Z"),
      ("DTSTART:20260105T090000Z\nDURATION:+P1DT0H0M20S", "2026-01-06T09:00:20Z"),
      ("DTSTART:20260105T090000Z\nDURATION:P1W", "2026-01-12T09:00:00Z"),
      ("DTSTART;VALUE=DATE:20260105", "2026-01-06T00:00:00Z"),
      ("DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260108", "2026-01-08T00:00:00Z"),
      ("DTSTART:20260105T090000Z", nil), ("DTSTART:20260105T090000Z\nDTEND:20260105T090000Z", nil),
      ("DTSTART:20260105T090000Z\nDTEND:20260104T090000Z", nil), ("DTSTART:20260105T090000Z\nDTEND:soon", nil),
      ("DTSTART:20260105T090000Z\nDURATION:-PT1H", nil), ("DTSTART:20260105T090000Z\nDURATION:PT", nil),
      ("DTSTART:20260105T090000Z\nDURATION:P1H", nil), ("DTSTART:20260105T090000Z\nDURATION:PT5", nil),
      ("DTSTART:20260105T090000Z\nDURATION:P999999999W999999999W", nil),
      ("DTSTART:20260105T090000Z\nDURATION:P99999999999999999999D", nil),
      ("DTSTART:20260105T090000Z\nDTEND:24001231T090000Z", nil),
    ])
  func ends(_ lines: String, _ end: String?) throws {
    #expect(try Self.event(lines).occurrences.map { $0.endsAt?.description } == [end])
  }

  @Test("each time an event recurs it lasts as long; a period, and what was changed, have ends of their own")
  func endsOfMany() throws {
    let events = Self.events(
      """
      BEGIN:VEVENT
      UID:weekly
      DTSTART;TZID=America/New_York:20260302T090000
      DTEND;TZID=America/New_York:20260302T100000
      RRULE:FREQ=WEEKLY;COUNT=4
      RDATE;VALUE=PERIOD:20260401T090000Z/PT5M,20260402T090000Z/20260402T120000Z
      END:VEVENT
      BEGIN:VEVENT
      UID:weekly
      RECURRENCE-ID;TZID=America/New_York:20260316T090000
      DTSTART;TZID=America/New_York:20260316T110000
      DTEND;TZID=America/New_York:20260316T113000
      END:VEVENT
      BEGIN:VEVENT
      UID:weekly
      RECURRENCE-ID;TZID=America/New_York:20260323T090000
      END:VEVENT
      """)
    let found = try #require(events.first).occurrences.map { $0.endsAt?.description }
    #expect(
      found == [
        "2026-03-02T15:00:00Z", "2026-03-09T14:00:00Z", "2026-03-16T15:30:00Z", "2026-03-23T14:00:00Z",
        "2026-04-01T09:05:00Z", "2026-04-02T12:00:00Z",
      ])
  }

  @Test("whole days, floating times, and a zone that is written nowhere are read as UTC; a calendar may name its zone")
  func zones() throws {
    #expect(try Self.event("DTSTART;VALUE=DATE:20260105").occurrences.first?.at.description == "2026-01-05T00:00:00Z")
    #expect(try Self.event("DTSTART:20260105T090000").occurrences.first?.at.description == "2026-01-05T09:00:00Z")
    #expect(
      try Self.event("DTSTART;TZID=Nowhere:20260105T090000").occurrences.first?.at.description
        == "2026-01-05T09:00:00Z")
    let named = Self.events("X-WR-TIMEZONE:America/New_York\nBEGIN:VEVENT\nUID:a\nDTSTART:20260705T090000\nEND:VEVENT")
    #expect(named.first?.occurrences.first?.at.description == "2026-07-05T13:00:00Z")
    let days = try Self.event(
      "DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;UNTIL=20260108\nEXDATE;VALUE=DATE:20260106")
    #expect(days.occurrences.map(\.at.date) == ["2026-01-05", "2026-01-07", "2026-01-08"])
  }

  @Test(
    "a time that a clock shows twice is the first, one it never shows is told by the clock before (RFC 5545 §3.3.5)")
  func folds() throws {
    func at(_ time: String) throws -> String? {
      try Self.event("DTSTART;TZID=America/New_York:\(time)").occurrences.first?.at.description
    }
    #expect(try at("20071104T013000") == "2007-11-04T05:30:00Z")
    #expect(try at("20070311T023000") == "2007-03-11T07:30:00Z")
    #expect(try at("19870405T030000") == "1987-04-05T07:00:00Z")
    #expect(try at("19860705T090000") == "1986-07-05T14:00:00Z")
  }

  @Test("rooms, lists, those who are told of it, and those without an address for mail are no guests")
  func guests() throws {
    let event = try Self.event(
      """
      DTSTART:20260105T090000Z
      ORGANIZER;EMAIL=ada@example.test:/principals/ada/
      ATTENDEE;CUTYPE=ROOM:mailto:room@example.test
      ATTENDEE;CUTYPE=GROUP:mailto:team@example.test
      ATTENDEE;ROLE=NON-PARTICIPANT:mailto:boss@example.test
      ATTENDEE:urn:uuid:11
      ATTENDEE:mailto:
      ATTENDEE:MAILTO:Cyd@Example.Test
      ATTENDEE:mailto:abc@group.calendar.google.com
      """)
    #expect(event.occurrences.first?.guests.map(\.address) == ["ada@example.test", "cyd@example.test"])
  }

  @Test("tasks and journals are counted, an event without a time too; alarms say nothing of the event")
  func others() {
    let file = Self.file(
      """
      BEGIN:VTODO
      UID:t
      END:VTODO
      BEGIN:VJOURNAL
      UID:j
      END:VJOURNAL
      BEGIN:VEVENT
      UID:x
      END:VEVENT
      BEGIN:VEVENT
      UID:y
      DTSTART:20260105T090000Z
      BEGIN:VALARM
      ATTENDEE:mailto:dee@example.test
      END:VALARM
      END:VEVENT
      """)
    #expect(file.isCalendar && file.others == 2 && file.timeless == 1)
    #expect(file.entries.map(\.uid) == ["y"])
    #expect(file.events(of: file.entries).first?.occurrences.first?.guests == [])
  }

  @Test("what changes with every export is no change; a title is one, and it is not taken")
  func content() {
    func content(_ line: String) -> [[UInt8]] {
      Self.file("BEGIN:VEVENT\nUID:x\nDTSTART:20260105T090000Z\n\(line)\nEND:VEVENT").entries.map(\.content)
    }
    #expect(content("DTSTAMP:20260101T000000Z") == content("DTSTAMP:20260102T000000Z"))
    #expect(content("SUMMARY:Lunch") != content("SUMMARY:Dinner"))
  }

  // MARK: hostile

  static let hostile = [
    "FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=2", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=99999999999999",
    "FREQ=DAILY;COUNT=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=300", "FREQ=DAILY;BYDAY=MO;BYDAY=TU", "FREQ=DAILY;FREQ=YEARLY", "FREQ=", "=",
    ";;;",
    "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYHOUR=24", "FREQ=YEARLY;BYWEEKNO=54", "FREQ=WEEKLY;WKST=XX",
    "FREQ=DAILY;UNTIL=yesterday", "FREQ=DAILY;RSCALE=CHINESE", "FREQ=YEARLY;BYDAY=99999999999999999999MO",
    "FREQ=MONTHLY;BYMONTHDAY=" + Array(repeating: "1", count: 5_000).joined(separator: ","),
  ]

  @Test("a rule that is none, or that can never be, leaves the event its own start", arguments: hostile)
  func hostileRules(_ rule: String) throws {
    #expect(try Self.event("DTSTART:20260105T090000Z\nRRULE:\(rule)").occurrences.map(\.at.date) == ["2026-01-05"])
  }

  @Test("what has no end gives the latest occurrences and no more")
  func endless() throws {
    let event = try Self.event("DTSTART:19850105T090000Z\nRRULE:FREQ=DAILY")
    #expect(event.occurrences.count == CalendarLimits.occurrences)
    #expect(event.occurrences.last?.at.date == "2026-11-23")
    #expect(event.next?.date == "2026-11-24")
  }

  @Test("components inside one another, ends without beginnings and beginnings without ends are read as far as they go")
  func nested() {
    let deep = String(repeating: "BEGIN:VEVENT\n", count: 100_000)
    #expect(Self.events(deep + "UID:x\nDTSTART:20260105T090000Z").count == 1)
    let other = String(repeating: "BEGIN:X\n", count: 100_000)
    #expect(Self.events(other + "BEGIN:VEVENT\nUID:x\nDTSTART:20260105T090000Z").isEmpty)
    let ends = String(repeating: "END:VEVENT\n", count: 1_000)
    #expect(Self.events(ends + "BEGIN:VEVENT\nUID:x\nDTSTART:20260105T090000Z").count == 1)
    #expect(CalendarFile([], now: Self.now).entries.isEmpty)
    #expect(!CalendarFile(Array("no calendar\n".utf8), now: Self.now).isCalendar)
  }

  @Test("a file of events that lead libical on for nothing costs no more than some of them")
  func barren() {
    let events = (0..<400).map {
      "BEGIN:VEVENT\nUID:\($0)\nDTSTART:20260105T090000Z\nRRULE:FREQ=YEARLY;BYWEEKNO=30;BYMONTH=2\nEND:VEVENT"
    }
    let found = Self.events(events.joined(separator: "\n"))
    #expect(found.count == 400 && found.allSatisfy { $0.occurrences.count == 1 })
  }
}
