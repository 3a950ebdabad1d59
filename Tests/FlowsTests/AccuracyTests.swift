import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

@Suite("Accuracy and sight: what is held can be seen, and damage is found", .serialized)
struct AccuracyTests {
  @Test(
    "P095 one flipped bit in what is stored is found by the scrub, and nothing else is",
    arguments: StagedHouse.EngineKind.allCases)
  func scrub(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await Household.made(engine)
    let account = home.account
    let scrub = Scrub(store: home.store, gate: home.gate)
    let before = try await scrub.scrub(account, home.ada)
    #expect(before.checked > 40)
    #expect(before.damaged.isEmpty)
    for column in ["content", "subject"] {
      let id = try await home.store.write(account) { session -> Int64 in
        let row = try #require(
          try session.row("SELECT id, \(column) FROM mail WHERE account_id = $1 ORDER BY id LIMIT 1", [Value(account)]))
        var bytes = row.bytes(1)
        bytes[bytes.count - 20] ^= 4
        try session.run(
          "UPDATE mail SET \(column) = $1 WHERE account_id = $2 AND id = $3", [.bytes(bytes), Value(account), row[0]])
        return row.int(0)
      }
      #expect(try await scrub.scrub(account, home.ada).damaged == [ID(id)])
      // Set right again for the next column: a bit that is flipped twice is whole.
      try await home.store.write(account) { session in
        let row = try #require(
          try session.row(
            "SELECT \(column) FROM mail WHERE account_id = $1 AND id = $2", [Value(account), .integer(id)]))
        var bytes = row.bytes(0)
        bytes[bytes.count - 20] ^= 4
        try session.run(
          "UPDATE mail SET \(column) = $1 WHERE account_id = $2 AND id = $3",
          [.bytes(bytes), Value(account), .integer(id)])
      }
    }
    #expect(try await scrub.scrub(account, home.ada).damaged.isEmpty)
  }

  @Test("P087 a canary in every column of names and addresses is in the export, as the labels say")
  func everything() async throws {
    let home = try await Household.made(.sqlite)
    let account = home.account
    let columns = Schema.embedded.labels(of: .account).filter {
      $0.cls == .open && $0.category == "directory" && $0.type == "TEXT" && $0.export == "export"
        && $0.primaryKeyIndex == nil
    }
    #expect(columns.count >= 12)
    var filled: [ColumnLabel] = []
    for label in columns {
      let changed = try await home.store.write(account) { session in
        try session.run(
          """
          UPDATE \(label.table) SET \(label.column) = 'canary-\(label.table)-\(label.column)'
          WHERE account_id = $1 AND \(label.column) = (SELECT MIN(\(label.column)) FROM \(label.table)
            WHERE account_id = $1)
          """, [Value(account)])
      }
      if changed > 0 { filled.append(label) }
    }
    #expect(filled.count >= 8)
    let file = home.house.files + "/everything.kith"
    let passphrase = Array("correct horse".utf8)
    try await Export(store: home.store, gate: home.gate, progress: { _ in })
      .export(account, home.ada, passphrase: passphrase, to: file)
    let next = try await StagedHouse(engine: .sqlite)
    _ = try await Export(store: next.store, gate: next.gate, progress: { _ in }).restore(file, passphrase: passphrase)
    for label in filled {
      let found = try await next.store.read(account) { session in
        try session.row(
          "SELECT COUNT(*) FROM \(label.table) WHERE account_id = $1 AND \(label.column) = $2",
          [Value(account), .text("canary-\(label.table)-\(label.column)")])?.int(0) ?? 0
      }
      #expect(found > 0, "\(label.table).\(label.column)")
    }
    // And no labelled column stays behind: every row of every exported table is there, value for value.
    #expect(try await next.store.digest(account) == home.store.digest(account))
  }
}
