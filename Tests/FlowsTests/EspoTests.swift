import Consent
import Formats
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@testable import Flows

@Suite("EspoCRM as a CRM", .serialized) struct EspoTests {
  @Test("people are contacts, organisations are accounts, linked by the name; a second run sends nothing")
  func kinds() async throws {
    let espo = try StagedEspo()
    let acme = espo.add("Account", ["name": "Acme Estates"])
    let stage = try await OutletStage(espo)
    let people = try await stage.people(5)
    try await stage.organisation(people[0], "Acme Estates")
    try await stage.organisation(people[1], "Harbour Homes")
    try await stage.home.person("Harbour Homes", kind: .organisation, card: true)
    #expect(try await stage.run().created == 6)
    let held = espo.records("Contact")
    #expect(held.compactMap { $0["lastName"]?.asText }.sorted() == (0..<5).map { "Family\($0)" })
    let first = try #require(held.first { $0["firstName"] == "Given0" })
    #expect(first["accountId"]?.asText == acme && first["title"] == "First")
    #expect(
      first["emailAddressData"]?.asList?.compactMap { $0[key: "emailAddress"]?.asText } == [
        "p0@example.org", "q0@example.org",
      ])
    #expect(espo.records("Account").compactMap { $0["name"]?.asText }.sorted() == ["Acme Estates", "Harbour Homes"])
    let writes = espo.writes
    #expect(try await stage.run().isComplete)
    #expect(espo.writes == writes)
  }

  @Test("what somebody edits there survives, comes in, and an undo leaves it alone; a deletion is seen and not undone")
  func edited() async throws {
    let espo = try StagedEspo()
    let stage = try await OutletStage(espo)
    let people = try await stage.people(3)
    try await stage.run()
    let ids = espo.records("Contact").compactMap { $0["id"]?.asText }
    espo.edit("Contact", ids[0], ["title": "By hand", "description": "Met at the fair"])
    try await stage.home.email(people[0], add: "new@example.org")
    let report = try await stage.run()
    #expect(report.updated == 1 && report.received == 1)
    let now = try #require(espo.records("Contact").first { $0["id"]?.asText == ids[0] })
    #expect(now["title"] == "By hand")
    #expect(now["description"]?.asText?.hasPrefix("Met at the fair") == true)
    try await stage.home.title(people[1], "Second")
    try await stage.run()
    let entry = try #require(try await stage.home.store.journal(stage.home.viewer).first)
    #expect(try await Undo(stage.deliver()).run(entry.id, as: stage.home.viewer).isComplete)
    #expect(espo.records("Contact").first { $0["id"]?.asText == ids[1] }?["title"] == "First")
    espo.remove("Contact", ids[2])
    stage.home.house.clock.advance(milliseconds: 2 * 86_400_000)
    let writes = espo.writes
    #expect(try await stage.run().conflicts == 1)
    #expect(espo.writes == writes && espo.records("Contact").count == 2)
  }

  @Test("P079 three in ten answers go wrong: every contact and account is there once, and nothing is lost")
  func faults() async throws {
    let espo = try StagedEspo()
    let proxy = try StagedFaults(before: espo.port, StagedEspo.faults, share: 0, seed: 5, pause: 0)
    let stage = try await OutletStage(espo, by: proxy)
    let people = try await stage.people(60)
    for (number, person) in people.enumerated() { try await stage.organisation(person, "Acme \(number % 4)") }
    proxy.spoil(0.3)
    _ = try await stage.struggle()
    #expect(
      espo.records("Contact").compactMap { $0["lastName"]?.asText }.sorted() == (0..<60).map { "Family\($0)" }.sorted())
    #expect(espo.records("Account").compactMap { $0["name"]?.asText }.sorted() == (0..<4).map { "Acme \($0)" })
    try await stage.title("Second")
    _ = try await stage.struggle()
    #expect(espo.records("Contact").allSatisfy { $0["title"] == "Second" })
    let calls = proxy.counts.values.reduce(0, +)
    print("EspoCRM: \(calls) calls for 60 creations and 60 changes, at least \(4 * 60), \(proxy.faults)")
    #expect(calls <= 360)
  }

  @Test("P079 a second try finds what the first one made; what looks like somebody else is refused by name")
  func again() async throws {
    let espo = try StagedEspo()
    espo.add(
      "Contact", ["lastName": "Taken", "emailAddressData": [["emailAddress": "t@example.org", "primary": true]]])
    let stage = try await OutletStage(espo)
    let person = stage.stranger()
    try await stage.outlet { crm, permit in
      let first = try await crm.apply(CRMWrite.making(person, [.name: ["Ada Long Love"]]), permit, check: {})
      #expect(first.remote != nil)
      #expect(
        try await crm.apply(CRMWrite.making(person, [.name: ["Ada Long Love"]], isRetry: true), permit, check: {})
          == first)
      // Without knowing that it is one, it meets the first all the same.
      #expect(try await crm.apply(CRMWrite.making(person, [.name: ["Ada Long Love"]]), permit, check: {}) == first)
      for (values, field) in [
        ([.family: ["Other"], .email: ["t@example.org"]], FieldKey.name), ([.email: ["z@example.org"]], .family),
        ([.family: ["Odd"], .email: ["none"]], .email),
      ] as [(FieldValues, FieldKey)] {
        let answer = try await crm.apply(CRMWrite.making(ID(77), values), permit, check: {})
        guard case .refused(let named, let why) = answer else { throw Trouble("it was taken", "\(answer)") }
        #expect(named == field && why.contains("EspoCRM") && !why.contains("example"))
      }
    }
    #expect(espo.records("Contact").count == 2)
  }

  @Test("P098 what goes wrong names EspoCRM and what helps, though its answers are empty")
  func troubles() async throws {
    for (status, word) in [(401, "key"), (403, "role"), (500, "500"), (502, "502")] {
      let web = try StagedWeb { _ in StagedWeb.Answer(status) }
      let stage = try await OutletStage(
        .espo, OutletStage.local(web.port), [:], Login(user: "", secret: StagedEspo.key, kind: .token))
      try await stage.people(1)
      await #expect { try await stage.run() } throws: { error in
        let trouble = error as? Trouble
        return trouble?.what.contains("EspoCRM") == true && trouble?.description.contains(word) == true
      }
    }
  }

  @Test(
    "meetings and calls are held by the owner that was named, all else is posted; each once, and no more than granted")
  func activities() async throws {
    for (owner, level) in [("8001", ActivityLevel.full), (nil, .metadata)] as [(String?, ActivityLevel)] {
      let espo = try StagedEspo()
      let stage = try await OutletStage(espo, owner.map { ["owner": $0] } ?? [:])
      try await stage.people(1)
      try await stage.run()
      let remote = "Contact/" + (try #require(espo.records("Contact").first?["id"]?.asText))
      let activities = Interaction.Kind.allCases.map { kind in
        ActivityWrite(
          kind, key: "key-\(kind.rawValue)", remotes: [remote], direction: .inward, at: Instant(seconds: 1_790_000_000),
          subject: level >= .subject ? "Canary-subject" : nil, text: level >= .full ? "Canary-text" : nil)
      }
      for isRetry in [false, true] {
        let writes = activities.map { activity in
          var activity = activity
          activity.isRetry = isRetry
          return activity
        }
        let answers = try await stage.lend { crm, permit, check in try await crm.log(writes, permit, check: check) }
        #expect(answers.allSatisfy { if case .written = $0 { true } else { false } })
      }
      #expect(
        espo.records("Meeting").count == (owner == nil ? 0 : 1) && espo.records("Call").count == (owner == nil ? 0 : 1))
      #expect(espo.records("Note").count == (owner == nil ? 5 : 3))
      let heard = espo.web.asked.map { $0.head + $0.body }.joined()
      #expect(heard.contains("Canary") == (level == .full))
    }
  }
}

extension OutletStage {
  /// Adds an EspoCRM and accepts its rules.
  init(_ espo: StagedEspo, by proxy: StagedFaults? = nil, _ options: [String: String] = [:]) async throws {
    try await self.init(
      .espo, proxy?.server ?? OutletStage.local(espo.port), options,
      Login(user: "", secret: StagedEspo.key, kind: .token), keeping: [espo, proxy as any Sendable])
  }
}
