import Consent
import Flows
import Foundation
import Model
import Plans
import Stage
import Store
import Testing
import Wire

@Suite("an address book on a server is kept in step", .serialized)
struct CardDAVTests {
  @Test(
    "P013 nothing is written before it was accepted; then cards are made, changed, and left alone",
    arguments: StagedDAV.Kind.allCases)
  func life(_ kind: StagedDAV.Kind) async throws {
    let stage = try await CardDAVStage(kind)
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", title: "Buyer")
    try await stage.home.person("Eve Example", "eve@example.test")
    let destination = try await stage.add()
    #expect(destination.server?.path == stage.server.book)
    let shown = try await stage.run(destination)
    #expect(!shown.approved && shown.lines.contains { $0.new == ["Buyer"] })
    #expect(try stage.server.contents().isEmpty)
    #expect(try stage.writes().isEmpty)
    _ = try await AddDestination(stage.deliver()).accept(destination.id, digest: shown.digest, as: stage.home.viewer)
    let first = try await stage.run(destination)
    #expect(first.created == 2 && first.isComplete, "\(first.troubles)")
    let card = try #require(try stage.card(with: "bob@example.test"))
    for part in ["FN:Bob Brown", "TITLE:Buyer", "X-KITH-ID:\(bob)", "X-KITH-KEY:"] {
      #expect(card.text.contains(part), "\(part)")
    }
    // A second run sends nothing.
    let written = try stage.writes()
    #expect(try await stage.run(destination).unchanged == 2)
    #expect(try stage.writes() == written && written.count == 2)
    try await stage.home.title(bob, "Seller")
    let second = try await stage.run(destination)
    #expect(second.updated == 1 && second.isComplete, "\(second.troubles)")
    #expect(try stage.card(with: "TITLE:Seller")?.path == card.path)
    #expect(try stage.writes().count == 3)
  }

  @Test(
    "what others wrote into a card stays: their edits, and properties that nobody knows",
    arguments: StagedDAV.Kind.allCases)
  func edits(_ kind: StagedDAV.Kind) async throws {
    let stage = try await CardDAVStage(kind)
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", title: "Buyer")
    let destination = try await stage.accepted()
    try await stage.run(destination)
    let unknown = "X-SECRET-SAUCE;X-HOT=yes:a\\;b\\,c"
    let photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + String(repeating: "QUJD", count: 12)
    try stage.edit("END:VCARD", "NOTE:by hand\r\n\(unknown)\r\n\(photo)\r\nCATEGORIES:Friends\r\nEND:VCARD")
    try stage.edit("FN:Bob Brown", "FN:Robert Brown")
    try await stage.home.title(bob, "Seller")
    let report = try await stage.run(destination)
    #expect(report.updated == 1 && report.isComplete, "\(report.troubles)")
    let now = try #require(try stage.card(with: "TITLE:Seller")).text.replacing("\r\n ", with: "")
    for part in ["NOTE:by hand", "FN:Robert Brown", "CATEGORIES:Friends", unknown, photo] {
      #expect(now.contains(part), "\(part) in \(now)")
    }
    let written = try stage.writes().count
    #expect(try await stage.run(destination).unchanged == 1)
    #expect(try await stage.run(destination).unchanged == 1)
    #expect(try stage.writes().count == written)
  }

  @Test(
    "a card that was there already is adopted, and one that was deleted there is asked about",
    arguments: StagedDAV.Kind.allCases)
  func adoption(_ kind: StagedDAV.Kind) async throws {
    let stage = try await CardDAVStage(kind)
    try stage.server.change([.init("PUT", stage.server.book + "1.vcf", BookStage.card(1, "TITLE:Friend\r\n"))])
    try await stage.home.person("Bob Nr. 1", "bob1@example.test")
    let destination = try await stage.accepted()
    try await stage.run(destination)
    #expect(try stage.server.contents().count == 1)
    try stage.server.change([.init("DELETE", stage.server.book + "1.vcf")])
    let report = try await stage.run(destination)
    #expect(report.conflicts == 1 && report.created == 0 && !report.isComplete)
    #expect(try stage.server.contents().isEmpty)
  }

  @Test("P119 an update and a creation are undone at the server", arguments: StagedDAV.Kind.allCases)
  func undo(_ kind: StagedDAV.Kind) async throws {
    let stage = try await CardDAVStage(kind)
    let bob = try await stage.home.person("Bob Brown", "bob@example.test", title: "Buyer")
    let destination = try await stage.accepted()
    try await stage.run(destination)
    try await stage.home.title(bob, "Seller")
    try await stage.run(destination)
    let journal = try await stage.home.store.journal(stage.home.viewer)
    let update = try #require(journal.first { $0.verb == .update })
    let create = try #require(journal.first { $0.verb == .create })
    let undo = Undo(stage.deliver())
    #expect(try await undo.run(update.id, as: stage.home.viewer).isComplete)
    #expect(try stage.card(with: "TITLE:Buyer") != nil)
    let digest = try #require(try await undo.run(create.id, as: stage.home.viewer).digest)
    #expect(try stage.server.contents().count == 1)
    #expect(try await undo.run(create.id, as: stage.home.viewer, approve: digest).undoing != nil)
    #expect(try stage.server.contents().isEmpty)
    #expect(try await stage.run(destination).created == 0)
  }

  @Test("P098 a server that refuses the login is named, and nothing is kept")
  func refusedLogin() async throws {
    let stage = try await CardDAVStage()
    let trouble = await #expect(throws: Trouble.self) { _ = try await stage.add(password: "wrong") }
    #expect(trouble?.description.contains("localhost") == true)
    #expect(trouble?.description.contains("refused user or password") == true)
    for table in ["destination", "destination_server", "consent_grant", "credential"] {
      #expect(try await stage.home.house.count(table) == 0, "\(table)")
    }
  }

  @Test("P005 P016 a book that was cut off gets no further byte")
  func revoked() async throws {
    let stage = try await CardDAVStage()
    try await stage.home.person("Bob Brown", "bob@example.test")
    let destination = try await stage.accepted()
    try await Withdraw(store: stage.home.store, gate: stage.home.house.gate).destination(
      destination.id, as: stage.home.viewer)
    let before = try stage.server.requests()
    await #expect(throws: Refusal.self) { _ = try await stage.run(destination) }
    #expect(try stage.server.requests() == before)
  }
}
