public import Model

/// One line of what was said to a server, and what it answered: no secrets, no text of a mail.
public struct TranscriptLine: Sendable, Equatable {
  public var at: Instant
  public var line: String

  public init(at: Instant, line: String) {
    self.at = at
    self.line = line
  }
}

extension Store {
  /// How many lines of a source are kept.
  public static let transcriptLength = 5_000

  /// Adds lines to a source's transcript; the oldest go.
  public func keep(_ lines: [TranscriptLine], of source: Source, _ account: ID<Account>, lease: Lease) async throws {
    let kept = lines.suffix(Store.transcriptLength)
    guard !kept.isEmpty else { return }
    try await write(account, lease: lease) { session in
      let key: [Value] = [Value(account), Value(source.id)]
      let last =
        try session.row("SELECT MAX(position) FROM transcript WHERE account_id = $1 AND source_id = $2", key)?
        .intOrNil(0) ?? 0
      try session.runMany(
        "INSERT INTO transcript (account_id, source_id, position, at, line, member_id) VALUES ($1, $2, $3, $4, $5, $6)",
        kept.enumerated().map { number, line in
          key + [.integer(last + Int64(number) + 1), Value(line.at), .text(line.line), Value(source.member)]
        })
      try session.run(
        "DELETE FROM transcript WHERE account_id = $1 AND source_id = $2 AND position <= $3",
        key + [.integer(last + Int64(kept.count) - Int64(Store.transcriptLength))])
    }
  }

  /// What was said to a source's server lately, oldest first.
  public func transcript(_ account: ID<Account>, _ source: ID<Source>) async throws -> [TranscriptLine] {
    try await read(account) { session in
      try session.rows(
        "SELECT at, line FROM transcript WHERE account_id = $1 AND source_id = $2 ORDER BY position",
        [Value(account), Value(source)]
      ).map { TranscriptLine(at: $0.instant(0), line: $0.text(1)) }
    }
  }
}
