import Consent
import Flows
import Foundation
import Insight
import Model
import Outlets
import Plans
import Stage
import Store
import Synchronization

/// Ada's household with people of whom the fold is known, and a folder that serves as her CRM.
struct DeliverHousehold: Sendable {
  let house: StagedHouse
  let viewer: Viewer
  let folder: String

  var store: Store { house.store }
  var account: ID<Account> { house.account }

  init(_ engine: StagedHouse.EngineKind) async throws {
    house = try await StagedHouse(engine: engine, bulk: true)
    viewer = try await house.gate.viewer(house.account, house.ada)
    folder = house.folder + "/crm"
  }

  // MARK: people

  /// Enters a person with the fold, as the analysis of mail and cards leaves it.
  @discardableResult
  func person(
    _ name: String, _ emails: String..., kind: Person.Kind = .person, interactions: Int = 3, card: Bool = false,
    title: String? = nil, restricted: Bool = false, gone: Bool = false
  ) async throws -> ID<Person> {
    let (account, member) = (house.account, house.ada)
    let person: ID<Person> = store.ids.next()
    let handles = emails.map { Handle(.email, $0) }
    let permit = try await house.gate.permit(UndoChange.self, for: Request(account: account, member: member))
    let keys = try await permit.keyIDs(handles)
    let rows = zip(handles, keys).map { ($0.0, $0.1, store.ids.next(Handle.self), store.ids.next(Record.self)) }
    try await store.write(account) { session in
      try session.run(
        """
        INSERT INTO person (account_id, id, member_id, kind, name, folded, title, strength, interactions,
          restricted_at, gone) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10)
        """,
        [
          Value(account), Value(person), Value(member), .text(kind.rawValue), .text(name), .text(fold(name)),
          Value(title), Value(interactions), restricted ? 1 : .null, Value(gone),
        ])
      if card { try DeliverHousehold.cardSource(account, member, in: session) }
      for (position, (handle, key, id, record)) in rows.enumerated() {
        try session.run(
          """
          INSERT INTO handle (account_id, id, member_id, kind, value, key_id) VALUES ($1, $2, $3, 'email', $4, $5)
          """, [Value(account), Value(id), Value(member), .text(handle.value), .integer(key.stored)])
        try session.run(
          """
          INSERT INTO record (account_id, id, member_id, kind, source_id, grant_id, identity, handle_id, person_id)
          VALUES ($1, $2, $3, $4, $8, $8, $5, $6, $7)
          """,
          [
            Value(account), Value(record), Value(member), card ? "card" : "address", .text(handle.value), Value(id),
            Value(person), card ? Value(member) : .null,
          ])
        try session.run(
          """
          INSERT INTO person_value (account_id, person_id, field, position, value, member_id)
          VALUES ($1, $2, 'email', $3, $4, $5)
          """, [Value(account), Value(person), Value(position), .text(handle.value), Value(member)])
        try fact(.email, handle.value, of: record, key: position, in: session)
        guard position == 0 else { continue }
        if !name.isEmpty { try fact(.name, name, of: record, key: 0, in: session) }
        for (field, part) in [("given", PersonName(name).given), ("family", PersonName(name).family)]
        where !part.isEmpty {
          try session.run(
            """
            INSERT INTO person_value (account_id, person_id, field, position, value, member_id)
            VALUES ($1, $2, $3, 0, $4, $5)
            """, [Value(account), Value(person), .text(field), .text(part), Value(member)])
        }
        if let title { try fact(.title, title, of: record, key: 0, in: session) }
      }
    }
    return person
  }

  /// What a card or a header said, so that the fold can be made again.
  private func fact(
    _ field: Fact.Field, _ value: String, of record: ID<Record>, key: Int, in session: any Session
  ) throws {
    let origin = Fact.Origin.header
    try session.run(
      """
      INSERT INTO fact (account_id, id, member_id, record_id, field, label, value, value_key, origin, first_seen,
        last_seen, seen, confidence)
      VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, $9, $9, 1, 1)
      """,
      [
        Value(account), Value(store.ids.next(Fact.self)), Value(house.ada), Value(record), .text(field.rawValue),
        .text(value), Value(key), Value(origin.rawValue), Value(store.clock()),
      ])
  }

  /// The address book, and the grant to read it, that a member's cards come from; both have the member's number.
  private static func cardSource(_ account: ID<Account>, _ member: ID<Member>, in session: any Session) throws {
    try session.run(
      """
      INSERT INTO source (account_id, id, member_id, kind, location, depth, mails)
      VALUES ($1, $2, $2, 'vcard', '/cards', 'text', 0)
      ON CONFLICT DO NOTHING
      """, [Value(account), Value(member)])
    try session.run(
      """
      INSERT INTO consent_grant (account_id, id, member_id, source_id, scope, depth, words, words_digest, warranty,
        policy_version, given_at, epoch)
      VALUES ($1, $2, $2, $2, 'read', 'text', 'words', 'digest', 'warranty', 'version', 0, 1) ON CONFLICT DO NOTHING
      """, [Value(account), Value(member)])
  }

