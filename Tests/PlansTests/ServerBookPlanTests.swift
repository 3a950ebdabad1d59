import Plans
import Testing

@Suite struct ServerBookPlanTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var cursor: BookCursor?
    var status: BookStatus
    var isDue = false
    var step: ServerBookPlan
  }

  private static func row(
    _ what: String, _ cursor: BookCursor?, _ status: BookStatus, due: Bool = false, _ step: ServerBookPlan
  ) -> Row { Row(testDescription: what, cursor: cursor, status: status, isDue: due, step: step) }

  static let rows = [
    row("never read", nil, .init(syncToken: "t1", tellsChanges: true), .compare),
    row("never read, empty of signs", nil, .init(), .compare),
    row("cursor lost", BookCursor(), .init(syncToken: "t1", tellsChanges: true), .compare),
    row("nothing new", .init(syncToken: "t1"), .init(syncToken: "t1", tellsChanges: true), .rest),
    row("something new", .init(syncToken: "t1"), .init(syncToken: "t2", tellsChanges: true), .changes(since: "t1")),
    row("token not shown but understood", .init(syncToken: "t1"), .init(tellsChanges: true), .changes(since: "t1")),
    row(
      "same ctag, other token", .init(syncToken: "t1", ctag: "c"),
      .init(syncToken: "t2", ctag: "c", tellsChanges: true), .changes(since: "t1")),
    row("tokens were abolished, ctag the same", .init(syncToken: "t1", ctag: "c"), .init(ctag: "c"), .rest),
    row("tokens were abolished, ctag another", .init(syncToken: "t1", ctag: "c"), .init(ctag: "d"), .compare),
    row(
      "tokens are new on this server", .init(ctag: "c"), .init(syncToken: "t1", ctag: "d", tellsChanges: true), .compare
    ),
    row("only a ctag, the same", .init(ctag: "c"), .init(ctag: "c"), .rest),
    row("only a ctag, another", .init(ctag: "c"), .init(ctag: "d"), .compare),
    row("neither", BookCursor(), .init(), .compare),
    row("token shown, changes not told, no ctag", .init(syncToken: "t1"), .init(syncToken: "t2"), .compare),
    row("cut short", .init(syncToken: "t1", isWhole: false), .init(syncToken: "t1", tellsChanges: true), .compare),
    row("comparison due", .init(syncToken: "t1"), .init(syncToken: "t1", tellsChanges: true), due: true, .compare),
  ]

  @Test("the next step with a book on a server", arguments: rows)
  func next(_ row: Row) {
    #expect(ServerBookPlan.next(after: row.cursor, seeing: row.status, isDue: row.isDue) == row.step)
  }

  @Test("a lost token means to compare; a server that cannot answer now is no reason to read everything")
  func answers() {
    #expect(ChangesAnswer(status: 207) == .told)
    for status in [400, 403, 409, 410, 412, 501, 507] { #expect(ChangesAnswer(status: status) == .compare) }
    for status in [200, 301, 401, 404, 429, 500, 502, 503, 504] { #expect(ChangesAnswer(status: status) == .trouble) }
  }

  @Test("a listing shows what is new, changed and gone; what is held with the same etag is not fetched again")
  func compare() {
    let held = ["/a": "1", "/b": "2", "/c": "3", "/d": "", "/e": "5"]
    let plan = BookDifference(held: held, seen: ["/a": "1", "/b": "9", "/d": "4", "/e": "W/5", "/f": "6", "/g": ""])
    #expect(plan.fetch == ["/b", "/d", "/f", "/g"])
    #expect(plan.gone == ["/c"])
  }

  @Test("after a lost token nothing is replayed as new: equal etags are left alone")
  func reseed() {
    let held = Dictionary(uniqueKeysWithValues: (0..<500).map { ("/\($0)", "etag \($0)") })
    let plan = BookDifference(held: held, seen: held)
    #expect(plan.fetch.isEmpty && plan.gone.isEmpty)
  }

  @Test("a book that was emptied is empty here; from one that was read only in part nothing goes")
  func emptied() {
    #expect(BookDifference(held: ["/a": "1"], seen: [:]).gone == ["/a"])
    #expect(BookDifference(held: ["/a": "1", "/b": "2"], seen: ["/a": "1"], isComplete: false).gone.isEmpty)
    #expect(BookDifference(held: ["/a": "1"], seen: [:], isComplete: false).gone.isEmpty)
    #expect(BookDifference.listing(["/a": "1", "/b": "2"], changed: [:], removed: ["/a", "/b"]).isEmpty)
  }

  @Test("told changes: what is held already, was never held, or is told both ways")
  func told() {
    let held = ["/a": "1", "/b": "2", "/c": "3"]
    let seen = BookDifference.listing(
      held, changed: ["/a": "1", "/b": "8", "/n": "1"], removed: ["/b", "/c", "/x"])
    #expect(seen == ["/a": "1", "/b": "8", "/n": "1"])
    let plan = BookDifference(held: held, seen: seen)
    #expect(plan.fetch == ["/b", "/n"])
    #expect(plan.gone == ["/c"])
  }
}
