import Model
import Testing

@testable import Plans

@Suite("the list of a day") struct TodayPlanTests {
  private static let today = Day(20_000)

  private func item(
    _ kind: TodayItem.Kind, _ person: Int64, since: Int = 0, weight: Double = 0, task: Int64? = nil,
    settled: Bool = false
  ) -> TodayItem {
    TodayItem(
      kind, ID(person), task: task.map { ID($0) }, since: Self.today - since, why: "Why.", weight: weight,
      isSettled: settled)
  }

  @Test("kinds take turns, so that none pushes out another, and no more stand there than the day's number")
  func turns() {
    let many = (1...40).map { item(.followUp, $0, weight: Double($0)) }
    let asked = (101...130).map { item(.answer, $0, since: Int($0) - 100) }
    let plan = TodayPlan(many + asked + [item(.birthday, 200)], cap: 6)
    #expect(plan.open.map(\.kind) == [.birthday, .answer, .followUp, .answer, .followUp, .answer])
    #expect(plan.open.map(\.person.rawValue) == [200, 101, 40, 102, 39, 103])
    #expect(plan.behind == 65 && plan.settled == 0)
    #expect(TodayPlan(many, cap: 0).open.isEmpty && TodayPlan([], cap: 5).behind == 0)
  }

  @Test("what is settled today counts, so that whoever works off the list is done")
  func settled() {
    let all = (1...20).map { item(.followUp, $0, weight: Double(-$0), settled: $0 <= 10) }
    let plan = TodayPlan(all, cap: 10)
    #expect(plan.open.isEmpty && plan.settled == 10 && plan.behind == 10)
    #expect(TodayPlan(all, cap: 12).open.map(\.person) == [ID(11), ID(12)])
  }

  @Test("a person stands once, by the first kind that speaks of them; tasks stand by themselves")
  func once() {
    let plan = TodayPlan([
      item(.followUp, 1), item(.answer, 1), item(.promise, 1), item(.task, 1, task: 5), item(.task, 1, task: 6),
      item(.birthday, 2), item(.followUp, 2),
    ])
    #expect(plan.open.map(\.kind) == [.birthday, .answer, .task, .task] && plan.behind == 0)
  }

  @Test("tasks go by day, asks youngest first, and the order of what came in changes nothing")
  func orders() {
    let items = [
      item(.task, 1, since: 1, task: 1), item(.task, 2, since: 9, task: 2), item(.answer, 3, since: 9),
      item(.answer, 4, since: 1), item(.followUp, 5, weight: 7), item(.followUp, 6, weight: 7),
    ]
    let plan = TodayPlan(items)
    #expect(plan.open.map(\.person.rawValue) == [4, 2, 5, 3, 1, 6])
    #expect(TodayPlan(items.reversed()) == plan)
  }

  @Test("old neglect weighs no more than three intervals, so that what can still be kept stays in the list")
  func weights() {
    #expect(TodayItem.weight(strength: 50, lateness: 1) == 70)
    #expect(TodayItem.weight(strength: 0, lateness: 1000) == 60)
    #expect(TodayItem.weight(strength: 500, lateness: -1) == 100)
  }
}

@Suite("birthdays") struct BirthdayTests {
  @Test("a birthday is kept on its day, the 29th of February in other years on the 28th")
  func kept() throws {
    let cases: [(String, Int, String?)] = [
      ("1970-01-31", 2026, "2026-01-31"), ("--12-24", 2026, "2026-12-24"), ("1972-02-29", 2026, "2026-02-28"),
      ("1972-02-29", 2028, "2028-02-29"), ("--02-29", 2027, "2027-02-28"), ("--02-29", 2100, "2100-02-28"),
    ]
    for (text, year, kept) in cases {
      #expect(Birthday(text)?.date(in: year)?.description == kept, "\(text)")
    }
    for text in ["1971-02-29", "--13-01", "--04-31", "31 January", "", "1970-01", "1970--01-31", "-1-2-3"] {
      #expect(Birthday(text) == nil, "\(text)")
    }
  }

  @Test("it is found by every text that may stand for it, and by none that does not")
  func texts() throws {
    let days = try ["2026-02-28", "2028-02-28", "2028-02-29", "2026-11-30"].map { try #require(Day(iso: $0)) }
    for day in days {
      let texts = Birthday.texts(keptOn: day)
      #expect(Set(texts).count == texts.count)
      #expect(texts.allSatisfy { Birthday($0)?.date(in: day.civil.year) == day })
    }
    #expect(
      Birthday.texts(keptOn: days[0]).contains("1972-02-29") && Birthday.texts(keptOn: days[0]).contains("--02-29"))
    #expect(!Birthday.texts(keptOn: days[1]).contains("1972-02-29"))
    #expect(Birthday.texts(keptOn: days[2]).contains("1972-02-29") && Birthday.texts(keptOn: days[3]).count == 128)
  }
}
