import Consent
import Flows
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

/// Two accounts of Kith, each with a store of its own, that keep one real CRM in step.
@Suite("Two accounts on one real CRM", .serialized) struct TwoAccountsTests {
  private static let fields: [FieldKey] = [.name, .title, .organisation, .email, .phone, .tag]

  /// Ada's and Cyd's people: `both` of them know; of some of those the two say different things.
  private func people(_ ada: OutletStage, _ cyd: OutletStage) async throws -> [(ada: ID<Person>, cyd: ID<Person>)] {
    var both: [(ada: ID<Person>, cyd: ID<Person>)] = []
    for number in 0..<8 {
      let name = "Person Nr\(number)"
      let here = try await ada.home.person(name, "p\(number)@example.test", card: true, title: "First")
      let there = try await cyd.home.person(
        number == 1 ? "Other Nr1" : name, "P\(number)@Example.test", card: true, title: number < 4 ? "Second" : "First")
      both.append((here, there))
    }
    for number in 2..<6 {
      let (here, there) = both[number]
      try await ada.type(
        here, Edit(.set, .organisation, "Acme"), Edit(.add, .phone, "+4144668100\(number)"), Edit(.add, .tag, "client"),
        Edit(.add, .email, "a\(number)@example.test"))
      try await cyd.type(
        there, Edit(.set, .organisation, number == 5 ? "Acme" : "Harbour Homes"),
        Edit(.add, .phone, "+41 44 668 10 0\(number)"), Edit(.add, .phone, "+4144668200\(number)"),
        Edit(.add, .tag, "friend"), Edit(.add, .email, "c\(number)@example.test"))
    }
    try await ada.home.person("Only Ada's", "only-ada@example.test", card: true)
    try await cyd.home.person("Only Cyd's", "only-cyd@example.test", card: true)
    // Of whom one has two persons where the other has one: nobody guesses.
    try await ada.home.person("Dee One", "dee@example.test", "dee@home.test", card: true)
    try await cyd.home.person("Dee One", "dee@example.test", card: true)
    try await cyd.home.person("Dee Two", "dee@home.test", card: true)
    return both
  }

  /// Everything an account holds or has an entry about.
  private func words(_ stage: OutletStage) async throws -> String {
    let (account, id) = (stage.home.account, stage.destination.id)
    return try await stage.home.store.read(account) { session in
      let people = try Links.people(account, stage.destination.member, in: session)
      let conflicts = try Conflicts.all(account, id, in: session)
      let held = people.flatMap { $0.values.values.flatMap { $0 } }
      return (held + conflicts.flatMap { [$0.ours, $0.theirs] }).joined(separator: "\n")
    }
  }

  /// The values of an account that neither stand there nor are told of in an entry of it.
  ///
  /// `removed` were agreed on, and then taken away by the owner of the other account.
  private func lost(
    _ stage: OutletStage, _ fields: [FieldKey], but removed: Set<String> = []
  ) async throws -> [String] {
    let (account, id) = (stage.home.account, stage.destination.id)
    let (people, links, conflicts) = try await stage.home.store.read(account) { session in
      (
        try Links.people(account, stage.destination.member, in: session), try Links.all(account, id, in: session),
        try Conflicts.all(account, id, in: session)
      )
    }
    let remotes = Dictionary(links.map { ($0.person, $0.remote) }, uniquingKeysWith: { first, _ in first })
    let there = try await stage.outlet { crm, _ in
      let records = try await crm.records().records
      return (
        Dictionary(records.map { ($0.remote, $0.values) }, uniquingKeysWith: { first, _ in first }),
        people.map { crm.shaped($0.values, of: $0.kind) }
      )
    }
    var lost: [String] = []
    for (person, ours) in zip(people, there.1) {
      let mine = conflicts.filter { $0.person == person.person }
      guard let remote = remotes[person.person], let theirs = there.0[remote] else {
        // Whoever stands nowhere is asked about.
        if !mine.contains(where: { $0.matter == .match }) { lost.append("\(person.person)") }
        continue
      }
      for field in fields {
        let standing = Set((theirs[field] ?? []).map { comparable(field, $0) })
        for value in ours[field] ?? [] where !standing.contains(comparable(field, value)) {
          let isTold = mine.contains { $0.matter == .field(field) && $0.ours.contains(value) }
          if !isTold, !removed.contains(value) { lost.append("\(field): \(value)") }
        }
      }
    }
    return lost
  }

