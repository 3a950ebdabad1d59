import Consent
import Flows
import Model
import Stage
import Store
import Testing

/// A letter of a test, shorter to write than a staged one.
func letter(
  _ id: Int, _ from: Cast.Role, _ to: [Cast.Role], cc: [Cast.Role] = [], daysAgo: Int64 = 10,
  _ subject: String = "About the house", _ body: String = "Shall we look at it on Monday?", extra: [String] = []
) -> Cast.Letter {
  var letter = Cast.letters[0]
  letter.id = id
  letter.from = from
  letter.to = to
  letter.cc = cc
  letter.sentAt = Instant(milliseconds: Cast.now.milliseconds - daysAgo * Instant.day)
  letter.subject = subject
  letter.body = body + "\n\(id)"
  letter.extra = extra
  letter.answers = nil
  return letter
}

/// The staged house with the verbs of these tests.
struct Office: Sendable {
  let house: StagedHouse

  init(engine: StagedHouse.EngineKind = .sqlite, bulk: Bool = false) async throws {
    house = try await StagedHouse(engine: engine, bulk: bulk)
  }

  var store: Store { house.store }
  var gate: Gate { house.gate }
  var vault: Vault { house.vault }
  var account: ID<Account> { house.account }
  var ada: ID<Member> { house.ada }
  var files: String { house.files }

  func addCyd() async throws -> ID<Member> { try await house.addCyd() }
  func count(_ table: String) async throws -> Int { try await house.count(table) }
  func digests(
    without left: Set<String> = ["ledger", "ledger_head", "lease", "job"]
  ) async throws -> [String: String] { try await house.digests(without: left) }

  var analyse: Analyse { Analyse(store: store, gate: gate) }
  var show: Show { Show(store: store, gate: gate) }
  var merging: MergePeople { MergePeople(store: store, gate: gate) }
  var editing: EditPerson { EditPerson(store: store, gate: gate) }
  var searching: Search { Search(store: store, gate: gate) }

  func viewer(_ member: ID<Member>? = nil) async throws -> Viewer { try await gate.viewer(account, member ?? ada) }

  /// Writes letters to a folder of mails.
  func write(_ letters: [Cast.Letter], _ name: String) throws -> String {
    let path = files + "/" + name
    try Cast.writeMails(path, letters)
    return path
  }

  /// Adds a source and reads it; with `analysing` looks into it too.
  @discardableResult
  func take(
    _ kind: Source.Kind, _ path: String, of member: ID<Member>? = nil, owners: [String]? = nil, analysing: Bool = true
  ) async throws -> ID<Source> {
    let member = member ?? ada
    let added = try await AddSource(store: store, gate: gate).run(
      account, member, AddSource.Wish(kind, path, owners: owners ?? [], isWarranted: true))
    let lease = try #require(try await store.lease(account, holder: "test"))
    _ = try await Pull(store: store, gate: gate).run(added.source.id, of: account, lease: lease)
    try await store.release(lease)
    if analysing { _ = try await understand(added.source.id, of: member) }
    return added.source.id
  }

  @discardableResult
  func understand(_ source: ID<Source>, of member: ID<Member>? = nil) async throws -> Understood {
    let lease = try #require(try await store.lease(account, holder: "test"))
    let done = try await analyse.analyse(source, of: member ?? ada, in: account, lease: lease)
    try await store.release(lease)
    return done
  }

  func people(_ query: String = "", as member: ID<Member>? = nil) async throws -> [Person] {
    try await show.people(PeopleQuery(text: query, limit: 1000), as: viewer(member)).map(\.person)
  }

  /// The one person with an address.
  func person(_ address: String, as member: ID<Member>? = nil) async throws -> Person {
    let found = try await people(address, as: member).filter { $0.emails.contains(address) }
    try #require(found.count == 1)
    return found[0]
  }

  func rows(_ sql: String) async throws -> [[Value]] {
    try await store.read(account) { try $0.rows(sql).map(\.values) }
  }
}