  func title(_ person: ID<Person>, _ title: String?) async throws {
    let account = house.account
    _ = try await store.write(account) { session in
      try session.run(
        "UPDATE person SET title = $1 WHERE account_id = $2 AND id = $3", [Value(title), Value(account), Value(person)])
      let records = try Facts.records(of: [person], account, in: session).flatMap { $0 }
      guard let first = records.first(where: { $0.kind != .destination }) else { return }
      try session.run(
        "DELETE FROM fact WHERE account_id = $1 AND record_id = $2 AND field = 'title' AND origin = $3",
        [Value(account), Value(first.id), Value(Fact.Origin.header.rawValue)])
      if let title { try fact(.title, title, of: first.id, key: 0, in: session) }
    }
  }

  func email(_ person: ID<Person>, add email: String, place: Int = 9) async throws {
    let (account, member) = (house.account, house.ada)
    _ = try await store.write(account) { session in
      try session.run(
        """
        INSERT INTO person_value (account_id, person_id, field, position, value, member_id)
        VALUES ($1, $2, 'email', $5, $3, $4)
        """, [Value(account), Value(person), .text(email), Value(member), Value(place)])
      let records = try Facts.records(of: [person], account, in: session).flatMap { $0 }
      if let first = records.first { try fact(.email, email, of: first.id, key: place, in: session) }
    }
  }

  // MARK: delivering

  func deliver(rules: @escaping @Sendable (Destination) -> StandingRules = Deliver.standingRules) -> Deliver {
    Deliver(store: store, gate: house.gate, rules: rules)
  }

  /// Adds the folder and accepts its rules.
  func accepted() async throws -> ID<Destination> {
    let deliver = deliver()
    let destination = try await AddDestination(deliver).folder(folder, as: viewer)
    _ = try await AddDestination(deliver).accept(
      destination.id, digest: Deliver.digest(Deliver.standingRules(destination)), as: viewer)
    return destination.id
  }

  @discardableResult
  func run(_ destination: ID<Destination>, dryRun: Bool = false, by other: Deliver? = nil) async throws -> DeliverReport
  {
    try await (other ?? deliver()).run(destination, of: viewer.member, in: account, dryRun: dryRun)
  }

  /// The cards of the folder by name, with their bytes.
  func cards() -> [String: String] {
    var out: [String: String] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/people")) ?? [] {
      out[name] = FileManager.default.contents(atPath: folder + "/people/" + name).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    return out
  }

  /// The card that holds a text.
  func card(with text: String) -> (name: String, text: String)? {
    cards().first { $0.value.contains(text) }.map { ($0.key, $0.value) }
  }

  /// Edits a card by hand.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    let path = folder + "/people/" + name
    let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    try Data(text.replacing(old, with: new).utf8).write(to: URL(fileURLWithPath: path))
  }

  /// When each file below the folder was last changed.
  func changes() throws -> [String: Date] {
    var out: [String: Date] = [:]
    for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
      out[name] =
        try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.modificationDate] as? Date
    }
    return out
  }
}

/// Throws when it is told to, and stays dead until it is revived: a process that was killed.
final class Kill: Error, Sendable {
  private let state = Mutex<(left: Int, isDead: Bool)>((Int.max, false))

  /// Dies at the step of this number, counted from 0.
  func set(at step: Int) { state.withLock { $0 = (step, false) } }
  func revive() { state.withLock { $0 = (Int.max, false) } }
  var isDead: Bool { state.withLock { $0.isDead } }

  func step() throws {
    let dies = state.withLock { state in
      if !state.isDead {
        if state.left == 0 { state.isDead = true }
        if state.left != Int.max { state.left -= 1 }
      }
      return state.isDead
    }
    if dies { throw self }
  }
}

/// An engine that can be killed before and after every transaction that writes.
struct MortalEngine: Engine {
  let engine: any Engine
  let kill: Kill

  var dialect: Dialect { engine.dialect }

  func read<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    if kill.isDead { throw kill }
    return try await engine.read(scope, body)
  }

  func write<T: Sendable>(
    _ scope: Scope, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    try kill.step()
    let made = try await engine.write(scope, body)
    try kill.step()
    return made
  }

  func exists(_ account: ID<Account>) async throws -> Bool { try await engine.exists(account) }
  func create(_ account: ID<Account>) async throws { try await engine.create(account) }
  func remove(_ account: ID<Account>) async throws { try await engine.remove(account) }
  func accounts() async throws -> [ID<Account>] { try await engine.accounts() }
  func checkpoint() async throws { try await engine.checkpoint() }
  func compact(_ account: ID<Account>) async throws { try await engine.compact(account) }
  func close() async throws {}
}

/// Randomness that a seed repeats (SplitMix64).
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
