import Consent
import Flows
import Model
import Stage
import Store
import Testing

@Suite("whom an owner blocks and keeps") struct SenderRuleFlowTests {
  @Test("at a server a blocked sender's mail is left out by that rule, and read once the rule is gone")
  func server() async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let stage = try await ServerStage(.everything, engine)
      let client = try stage.client()
      for number in 0..<6 {
        let from = number % 2 == 0 ? "bob@example.org" : "offers@shop.example"
        try client.append(ServerStage.mail(number, from: from), to: "INBOX")
      }
      let (store, account, ada) = (stage.way.store, stage.way.account, stage.way.house.ada)
      #expect(try await store.put(try #require(SenderRule("@shop.example", .block)), account, ada))
      #expect(!(try await store.put(try #require(SenderRule("@shop.example", .block)), account, ada)))
      let source = try await stage.add()
      let report = try await stage.pull(source)
      let inbox = try #require(report.folders.first { $0.folder == "INBOX" })
      #expect(report.isWhole && report.stored == 3)
      #expect(inbox.held == 3 && inbox.leftOut == ["blocked": 3])
      // Nothing new: it is not asked for again.
      #expect(try await stage.pull(source).stored == 0)
      // One of the domain is kept: theirs is offered again, and nothing else's.
      #expect(try await store.put(try #require(SenderRule("other@shop.example", .keep)), account, ada))
      #expect(try await stage.pull(source).stored == 0)
      #expect(try await store.removeSenderRule("@shop.example", account, ada))
      #expect(!(try await store.removeSenderRule("@shop.example", account, ada)))
      let after = try await stage.pull(source)
      #expect(after.isWhole && after.stored == 3)
      #expect(after.folders.first { $0.folder == "INBOX" }?.leftOut == [:])
    }
  }

  @Test("who is blocked is nobody among the people, and comes back with their history when the rule goes")
  func people() async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let home = try await Household.made(engine)
      let letter = try #require(Cast.letters.first { $0.from.address != Cast.ada.address && !$0.from.address.isEmpty })
      let address = letter.from.address
      let before = try #require(try await home.person(address))
      let rule = try #require(SenderRule(address, .block))
      #expect(try await home.store.put(rule, home.account, home.ada))
      try await home.work()
      let blocked = try await home.people().first { $0.emails.contains(address) }
      // Who stands on a card as well stays with what the card says.
      #expect(
        blocked == nil || blocked?.interactions == 0 || blocked.map { $0.interactions < before.interactions } == true)
      #expect(try await home.store.removeSenderRule(address, home.account, home.ada))
      try await home.work()
      #expect(try await home.person(address)?.interactions == before.interactions)
    }
  }

  @Test("a sender of bulk mail is a person once the owner keeps them")
  func kept() async throws {
    let home = try await Household.made(.sqlite)
    let machine = try #require(try await home.people().first { $0.kind == .machine })
    let address = try #require(machine.emails.first)
    #expect(try await home.store.put(try #require(SenderRule(address, .keep)), home.account, home.ada))
    try await home.work()
    #expect(try await home.person(address)?.kind == .person)
    #expect(try await home.store.removeSenderRule(address, home.account, home.ada))
    try await home.work()
    #expect(try await home.person(address)?.kind == .machine)
  }

  @Test("erasing somebody takes the rule about them along")
  func erased() async throws {
    let home = try await Household.made(.sqlite)
    let dee = try #require(try await home.person(Cast.dee.address))
    #expect(try await home.store.put(try #require(SenderRule(Cast.dee.address, .keep)), home.account, home.ada))
    #expect(try await home.store.put(try #require(SenderRule("@elsewhere.example", .block)), home.account, home.ada))
    _ = try await Erase(store: home.store, gate: home.gate).erase(dee.id, home.account, home.ada)
    #expect(try await home.store.senderRules(home.account, home.ada).map(\.rule.pattern) == ["@elsewhere.example"])
  }
}