  @Test(
    "two accounts settle within two runs: a third sends nothing, nobody is there twice, no value is lost unlisted",
    arguments: RealCRM.allCases)
  func settle(_ system: RealCRM) async throws {
    let (stages, proxy) = try await system.stages(2, seed: 1, ["field.tag": "labels"])
    let (ada, cyd) = (stages[0], stages[1])
    let both = try await people(ada, cyd)
    let can = try await ada.outlet { crm, _ in crm.capabilities.fields }
    let fields = TwoAccountsTests.fields.filter { can.contains($0.field) }
    var seen: Set<String> = []
    func note() async throws {
      for record in try await ada.outlet({ crm, _ in try await crm.records().records }) {
        for field in fields { seen.formUnion(record.values[field] ?? []) }
      }
    }
    func round(_ note: String, _ quiet: Bool = false) async throws {
      for (stage, whose) in [(ada, "Ada"), (cyd, "Cyd")] {
        proxy.forget()
        let report = try await stage.run()
        #expect(report.failed == 0, "\(system) \(note) \(whose): \(report.troubles)")
        let changes = system.changes(proxy.counts)
        print("\(system), two accounts, \(note), \(whose): \(changes) changing calls, \(report.conflicts) conflicts")
        guard quiet else { continue }
        #expect(changes == 0, "\(system) \(note) \(whose): \(proxy.counts)")
        #expect(report.created + report.updated + report.received == 0, "\(system) \(note) \(whose)")
      }
    }
    for number in 1...2 {
      try await round("run \(number)")
      try await note()
    }
    let rest = try await ada.held()
    try await round("run 3", true)
    #expect(try await ada.held() == rest)
    // One record for each of whom both speak, and for each of whom one does; of the doubtful, one at most besides.
    let emails = rest.keys.sorted()
    #expect(rest.values.allSatisfy { $0[.name]?.first != "there twice" })
    for number in 0..<8 {
      let mine = rest.values.filter { $0[.email]?.contains("p\(number)@example.test") == true }
      #expect(mine.count == 1, "\(system) \(number): \(emails)")
    }
    #expect(rest.count == 8 + 2 + 1, "\(system): \(emails)")
    #expect(try await lost(ada, fields) == [])
    #expect(try await lost(cyd, fields) == [])
    // What once stood there stands there still, or one of the two holds it or has an entry of it.
    let standing = rest.values.flatMap { $0.values.flatMap { $0 } }.joined(separator: "\n")
    let words = [standing, try await words(ada), try await words(cyd)].joined(separator: "\n")
    for value in seen { #expect(words.contains(value), "\(system): \(value)") }
    // Both change what both know, at once: that settles as well.
    for (number, (here, there)) in both.enumerated() {
      try await ada.type(
        here, Edit(.set, .title, "Ada's \(number)"), Edit(.add, .phone, "+4144668300\(number)"),
        Edit(.remove, .tag, "client"))
      try await cyd.type(
        there, Edit(.set, .title, "Cyd's \(number % 3)"), Edit(.add, .phone, "+4144668400\(number)"),
        Edit(.add, .tag, "other"))
    }
    for number in 4...5 { try await round("run \(number)") }
    try await round("run 6", true)
    #expect(try await ada.held().count == 8 + 2 + 1)
    #expect(try await lost(ada, fields) == [])
    #expect(try await lost(cyd, fields, but: ["client"]) == [])
  }

  @Test(
    "two accounts with rules against each other settle as well: neither writes over the other for ever",
    arguments: [SyncRule.ours, .latest, .theirs, .fill])
  func rules(_ rule: SyncRule) async throws {
    let system = RealCRM.radicale
    let options = Dictionary(
      uniqueKeysWithValues: ["title", "organisation", "phone"].map { ("rule." + $0, rule.rawValue) })
    let (stages, proxy) = try await system.stages(2, seed: 1, options)
    let (ada, cyd) = (stages[0], stages[1])
    _ = try await people(ada, cyd)
    for number in 1...3 {
      for stage in stages {
        proxy.forget()
        let report = try await stage.run()
        #expect(report.failed == 0, "\(report.troubles)")
        if number == 3 { #expect(system.changes(proxy.counts) == 0, "\(rule): \(proxy.counts)") }
      }
    }
    #expect(try await ada.held().count == 8 + 2 + 1)
    if rule != .fill {
      // Whose value does not stand there has an entry of it.
      let fields: [FieldKey] = rule == .theirs ? [.organisation] : [.title, .organisation]
      #expect(try await lost(ada, fields) == [])
    }
  }
}
