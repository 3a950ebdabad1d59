import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

@Suite struct PullCardTests {
  @Test(
    "every card becomes a record with its facts; the second run changes nothing",
    arguments: StagedHouse.EngineKind.allCases)
  func whole(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/cards.vcf"
    try Cast.writeCards(path)
    let report = try await way.take(.vcard, path)
    #expect(report.isWhole)
    #expect(report.stored == Cast.cards.count)
    #expect(report.folders.map(\.folder) == ["cards.vcf"])
    #expect(report.folders.first?.held == Cast.cards.count)
    #expect(try await way.house.count("record") == Cast.cards.count)
    #expect(try await way.house.count("person") == Cast.cards.count)
    let names = try await way.column("SELECT name FROM person WHERE account_id = $1 ORDER BY name")
    #expect(names.first == .text(Cast.bob.name))
    #expect(
      try await way.column("SELECT value FROM fact WHERE account_id = $1 AND field = 'phone' ORDER BY value").first
        == .text("+17135550101"))
    #expect(try await way.column("SELECT value FROM person_value WHERE account_id = $1 AND field = 'email'").count == 6)
    let before = try await way.house.digests()
    way.house.clock.advance(milliseconds: 60_000)
    #expect(try await way.take(.vcard, path).stored == 0)
    let unchanged = try await way.house.digests(without: ["ledger", "ledger_head", "lease", "job", "source", "folder"])
    #expect(unchanged == before.filter { $0.key != "source" && $0.key != "folder" })
  }

  @Test("notes, birthdays and addresses of houses are sealed; the directory is open")
  func sealed() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/cards.vcf"
    let card = """
      BEGIN:VCARD
      VERSION:3.0
      UID:one
      FN:Bob Brown
      EMAIL:Bob@Example.Test
      TEL:713 555
      TEL:please ask
      ADR;TYPE=HOME:;;12 Mill Lane;Town;;;
      BDAY:1970-01-31
      NOTE:Canary of a note
      END:VCARD

      """
    try Cast.write(Array(card.utf8), path)
    let added = try await way.add(.vcard, path)
    _ = try await way.pull(added.source.id)
    let account = way.account
    let rows = try await way.store.read(account) {
      try $0.rows(
        """
        SELECT f.field, f.label, f.value, f.detail, f.id, h.key_id FROM fact f
        JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
        JOIN handle h ON h.account_id = r.account_id AND h.id = r.handle_id
        WHERE f.account_id = $1 ORDER BY f.field, f.label
        """, [Value(account)])
    }
    let open = rows.filter { $0.bytesOrNil(3) == nil }
    #expect(open.map { $0.text(0) } == ["email", "name", "phone"])
    #expect(open.map { $0.text(2) } == ["bob@example.test", "Bob Brown", "713 555"])
    let closed = rows.filter { $0.bytesOrNil(3) != nil }
    #expect(closed.map { $0.text(0) } == ["address", "birthday", "custom", "note"])
    #expect(closed.allSatisfy { $0.textOrNil(2) == nil })
    let permit = try await way.house.gate.permit(
      ShowToOwner.self,
      for: Request(account: account, member: way.house.ada, handles: [KeyID(stored: rows.first?.int(5) ?? 0)]))
    var said: [String] = []
    for row in closed {
      let sealed = try #require(Sealed(stored: row.bytes(3)))
      said.append(
        try sealed.open(in: Slot(account, "fact", "detail", row: row.int(4)), permit) {
          PageText(String(decoding: $0.withUnsafeBufferPointer { Array($0) }, as: UTF8.self))
        }.text)
    }
    #expect(said == ["12 Mill Lane, Town", "1970-01-31", "please ask", "Canary of a note"])
  }

  @Test(
    "a changed card keeps its person and what it still says; a card that is gone is noted, and can come back",
    arguments: StagedHouse.EngineKind.allCases)
  func changes(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/cards.vcf"
    try Cast.writeCards(path)
    _ = try await way.take(.vcard, path)
    let kept = "SELECT id FROM fact WHERE account_id = $1 AND field = 'email' AND value = 'bob@example.test'"
    let fact = try await way.column(kept)
    // Bob is an architect now, and Gus left the book.
    let text = Cast.cards.filter { !$0.contains("card-gus") }.joined()
      .replacing("TITLE:Engineer", with: "TITLE:Architect").replacing("\n", with: "\r\n")
    try Cast.write(Array(text.utf8), path)
    let report = try await way.take(.vcard, path)
    #expect(report.stored == 1)
    #expect(report.isWhole)
    #expect(report.folders.first?.held == Cast.cards.count - 1)
    #expect(try await way.column(kept) == fact)
    #expect(
      try await way.column("SELECT title FROM person WHERE account_id = $1 AND name = '\(Cast.bob.name)'")
        == [.text("Architect")])
    #expect(
      try await way.column("SELECT COUNT(*) FROM record WHERE account_id = $1 AND gone_at IS NOT NULL") == [.integer(1)]
    )
    #expect(
      try await way.column("SELECT gone FROM person WHERE account_id = $1 ORDER BY gone DESC").first == .integer(1))
    try Cast.writeCards(path)
    #expect(try await way.take(.vcard, path).stored == 2)
    #expect(
      try await way.column("SELECT COUNT(*) FROM record WHERE account_id = $1 AND gone_at IS NOT NULL") == [.integer(0)]
    )
    #expect(try await way.column("SELECT COUNT(*) FROM person WHERE account_id = $1 AND gone = 1") == [.integer(0)])
    #expect(try await way.house.count("person") == Cast.cards.count)
  }

  @Test("a book that is suddenly empty deletes nobody, and says so")
  func emptied() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/cards.vcf"
    try Cast.writeCards(path)
    _ = try await way.take(.vcard, path)
    try Cast.write([], path)
    let report = try await way.take(.vcard, path)
    #expect(!report.isWhole)
    #expect(report.trouble != nil)
    #expect(
      try await way.column("SELECT COUNT(*) FROM record WHERE account_id = $1 AND gone_at IS NULL") == [
        .integer(Int64(Cast.cards.count))
      ])
  }

  @Test("a table of contacts becomes people by its column names", arguments: StagedHouse.EngineKind.allCases)
  func table(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/clients.csv"
    try Cast.writeCSV(path)
    let report = try await way.take(.csv, path)
    #expect(report.isWhole)
    #expect(report.stored == 3)
    #expect(
      try await way.column("SELECT name FROM person WHERE account_id = $1 ORDER BY name")
        == [.text("Bob Brown"), .text("Hal Hooper"), .text("Ivy Ito")])
    #expect(try await way.take(.csv, path).stored == 0)
  }

  @Test("a row or a card with neither a name nor a valid address or number is left out and counted")
  func nobody() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/clients.csv"
    let rows = ["Name,E-mail,Phone", ",not-an-address,", ",,ask him", ",fay@lender.example,", ",,+1 713-555-0107"]
    try Cast.write(Array((rows.joined(separator: "\n") + "\n").utf8), path)
    let report = try await way.take(.csv, path)
    #expect(report.isWhole && report.folders.first?.onServer == 4)
    #expect(report.folders.first?.held == 2 && report.folders.first?.leftOut == ["empty": 2])
    let cards = way.house.files + "/cards.vcf"
    try Cast.write(Array("BEGIN:VCARD\nVERSION:4.0\nEMAIL:not-an-address\nEND:VCARD\n".utf8), cards)
    #expect(try await way.take(.vcard, cards).folders.first?.leftOut == ["empty": 1])
  }

  @Test("cards that are lists, or name nobody, or claim one uid, are left out by rule and counted")
  func rules() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/cards.vcf"
    let cards = [
      "UID:a\nFN:Bob Brown", "UID:a\nFN:Bob B.", "KIND:group\nFN:Clients", "NOTE:nobody", "FN:Hal Hooper",
    ].map { "BEGIN:VCARD\nVERSION:4.0\n\($0)\nEND:VCARD\n" }
    try Cast.write(Array(cards.joined().utf8), path)
    let report = try await way.take(.vcard, path)
    #expect(report.isWhole)
    #expect(report.folders.first?.onServer == 5)
    #expect(report.folders.first?.held == 2)
    #expect(report.folders.first?.leftOut == ["doubled": 1, "group": 1, "empty": 1])
    #expect(
      try await way.column("SELECT name FROM person WHERE account_id = $1 ORDER BY name") == [
        .text("Bob B."), .text("Hal Hooper"),
      ])
  }
}
