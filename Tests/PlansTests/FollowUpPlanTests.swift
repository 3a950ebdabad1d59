import Model
import Testing

@testable import Plans

@Suite("follow-ups") struct FollowUpPlanTests {
  private static let berlin = Zone(
    "Europe/Berlin", first: 3600,
    steps: [
      .init(at: Instant(year: 2026, month: 3, day: 29, hour: 1), seconds: 7200),
      .init(at: Instant(year: 2026, month: 10, day: 25, hour: 1), seconds: 3600),
    ])

  private func at(_ text: String) throws -> Instant { try #require(Instant(iso: text)) }
  private func day(_ text: String) throws -> Day { try #require(Day(iso: text)) }

  private func place(_ days: Int, _ since: Instant, _ number: Int64 = 1) -> FollowUp.Place {
    FollowUp.Place(ID(number), "bucket \(number)", days: days, since: since)
  }

  @Test("the original's example: a ten-day bucket from its first day to weak, with one mail in between")
  func example() throws {
    let put = try at("2026-11-01")
    var follow = FollowUp(places: [place(10, put)], added: put)
    let start = try day("2026-11-01")
    var expected: [(Int, TieStatus, Bool)] = [
      (0, .fading, false), (9, .fading, false), (10, .weak, true), (11, .weak, true),
    ]
    for (days, status, due) in expected {
      let plan = FollowUpPlan(follow, in: .utc)
      #expect(plan.status(on: start + days) == status && plan.isDue(on: start + days) == due, "\(days)")
    }
    follow.lastContact = try at("2026-11-04T09:00")
    expected = [
      (3, .strong, false), (12, .strong, false), (13, .strong, true), (14, .fading, true), (23, .fading, true),
      (24, .weak, true), (400, .weak, true),
    ]
    for (days, status, due) in expected {
      let plan = FollowUpPlan(follow, in: .utc)
      #expect(plan.due == start + 13)
      #expect(plan.status(on: start + days) == status && plan.isDue(on: start + days) == due, "\(days)")
    }
  }

  @Test("without any contact the clock runs from the day the person was added")
  func added() throws {
    let follow = FollowUp(places: [place(30, try at("2026-11-20"))], added: try at("2026-11-01"))
    let plan = FollowUpPlan(follow, in: .utc)
    #expect(try plan.due == day("2026-12-01"))
    #expect(try plan.status(on: day("2026-12-01")) == .fading && plan.status(on: day("2026-12-20")) == .weak)
    #expect(try plan.lateness(on: day("2026-12-20")) == 1)
    #expect(try plan.why(on: day("2026-12-01")) == "You have never been in touch; bucket 1 is every 30 days.")
  }

  @Test(
    "the person's own interval counts, else the shortest bucket, of two alike the first; without one nothing is due")
  func intervals() throws {
    let (early, late) = (try at("2026-11-01"), try at("2026-11-02"))
    let contact = try at("2026-11-10")
    let cases: [([FollowUp.Place], Int?, Int?, Int64?)] = [
      ([], nil, nil, nil), ([place(30, early, 1), place(14, late, 2)], nil, 14, 2),
      ([place(14, late, 1), place(14, early, 2)], nil, 14, 2),
      ([place(14, early, 2), place(14, early, 1)], nil, 14, 1),
      ([place(14, early)], 90, 90, nil), ([], 7, 7, nil),
    ]
    for (places, own, days, bucket) in cases {
      let plan = FollowUpPlan(
        FollowUp(
          places: places, own: own.map { .init(days: $0, since: early) }, added: early, lastContact: contact),
        in: .utc)
      #expect(plan.interval?.days == days && plan.interval?.bucket == bucket.map { ID($0) })
      #expect(try plan.due == days.map { try day("2026-11-10") + $0 })
      if days == nil { #expect(try plan.status(on: day("2026-11-11")) == .none) }
    }
  }

  @Test("snoozing waits for a day, dismissing for one more interval, and neither makes a tie stronger")
  func putOff() throws {
    let contact = try at("2026-11-01T12:00")
    var follow = FollowUp(places: [place(10, contact)], added: contact, lastContact: contact)
    follow.snooze = .init(until: try day("2026-11-20"), at: try at("2026-11-12"))
    #expect(try FollowUpPlan(follow, in: .utc).due == day("2026-11-20"))
    #expect(try FollowUpPlan(follow, in: .utc).status(on: day("2026-11-15")) == .fading)
    // Whoever was in touch meanwhile has nothing put off: the clock runs anew.
    follow.lastContact = try at("2026-11-13T08:00")
    #expect(try FollowUpPlan(follow, in: .utc).due == day("2026-11-23"))
    follow.own = .init(days: 3, since: try at("2026-11-14"))
    #expect(try FollowUpPlan(follow, in: .utc).due == day("2026-11-16"))
    // A snooze never makes anything due sooner.
    follow.snooze = .init(until: try day("2026-11-15"), at: try at("2026-11-14"))
    #expect(try FollowUpPlan(follow, in: .utc).due == day("2026-11-16"))
    follow = FollowUp(places: [place(10, contact)], added: contact, lastContact: contact)
    follow.dismissedAt = try at("2026-11-12T18:00")
    #expect(try FollowUpPlan(follow, in: .utc).due == day("2026-11-22"))
    #expect(try FollowUpPlan(follow, in: .utc).status(on: day("2026-11-22")) == .weak)
    follow.lastContact = try at("2026-11-14")
    #expect(try FollowUpPlan(follow, in: .utc).due == day("2026-11-24"))
  }

  @Test("whoever is muted or archived is never due and has no status")
  func silent() throws {
    let contact = try at("2026-01-01")
    for (muted, archived) in [(true, false), (false, true), (true, true)] {
      let plan = FollowUpPlan(
        FollowUp(
          places: [place(10, contact)], added: contact, lastContact: contact, isMuted: muted, isArchived: archived),
        in: .utc)
      #expect(try plan.due == nil && !plan.isDue(on: day("2026-11-01")) && plan.status(on: day("2026-11-01")) == .none)
    }
  }

  @Test("nights when clocks are set are nights, and the 29th of February is a day")
  func calendar() throws {
    let cases: [(Zone, String, Int, String)] = [
      // Half past midnight in Berlin, ten days over the night of 23 hours.
      (Self.berlin, "2026-03-24T23:30:00Z", 10, "2026-04-04"),
      // Half an hour before midnight, over the night of 25 hours.
      (Self.berlin, "2026-10-20T21:30:00Z", 10, "2026-10-30"),
      (Self.berlin, "2026-10-25T22:30:00Z", 1, "2026-10-26"), (Self.berlin, "2026-03-28T23:30:00Z", 1, "2026-03-30"),
      (.utc, "2028-02-28T12:00:00Z", 1, "2028-02-29"), (.utc, "2028-02-29T12:00:00Z", 1, "2028-03-01"),
      (.utc, "2027-02-28T12:00:00Z", 1, "2027-03-01"), (.utc, "2028-02-29T12:00:00Z", 365, "2029-02-28"),
      (Zone("east", first: 14 * 3600), "2026-11-27T10:00:00Z", 1, "2026-11-29"),
      (Zone("west", first: -10 * 3600), "2026-11-27T09:59:00Z", 1, "2026-11-27"),
    ]
    for (zone, contact, days, due) in cases {
      let last = try at(contact)
      let plan = FollowUpPlan(FollowUp(places: [place(days, last)], added: last, lastContact: last), in: zone)
      #expect(try plan.due == day(due), "\(zone.name) \(contact)")
      #expect(try !plan.isDue(on: day(due) - 1) && plan.isDue(on: day(due)))
      #expect(try plan.status(on: day(due)) == .strong && plan.status(on: day(due) + 1) == .fading)
    }
  }

  @Test("the reason is one sentence with the days and the interval")
  func reasons() throws {
    let contact = try at("2026-11-01")
    var follow = FollowUp(places: [place(10, contact)], added: contact, lastContact: contact)
    var plan = FollowUpPlan(follow, in: .utc)
    #expect(try plan.why(on: day("2026-11-15")) == "Your last contact was 14 days ago; bucket 1 is every 10 days.")
    follow.own = .init(days: 1, since: contact)
    plan = FollowUpPlan(follow, in: .utc)
    #expect(
      try plan.why(on: day("2026-11-02")) == "Your last contact was yesterday; you want to be in touch every day.")
  }

  @Test("a week is done by being in touch: people with an interval, counted once, since Monday")
  func goal() throws {
    let monday = try at("2026-11-23")
    func plan(_ contact: String, _ days: Int?) throws -> FollowUpPlan {
      let last = try at(contact)
      return FollowUpPlan(
        FollowUp(places: days.map { [place($0, monday)] } ?? [], added: last, lastContact: last), in: .utc)
    }
    let goal = WeeklyGoal(
      [
        try plan("2026-11-23T00:00", 10), try plan("2026-11-22T23:59", 10), try plan("2026-11-25", nil),
        try plan("2026-11-27", 30),
      ], today: try day("2026-11-27"), goal: 7)
    #expect(try goal.week == day("2026-11-23") && goal.done == 2 && goal.goal == 7)
  }
}

@Suite("the bucket game") struct BucketGameTests {
  @Test(
    "unsorted people come by their last contact, those never in touch after them, skipped ones last; sorted ones not")
  func order() {
    func at(_ day: Int) -> Instant { Instant(year: 2026, month: 11, day: day) }
    let cards: [BucketGame.Card] = [
      .init(ID(1), lastContact: at(1)), .init(ID(2), lastContact: at(9)), .init(ID(3)),
      .init(ID(4), lastContact: at(20), skippedAt: at(22)), .init(ID(5), lastContact: at(2), skippedAt: at(21)),
      .init(ID(6), lastContact: at(25), isSorted: true), .init(ID(7), lastContact: at(9)),
    ]
    let game = BucketGame(cards)
    #expect(game.round == [2, 7, 1, 3, 5, 4].map { ID($0) } && game.left == 6)
    #expect(BucketGame(cards.reversed(), round: 2).round == [ID(2), ID(7)])
    #expect(BucketGame(cards, round: -1).round.isEmpty && BucketGame([]).left == 0)
  }
}
