import Consent
import Flows
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

/// Random lives of people in Kith and in real CRMs at once: each person has a seed of its own.
@Suite("Random histories of real CRMs", .serialized) struct CRMHistoryTests {
  private static let seeds = 0..<30
  private static let rounds = 4

  /// What is known here of what once stood there: facts, and entries of conflicts, open or closed.
  private func words(_ stage: OutletStage) async throws -> String {
    let (account, id) = (stage.home.account, stage.destination.id)
    return try await stage.home.store.read(account) { session in
      let facts = try session.rows("SELECT value FROM fact WHERE account_id = $1 AND confidence > 0", [Value(account)])
      let conflicts = try Conflicts.all(account, id, in: session)
      return (facts.compactMap { $0.textOrNil(0) } + conflicts.map(\.theirs)).joined(separator: "\n")
    }
  }

  private func bases(_ stage: OutletStage) async throws -> [String: FieldValues] {
    let (account, id) = (stage.home.account, stage.destination.id)
    let links = try await stage.home.store.read(account) { try Links.all(account, id, in: $0) }
    return Dictionary(links.map { ($0.remote, $0.base) }, uniquingKeysWith: { first, _ in first })
  }

  /// One run, after which whatever it took away there was agreed on before, or is kept here.
  private func run(_ stage: OutletStage, _ fields: [Fact.Field], _ note: String) async throws -> DeliverReport {
    let (before, bases) = (try await stage.records(), try await bases(stage))
    let report = try await stage.run()
    let (after, words) = (try await stage.records(), try await words(stage))
    for (email, record) in before {
      for field in fields.map({ FieldKey($0) }) {
        for value in record.values[field] ?? [] where after[email]?.values[field]?.contains(value) != true {
          let isKept = bases[record.remote]?[field]?.contains(value) == true || words.contains(value)
          #expect(isKept, "\(note) \(email) \(field.name)")
        }
      }
    }
    return report
  }

  private func value(_ field: Fact.Field, _ side: String, _ seed: Int, _ round: Int) -> String {
    switch field {
    case .email: "z\(side)\(seed)-\(round)@example.test"
    case .phone: "+41446\(side == "crm" ? 1 : 2)\(100 + seed)\(round)"
    default: "\(side) \(seed) \(round)"
    }
  }

  @Test(
    "thirty people edited at random here and there come to rest within two runs, and no value is lost without an entry",
    arguments: RealCRM.allCases)
  func converge(_ system: RealCRM) async throws {
    let (stage, _) = try await system.stage(seed: 1, ["field.tag": "labels"])
    let can = try await stage.outlet { crm, _ in crm.capabilities.fields }
    let fields = [Fact.Field.title, .organisation, .email, .phone, .tag].filter(can.contains)
    var people: [ID<Person>] = []
    for seed in CRMHistoryTests.seeds {
      people.append(try await stage.home.person("Person Nr\(seed)", "p\(seed)@example.test", card: true))
    }
    #expect(try await run(stage, fields, "first").created == people.count)
    var dice = CRMHistoryTests.seeds.map { Dice(state: UInt64($0) &* 7919) }
    for round in 0..<CRMHistoryTests.rounds {
      let there = try await stage.records()
      for (seed, person) in people.enumerated() {
        guard let field = fields.randomElement(using: &dice[seed]) else { continue }
        let what = Int.random(in: 0..<4, using: &dice[seed])
        let isMany = FieldKey(field).isMulti
        if what != 1 {
          let new = value(field, "kith", seed, round)
          try await stage.type(person, isMany ? Edit(.add, field, new) : Edit(.set, field, new))
        }
        if what < 2 || what == 3 && seed % 2 == 0, let record = there["p\(seed)@example.test"] {
          let key = FieldKey(field)
          let new = value(field, "crm", seed, round)
          try await stage.edit(record, [key: isMany ? (record.values[key] ?? []) + [new] : [new]])
        }
      }
      _ = try await run(stage, fields, "\(system) round \(round)")
    }
    _ = try await run(stage, fields, "\(system) second to last")
    _ = try await run(stage, fields, "\(system) last")
    let rest = try await stage.held()
    let quiet = try await run(stage, fields, "\(system) quiet")
    #expect(quiet.updated == 0 && quiet.received == 0 && quiet.created == 0)
    #expect(try await stage.held() == rest)
  }
}
