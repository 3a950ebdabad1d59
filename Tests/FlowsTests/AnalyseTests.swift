import Consent
import Formats
import Insight
import Model
import Stage
import Store
import Testing

@testable import Flows

/// Mails become people, ties and words.
@Suite struct AnalyseTests {
  @Test("the staged household is known, and looking again changes nothing", arguments: StagedHouse.EngineKind.allCases)
  func household(_ kind: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: kind)
    try Cast.writeMaildir(house.files + "/mail")
    try Cast.writeCards(house.files + "/cards.vcf")
    let mail = try await house.take(.maildir, house.files + "/mail")
    #expect(try await house.person(Cast.bob.address).emails == [Cast.bob.address])
    let cards = try await house.take(.vcard, house.files + "/cards.vcf")

    let bob = try await house.person(Cast.bob.address)
    #expect(Set(bob.emails) == Set(Cast.bob.addresses))
    #expect(bob.name == Cast.bob.name)
    #expect(bob.phones == ["+17135550101"])
    #expect(bob.title == "Engineer")
    #expect(bob.strength > 30)
    #expect(bob.lastContacted == Cast.letters.filter { $0.from.name == Cast.bob.name }.map(\.sentAt).max())
    let people = try await house.people()
    #expect(!people.contains { $0.emails.contains(Cast.ada.address) })
    #expect(people.filter { $0.emails.contains(Cast.portal.address) }.map(\.kind) == [.machine])
    #expect(people.filter { $0.emails.contains(Cast.paper.address) }.map(\.kind) == [.machine])
    #expect(people.filter { $0.kind != .person }.allSatisfy { $0.strength == 0 })

