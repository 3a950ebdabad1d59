import Model
import Testing

@testable import Plans

@Suite("what to do next with a folder")
struct MailboxPlanTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let says: String
    let cursor: Cursor?
    let known: Int
    let status: MailboxStatus
    let plan: MailboxPlan
    let isDue: Bool
    var testDescription: String { says }

    /// Cursor is UIDVALIDITY, UID, MODSEQ; status is UIDVALIDITY, UIDNEXT − 1, MESSAGES, HIGHESTMODSEQ.
    init(
      _ says: String, _ cursor: (Int64, Int64, Int64)?, knowing known: Int, _ status: (Int64, Int64?, Int?, Int64),
      _ plan: MailboxPlan, isDue: Bool = false
    ) {
      self.says = says
      self.isDue = isDue
      self.cursor = cursor.map { Cursor(uidValidity: $0.0, uid: $0.1, modSeq: $0.2) }
      self.known = known
      self.status = MailboxStatus(uidValidity: status.0, lastUID: status.1, count: status.2, modSeq: status.3)
      self.plan = plan
    }
  }

  static let compare = MailboxPlan.compare(sizes: false)
  static let full = MailboxPlan.compare(sizes: true)

  static let cases: [Case] = [
    Case("a folder never read is compared with nothing", nil, knowing: 0, (7, 10, 10, 0), compare),
    Case("an empty folder rests", nil, knowing: 0, (7, 0, 0, 0), .rest),
    Case("a folder whose mails were all gone before rests", nil, knowing: 0, (7, 10, 0, 5), .rest),
    Case("nothing new rests", (7, 12, 0), knowing: 9, (7, 12, 9, 0), .rest),
    Case("nothing new rests, with numbers of changes", (7, 12, 40), knowing: 9, (7, 12, 9, 40), .rest),
    Case("a changed flag alone is followed", (7, 12, 40), knowing: 9, (7, 12, 9, 44), .flags(since: 40)),
    Case("what rests is compared in full when that is due", (7, 12, 40), knowing: 9, (7, 12, 9, 40), full, isDue: true),
    Case("new mail and a comparison that is due are one", (7, 10, 0), knowing: 10, (7, 12, 12, 0), full, isDue: true),
    Case(
      "a new generation starts over, due or not", (7, 12, 0), knowing: 12, (8, 5, 5, 0), .startOver(.newGeneration),
      isDue: true),
    Case("new mail is compared", (7, 10, 0), knowing: 10, (7, 12, 12, 0), compare),
    Case("mails expunged in the middle are compared", (7, 12, 0), knowing: 12, (7, 12, 3, 0), compare),
    Case("one expunged, one new: the same count is compared", (7, 12, 40), knowing: 12, (7, 13, 12, 44), compare),
    Case("new mail, expunged again before it was seen, is compared", (7, 12, 0), knowing: 12, (7, 13, 12, 0), compare),
    Case("a mail moved in during the last fetch is compared", (7, 12, 0), knowing: 12, (7, 14, 13, 0), compare),
    Case("emptied wholly is compared", (7, 12, 0), knowing: 12, (7, 12, 0, 0), compare),
    Case("a held row that was lost is compared", (7, 12, 40), knowing: 11, (7, 12, 12, 40), compare),
    Case("a lost cursor is compared, not replayed", nil, knowing: 12, (7, 12, 12, 40), compare),
    Case("an emptied cursor is a lost one", (0, 0, 0), knowing: 12, (7, 12, 12, 40), compare),
    Case("a new generation starts over", (7, 12, 0), knowing: 12, (8, 5, 5, 0), .startOver(.newGeneration)),
    Case("a new, empty generation starts over", (7, 12, 0), knowing: 12, (8, 0, 0, 0), .startOver(.newGeneration)),
    Case(
      "a folder made anew under its name starts over", (7, 12, 9), knowing: 12, (9, 12, 12, 9),
      .startOver(.newGeneration)),
    Case(
      "a generation that went back starts over", (7, 12, 0), knowing: 12, (6, 12, 12, 0),
      .startOver(.generationWentBack)),
    Case("UIDNEXT that shrank starts over", (7, 12, 0), knowing: 12, (7, 4, 4, 0), .startOver(.uidsWentBack)),
    Case("UIDNEXT that shrank to one starts over", (7, 12, 0), knowing: 0, (7, 0, 0, 0), .startOver(.uidsWentBack)),
    Case("no generation starts over each time", (7, 12, 0), knowing: 12, (0, 12, 12, 0), .startOver(.noGeneration)),
    Case(
      "MODSEQ that fell compares sizes: uids may be reused", (7, 12, 40), knowing: 12, (7, 12, 12, 3), full),
    Case(
      "MODSEQ that is no longer offered compares sizes", (7, 12, 40), knowing: 12, (7, 12, 12, 0), full),
    Case("MODSEQ offered for the first time rests", (7, 12, 0), knowing: 12, (7, 12, 12, 99), .rest),
    Case("a server that tells no UIDNEXT is compared", (7, 12, 0), knowing: 12, (7, nil, 12, 0), compare),
    Case("a server that tells no count is compared", (7, 12, 0), knowing: 12, (7, 12, nil, 0), compare),
    Case("the highest numbers do not trap", (.max, .max, .max), knowing: .max, (.max, .max, .max, .max), .rest),
    Case(
      "negative numbers of a liar start over", (7, 12, 0), knowing: 12, (-7, -1, -1, -1),
      .startOver(.generationWentBack)),
  ]

  @Test("each state of a folder has its step", arguments: cases)
  func step(_ row: Case) {
    #expect(
      MailboxPlan.next(after: row.cursor, knowing: row.known, seeing: row.status, isDue: row.isDue) == row.plan)
  }

  @Test("day by day another range is read again, until every mail was; a range fits in a portion")
  func reread() {
    let mails = (1...95).map { FetchPlan.Sized(uid: UInt32($0 * 2), size: Int64($0)) }
    var seen = UIDSet()
    for day in 0..<10 {
      let range = MailboxPlan.reread(
        mails.reversed(), on: Instant(milliseconds: Int64(day) * 86_400_000), most: 10, bytes: 1000)
      #expect(range.count == (day == 9 ? 5 : 10) && range.intersection(seen).isEmpty)
      seen = seen.union(range)
    }
    #expect(seen == UIDSet(mails.map(\.uid)))
    let before = Instant(milliseconds: -86_400_000)
    #expect(MailboxPlan.reread(mails, on: before, most: 10, bytes: 1000).count == 5)
    #expect(
      MailboxPlan.reread(mails, on: Instant(milliseconds: 0), most: 10, bytes: 6)
        == UIDSet(ranges: [2...2, 4...4, 6...6]))
    #expect(MailboxPlan.reread([.init(uid: 1, size: .max)], on: before, most: 10, bytes: 6).isEmpty)
    #expect(MailboxPlan.reread([], on: before, most: 10, bytes: 6).isEmpty)
  }

  @Test("what is there is new, held, or left out; what is not there is gone")
  func difference() {
    let found = MailboxDifference(
      seen: UIDSet(1...10), held: UIDSet(ranges: [2...4, 11...12]), leftOut: UIDSet(ranges: [6...6, 20...20]))
    #expect(found.new == UIDSet(ranges: [1...1, 5...5, 7...10]))
    #expect(found.gone == UIDSet(ranges: [11...12, 20...20]))
  }

  @Test("a uid that names a mail of another size now is new, and not gone")
  func reused() {
    let found = MailboxDifference(
      seen: UIDSet(1...3), held: UIDSet(1...3), leftOut: UIDSet(), changed: UIDSet(2))
    #expect(found.new == UIDSet(2) && found.gone.isEmpty)
  }

  @Test("portions cover every mail once, within number and bytes", arguments: [1, 3, 10, 500])
  func portions(most: Int) {
    let mails = (1...100).map { FetchPlan.Sized(uid: UInt32($0 * 3), size: Int64($0 * 7919 % 1000) + 1) }
    let plan = FetchPlan(mails.reversed(), mails: most, bytes: 2_000, largest: 950)
    let sizes = Dictionary(uniqueKeysWithValues: mails.map { ($0.uid, $0.size) })
    let all = plan.portions.flatMap { Array($0) }
    #expect(all == all.sorted() && Set(all).count == all.count)
    #expect(Set(all).union(plan.tooBig) == Set(mails.map(\.uid)))
    #expect(plan.tooBig.allSatisfy { (sizes[$0] ?? 0) > 950 })
    for portion in plan.portions {
      #expect(portion.count <= most && portion.reduce(0) { $0 + (sizes[$1] ?? 0) } <= 2_000)
    }
  }

  @Test("sizes of a liar are taken as they come: too big, or nothing")
  func lies() {
    let plan = FetchPlan(
      [.init(uid: 1, size: .max), .init(uid: 2, size: -5), .init(uid: 3, size: 0), .init(uid: 4, size: 1)], mails: 10,
      bytes: 10, largest: 100)
    #expect(plan.tooBig == UIDSet(1) && plan.empty == UIDSet(2...3) && plan.portions == [UIDSet(4)])
  }

  @Test("patterns of folders: * anything, % within one level; letters count")
  func patterns() {
    #expect(FolderPlan.matches("INBOX", "INBOX", "/") && !FolderPlan.matches("INBOX", "INBOX/a", "/"))
    #expect(FolderPlan.matches("Work*", "Work/2026/a", "/") && FolderPlan.matches("*", "", "/"))
    #expect(FolderPlan.matches("Work/%", "Work/2026", "/") && !FolderPlan.matches("Work/%", "Work/2026/a", "/"))
    #expect(FolderPlan.matches("%/%", "a/b", "/") && !FolderPlan.matches("%/%", "a/b/c", "/"))
    #expect(FolderPlan.matches("a.%", "a.b/c", ".") && FolderPlan.matches("%", "a/b", nil))
    #expect(FolderPlan.matches("*2026*", "Archive/2026/May", "/") && !FolderPlan.matches("work", "Work", "/"))
    // Patterns of the worst kind end in time.
    #expect(!FolderPlan.matches(String(repeating: "*a", count: 40), String(repeating: "a", count: 39), "/"))
  }

  @Test("spam, trash and drafts are left out by rule; what the owner names is read, whatever it is for")
  func rules() {
    var server = MailServer(host: "mail.example.test", port: 993)
    let (spam, trash) = (ListedFolder(name: "Spam", isJunk: true), ListedFolder(name: "Bin", isTrash: true))
    let (drafts, inbox) = (ListedFolder(name: "Unsent", isDrafts: true), ListedFolder(name: "INBOX"))
    #expect(FolderPlan.step(drafts, server) == .leaveOut(.drafts))
    #expect(FolderPlan.step(inbox, server) == .read)
    #expect(FolderPlan.step(spam, server) == .leaveOut(.junk) && FolderPlan.step(trash, server) == .leaveOut(.trash))
    server.readsJunk = true
    #expect(FolderPlan.step(spam, server) == .read && FolderPlan.step(trash, server) == .leaveOut(.trash))
    server.folders = ["Bin", "In*", "Unsent"]
    #expect(FolderPlan.step(drafts, server) == .read)
    #expect(FolderPlan.step(trash, server) == .read && FolderPlan.step(spam, server) == .ignore)
    server.folders = ["*"]
    #expect(FolderPlan.step(trash, server) == .leaveOut(.trash) && FolderPlan.step(inbox, server) == .read)
  }

  @Test("folders of others are left out until the owner names them; that everything is wanted does not")
  func elsewhere() {
    var server = MailServer(host: "mail.example.test", port: 993)
    func step(_ name: String, _ rule: FolderPlan.Rule, _ prefix: String) -> FolderPlan.Step {
      FolderPlan.step(ListedFolder(name: name, elsewhere: .init(rule, prefix: prefix)), server)
    }
    #expect(step("Public/Team", .shared, "Public/") == .leaveOut(.shared))
    #expect(step("user/bob/Work", .others, "user/") == .leaveOut(.others))
    for (patterns, expected) in [
      (["*"], FolderPlan.Step.leaveOut(.shared)), (["%/Team"], .leaveOut(.shared)), (["P*"], .leaveOut(.shared)),
      (["Work"], .ignore), (["Public/*"], .read), (["Public/T%"], .read), (["*", "Public/Team"], .read),
      (["Public*"], .read), (["*", "Public/X*"], .leaveOut(.shared)),
    ] {
      server.folders = patterns
      #expect(step("Public/Team", .shared, "Public/") == expected, "\(patterns)")
    }
    // Where all that is not the owner's lies without a prefix, some letters of a name ask for it.
    server.folders = ["*"]
    #expect(step("Team", .shared, "") == .leaveOut(.shared))
    server.folders = ["Te*"]
    #expect(step("Team", .shared, "") == .read)
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
