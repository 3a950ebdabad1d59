import Model
import Plans
import Testing

@Suite("what to do next with a folder")
struct MailboxPlanTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let says: String
    let cursor: Cursor?
    let status: MailboxStatus
    let plan: MailboxPlan
    var testDescription: String { says }

    init(_ says: String, _ cursor: (Int64, Int64)?, _ status: (Int64, Int64, Int64), _ plan: MailboxPlan) {
      self.says = says
      self.cursor = cursor.map { Cursor(uidValidity: $0.0, uid: $0.1) }
      self.status = MailboxStatus(uidValidity: status.0, lastUID: status.1, count: status.2)
      self.plan = plan
    }
  }

  static let cases: [Case] = [
    Case("a folder never read is fetched whole", nil, (7, 10, 10), .fetch(1...10)),
    Case("an empty cursor is none", (0, 0), (7, 10, 10), .fetch(1...10)),
    Case("an empty folder rests", nil, (7, 0, 0), .rest),
    Case("a folder whose mails are all gone rests", nil, (7, 10, 0), .rest),
    Case("new mail alone is fetched", (7, 10), (7, 12, 12), .fetch(11...12)),
    Case("nothing new rests", (7, 12), (7, 12, 12), .rest),
    Case("mails deleted in the middle rest", (7, 12), (7, 12, 3), .rest),
    Case("a new generation starts over", (7, 12), (8, 5, 5), .startOver(.newGeneration, fetch: 1...5)),
    Case(
      "a new, empty generation starts over with nothing", (7, 12), (8, 0, 0), .startOver(.newGeneration, fetch: nil)),
    Case("uids that went back start over", (7, 12), (7, 4, 4), .startOver(.uidsWentBack, fetch: 1...4)),
    Case("a lost index starts over", (7, 12), (0, 12, 12), .startOver(.indexLost, fetch: 1...12)),
    Case("the last uid there can be does not trap", (7, .max), (7, .max, 1), .rest),
    Case("a file's first generation counts", (7, 0), (7, 3, 3), .fetch(1...3)),
  ]

  @Test("each state of a folder has its step", arguments: cases)
  func step(_ row: Case) { #expect(MailboxPlan.next(after: row.cursor, seeing: row.status) == row.plan) }

  @Test("batches cover every uid once", arguments: [1, 3, 10, 500, Int64.max])
  func batches(size: Int64) {
    let batches = MailboxPlan.fetch(5...31).batches(of: size)
    #expect(batches.flatMap { Array($0) } == Array(5...31))
    #expect(batches.allSatisfy { Int64($0.count) <= size })
    #expect(MailboxPlan.rest.batches(of: size).isEmpty)
  }

  @Test("an address book's changes are known by uid and digest")
  func book() {
    let plan = AddressBookPlan(
      held: ["a": "1", "b": "2", "c": "3"],
      seen: [.init(uid: "d", digest: "4"), .init(uid: "b", digest: "9"), .init(uid: "a", digest: "1")])
    #expect(plan.added == ["d"] && plan.changed == ["b"] && plan.gone == ["c"] && plan.unchanged == ["a"])
    #expect(!plan.isRest)
  }

  @Test("a book that turned empty deletes nobody")
  func emptied() {
    let plan = AddressBookPlan(held: ["a": "1"], seen: [])
    #expect(plan.emptied && plan.gone.isEmpty && !plan.isRest)
  }

  @Test("what was not read is not gone")
  func partial() {
    let plan = AddressBookPlan(held: ["a": "1", "b": "2"], seen: [.init(uid: "a", digest: "1")], complete: false)
    #expect(plan.isRest)
  }

  @Test("a uid that two cards claim is named")
  func doubled() {
    let plan = AddressBookPlan(held: [:], seen: [.init(uid: "a", digest: "1"), .init(uid: "a", digest: "2")])
    #expect(plan.doubled == ["a"] && plan.added == ["a"])
  }
}
