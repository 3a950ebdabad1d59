import Consent
import Flows
import Foundation
import Insight
import Model
import Stage
import Store
import Testing

/// What is worked out is shown, and can be switched off one by one; what is read can be cut off one by one.
@Suite("methods and their switches") struct MethodTests {
  private static func mail(_ number: Int, from sender: String, at domain: String, cc: Cast.Role?) -> String {
    "From: \(sender) Green <\(sender.lowercased())@\(domain)>\r\nTo: ada@example.test\r\n"
      + (cc.map { "Cc: \($0.header)\r\n" } ?? "") + "Subject: offer \(number)\r\n"
      + "Date: \(number % 10 + 1) Oct 2026 10:00:0\(number % 10) +0000\r\n"
      + "Message-ID: <\(number).\(sender)@example.test>\r\n\r\n"
      + "letterword\(number) for you. Could you call me?\r\n\r\nBest regards,\r\n\(sender) Green\r\nEstate Agent\r\nGreen Homes Ltd\r\n"
      + "Phone: +1 541-754-30\(10 + number)\r\n"
  }

  private static func write(
    _ number: Int, from sender: String, at domain: String = "example.test", cc: Cast.Role? = nil, _ folder: String
  ) throws {
    for part in ["cur", "new", "tmp"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    try Data(mail(number, from: sender, at: domain, cc: cc).utf8).write(to: URL(filePath: "\(folder)/new/\(number)"))
  }

  private func count(_ way: WayIn, _ statement: String) async throws -> Int64 {
    guard case .integer(let found) = try await way.column(statement).first else { return -1 }
    return found
  }

  @Test(
    "P022 a method that is switched off leaves nothing and makes nothing, the others go on; on again it makes up for it",
    arguments: StagedHouse.EngineKind.allCases, Analysis.allCases)
  func switched(_ engine: StagedHouse.EngineKind, _ analysis: Analysis) async throws {
    let house = try await Household.made(engine)
    for number in [1, 8, 9] { try Self.write(number, from: "Gil", cc: Cast.bob, house.mailbox) }
    try Self.write(2, from: "Gil", at: "example.org", house.mailbox)
    try await house.read()
    let (store, account, ada) = (house.store, house.account, house.ada)
    let before = try await outputs(house)
    #expect(before.allSatisfy { $0.value > 0 }, "\(before)")
    #expect(try await store.analysesOff(account, ada).isEmpty)
    #expect(try await store.turn(analysis, on: false, account, ada))
    #expect(try await store.turn(analysis, on: false, account, ada) == false)
    #expect(try await store.analysesOff(account, ada) == [analysis])
    for number in [3, 5, 6, 7] { try Self.write(number, from: "Newcomer", cc: Cast.bob, house.mailbox) }
    try Self.write(4, from: "Newcomer", at: "example.org", house.mailbox)
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:gil\r\nFN:Gil Green\r\nEMAIL:gil@example.test\r\nEND:VCARD\r\n"
    try Data((Cast.cards.joined().replacing("\n", with: "\r\n") + card).utf8).write(to: URL(filePath: house.cards))
    try await house.read()
    let off = try await outputs(house)
    for other in Analysis.allCases where other != analysis {
      #expect((off[other] ?? 0) > (before[other] ?? 0), "\(other)")
    }
    // Who was united stays so; everything else is gone, and nothing came by what is new.
    #expect(off[analysis] == (analysis == .uniteCards ? before[analysis] : 0), "\(off)")
    #expect(try await store.turn(analysis, on: true, account, ada))
    try await house.work()
    let again = try await outputs(house)
    for analysis in Analysis.allCases {
      #expect((again[analysis] ?? 0) > (before[analysis] ?? 0), "\(analysis): \(again)")
    }
  }

  @Test("P022 every method says what it takes, what it gives, under which purpose, and what is missing without it")
  func declared() {
    for analysis in Analysis.allCases {
      let declaration = analysis.declaration
      for words in [declaration.inputs, declaration.outputs, declaration.without] { #expect(!words.isEmpty) }
      #expect(["find-people", "build-index"].contains(declaration.purpose))
    }
  }

  @Test("P020 every analysis says which of the three functions it serves, and works under a purpose of the policy")
  func functions() {
    for analysis in Analysis.allCases {
      let declaration = analysis.declaration
      #expect([.strengthen, .track, .leverage].contains(declaration.function))
      let purpose = Catalogue.all.first { $0.name == declaration.purpose }
      #expect(purpose?.promise == 20, "\(analysis)")
    }
    #expect(Set(Analysis.allCases.map(\.declaration.function)) == [.strengthen, .track, .leverage])
  }

  @Test(
    "P010 what is learnt from one owner for a list is left nowhere, and changes no other owner's list",
    arguments: StagedHouse.EngineKind.allCases)
  func learntForOneself(_ engine: StagedHouse.EngineKind) async throws {
    let (one, other) = (try await Household.made(engine), try await Household.made(engine))
    try Self.correspond(one, ["Gil", "Bob", "Gil", "Cyd", "Gil"])
    try Self.correspond(other, ["Bob", "Dora", "Cyd", "Dora", "Hal", "Bob", "Ivy"])
    try await one.read()
    try await other.read()
    func list(_ house: Household) async throws -> [NextTouch] {
      try await SuggestNext(store: house.store).suggestions(try await house.viewer(), top: 0).map(\.next)
    }
    let alone = try await list(other).map(\.score)
    let before = try await one.store.digest(one.account)
    #expect(try await list(one).count > 2)
    #expect(try await one.store.digest(one.account) == before)
    #expect(try await list(other).map(\.score) == alone)
  }

  /// What Ada wrote over half a year, every fourth day to the next of some people.
  private static func correspond(_ house: Household, _ people: [String]) throws {
    try FileManager.default.createDirectory(atPath: house.mailbox + "/new", withIntermediateDirectories: true)
    for number in 0..<45 {
      let to = people[number * number % people.count]
      let at = house.store.clock().advanced(byDays: -2 - 4 * Double(number)).civil
      let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
      let text =
        "From: Ada <\(Cast.ada.address)>\r\nTo: \(to) Green <\(to.lowercased())@example.test>\r\n"
        + "Subject: plan \(to)\r\nDate: \(at.day) \(months[at.month - 1]) \(at.year) 10:00:00 +0000\r\n"
        + "Message-ID: <half-\(number)@example.test>\r\n\r\nletter \(number)\r\n"
      try Data(text.utf8).write(to: URL(filePath: "\(house.mailbox)/new/half-\(number)"))
    }
  }

  /// People of whom it is asked how to be in touch with them.
  private static let known = Set(
    [Cast.bob.address]
      + ["gil", "newcomer"].flatMap { name in ["example.test", "example.org"].map { "\(name)@\($0)" } })

  /// How much each method has made.
  private func outputs(_ house: Household) async throws -> [Analysis: Int64] {
    func count(_ statement: String) async throws -> Int64 {
      try await house.store.read(house.account) { session in
        try session.row(statement, [Value(house.account)])?.int(0) ?? -1
      }
    }
    let viewer = try await house.viewer()
    let contact = AdviseContact(store: house.store, gate: house.gate)
    var advice: [ContactAdvice] = []
    for person in try await house.people() where person.emails.contains(where: { Self.known.contains($0) }) {
      advice.append(try await contact.advice(on: person.id, as: viewer))
    }
    return [
      .repliesOwed: Int64(try await SuggestReplies(store: house.store, gate: house.gate).owed(viewer).owed.count),
      .replyTimes: Int64(advice.filter { $0.reply != nil }.count),
      .writingHours: Int64(advice.filter { $0.hour != nil }.count),
      .rhythm: Int64(try await contact.buckets(viewer).count),
      .introductions: Int64(advice.reduce(0) { $0 + $1.knows.count }),
      .searchWords: try await count("SELECT COUNT(*) FROM mail_words WHERE account_id = $1"),
      .signatures: try await count("SELECT COUNT(*) FROM fact WHERE account_id = $1 AND origin = 0"),
      .strength: try await count("SELECT COUNT(*) FROM person WHERE account_id = $1 AND strength > 0"),
      .uniteCards: try await count("SELECT COUNT(*) FROM decision WHERE account_id = $1"),
      .mergeSuggestions: Int64(
        try await SuggestMerges(store: house.store).suggestions(try await house.viewer()).count),
      .whomNext: Int64(
        try await SuggestNext(store: house.store).suggestions(try await house.viewer(), top: 0).count),
    ]
  }

  @Test(
    "P017 before a source is revoked one sees what stops and what stays; afterwards the rest goes on",
    arguments: StagedHouse.EngineKind.allCases)
  func revoked(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let (first, second) = (way.house.files + "/first", way.house.files + "/second")
    for number in 0..<3 { try Self.write(number, from: "Bob", first) }
    try Self.write(3, from: "Cyd", first)
    for number in 4..<6 { try Self.write(number, from: "Bob", second) }
    try Self.write(6, from: "Dee", second)
    let (a, b) = (try await way.add(.maildir, first).source.id, try await way.add(.maildir, second).source.id)
    try await Household.work(way.store, way.house.gate, way.account)
    let revoke = Revoke(store: way.store, gate: way.house.gate)
    let seen = try await revoke.preview(way.account, way.house.ada, a)
    // Of Bob the other source tells too; of Cyd none does.
    #expect(seen.mails == 4 && seen.cards == 0 && seen.people == 1 && seen.others == 1)
    #expect(try await way.store.source(way.account, a)?.source.revokedAt == nil)
    await #expect(throws: (any Error).self) { _ = try await revoke.preview(way.account, ID(77), a) }
    let held = try await way.house.count("mail")
    try await revoke.run(way.account, way.house.ada, a)
    try Self.write(7, from: "Cyd", first)
    try Self.write(8, from: "Dee", second)
    #expect(try await way.add(.maildir, second).source.id == b)
    try await Household.work(way.store, way.house.gate, way.account)
    // What was held stays, the other source brought its mail, the one that is cut off did not.
    #expect(try await way.house.count("mail") == held + 1)
    let of = "SELECT COUNT(*) FROM mail WHERE account_id = $1 AND source_id = "
    #expect(try await count(way, of + "\(a.rawValue)") == Int64(seen.mails))
    #expect(try await count(way, of + "\(b.rawValue)") == 4)
    let viewer = try await way.house.gate.viewer(way.account, way.house.ada)
    let show = Show(store: way.store, gate: way.house.gate)
    #expect(try await show.people(PeopleQuery(limit: 10), as: viewer).count == 3)
    #expect(try await revoke.preview(way.account, way.house.ada, b).others == 0)
    #expect(try await revoke.preview(way.account, way.house.ada, b).people == 2)
  }
}
