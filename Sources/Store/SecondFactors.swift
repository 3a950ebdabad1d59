public import Consent
public import Model

/// What is stored of a member's second factor; the secret itself is derived, and stored nowhere.
public struct SecondFactorRow: Sendable, Equatable {
  public var nonce: [UInt8]
  /// When its first code was given; nil while it was only offered.
  public var confirmedAt: Instant?
  /// The step of the code that was taken last; none up to it is taken again.
  public var lastStep: Int64
}

/// Statements about second factors; all of it lies in the house store.
extension Store {
  public func secondFactor(_ account: ID<Account>, _ member: ID<Member>) async throws -> SecondFactorRow? {
    try await engine.read(.house) { session in
      try session.row(
        "SELECT nonce, confirmed_at, last_step FROM second_factor WHERE account_id = $1 AND member_id = $2",
        [Value(account), Value(member)]
      ).map {
        SecondFactorRow(nonce: Array($0.text(0).utf8), confirmedAt: $0.instantOrNil(1), lastStep: $0.int(2))
      }
    }
  }

  /// Keeps what a new secret is made from; one that was only offered gives way, one that holds stays.
  public func offerFactor(nonce: String, _ account: ID<Account>, _ member: ID<Member>) async throws {
    let now = clock()
    _ = try await engine.write(.house) { session in
      try session.run(
        """
        INSERT INTO second_factor (account_id, member_id, nonce, made_at, last_step) VALUES ($1, $2, $3, $4, 0)
        ON CONFLICT (account_id, member_id) DO UPDATE SET nonce = excluded.nonce, made_at = excluded.made_at,
          last_step = 0
        WHERE second_factor.confirmed_at IS NULL
        """, [Value(account), Value(member), .text(nonce), Value(now)])
    }
  }

  /// Notes that the code of a step was taken; false if one of that step or a later one was taken already.
  public func takeFactor(step: Int64, _ account: ID<Account>, _ member: ID<Member>) async throws -> Bool {
    try await engine.write(.house) { session in
      try session.run(
        """
        UPDATE second_factor SET last_step = $3 WHERE account_id = $1 AND member_id = $2 AND last_step < $3
        """, [Value(account), Value(member), .integer(step)]) > 0
    }
  }

  /// From now on the factor holds, with these codes to stand in for it.
  public func confirmFactor(
    _ account: ID<Account>, _ member: ID<Member>, recovery codes: [RecoveryCode]
  ) async throws {
    let now = clock()
    try await engine.write(.house) { session in
      let both: [Value] = [Value(account), Value(member)]
      try session.run(
        "UPDATE second_factor SET confirmed_at = $3 WHERE account_id = $1 AND member_id = $2", both + [Value(now)])
      try session.run("DELETE FROM recovery_code WHERE account_id = $1 AND member_id = $2", both)
      try session.runMany(
        "INSERT INTO recovery_code (account_id, member_id, digest) VALUES ($1, $2, $3)",
        codes.map { both + [.text($0.digest)] })
    }
  }

  /// Spends a recovery code; false if there is none such.
  public func spend(_ code: RecoveryCode, _ account: ID<Account>, _ member: ID<Member>) async throws -> Bool {
    try await engine.write(.house) { session in
      try session.run(
        "DELETE FROM recovery_code WHERE account_id = $1 AND member_id = $2 AND digest = $3",
        [Value(account), Value(member), .text(code.digest)]) > 0
    }
  }

  public func recoveryCodes(_ account: ID<Account>, _ member: ID<Member>) async throws -> Int {
    try await engine.read(.house) { session in
      Int(
        try session.row(
          "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1 AND member_id = $2",
          [Value(account), Value(member)])?.int(0) ?? 0)
    }
  }

  public func forgetFactor(_ account: ID<Account>, _ member: ID<Member>) async throws {
    try await engine.write(.house) { session in
      for table in ["second_factor", "recovery_code"] {
        try session.run(
          "DELETE FROM \(table) WHERE account_id = $1 AND member_id = $2", [Value(account), Value(member)])
      }
    }
  }
}
