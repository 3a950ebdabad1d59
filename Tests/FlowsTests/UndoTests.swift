import Consent
import Flows
import Foundation
import Model
import Plans
import Stage
import Store
import Testing

@Suite("Undoing what was delivered")
struct UndoTests {
  /// A household whose Bob was delivered as a buyer and then changed to a seller.
  private func household(
    _ engine: StagedHouse.EngineKind = .sqlite
  ) async throws -> (home: DeliverHousehold, bob: ID<Person>, destination: ID<Destination>, entry: ID<JournalEntry>) {
    let home = try await DeliverHousehold(engine)
    let bob = try await home.person("Bob Brown", "bob@example.test", title: "Buyer")
    let destination = try await home.accepted()
    try await home.run(destination)
    try await home.title(bob, "Seller")
    try await home.run(destination)
    let entry = try #require(try await home.store.journal(home.viewer).first)
    #expect(entry.verb == .update)
    return (home, bob, destination, entry.id)
  }

  @Test(
    "P119 an undone change stands as before, is an entry itself, and stays undone when delivered again",
    arguments: StagedHouse.EngineKind.allCases)
  func update(_ engine: StagedHouse.EngineKind) async throws {
    let (home, _, destination, entry) = try await household(engine)
    let undo = Undo(home.deliver())
    let shown = try await undo.run(entry, as: home.viewer, dryRun: true)
    #expect(shown.undoing == nil)
    #expect(shown.lines.map(\.old) == [["Seller"]] && shown.lines.map(\.new) == [["Buyer"]])
    let done = try await undo.run(entry, as: home.viewer)
    #expect(done.isComplete)
    #expect(home.card(with: "TITLE:Buyer") != nil)
    let journal = try await home.store.journal(home.viewer)
    #expect(journal.first?.id == done.undoing && journal.first?.undoes == entry)
    #expect(journal.first { $0.id == entry }?.undoneAt != nil)
    let files = try home.changes()
    #expect(try await home.run(destination).unchanged == 1)
    #expect(try home.changes() == files)
    await #expect { try await undo.run(entry, as: home.viewer) } throws: {
      ($0 as? Refusal)?.reason == .notUndoable
    }
    // The undo is undone in the same way.
    let undoing = try #require(done.undoing)
    #expect(try await undo.run(undoing, as: home.viewer).isComplete)
    #expect(home.card(with: "TITLE:Seller") != nil)
  }

  @Test("what was edited there since is left alone and named")
  func edited() async throws {
    let (home, _, _, entry) = try await household()
    let card = try #require(home.card(with: "TITLE:Seller"))
    try home.edit(card.name, "TITLE:Seller", "TITLE:By hand")
    await #expect { try await Undo(home.deliver()).run(entry, as: home.viewer) } throws: {
      ($0 as? Refusal)?.reason == .notUndoable
    }
    #expect(home.card(with: "TITLE:By hand") != nil)
  }

  @Test("P013 taking back a creation removes the record, with a yes to exactly that, and it stays away")
  func create() async throws {
    let home = try await DeliverHousehold(.sqlite)
    let bob = try await home.person("Bob Brown", "bob@example.test")
    let destination = try await home.accepted()
    try await home.run(destination)
    let entry = try #require(try await home.store.journal(home.viewer).first)
    let undo = Undo(home.deliver())
    let shown = try await undo.run(entry.id, as: home.viewer)
    let digest = try #require(shown.digest)
    #expect(shown.undoing == nil && home.cards().count == 1)
    #expect(shown.lines.allSatisfy { $0.kind == "delete" && $0.new.isEmpty } && !shown.lines.isEmpty)
    await #expect(throws: Refusal.self) { try await undo.run(entry.id, as: home.viewer, approve: "no") }
    #expect(home.cards().count == 1)
    let done = try await undo.run(entry.id, as: home.viewer, approve: digest)
    #expect(home.cards().isEmpty)
    // It is neither made again nor listed as missing, though Bob is still known here.
    try await home.title(bob, "Buyer")
    let report = try await home.run(destination)
    #expect(report.created == 0 && report.conflicts == 0)
    #expect(home.cards().isEmpty)
    // And the removal can be taken back.
    let removal = try #require(done.undoing)
    #expect(try await undo.run(removal, as: home.viewer).isComplete)
    #expect(home.card(with: "bob@example.test") != nil)
    #expect(try await home.run(destination).updated == 1)
    #expect(home.card(with: "TITLE:Buyer") != nil)
  }

  @Test("a record that was edited since it was made is not removed")
  func createEdited() async throws {
    let home = try await DeliverHousehold(.sqlite)
    try await home.person("Bob Brown", "bob@example.test")
    let destination = try await home.accepted()
    try await home.run(destination)
    let entry = try #require(try await home.store.journal(home.viewer).first)
    let undo = Undo(home.deliver())
    let digest = try await undo.run(entry.id, as: home.viewer).digest
    let card = try #require(home.card(with: "bob@example.test"))
    try home.edit(card.name, "END:VCARD", "NOTE:by hand\r\nEND:VCARD")
    await #expect { try await undo.run(entry.id, as: home.viewer, approve: digest) } throws: {
      ($0 as? Refusal)?.reason == .notUndoable
    }
    #expect(home.cards().count == 1)
  }

  @Test("P120 an entry of somebody who was erased cannot be undone, and says so")
  func erased() async throws {
    let (home, _, _, entry) = try await household()
    let (account, member) = (home.account, home.viewer.member)
    let permit = try await home.house.gate.permit(UndoChange.self, for: Request(account: account, member: member))
    let keys = try await permit.keyIDs([Handle(.email, "bob@example.test")])
    _ = try await home.store.beginErasure(account, of: member, keys: keys)
    let files = try home.changes()
    await #expect { try await Undo(home.deliver()).run(entry, as: home.viewer) } throws: {
      ($0 as? Refusal)?.promise == 120
    }
    #expect(try home.changes() == files)
  }

  @Test("P007 nobody undoes, or sees, an entry of another member")
  func foreign() async throws {
    let (home, _, _, entry) = try await household()
    let cyd = try await home.house.gate.viewer(home.account, try await home.house.addCyd())
    #expect(try await home.store.journal(cyd).isEmpty)
    await #expect { try await Undo(home.deliver()).run(entry, as: cyd) } throws: {
      ($0 as? Refusal)?.reason == .notYours
    }
  }

  @Test("at rest the images of the journal hold no word of what was delivered")
  func sealed() async throws {
    let (home, _, _, entry) = try await household()
    let held = try #require(try await home.store.journalEntry(home.account, home.viewer.member, entry))
    #expect(held.images.count == 1)
    for image in held.images {
      #expect(image.key != .none)
      for bytes in [image.before?.bytes, image.after?.bytes] {
        let text = String(decoding: try #require(bytes), as: UTF8.self)
        #expect(!text.contains("Seller") && !text.contains("Buyer"))
      }
    }
    #expect(try await home.house.count("delivery_value") == 0)
  }
}
