public import Consent
public import Model

/// What the owner typed about a person who has cards at a source, and where these lie.
public struct Correction: Sendable, Equatable {
  /// A card and where it lies.
  public struct Card: Sendable, Equatable {
    public var record: ID<Record>
    public var folder: ID<Folder>
    /// The path of its book.
    public var book: String
    /// The digest of where it lies there.
    public var place: String
  }

  public var person: ID<Person>
  public var cards: [Card]
  public var typed: [Fact]
  /// Whose keys the images of a change lie under, e-mail addresses first.
  public var handles: [Handle]
}

/// Statements about corrections.
enum Corrections {
  /// With `card` the one of that card, whether anything is typed or not.
  static func all(
    of source: Source, card: ID<Record>? = nil, _ account: ID<Account>, in session: any Session
  ) throws -> [Correction] {
    let which =
      card == nil
      ? """
      EXISTS (SELECT 1 FROM record t WHERE t.account_id = c.account_id AND t.person_id = c.person_id
        AND t.kind = 'typed')
      """ : "c.id = $4"
    let cards = try session.rows(
      """
      SELECT c.person_id, c.id, r.folder_id, k.path, r.place FROM record c
      JOIN resource r ON r.account_id = c.account_id AND r.member_id = c.member_id AND r.identity = c.identity
      JOIN collection k ON k.account_id = r.account_id AND k.folder_id = r.folder_id
      JOIN folder f ON f.account_id = r.account_id AND f.id = r.folder_id
      JOIN person p ON p.account_id = c.account_id AND p.id = c.person_id
      WHERE c.account_id = $1 AND c.source_id = $2 AND c.kind = 'card' AND c.gone_at IS NULL AND f.source_id = $2
        AND p.member_id = $3 AND p.restricted_at IS NULL AND p.gone = 0
        AND \(which)
      ORDER BY c.person_id, c.id, r.place
      """, [Value(account), Value(source.id), Value(source.member)] + (card.map { [Value($0)] } ?? []))
    var found: [Correction] = []
    for row in cards {
      let person: ID<Person> = row.id(0)
      if found.last?.person != person { found.append(Correction(person: person, cards: [], typed: [], handles: [])) }
      let record: ID<Record> = row.id(1)
      // A card that lies in two places is changed in the first.
      guard !(found.last?.cards.contains { $0.record == record } ?? false) else { continue }
      found[found.count - 1].cards.append(
        .init(record: record, folder: row.id(2), book: row.text(3), place: row.text(4)))
    }
    let records = try Facts.records(of: found.map(\.person), account, in: session)
    for (at, all) in records.enumerated() {
      let typed = all.filter { $0.kind == .typed && !$0.isGone }
      found[at].typed = try Facts.of(typed.map(\.id), account, in: session).flatMap { $0 }
        .filter { $0.origin == .typed }
      let handles = try Handles.of(all.map(\.handle), account, in: session).compactMap { $0 }
      found[at].handles = handles.filter { $0.kind == .email } + handles.filter { $0.kind != .email }
    }
    return card == nil ? found.filter { !$0.typed.isEmpty } : found
  }
}

extension Store {
  /// What the owner typed about the people who have cards at a source; of the restricted nothing is used (P121).
  public func corrections(
    _ account: ID<Account>, of source: Source, card: ID<Record>? = nil
  ) async throws -> [Correction] {
    try await read(account) { try Corrections.all(of: source, card: card, account, in: $0) }
  }

  /// Keeps the grant to change cards of a source; the same words again change nothing.
  ///
  /// Answers the grant that holds.
  public func allow(_ offered: Grant, _ account: ID<Account>) async throws -> Grant {
    try await write(account) { session in
      let all = try Grants.all(account, member: offered.member, in: session)
      let live = all.filter { $0.scope == .write && $0.withdrawnAt == nil }
      if let held = live.first(where: { $0.target == offered.target && $0.words == offered.words }) { return held }
      try Grants.insert(offered, account, in: session)
      return offered
    }
  }
}
