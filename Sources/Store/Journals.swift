public import Consent
public import Model

/// One thing that was done to a person or a CRM, and can be undone.
///
/// Erasure, restriction, revocation, withdrawal and closing are never entries here: they are in the ledger, and nothing
/// undoes them (P119, P120).
public struct JournalEntry: Identified, Sendable, Equatable {
  public static let prefix = "entry"

  public enum Verb: String, Sendable, CaseIterable {
    /// A record was created, changed or removed at a destination.
    case create, update, delete
    /// What was changed at a destination came in.
    case receive
    /// Persons were united, or a union was taken back.
    case merge, unmerge
    /// The owner typed something about a person.
    case edit
    /// A task was entered, changed or taken away here, or brought over to or from a destination.
    case task
    /// Somebody was put into a bucket, or taken out.
    case bucket
    /// The owner said how somebody is followed up: an interval, put off, muted, skipped, archived, deleted.
    case followUp = "follow-up"
    /// A note was written, changed or taken away.
    case note
    /// A touch was logged by hand.
    case touch
    /// An interaction or a task was entered at a destination, or taken away there again.
    case enter
  }

  public var id: ID<JournalEntry>
  public var member: ID<Member>
  /// Entries of one run of one command share it; 0 for an entry alone.
  public var run: Int64
  public var verb: Verb
  public var person: ID<Person>
  public var destination: ID<Destination>?
  /// The source a card of which was changed.
  public var source: ID<Source>?
  /// The decision that the entry made or revoked.
  public var decision: ID<Decision>?
  public var at: Instant
  public var undoneAt: Instant?
  /// The entry that this one takes back.
  public var undoes: ID<JournalEntry>?

  public init(
    id: ID<JournalEntry>, member: ID<Member>, run: Int64 = 0, verb: Verb, person: ID<Person>,
    destination: ID<Destination>? = nil, source: ID<Source>? = nil, decision: ID<Decision>? = nil, at: Instant,
    undoneAt: Instant? = nil,
    undoes: ID<JournalEntry>? = nil
  ) {
    self.id = id
    self.member = member
    self.run = run
    self.verb = verb
    self.person = person
    self.destination = destination
    self.source = source
    self.decision = decision
    self.at = at
    self.undoneAt = undoneAt
    self.undoes = undoes
  }

  /// Where an image of this entry lies; an entry has at most one image of a handle.
  public func slot(_ account: ID<Account>, _ side: StaticString) -> Slot {
    Slot(account, "journal_image", side, row: id.rawValue)
  }
}

/// What stood before and after, of one handle, sealed under its key: erasing the person closes it.
public struct JournalImages: Sendable, Equatable {
  public var key: KeyID
  public var before: Sealed?
  public var after: Sealed?

  public init(key: KeyID, before: Sealed?, after: Sealed?) {
    self.key = key
    self.before = before
    self.after = after
  }

  /// Seals texts under the key of `handle`; `sealer` was made for it, and a nil text leaves that side empty.
  public init(
    before: String?, after: String?, of handle: Handle, entry: JournalEntry, _ account: ID<Account>, by sealer: Sealer
  ) throws {
    func seal(_ text: String?, _ side: StaticString) throws -> Sealed? {
      guard let text else { return nil }
      return try sealer.seal(Array(text.utf8), by: handle, in: entry.slot(account, side), ofSource: false)
    }
    self.init(
      key: sealer.keyID(handle) ?? .none, before: try seal(before, "before"), after: try seal(after, "after"))
  }
}

/// Statements about the journal.
public enum Journals {
  private static let columns =
    "id, member_id, run_id, verb, person_id, destination_id, decision_id, at, undone_at, undoes, source_id"

  /// Enters what was done, in the transaction that did it.
  public static func insert(
    _ entry: JournalEntry, images: [JournalImages] = [], _ account: ID<Account>, in session: any Session
  ) throws {
    try session.run(
      """
      INSERT INTO journal (account_id, id, member_id, run_id, verb, person_id, destination_id, decision_id, at,
        undone_at, undoes, source_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      """,
      [
        Value(account), Value(entry.id), Value(entry.member), .integer(entry.run), .text(entry.verb.rawValue),
        Value(entry.person), Value(entry.destination), Value(entry.decision), Value(entry.at), Value(entry.undoneAt),
        Value(entry.undoes), Value(entry.source),
      ])
    try session.runMany(
      """
      INSERT INTO journal_image (account_id, entry_id, position, key_id, before, after, member_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """,
      images.enumerated().map { position, image in
        [
          Value(account), Value(entry.id), Value(position), .integer(image.key.stored), Value(image.before?.bytes),
          Value(image.after?.bytes), Value(entry.member),
        ]
      })
  }

