import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

@Suite("address books on a server", .serialized, .timeLimit(.minutes(10))) struct BookTests {
  private static let still: Set<String> = ["ledger", "ledger_head", "lease", "job", "source", "transcript", "folder"]

  @Test(
    "a book is read whole, by every kind of server and engine; nothing is new the second time",
    arguments: StagedDAV.Kind.allCases)
  func whole(_ kind: StagedDAV.Kind) async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let stage = try await BookStage(kind, engine)
      try stage.put(0..<120)
      try stage.server.change([
        .init(
          "PUT", "\(stage.server.book)group.vcf",
          "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:g\r\nFN:All\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nEND:VCARD\r\n")
      ])
      let source = try await stage.add()
      let report = try await stage.pull(source)
      #expect(report.isWhole && report.stored == 120 && report.trouble == nil)
      let book = try #require(report.folders.first)
      #expect(report.folders.count == 1)
      #expect(book.folder == (kind == .radicale ? "People" : "addressbook"))
      #expect(book.onServer == 121 && book.held == 120 && book.leftOut == ["group": 1] && book.gap == 0)
      #expect(try await stage.addresses() == BookStage.addresses(0..<120))
      #expect(try await stage.way.house.count("person") == 120)
      let before = try await stage.way.house.digests(without: BookTests.still)
      let asked = try stage.server.requests().count
      #expect(try await stage.pull(source).stored == 0)
      #expect(try await stage.way.house.digests(without: BookTests.still) == before)
      // Nothing is even listed.
      #expect(try stage.server.requests().dropFirst(asked).allSatisfy { $0.hasPrefix("PROPFIND") })
    }
  }

  @Test(
    "P082 what is added, changed and deleted in a book on a server is followed",
    arguments: StagedDAV.Kind.allCases)
  func followed(_ kind: StagedDAV.Kind) async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let stage = try await BookStage(kind, engine)
      try stage.put(0..<30)
      let source = try await stage.add()
      _ = try await stage.pull(source)
      try stage.put(3..<5, "TITLE:Agent\r\n")
      try stage.put(50..<53)
      try stage.delete(7..<9)
      let report = try await stage.pull(source)
      #expect(report.stored == 5 && report.isWhole)
      #expect(report.folders.map(\.onServer) == [31] && report.folders.map(\.held) == [31])
      let there = (0..<30).filter { ![7, 8].contains($0) } + [50, 51, 52]
      #expect(try await stage.addresses() == BookStage.addresses(there))
      let titles = "SELECT value FROM person_value WHERE account_id = $1 AND field = 'title'"
      #expect(try await stage.way.column(titles).count == 2)
      let listed = try await stage.way.column("SELECT id FROM person WHERE account_id = $1 AND gone = 0").count
      #expect(listed == 31)
      // A token that is lost, or that nobody knows, costs a listing and replays nothing.
      for token in ["NULL", "'of another server'"] {
        try await stage.run("UPDATE collection SET sync_token = \(token), ctag = NULL WHERE account_id = $1")
        try stage.put([60])
        try stage.delete([60])
        let again = try await stage.pull(source)
        #expect(again.stored == 0 && again.isWhole)
      }
      #expect(try await stage.addresses() == BookStage.addresses(there))
    }
  }

  @Test(
    "a book that is emptied at the server is empty here, and full again when it is; one that fails is kept",
    arguments: StagedDAV.Kind.allCases)
  func emptied(_ kind: StagedDAV.Kind) async throws {
    let stage = try await BookStage(kind)
    try stage.put(0..<4)
    let source = try await stage.add()
    _ = try await stage.pull(source)
    try stage.delete(0..<4)
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.folders.map(\.onServer) == [0] && report.folders.map(\.held) == [0])
    #expect(try await stage.addresses().isEmpty)
    try stage.put(0..<4)
    #expect(try await stage.pull(source).stored == 4)
    #expect(try await stage.addresses() == BookStage.addresses(0..<4))
    guard kind == .radicale else { return }
    // The disk of the server is away: it shows no book at all.
    let folder = stage.server.folder + "/data/collection-root/ada"
    try FileManager.default.moveItem(atPath: folder, toPath: folder + "-away")
    await #expect(throws: Trouble.self) { try await stage.pull(source) }
    #expect(try await stage.addresses() == BookStage.addresses(0..<4))
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.moveItem(atPath: folder + "-away", toPath: folder)
    #expect(try await stage.pull(source).isWhole)
    try "ada:other".write(toFile: stage.server.folder + "/users", atomically: true, encoding: .utf8)
    await #expect(throws: Trouble.self) { try await stage.pull(source) }
    #expect(try await stage.addresses() == BookStage.addresses(0..<4))
    let trouble = try await stage.way.store.source(stage.way.account, source.id)?.trouble
    #expect(trouble?.contains("refused user or password") == true && trouble?.contains("add carddav") == true)
  }

  @Test(
    "P013 P014 nothing is changed in an address book on a server: etags stay over three syncs, only reading is asked",
    arguments: StagedDAV.Kind.allCases)
  func untouched(_ kind: StagedDAV.Kind) async throws {
    let stage = try await BookStage(kind)
    try stage.put(0..<20)
    let source = try await stage.add()
    let asked = try stage.server.requests().count
    var etags: [[Value]] = []
    for _ in 0..<3 {
      #expect(try await stage.pull(source).isWhole)
      etags.append(try await stage.way.column("SELECT etag FROM resource WHERE account_id = $1 ORDER BY place"))
      // Read once more from nothing.
      try await stage.run("DELETE FROM resource WHERE account_id = $1")
    }
    #expect(etags[0].count == 20 && etags[1] == etags[0] && etags[2] == etags[0])
    let methods = Set(try stage.server.requests().dropFirst(asked).map { String($0.prefix { $0 != " " }) })
    #expect(methods.isSubset(of: ["PROPFIND", "REPORT", "GET"]) && methods.contains("REPORT"))
  }

  @Test(
    "a card that is lost here shows as a gap of one, and the next run repairs it",
    arguments: StagedDAV.Kind.allCases)
  func gap(_ kind: StagedDAV.Kind) async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let stage = try await BookStage(kind, engine)
      try stage.put(0..<9)
      let source = try await stage.add()
      _ = try await stage.pull(source)
      let (store, account) = (stage.way.store, stage.way.account)
      for statement in [
        "UPDATE record SET gone_at = 1 WHERE account_id = $1 AND identity LIKE '%card-3'",
        "DELETE FROM resource WHERE account_id = $1 AND identity LIKE '%card-4'",
      ] {
        try await stage.run(statement)
        #expect(try await store.completeness(account).map(\.gap) == [1])
        #expect(try await stage.pull(source).isWhole)
        #expect(try await stage.addresses() == BookStage.addresses(0..<9))
        #expect(try await stage.pull(source).stored == 0)
      }
    }
  }

  @Test("the same card in two places of a book is one, and stays while one of them is there")
  func twice() async throws {
    let stage = try await BookStage(.xandikos)
    try stage.put(0..<2)
    let book = stage.server.book
    let source = try await stage.add(path: book)
    _ = try await stage.pull(source)
    try await stage.run("UPDATE resource SET identity = (SELECT MIN(identity) FROM resource) WHERE account_id = $1")
    try stage.delete([0])
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.folders.map(\.held) == [1])
    #expect(try await stage.addresses().contains("bob1@example.test"))
  }

  @Test("a book that is cut off anywhere goes on, and ends as one that was not", arguments: StagedDAV.Kind.allCases)
  func cutShort(_ kind: StagedDAV.Kind) async throws {
    let stage = try await BookStage(kind)
    try stage.put(0..<120)
    let source = try await stage.add()
    let account = stage.way.account
    for permits in 1..<9 {
      let gate = stage.way.gate(after: permits)
      _ = try? await stage.pull(source, gate: gate)
      let book = try await stage.way.store.completeness(account).first
      #expect((book?.held ?? 0) + (book?.gap ?? 0) == (book?.onServer ?? 0))
    }
    #expect(try await stage.pull(source).isWhole)
    #expect(try await stage.addresses() == BookStage.addresses(0..<120))
    #expect(try await stage.way.house.count("record") == 120)
    #expect(try await stage.way.house.count("resource") == 120)
  }

  @Test("a book that is taken away is forgotten with its cards; one that is renamed is the same book")
  func books() async throws {
    let stage = try await BookStage(.radicale)
    let other = stage.server.folder + "/data/collection-root/ada/friends"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    try #"{"tag": "VADDRESSBOOK", "D:displayname": "Friends"}"#.write(
      toFile: other + "/.Radicale.props", atomically: true, encoding: .utf8)
    try stage.put(0..<3)
    try stage.server.change([.init("PUT", "/ada/friends/9.vcf", BookStage.card(9))])
    let source = try await stage.add()
    #expect(try await stage.pull(source).folders.map(\.folder) == ["Friends", "People"])
    try #"{"tag": "VADDRESSBOOK", "D:displayname": "Old friends"}"#.write(
      toFile: other + "/.Radicale.props", atomically: true, encoding: .utf8)
    let renamed = try await stage.pull(source)
    #expect(renamed.stored == 0 && renamed.folders.map(\.folder) == ["Old friends", "People"])
    try FileManager.default.removeItem(atPath: other)
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.trouble == nil && report.folders.map(\.folder) == ["People"])
    #expect(try await stage.addresses() == BookStage.addresses(0..<3))
  }

  @Test("cards are united with the people of the mails, and one who was erased stays away")
  func people() async throws {
    let stage = try await BookStage(.radicale)
    try stage.put(0..<3)
    let source = try await stage.add()
    _ = try await stage.pull(source)
    let (store, account, gate) = (stage.way.store, stage.way.account, stage.way.house.gate)
    let rows = try await stage.way.column(
      "SELECT person_id FROM record WHERE account_id = $1 AND identity LIKE '%card-1'")
    guard case .integer(let person)? = rows.first else { throw Trouble("no person", "") }
    _ = try await Erase(store: store, gate: gate).erase(ID(person), account, stage.way.house.ada)
    #expect(try await store.completeness(account).map(\.leftOut) == [["erased": 1]])
    try stage.put([1], "TITLE:Agent\r\n")
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.folders.map(\.leftOut) == [["erased": 1]])
    #expect(try await stage.addresses() == BookStage.addresses([0, 2]))
  }

  @Test("an export takes along how far books were read, and restores it in either engine")
  func exported() async throws {
    let stage = try await BookStage(.radicale)
    try stage.put(0..<5)
    let source = try await stage.add()
    _ = try await stage.pull(source)
    let (store, account) = (stage.way.store, stage.way.account)
    let file = stage.way.house.files + "/export.kith"
    let passphrase = Array("correct horse battery".utf8)
    try await Export(store: store, gate: stage.way.house.gate, progress: { _ in })
      .export(account, stage.way.house.ada, passphrase: passphrase, to: file)
    let (digest, books) = (try await store.digest(account), try await store.collections(account, of: source))
    for engine in StagedHouse.EngineKind.allCases {
      let next = try await StagedHouse(engine: engine)
      _ = try await Export(store: next.store, gate: next.gate, progress: { _ in })
        .restore(file, passphrase: passphrase)
      #expect(try await next.store.digest(account) == digest)
      #expect(try await next.store.collections(account, of: source) == books)
      #expect(try await next.store.completeness(account).map(\.held) == [5])
    }
  }

  @Test("what a run said is kept for the owner, without the login and without names of cards")
  func transcript() async throws {
    let stage = try await BookStage(.radicale)
    try stage.server.change([.init("PUT", "\(stage.server.book)Dee-Secret.vcf", BookStage.card(1))])
    let source = try await stage.add()
    _ = try await stage.pull(source)
    let lines = try await stage.way.store.transcript(stage.way.account, source.id).map(\.line)
    #expect(lines.contains { $0.contains("PROPFIND /ada/people/") } && lines.contains { $0.hasPrefix("< 207") })
    let secret = Data("\(StagedDAV.user):\(StagedDAV.password)".utf8).base64EncodedString()
    #expect(!lines.contains { $0.contains(StagedDAV.password) || $0.contains(secret) || $0.contains("Dee-Secret") })
    let stored = try await stage.way.column("SELECT place FROM resource WHERE account_id = $1")
    #expect(!"\(stored)".contains("Dee"))
  }

  @Test("P016 a revoked book is never asked again, and its login is gone")
  func revoked() async throws {
    let stage = try await BookStage(.radicale)
    try stage.put(0..<3)
    let source = try await stage.add()
    _ = try await stage.pull(source)
    let asked = try stage.server.requests().count
    try await Revoke(store: stage.way.store, gate: stage.way.house.gate)
      .run(stage.way.account, stage.way.house.ada, source.id)
    await #expect(throws: Refusal.self) { try await stage.pull(source) }
    #expect(try stage.server.requests().count == asked)
    #expect(try await stage.way.store.login(stage.way.account, source.id) == nil)
  }
}
