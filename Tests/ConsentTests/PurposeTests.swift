import Consent
import Model
import Testing

@Suite("Purposes")
struct PurposeTests {
  @Test("P064 a purpose cannot be slipped in: the policy's version carries the digest of the catalogue")
  func catalogueDigest() {
    #expect(PolicyVersion.current.purposes == Catalogue.digest)
  }

  @Test("P001 the purposes are these and no others; none is for marketing")
  func closedList() {
    #expect(
      Catalogue.all.map(\.name).sorted() == [
        "build-index", "check-integrity", "connect", "connect-to-crm", "details-to-crm", "erase-data", "export-account",
        "find-people",
        "log-to-crm", "read-address-book", "read-calendar", "read-mail", "search-mail", "show-to-owner", "sync-to-crm",
        "tasks-to-crm", "undo-change", "write-back",
      ])
    #expect(!Catalogue.all.contains { $0.use.contains("market") || $0.name.contains("market") })
  }

  @Test("P011 whoever yields text is on a closed list, and reading and delivering are not")
  func yields() {
    #expect(
      Catalogue.yieldsWithText.sorted() == [
        "connect", "connect-to-crm", "details-to-crm", "find-people", "log-to-crm", "show-to-owner", "tasks-to-crm",
        "undo-change",
      ])
    #expect(ReadMail.Yield.self == Never.self)
    #expect(ReadAddressBook.Yield.self == Never.self)
    #expect(ReadCalendar.Yield.self == Never.self)
    #expect(BuildIndex.Yield.self == [UInt64].self)
    #expect(SearchMail.Yield.self == Bool.self)
    #expect(CheckIntegrity.Yield.self == Bool.self)
    #expect(ExportAccount.Yield.self == Never.self)
    #expect(EraseData.Yield.self == Never.self)
    #expect(WriteBack.Yield.self == Never.self)
  }

  @Test("P012 what is delivered to the CRM opens no content at all")
  func deliveryOpensNothing() {
    #expect(SyncToCRM.Yield.self == Never.self)
    #expect(SyncToCRM.declaration.opens.isEmpty)
    // Mails are opened for it by a purpose of its own, which a grant names only at the levels that need it.
    #expect(
      Catalogue.all.filter { $0.recipients == [.designatedCRM] && $0.opens.contains(.body) }.map(\.name) == [
        "log-to-crm"
      ])
    #expect(TasksToCRM.declaration.opens == [.note])
    #expect(DetailsToCRM.declaration.opens == [.detail])
  }

  @Test("P002 only these purposes have a recipient outside: the designated CRM and the source itself")
  func recipients() {
    let outside = Catalogue.all.filter { $0.recipients.contains(.designatedCRM) || $0.recipients.contains(.source) }
    #expect(
      outside.map(\.name).sorted() == [
        "connect", "connect-to-crm", "details-to-crm", "log-to-crm", "sync-to-crm", "tasks-to-crm", "write-back",
      ])
  }

  @Test("P113 every purpose has one of four lawful bases, a use, a promise and a recipient", arguments: Catalogue.all)
  func complete(_ declaration: Declaration) {
    #expect(declaration.fault == nil)
    #expect(Declaration.Basis.allCases.contains(declaration.basis))
    #expect(PolicyVersion.current.text.contains(declaration.name))
  }

  @Test("P023 the words of a grant tell folders, period, bodies and attachments")
  func words() {
    let since = Instant(year: 2026, month: 1, day: 2)
    for depth in Depth.allCases {
      let words = GrantWords.reading(.maildir, depth: depth, since: since, folders: ["INBOX"])
      for part in ["INBOX", "2026-01-02", "bodies", "attachments"] {
        #expect(words.contains(part), "\(depth): \(part)")
      }
    }
    #expect(GrantWords.reading(.mbox, depth: .text, since: nil).contains("all folders, of all time"))
    let calendar = GrantWords.reading(.ics, depth: .text, since: since)
    for part in ["events", "2026-01-02", "attendees", "no titles"] { #expect(calendar.contains(part), "\(part)") }
  }

  @Test("P104 what is kept ends twelve calendar months after closing, in leap years and short months too")
  func twelveMonths() {
    func due(_ y: Int, _ m: Int, _ d: Int) -> String? {
      Retention.life.due(closed: Instant(year: y, month: m, day: d, hour: 3))?.description
    }
    #expect(due(2024, 2, 29) == "2025-02-28T03:00:00Z")
    #expect(due(2026, 1, 31) == "2027-01-31T03:00:00Z")
    #expect(due(2026, 12, 31) == "2027-12-31T03:00:00Z")
    #expect(Retention.life.due(closed: nil) == nil)
  }
}
