import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing
import Wire

/// Address books as a source, of which one card is corrected.
private struct WriteBackStage {
  let books: BookStage
  let source: Source
  let viewer: Viewer

  static let unknown = "X-SECRET-SAUCE;X-HOT=yes:a\\;b\\,c\r\nNOTE:by hand\r\n"

  init(_ kind: StagedDAV.Kind = .radicale, _ engine: StagedHouse.EngineKind = .sqlite) async throws {
    books = try await BookStage(kind, engine)
    try books.put(1...3, "TITLE:Buyer\r\n\(WriteBackStage.unknown)")
    source = try await books.add()
    try await books.pull(source)
    viewer = try await books.way.house.gate.viewer(books.way.account, books.way.house.ada)
  }

  var way: WayIn { books.way }
  var writeBack: Flows.WriteBack { Flows.WriteBack(store: way.store, gate: way.house.gate, door: books.door) }
  var undo: Undo { Undo(Deliver(store: way.store, gate: way.house.gate, door: books.door)) }

  func run(_ approve: [String] = [], dryRun: Bool = false) async throws -> [WriteBackLine] {
    try await writeBack.run(source.id, approve: approve, dryRun: dryRun, as: viewer)
  }

  /// The person of the card of this number.
  func person(_ number: Int) async throws -> ID<Person> {
    let found = try await way.column(
      """
      SELECT r.person_id FROM fact f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
      WHERE f.account_id = $1 AND f.field = 'email' AND f.value = 'bob\(number)@example.test' AND r.kind = 'card'
      """)
    guard case .integer(let id)? = found.first else { throw Trouble("there is no such person", "") }
    return ID(id)
  }

  func type(_ number: Int, _ edit: Edit) async throws {
    _ = try await EditPerson(store: way.store, gate: way.house.gate).edit(try await person(number), edit, as: viewer)
  }

  /// Requests that change something, without those that filled the book.
  func writes() throws -> [String] { Array(try books.server.requests().filter { !CardDAVStage.asks($0) }.dropFirst(3)) }

  func text(_ number: Int) throws -> String {
    try books.server.contents()["\(books.server.book)\(number).vcf"]?.text.replacing("\r\n ", with: "") ?? ""
  }

  func etags() throws -> [String: String] { try books.server.contents().mapValues(\.etag) }
}

@Suite("corrections are written back to a source by leave", .serialized)
struct WriteBackTests {
  @Test(
    "P013 a card at a source changes only under a grant of its own, and by exactly what was approved",
    arguments: StagedDAV.Kind.allCases)
  func leave(_ kind: StagedDAV.Kind) async throws {
    let stage = try await WriteBackStage(kind)
    try await stage.type(1, Edit(.set, .title, "Seller"))
    try await stage.type(2, Edit(.set, .title, "Owner"))
    let refusal = await #expect(throws: Refusal.self) { _ = try await stage.run() }
    #expect(refusal?.reason == .noGrant)
    let grant = try await stage.writeBack.allow(stage.source.id, as: stage.viewer)
    #expect(grant.scope == .write && grant.purposes == ["write-back"] && grant.words == GrantWords.writingBack)
    // The same again is the same grant.
    #expect(try await stage.writeBack.allow(stage.source.id, as: stage.viewer).id == grant.id)
    let shown = try await stage.run(dryRun: true)
    #expect(shown.map(\.old) == [["Buyer"], ["Buyer"]] && shown.map(\.new) == [["Seller"], ["Owner"]])
    #expect(try await stage.run() == shown)
    await #expect(throws: Refusal.self) { _ = try await stage.run([String(repeating: "a", count: 64)]) }
    #expect(try stage.writes().isEmpty)
    let before = try stage.etags()
    let done = try await stage.run([shown[0].digest])
    #expect(done.map(\.state) == [.written, .proposed], "\(done.compactMap(\.why))")
    // What left is written down: the card and its questions, no less than the card.
    let sent = try await stage.way.store.ledger(stage.way.account).map(\.line).filter {
      $0.purpose == "write-back" && $0.outcome == "bytes sent"
    }
    #expect(try sent.map(\.count).max() ?? 0 > stage.text(1).utf8.count)
    let path = "\(stage.books.server.book)1.vcf"
    #expect(try stage.writes() == ["PUT \(path)"])
    #expect(try stage.etags().filter { $0.key != path } == before.filter { $0.key != path })
    let text = try stage.text(1)
    for part in ["TITLE:Seller", "X-SECRET-SAUCE;X-HOT=yes:a\\;b\\,c", "NOTE:by hand", "UID:card-1"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(!text.contains("X-KITH"))
    // What was approved is done: the same yes does nothing more.
    await #expect(throws: Refusal.self) { _ = try await stage.run([shown[0].digest]) }
    #expect(try await stage.run(dryRun: true).map(\.digest) == [shown[1].digest])
    #expect(try stage.writes().count == 1)
    // What stands there now is known here without another run.
    let known = try await stage.way.column(
      """
      SELECT f.value FROM fact f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
      WHERE f.account_id = $1 AND f.field = 'title' AND r.kind = 'card' AND f.value = 'Seller'
      """)
    #expect(known.count == 1)
    #expect(try await stage.books.pull(stage.source).stored == 0)
  }

  @Test("P013 a yes to what was shown is none to what the owner typed since, nor to a card that was changed since")
  func stale() async throws {
    let stage = try await WriteBackStage()
    _ = try await stage.writeBack.allow(stage.source.id, as: stage.viewer)
    try await stage.type(1, Edit(.set, .title, "Seller"))
    let digest = try #require(try await stage.run(dryRun: true).first?.digest)
    try await stage.type(1, Edit(.set, .title, "Owner"))
    await #expect(throws: Refusal.self) { _ = try await stage.run([digest]) }
    try await stage.type(1, Edit(.set, .title, "Seller"))
    try stage.books.server.change([
      .init("PUT", "\(stage.books.server.book)1.vcf", BookStage.card(1, "TITLE:By hand\r\n"))
    ])
    await #expect(throws: Refusal.self) { _ = try await stage.run([digest]) }
    #expect(try stage.text(1).contains("TITLE:By hand"))
  }

  @Test("P015 one yes is one write, however many race for it", arguments: StagedHouse.EngineKind.allCases)
  func once(_ engine: StagedHouse.EngineKind) async throws {
    let stage = try await WriteBackStage(.radicale, engine)
    _ = try await stage.writeBack.allow(stage.source.id, as: stage.viewer)
    try await stage.type(1, Edit(.set, .title, "Seller"))
    let digest = try #require(try await stage.run(dryRun: true).first?.digest)
    let written = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<3 {
        group.addTask { (try? await stage.run([digest]))?.count { $0.state == .written } ?? 0 }
      }
      return await group.reduce(0, +)
    }
    #expect(written == 1)
    #expect(try stage.writes().count == 1)
    #expect(try await stage.way.column("SELECT id FROM approval WHERE account_id = $1 AND used_at IS NULL").isEmpty)
  }