  /// An entry of this member; nil for anybody else's.
  public static func entry(
    _ id: ID<JournalEntry>, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> JournalEntry? {
    try session.row(
      "SELECT \(columns) FROM journal WHERE account_id = $1 AND id = $2 AND member_id = $3",
      [Value(account), Value(id), Value(member)]
    ).flatMap(entry)
  }

  /// The images of an entry, in the order they were entered.
  public static func images(
    _ id: ID<JournalEntry>, _ account: ID<Account>, in session: any Session
  ) throws -> [JournalImages] {
    try session.rows(
      """
      SELECT key_id, before, after FROM journal_image WHERE account_id = $1 AND entry_id = $2 ORDER BY position
      """, [Value(account), Value(id)]
    ).map { row in
      JournalImages(
        key: KeyID(stored: row.int(0)), before: row.bytesOrNil(1).flatMap { Sealed(stored: $0) },
        after: row.bytesOrNil(2).flatMap { Sealed(stored: $0) })
    }
  }

  /// Notes that an entry was taken back; false if it was before, so that two undos are one.
  public static func markUndone(
    _ id: ID<JournalEntry>, at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws -> Bool {
    try session.run(
      "UPDATE journal SET undone_at = $1 WHERE account_id = $2 AND id = $3 AND undone_at IS NULL",
      [Value(now), Value(account), Value(id)]) == 1
  }

  /// Takes out an entry of what was not done after all; what it was to take back holds again.
  public static func forget(_ entry: JournalEntry, _ account: ID<Account>, in session: any Session) throws {
    try session.run("DELETE FROM journal WHERE account_id = $1 AND id = $2", [Value(account), Value(entry.id)])
    guard let undone = entry.undoes else { return }
    try session.run(
      "UPDATE journal SET undone_at = NULL WHERE account_id = $1 AND id = $2", [Value(account), Value(undone)])
  }

  /// The entry by which a person was merged by a decision, if it still holds; for `unmerge`.
  public static func merge(
    by decision: ID<Decision>, into person: ID<Person>, _ account: ID<Account>, in session: any Session
  ) throws -> JournalEntry? {
    try session.row(
      """
      SELECT \(columns) FROM journal
      WHERE account_id = $1 AND person_id = $2 AND decision_id = $3 AND verb = 'merge' AND undone_at IS NULL
      ORDER BY id LIMIT 1
      """, [Value(account), Value(person), Value(decision)]
    ).flatMap(entry)
  }

  /// The entries of a run that still hold and take nothing back, the newest first.
  public static func standing(
    of member: ID<Member>, run: Int64, _ account: ID<Account>, in session: any Session
  ) throws -> [JournalEntry] {
    try session.rows(
      """
      SELECT \(columns) FROM journal
      WHERE account_id = $1 AND member_id = $2 AND run_id = $3 AND undone_at IS NULL AND undoes IS NULL ORDER BY id DESC
      """, [Value(account), Value(member), .integer(run)]
    ).compactMap(entry)
  }

  /// The entries of a time that still hold and take nothing back, the newest first.
  public static func standing(
    of member: ID<Member>, _ time: Range<Instant>, _ account: ID<Account>, in session: any Session
  ) throws -> [JournalEntry] {
    try session.rows(
      """
      SELECT \(columns) FROM journal
      WHERE account_id = $1 AND member_id = $2 AND at >= $3 AND at < $4 AND undone_at IS NULL AND undoes IS NULL
      ORDER BY id DESC
      """, [Value(account), Value(member), Value(time.lowerBound), Value(time.upperBound)]
    ).compactMap(entry)
  }

  /// An entry as its member sees it.
  static func seen(_ row: Row, of member: ID<Member>) -> JournalEntry? {
    guard let verb = JournalEntry.Verb(rawValue: row.text(2)) else { return nil }
    return JournalEntry(
      id: row.id(0), member: member, run: row.int(1), verb: verb, person: row.id(3), destination: row.idOrNil(4),
      source: row.idOrNil(8), at: row.instant(5), undoneAt: row.instantOrNil(6), undoes: row.idOrNil(7))
  }

  private static func entry(_ row: Row) -> JournalEntry? {
    guard let verb = JournalEntry.Verb(rawValue: row.text(3)) else { return nil }
    return JournalEntry(
      id: row.id(0), member: row.id(1), run: row.int(2), verb: verb, person: row.id(4), destination: row.idOrNil(5),
      source: row.idOrNil(10), decision: row.idOrNil(6), at: row.instant(7), undoneAt: row.instantOrNil(8),
      undoes: row.idOrNil(9))
  }
}

extension Store {
  /// The journal as its member sees it, newest first; `before` pages on.
  public func journal(
    _ viewer: Viewer, before: ID<JournalEntry>? = nil, limit: Int = 200
  ) async throws -> [JournalEntry] {
    let member = viewer.member
    return try await see(viewer) { session in
      try session.rows(
        """
        SELECT id, run_id, verb, person_id, destination_id, at, undone_at, undoes, source_id FROM seen_journal
        WHERE id < $1 ORDER BY id DESC LIMIT $2
        """, [Value(before?.rawValue ?? Int64.max), Value(limit)]
      ).compactMap { Journals.seen($0, of: member) }
    }
  }

  /// What was changed of a person, newest first.
  public func journal(_ viewer: Viewer, of person: ID<Person>, limit: Int) async throws -> [JournalEntry] {
    let member = viewer.member
    return try await see(viewer) { session in
      // The order is made of what is found: of a member's whole journal it would be found by going through.
      try session.rows(
        """
        SELECT id, run_id, verb, person_id, destination_id, at, undone_at, undoes, source_id FROM seen_journal
        WHERE person_id = $1 ORDER BY +id DESC LIMIT $2
        """, [Value(person), Value(limit)]
      ).compactMap { Journals.seen($0, of: member) }
    }
  }

  /// One entry with its images; nil if it is not this member's.
  public func journalEntry(
    _ account: ID<Account>, _ member: ID<Member>, _ id: ID<JournalEntry>
  ) async throws -> (entry: JournalEntry, images: [JournalImages])? {
    try await read(account) { session in
      guard let entry = try Journals.entry(id, of: member, account, in: session) else { return nil }
      return (entry, try Journals.images(id, account, in: session))
    }
  }
}