    let before = try await house.digests()
    #expect(try await house.understand(mail).mails == 0)
    try await house.understand(cards)
    #expect(try await house.digests() == before)
    try await expectRebuilt(house)
  }

  @Test("cards first or mails first end in the same people", arguments: [true, false])
  func orderOfSources(cardsFirst: Bool) async throws {
    let house = try await Office()
    try Cast.writeMaildir(house.files + "/mail")
    try Cast.writeCards(house.files + "/cards.vcf")
    if cardsFirst { try await house.take(.vcard, house.files + "/cards.vcf") }
    try await house.take(.maildir, house.files + "/mail")
    if !cardsFirst { try await house.take(.vcard, house.files + "/cards.vcf") }
    let people = try await house.people().map { "\($0.name) \($0.emails.sorted()) \($0.strength) \($0.interactions)" }
    #expect(people.count == 11)
    #expect(Set(people).count == people.count)
    #expect(Set(try await house.person(Cast.bob.address).emails) == Set(Cast.bob.addresses))
  }

  @Test("one mail in two folders under two ids is one interaction")
  func twins() async throws {
    let house = try await Office()
    var copy = letter(1, Cast.bob, [Cast.ada])
    copy.extra = ["X-Folder: elsewhere"]
    let path = try house.write([letter(1, Cast.bob, [Cast.ada])], "mail")
    try Cast.writeMails(path + "/again", [copy])
    try await house.take(.mails, path)
    #expect(try await house.count("mail") == 2)
    #expect(try await house.count("interaction") == 1)
    #expect(try await house.person(Cast.bob.address).interactions == 1)
  }

  @Test("a date in the future, or none, makes no last contact")
  func dates() async throws {
    let house = try await Office()
    let path = try house.write(
      [letter(1, Cast.bob, [Cast.ada], daysAgo: 30), letter(2, Cast.bob, [Cast.ada], daysAgo: -3000)], "mail")
    try Cast.write(
      Array("From: \(Cast.bob.header)\nTo: \(Cast.ada.header)\nSubject: no date\n\nHello\n".utf8), path + "/none.eml")
    try await house.take(.mails, path)
    let bob = try await house.person(Cast.bob.address)
    #expect(bob.interactions == 3)
    #expect(bob.lastContacted == letter(1, Cast.bob, [Cast.ada], daysAgo: 30).sentAt)
  }

  @Test("a placeholder that many mails share is nobody")
  func placeholders() async throws {
    let house = try await Office()
    var nobody = Cast.hal
    nobody.addresses = ["undisclosed-recipients@example.test"]
    try await house.take(.mails, try house.write([letter(1, Cast.bob, [nobody])], "mail"))
    #expect(try await house.people().map(\.name) == [Cast.bob.name])
  }

  @Test("P021 a grant that is withdrawn while mails are opened: nothing is stored under it")
  func withdrawnMeanwhile() async throws {
    let house = try await Office()
    let source = try await house.take(
      .mails, try house.write([letter(1, Cast.bob, [Cast.ada])], "mail"), analysing: false)
    let grant = try #require(try await house.store.grants(house.account).first)
    // The gate lets the batch begin; between its permits and its transaction the owner withdraws.
    let late = Gate(
      vault: house.vault, standing: { try await house.store.standing($0) },
      append: { line, signer in
        let receipt = try await house.store.append(line, signer: signer)
        _ = try await house.store.withdraw(house.account, house.ada, grant.id)
        return receipt
      }, clock: house.store.clock)
    await #expect(throws: Refusal.self) {
      _ = try await Analyse(store: house.store, gate: late).analyse(source, of: house.ada, in: house.account)
    }
    for table in ["interaction", "participant", "mail_words", "person", "fact"] {
      #expect(try await house.count(table) == 0)
    }
  }

  @Test("P120 a mail of somebody who was erased before it was looked into loses its content instead")
  func erasedMeanwhile() async throws {
    let house = try await Office()
    let source = try await house.take(
      .mails,
      try house.write([letter(1, Cast.dee, [Cast.ada]), letter(2, Cast.bob, [Cast.ada], cc: [Cast.dee])], "mail"),
      analysing: false)
    let keys = try await house.rows("SELECT key_id FROM mail ORDER BY id").compactMap { row -> KeyID? in
      if case .integer(let key) = row[0] { KeyID(stored: key) } else { nil }
    }
    let permit = try await house.gate.permit(
      FindPeople.self, for: Request(account: house.account, member: house.ada, sources: [source], handles: keys))
    let dee = try await permit.keyIDs([Handle(.email, Cast.dee.address)])
    _ = try await house.store.beginErasure(house.account, of: house.ada, keys: dee)
    let done = try await house.understand(source)
    #expect(done.erased == 2)
    #expect(done.mails == 0)
    #expect(try await house.rows("SELECT id FROM mail WHERE erased = 0 OR content IS NOT NULL").isEmpty)
    #expect(try await house.count("person") == 0)
  }

  @Test("P010 P012 what comes out of opened mails: sightings and tokens, never their text")
  func yields() async throws {
    let house = try await Office()
    let canary = "zanzibarine"
    try await house.take(
      .mails, try house.write([letter(1, Cast.bob, [Cast.ada], "On \(canary)", "It is \(canary).")], "mail"))
    // The only yields that hold free text are on the closed list; the index yields numbers.
    #expect(FindPeople.Yield.self == MailSightings.self)
    #expect(BuildIndex.Yield.self == [UInt64].self)
    #expect(SearchMail.Yield.self == Bool.self)
    #expect(SyncToCRM.Yield.self == Never.self)
    for table in Schema.embedded.tables(of: .account) {
      let text = try await house.rows("SELECT * FROM \(table)").map { String(describing: $0) }.joined()
      #expect(!text.lowercased().contains(canary), "\(table)")
    }
    #expect(try await house.searching.search(canary, as: house.viewer()).mails.count == 1)
  }

  @Test("P020 every look into mails is in the ledger, by purpose and number")
  func ledger() async throws {
    let house = try await Office()
    try await house.take(.mails, try house.write((1...3).map { letter($0, Cast.bob, [Cast.ada]) }, "mail"))
    let lines = try await house.store.ledger(house.account).map(\.line)
    for purpose in ["find-people", "build-index"] {
      #expect(lines.contains { $0.purpose == purpose && $0.outcome == "permitted" && $0.count == 3 })
    }
  }
}

/// Rebuilds every person from its facts and touches, and expects the rows that are there.
func expectRebuilt(_ house: Office, sourceLocation: SourceLocation = #_sourceLocation) async throws {
  let query = "SELECT * FROM person WHERE restricted_at IS NULL ORDER BY id"
  let values = "SELECT * FROM person_value ORDER BY person_id, field, position"
  let before = try await (house.rows(query), house.rows(values))
  let (account, store) = (house.account, house.store)
  for member in try await store.members(account) {
    let owners = try await store.owners(account, member.id)
    let permit = try await house.gate.permit(
      UndoChange.self, for: Request(account: account, member: member.id))
    let know = KnowPeople(
      account: account, member: member.id, owners: owners, now: store.clock(), blind: permit.blind, ids: store.ids)
    try await store.write(account) { session in
      let all = try People.all(of: member.id, account, in: session)
      // Spoil the rows first: only what is rebuilt can be equal.
      try session.run(
        "UPDATE person SET name = 'x', folded = 'x', strength = 0, interactions = 0, gone = 1 WHERE member_id = \(member.id.rawValue)"
      )
      try know.refold(all, in: session)
    }
  }
  let after = try await (house.rows(query), house.rows(values))
  #expect(before.0 == after.0, sourceLocation: sourceLocation)
  #expect(before.1 == after.1, sourceLocation: sourceLocation)
}