  @Test("P005 P016 a withdrawn leave writes nothing more, and reading goes on")
  func withdrawn() async throws {
    let stage = try await WriteBackStage()
    let grant = try await stage.writeBack.allow(stage.source.id, as: stage.viewer)
    try await stage.type(1, Edit(.set, .title, "Seller"))
    let digest = try #require(try await stage.run(dryRun: true).first?.digest)
    try await Withdraw(store: stage.way.store, gate: stage.way.house.gate).grant(grant.id, as: stage.viewer)
    let refusal = await #expect(throws: Refusal.self) { _ = try await stage.run([digest]) }
    #expect(refusal?.promise == 16)
    #expect(try stage.writes().isEmpty)
    #expect(try await stage.books.pull(stage.source).stored == 0)
  }

  @Test("P119 what was written back is undone with a yes to just that, and only if it still stands there")
  func undo() async throws {
    let stage = try await WriteBackStage()
    _ = try await stage.writeBack.allow(stage.source.id, as: stage.viewer)
    try await stage.type(1, Edit(.remove, .email, "bob1@example.test"))
    try await stage.type(1, Edit(.add, .email, "robert@example.test"))
    let shown = try #require(try await stage.run(dryRun: true).first)
    #expect(shown.old == ["bob1@example.test"] && shown.new == ["robert@example.test"])
    let entry = try #require(try await stage.run([shown.digest]).first?.entry)
    #expect(try stage.text(1).contains("robert@example.test"))
    let first = try await stage.undo.run(entry, as: stage.viewer)
    let digest = try #require(first.digest)
    #expect(first.undoing == nil && first.lines.map(\.new) == [["bob1@example.test"]])
    await #expect(throws: Refusal.self) { _ = try await stage.undo.run(entry, as: stage.viewer, approve: shown.digest) }
    #expect(try await stage.undo.run(entry, as: stage.viewer, approve: digest).undoing != nil)
    #expect(try stage.text(1).contains("bob1@example.test") && !(try stage.text(1).contains("robert")))
    await #expect(throws: Refusal.self) { _ = try await stage.undo.run(entry, as: stage.viewer, approve: digest) }
    // Written again, and edited there since: it stays.
    let again = try #require(try await stage.run([shown.digest]).first?.entry)
    let card = BookStage.card(1).replacing("bob1@", with: "by-hand@")
    try stage.books.server.change([.init("PUT", "\(stage.books.server.book)1.vcf", card)])
    let back = try #require(try await stage.undo.run(again, as: stage.viewer).digest)
    await #expect(throws: Refusal.self) { _ = try await stage.undo.run(again, as: stage.viewer, approve: back) }
    #expect(try stage.text(1).contains("by-hand@"))
  }

  @Test("P007 nobody writes back to, or allows it for, a source of another member")
  func foreign() async throws {
    let stage = try await WriteBackStage()
    let cyd = try await stage.way.house.gate.viewer(stage.way.account, try await stage.way.house.addCyd())
    await #expect { _ = try await stage.writeBack.allow(stage.source.id, as: cyd) } throws: {
      ($0 as? Refusal)?.reason == .notYours
    }
    await #expect { _ = try await stage.writeBack.run(stage.source.id, as: cyd) } throws: {
      ($0 as? Refusal)?.reason == .notYours
    }
  }
}
