import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

/// Events of a calendar become meetings, and meetings become people.
@Suite("Meetings") struct MeetingTests {
  struct Calendar {
    let office: Office
    var path: String { office.files + "/ada.ics" }

    init(_ engine: StagedHouse.EngineKind = .sqlite) async throws { office = try await Office(engine: engine) }

    func write(_ events: [String] = Cast.events) throws { try Cast.write(Cast.calendar(events), path) }

    @discardableResult
    func take(_ events: [String] = Cast.events) async throws -> ID<Source> {
      try write(events)
      return try await office.take(.ics, path)
    }

    /// When everybody was met last, by address.
    func met() async throws -> [String: String] {
      Dictionary(
        uniqueKeysWithValues: try await office.people().map { ($0.emails.first ?? "", $0.lastContacted?.date ?? "") })
    }
  }

  @Test(
    "attendees and organisers become people; what is to come is no contact; the second run changes nothing",
    arguments: StagedHouse.EngineKind.allCases)
  func whole(_ engine: StagedHouse.EngineKind) async throws {
    let calendar = try await Calendar(engine)
    let source = try await calendar.take()
    #expect(
      try await calendar.met() == [
        Cast.bob.address: "2026-11-02", Cast.fay.address: "2026-11-20", Cast.eli.address: "2026-11-20",
      ])
    let bob = try await calendar.office.person(Cast.bob.address)
    #expect(bob.name == Cast.bob.name && bob.interactions == 1 && bob.strength > 0 && bob.kind == .person)
    #expect(try await calendar.office.person(Cast.fay.address).interactions == 8)
    let ledger = try #require(try await calendar.office.store.completeness(calendar.office.account).first)
    #expect(ledger.onServer == 4 && ledger.held == 4 && ledger.gap == 0 && ledger.isWhole && ledger.source == source)
    let before = try await calendar.office.digests(
      without: ["ledger", "ledger_head", "lease", "job", "source", "folder"])
    calendar.office.house.clock.advance(milliseconds: 60_000)
    try await calendar.take()
    let after = try await calendar.office.digests(without: [
      "ledger", "ledger_head", "lease", "job", "source", "folder",
    ])
    #expect(after == before)
  }

  @Test("a meeting counts once its time has come, without a change in the calendar")
  func time() async throws {
    let calendar = try await Calendar()
    try await calendar.take()
    calendar.office.house.clock.set(Instant(year: 2026, month: 12, day: 1, hour: 15))
    try await calendar.take()
    let met = try await calendar.met()
    #expect(met[Cast.gus.address] == "2026-12-01" && met[Cast.fay.address] == "2026-11-27")
    #expect(try await calendar.office.person(Cast.fay.address).interactions == 9)
    // A name counts once for a series, not each time it is looked at.
    #expect(
      try await calendar.office.rows("SELECT seen FROM handle_name WHERE name = '\(Cast.fay.name)'") == [[.integer(1)]])
  }

  @Test(
    "what was moved, cancelled or left is followed; who was in nothing else goes with it, and comes back with it",
    arguments: StagedHouse.EngineKind.allCases)
  func followed(_ engine: StagedHouse.EngineKind) async throws {
    let calendar = try await Calendar(engine)
    try await calendar.take()
    let kept = try await calendar.office.person(Cast.bob.address).id
    try await calendar.take([
      Cast.event("viewing", "20261104T100000Z", host: Cast.ada, with: [Cast.ada, Cast.bob, Cast.hal]),
      Cast.event(
        "weekly", "20261002T090000Z", host: Cast.fay, with: [Cast.fay, Cast.ada], declined: [Cast.eli],
        "RRULE:FREQ=WEEKLY;COUNT=2"),
    ])
    #expect(
      try await calendar.met() == [
        Cast.bob.address: "2026-11-04", Cast.hal.address: "2026-11-04", Cast.fay.address: "2026-10-09",
      ])
    #expect(try await calendar.office.person(Cast.bob.address).id == kept)
    #expect(try await calendar.office.count("interaction") == 3)
    try await calendar.take([
      Cast.event("viewing", "20261104T100000Z", host: Cast.ada, with: [Cast.bob], "STATUS:CANCELLED")
    ])
    #expect(try await calendar.met() == [:])
    #expect(try await calendar.office.count("interaction") == 0)
    try await calendar.take()
    #expect(try await calendar.office.person(Cast.bob.address).id == kept)
    #expect(try await calendar.met().count == 3)
  }

  @Test(
    "a meeting ends when its calendar says, and follows it when that changes",
    arguments: StagedHouse.EngineKind.allCases)
  func ends(_ engine: StagedHouse.EngineKind) async throws {
    let calendar = try await Calendar(engine)
    func minutes(_ events: [String]) async throws -> [Int64?] {
      try await calendar.take(events)
      return try await calendar.office.rows("SELECT at, ends_at FROM interaction ORDER BY at").map { row in
        guard case .integer(let at) = row[0], case .integer(let end) = row[1] else { return nil }
        return (end - at) / 60_000
      }
    }
    let weekly = Cast.event(
      "weekly", "20261002T090000Z", host: Cast.fay, with: [Cast.fay, Cast.ada],
      "RRULE:FREQ=WEEKLY;COUNT=2\nDURATION:PT30M")
    func viewing(_ end: String) -> String {
      Cast.event("viewing", "20261102T100000Z", host: Cast.ada, with: [Cast.ada, Cast.bob], end)
    }
    #expect(try await minutes([weekly, viewing("DTEND:20261102T110000Z")]) == [30, 30, 60])
    #expect(try await minutes([weekly, viewing("DTEND:20261102T114500Z")]) == [30, 30, 105])
    #expect(try await minutes([weekly, viewing("")]) == [30, 30, nil])
  }

  @Test("an empty calendar takes nothing away: that may be a fault of the source")
  func emptied() async throws {
    let calendar = try await Calendar()
    try await calendar.take()
    try await calendar.take([])
    #expect(try await calendar.met().count == 3)
    let trouble = try await calendar.office.rows("SELECT trouble FROM source").first?.first
    #expect(trouble != .null)
  }

  @Test("who declined was not there; the owner's own no undoes the meeting; an audience has not met")
  func presence() async throws {
    let calendar = try await Calendar()
    let crowd = Cast.crowd(30)
    try await calendar.take([
      Cast.event("a", "20261102T100000Z", host: Cast.bob, with: [Cast.fay], declined: [Cast.ada]),
      Cast.event("b", "20261103T100000Z", host: Cast.eli, with: [Cast.ada], declined: [Cast.gus]),
      Cast.event("c", "20261104T100000Z", host: Cast.ada, with: crowd),
    ])
    let met = try await calendar.met()
    #expect(met[Cast.eli.address] == "2026-11-03")
    #expect(met[Cast.bob.address] == nil && met[Cast.fay.address] == nil && met[Cast.gus.address] == nil)
    #expect(met[crowd[0].address] == "")
    let guest = try await calendar.office.person(crowd[0].address)
    let eli = try await calendar.office.person(Cast.eli.address)
    #expect(guest.interactions == 0 && guest.strength < eli.strength / 20)
  }

  @Test("one meeting in two calendars is one meeting, and stays while one of them tells of it")
  func twice() async throws {
    let calendar = try await Calendar()
    try await calendar.take()
    let count = try await calendar.office.count("interaction")
    let other = calendar.office.files + "/other.ics"
    try Cast.write(Cast.calendar([Cast.events[0]]), other)
    try await calendar.office.take(.ics, other)
    #expect(try await calendar.office.count("interaction") == count)
    try await calendar.take(Array(Cast.events.dropFirst()))
    #expect(try await calendar.met()[Cast.bob.address] == "2026-11-02")
  }

  @Test("P023 what the words of a grant leave out of a calendar is kept in no file; other terms are followed")
  func metadata() async throws {
    let calendar = try await Calendar()
    try await calendar.take()
    for name in try FileManager.default.subpathsOfDirectory(atPath: calendar.office.house.data) {
      let bytes = FileManager.default.contents(atPath: calendar.office.house.data + "/" + name) ?? Data()
      #expect(bytes.range(of: Data("Canary of a title".utf8)) == nil, "\(name)")
    }
    let added = try await AddSource(store: calendar.office.store, gate: calendar.office.gate).run(
      calendar.office.account, calendar.office.ada,
      AddSource.Wish(
        .ics, calendar.path, since: Instant(year: 2026, month: 11, day: 10), isWarranted: true))
    #expect(added.isChanged && added.grant.words.contains("2026-11-10") && added.grant.words.contains("no titles"))
    try await calendar.office.take(.ics, calendar.path)
    #expect(try await calendar.met() == [Cast.fay.address: "2026-11-20", Cast.eli.address: "2026-11-20"])
  }

  @Test("P120 somebody who was erased does not come back by a calendar", arguments: StagedHouse.EngineKind.allCases)
  func erased(_ engine: StagedHouse.EngineKind) async throws {
    let calendar = try await Calendar(engine)
    try await calendar.take()
    let bob = try await calendar.office.person(Cast.bob.address)
    _ = try await Erase(store: calendar.office.store, gate: calendar.office.gate).erase(
      bob.id, calendar.office.account, calendar.office.ada)
    try await calendar.take([
      Cast.event("viewing", "20261105T100000Z", host: Cast.ada, with: [Cast.ada, Cast.bob, Cast.hal])
    ])
    #expect(try await calendar.met() == [Cast.hal.address: "2026-11-05"])
    #expect(
      try await calendar.office.rows("SELECT COUNT(*) FROM handle WHERE value = '\(Cast.bob.address)'")
        == [[.integer(0)]])
  }
}
