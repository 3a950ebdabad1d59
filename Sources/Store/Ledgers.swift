public import Consent
public import Model

extension Store {
  /// Appends a line and signs the new head, in one transaction; a failure here means no permit (P030).
  public func append(_ line: LedgerLine, signer: LedgerSigner) async throws -> Receipt {
    try await write(line.account) { session in
      let account = Value(line.account)
      let row = try session.row("SELECT size, frontier FROM ledger_head WHERE account_id = $1", [account])
      guard var tree = MerkleFrontier(size: row?.int(0) ?? 0, stored: row?.bytes(1) ?? []) else {
        throw Trouble("the ledger's head is damaged", "run 'kith ledger --verify'")
      }
      let sequence = tree.size
      let leaf = line.leaf(sequence)
      tree.append(leaf)
      try session.run(
        """
        INSERT INTO ledger (account_id, sequence, at, purpose, by_whom, owner, about, outcome, items, leaf)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [
          account, .integer(sequence), Value(line.at), .text(line.purpose), pseudonym(line.by), pseudonym(line.owner),
          pseudonym(line.about), .text(line.outcome), .integer(line.count), .bytes(leaf),
        ])
      let head = try signer.head(line.account, size: tree.size, root: tree.root)
      try session.run(
        """
        INSERT INTO ledger_head (account_id, size, frontier, root, signing_key, signature)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (account_id) DO UPDATE SET size = excluded.size, frontier = excluded.frontier,
          root = excluded.root, signing_key = excluded.signing_key, signature = excluded.signature
        """,
        [
          account, .integer(head.size), .bytes(tree.stored), .bytes(head.root), .bytes(head.key),
          .bytes(head.signature),
        ])
      return Receipt(sequence: sequence)
    }
  }

  public func ledgerHead(_ account: ID<Account>) async throws -> LedgerHead? {
    try await read(account) { session in
      try session.row(
        "SELECT size, root, signing_key, signature FROM ledger_head WHERE account_id = $1", [Value(account)]
      ).map {
        LedgerHead(account: account, size: $0.int(0), root: $0.bytes(1), key: $0.bytes(2), signature: $0.bytes(3))
      }
    }
  }

  /// The lines of an account in order; `owner` leaves only those about one member's data.
  public func ledger(_ account: ID<Account>, owner: UInt64? = nil) async throws -> [(sequence: Int64, line: LedgerLine)]
  {
    try await read(account) { session in
      try session.rows(Store.ledgerSelect, [Value(account)]).map { ($0.int(0), Store.line($0, account)) }
        .filter { owner == nil || $0.1.owner == owner }
    }
  }

  /// Checks every stored line against the head, and against a head that somebody kept.
  public func verifyLedger(_ account: ID<Account>, kept: LedgerHead?) async throws -> Int64 {
    guard let head = try await ledgerHead(account) else {
      throw Trouble("there is no ledger of this account, or its head is gone", "compare with an export made before")
    }
    try await read(account) { session in
      var check = LedgerCheck(head: head, kept: kept)
      try session.stream(Store.ledgerSelect, [Value(account)]) { row in
        try check.add(Store.line(row, account), sequence: row.int(0), leaf: row.bytes(8))
      }
      try check.finish()
    }
    return head.size
  }

  private static let ledgerSelect = """
    SELECT sequence, at, purpose, by_whom, owner, about, outcome, items, leaf FROM ledger
    WHERE account_id = $1 ORDER BY sequence
    """

  private static func line(_ row: Row, _ account: ID<Account>) -> LedgerLine {
    LedgerLine(
      account: account, at: row.instant(1), purpose: row.text(2), by: UInt64(bitPattern: row.int(3)),
      owner: UInt64(bitPattern: row.int(4)), about: UInt64(bitPattern: row.int(5)), outcome: row.text(6),
      count: row.int(7))
  }
}

private func pseudonym(_ value: UInt64) -> Value { .integer(Int64(bitPattern: value)) }
