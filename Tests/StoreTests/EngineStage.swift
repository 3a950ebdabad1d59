import Foundation
import Model
import Stage
import Testing

@testable import Store

/// The two engines every test of the engine runs on.
enum StagedEngine: CaseIterable, Sendable, CustomTestStringConvertible {
  case sqlite, postgres

  var testDescription: String { self == .sqlite ? "SQLite" : "PostgreSQL" }
}

/// A place for a database that outlives one opening of it.
struct EnginePlace: Sendable {
  let kind: StagedEngine
  let location: String

  func open(_ schema: Schema, openAccounts: Int = 8, patience: Double = 10) async throws -> any Engine {
    switch kind {
    case .sqlite:
      return try await SQLiteEngine(
        SQLiteSettings(folder: location, openAccounts: openAccounts, busySeconds: patience), schema: schema)
    case .postgres:
      let settings = PostgresSettings(
        connection: location, lockSeconds: patience, randomness: { Double.random(in: 0...1) },
        now: { Instant(milliseconds: 0) })
      return try await PostgresEngine(settings, schema: schema)
    }
  }
}

/// Gives a fresh place and removes it afterwards.
@discardableResult func withPlace<T>(_ kind: StagedEngine, _ body: (EnginePlace) async throws -> T) async throws -> T {
  switch kind {
  case .postgres:
    return try await body(EnginePlace(kind: kind, location: try await StagedPostgres.freshDatabase()))
  case .sqlite:
    let folder = FileManager.default.temporaryDirectory.path + "/kith-engine-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(EnginePlace(kind: kind, location: folder))
  }
}

/// A fresh engine with the small schema and the account of Ada in it.
@discardableResult func withEngine<T>(
  _ kind: StagedEngine, _ schema: Schema = EngineFixture.schema, _ body: (any Engine) async throws -> T
) async throws -> T {
  try await withPlace(kind) { place in
    let engine = try await place.open(schema)
    try await engine.create(EngineFixture.ada)
    do {
      let answer = try await body(engine)
      try await engine.close()
      return answer
    } catch {
      try? await engine.close()
      throw error
    }
  }
}

/// A schema that is large enough to show every rule, and the two accounts that use it.
enum EngineFixture {
  static let ada = ID<Account>(11)
  static let cyd = ID<Account>(12)
  static let alice = ID<Member>(1)
  static let bert = ID<Member>(2)

  static let schema = schema([(.house, house), (.keyring, keyring), (.account, account)])

  static func schema(_ files: [(StoreKind, String)]) -> Schema {
    var reading = SchemaReading()
    var versions: [StoreKind: Int] = [:]
    for (store, text) in files {
      versions[store, default: 0] += 1
      reading.read(text, named: "V\(versions[store] ?? 0)-step.sql", store: store)
    }
    for fault in reading.faults { Issue.record("\(fault)") }
    return Schema(migrations: reading.migrations, labels: reading.labels)
  }

  static let house = """
    CREATE TABLE sign_in (
      email TEXT NOT NULL PRIMARY KEY, --: open directory member - life export row
      account_id BIGINT NOT NULL --: open id member - life export row
    );
    """
  static let keyring = """
    CREATE TABLE wrapped_key (
      id BIGINT NOT NULL PRIMARY KEY, --: open id contact - life skip row
      wrapped BYTEA --: key key contact - life skip row
    );
    """
  static let account = """
    CREATE TABLE person (
      --: table who is known
      account_id BIGINT NOT NULL, --: open id customer - life export keep
      id BIGINT NOT NULL, --: open id contact statistics life export row
      member_id BIGINT NOT NULL, --: open id customer - life export row
      name TEXT NOT NULL, --: open directory contact show-to-owner life export row
      note BYTEA, --: sealed note contact show-to-owner life export row
      strength DOUBLE PRECISION, --: open measure contact statistics life export row
      touched INTEGER NOT NULL DEFAULT 0, --: open instant contact - life export row
      PRIMARY KEY (account_id, id),
      UNIQUE (account_id, name)
    );
    CREATE TABLE words (
      account_id BIGINT NOT NULL, --: open id customer - life export keep
      person_id BIGINT NOT NULL, --: open id contact - life export row
      tokens TEXT NOT NULL, --: blind words contact search-mail life skip row
      PRIMARY KEY (account_id, person_id),
      FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id) ON DELETE CASCADE
    );
    CREATE FULLTEXT words_index ON words (tokens) ROW person_id SEEN seen_words;
    CREATE VIEW seen_person AS
      SELECT p.account_id, p.id, p.name FROM person p
      WHERE p.account_id = {account} AND p.member_id = {member};
    CREATE VIEW seen_words AS
      WITH mine AS (SELECT p.id FROM person p WHERE p.account_id = {account} AND p.member_id = {member})
      SELECT w.account_id, w.person_id, w.tokens FROM words w
      WHERE w.account_id = {account} AND w.person_id IN (SELECT id FROM mine);
    """

  static let insertion =
    "INSERT INTO person (account_id, id, member_id, name, note, strength) VALUES ($1, $2, $3, $4, $5, $6)"

  /// Bob belongs to the first member, Dee to the second.
  static func people(_ account: ID<Account>) -> [[Value]] {
    [
      [Value(account), 1, Value(alice), "Bob", .bytes([0, 1, 255]), 0.5],
      [Value(account), 2, Value(bert), "Dee", nil, 0.25],
    ]
  }
}
