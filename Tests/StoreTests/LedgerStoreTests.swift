import Consent
import Model
import Stage
import Store
import Testing

@Suite("The ledger at rest")
struct LedgerStoreTests {
  /// A house with some lines in its ledger.
  private func house(_ engine: StagedHouse.EngineKind, lines: Int = 12) async throws -> StagedHouse {
    let house = try await StagedHouse(engine: engine)
    for _ in 0..<lines {
      let permit = try await house.gate.permit(
        ExportAccount.self, for: Request(account: house.account, member: house.ada))
      _ = permit.close()
    }
    return house
  }

  @Test(
    "every permit is a line, and the ledger passes with every kept head", arguments: StagedHouse.EngineKind.allCases)
  func whole(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await house(engine)
    let kept = try #require(try await house.store.ledgerHead(house.account))
    #expect(kept.size == 12)
    _ = try await house.gate.permit(ExportAccount.self, for: Request(account: house.account, member: house.ada))
      .close()
    #expect(try await house.store.verifyLedger(house.account, kept: kept) == 13)
  }

  static let tamperings = [
    "UPDATE ledger SET items = items + 1 WHERE account_id = $1 AND sequence = 4",
    "UPDATE ledger SET outcome = 'withdrawn' WHERE account_id = $1 AND sequence = 4",
    "DELETE FROM ledger WHERE account_id = $1 AND sequence = 4",
    "DELETE FROM ledger WHERE account_id = $1 AND sequence >= 9",
    "UPDATE ledger SET sequence = sequence + 100 WHERE account_id = $1 AND sequence = 4",
    """
    UPDATE ledger SET sequence = CASE sequence WHEN 4 THEN -5 ELSE -4 END
      WHERE account_id = $1 AND sequence IN (4, 5)
    """,
    "UPDATE ledger_head SET size = size - 1 WHERE account_id = $1",
    "DELETE FROM ledger_head WHERE account_id = $1",
  ]

  @Test(
    "a row that was altered, removed, cut off or re-ordered by somebody with the database is found",
    arguments: tamperings)
  func tampered(_ statement: String) async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let house = try await house(engine)
      let account = house.account
      try await house.store.write(account) { session in
        try session.run(statement, [Value(account)])
        try session.run(
          "UPDATE ledger SET sequence = -sequence WHERE account_id = $1 AND sequence < 0", [Value(account)])
      }
      await #expect(throws: Trouble.self, "\(engine): \(statement)") {
        _ = try await house.store.verifyLedger(account, kept: nil)
      }
    }
  }

  @Test("a ledger that was rewritten whole and signed again is found against a kept head")
  func signedAgain() async throws {
    let house = try await house(.sqlite)
    let account = house.account
    let kept = try #require(try await house.store.ledgerHead(account))
    try await house.store.write(account) { session in
      try session.run("DELETE FROM ledger WHERE account_id = $1", [Value(account)])
      try session.run("DELETE FROM ledger_head WHERE account_id = $1", [Value(account)])
    }
    for _ in 0..<14 {
      _ = try await house.gate.permit(EraseData.self, for: Request(account: account, member: house.ada)).close()
    }
    #expect(try await house.store.verifyLedger(account, kept: nil) == 14)
    await #expect(throws: Trouble.self) { _ = try await house.store.verifyLedger(account, kept: kept) }
  }
}
