public import Consent
public import Model

/// A note as it is stored, its words sealed under the key of its person's handle.
public struct StoredNote: Sendable, Equatable {
  public var id: ID<Note>
  public var member: ID<Member>
  public var record: ID<Record>
  public var person: ID<Person>
  /// The touch that was logged with it.
  public var interaction: ID<Interaction>?
  public var words: Sealed?
  public var at: Instant
  public var goneAt: Instant?

  public init(
    id: ID<Note>, member: ID<Member>, record: ID<Record>, person: ID<Person>, interaction: ID<Interaction>? = nil,
    words: Sealed? = nil, at: Instant, goneAt: Instant? = nil
  ) {
    self.id = id
    self.member = member
    self.record = record
    self.person = person
    self.interaction = interaction
    self.words = words
    self.at = at
    self.goneAt = goneAt
  }

  /// Where its words lie.
  public static func slot(_ account: ID<Account>, _ id: ID<Note>) -> Slot {
    Slot(account, "note", "words", row: id.rawValue)
  }
}

/// Statements about notes, and the touches that were logged by hand.
public enum Notes {
  public static func keep(_ all: [StoredNote], _ account: ID<Account>, in session: any Session) throws {
    try session.runMany(
      """
      INSERT INTO note (account_id, id, member_id, record_id, interaction_id, words, at, gone_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (account_id, id) DO UPDATE SET interaction_id = excluded.interaction_id, words = excluded.words,
        at = excluded.at, gone_at = excluded.gone_at
      """,
      all.map {
        [
          Value(account), Value($0.id), Value($0.member), Value($0.record), Value($0.interaction),
          Value($0.words?.bytes), Value($0.at), Value($0.goneAt),
        ]
      })
  }

  /// One of a member's own; nil for anybody else's.
  public static func one(
    _ id: ID<Note>, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> StoredNote? {
    try session.row(
      """
      SELECT n.record_id, r.person_id, n.interaction_id, n.words, n.at, n.gone_at
      FROM note n JOIN record r ON r.account_id = n.account_id AND r.id = n.record_id
      WHERE n.account_id = $1 AND n.id = $2 AND n.member_id = $3
      """, [Value(account), Value(id), Value(member)]
    ).map { row in
      StoredNote(
        id: id, member: member, record: row.id(0), person: row.id(1), interaction: row.idOrNil(2),
        words: row.bytesOrNil(3).flatMap { Sealed(stored: $0) }, at: row.instant(4), goneAt: row.instantOrNil(5))
    }
  }

  /// Takes a note out, and the touch that was logged with it.
  public static func delete(_ note: StoredNote, _ account: ID<Account>, in session: any Session) throws {
    try session.run("DELETE FROM note WHERE account_id = $1 AND id = $2", [Value(account), Value(note.id)])
    guard let interaction = note.interaction else { return }
    let key: [Value] = [Value(account), Value(interaction)]
    try session.run("DELETE FROM participant WHERE account_id = $1 AND interaction_id = $2", key)
    try session.run("DELETE FROM interaction WHERE account_id = $1 AND id = $2", key)
  }

  /// Enters a touch that an owner logged by hand, with one person who has these handles' records.
  public static func log(
    _ touch: Interaction, with handle: ID<Handle>, twin: [UInt8], of member: ID<Member>, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.run(
      """
      INSERT INTO interaction (account_id, id, member_id, kind, at, dated, direction, author, via_list, recipients,
        answers, shape, twin)
      VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 0, 1, 0, 0, $8)
      """,
      [
        Value(account), Value(touch.id), Value(member), .text(touch.kind.rawValue), Value(touch.at),
        Value(touch.direction.rawValue), Value(MailSightings.Author.person.rawValue), .bytes(twin),
      ])
    let role: Interaction.Role = touch.direction == .inward ? .from : .to
    try Interactions.participants([(touch.id, role, 0, handle)], of: member, account, in: session)
  }
}

/// A note as a viewer sees it, its words still sealed.
public struct SeenNote: Sendable {
  public var id: ID<Note>
  public var owner: ID<Member>
  public var person: ID<Person>
  public var interaction: ID<Interaction>?
  public var words: Sealed?
  public var at: Instant
}

extension Store {
  /// The notes about a person that a viewer sees, newest first.
  public func notes(_ viewer: Viewer, of person: ID<Person>) async throws -> [SeenNote] {
    try await see(viewer) { session in
      guard try Seeing.person(person, in: session) != nil else {
        throw Refusal(.notYours, promise: 7, "there is no such person")
      }
      return try session.rows(
        """
        SELECT id, member_id, person_id, interaction_id, words, at FROM seen_note WHERE person_id = $1
        ORDER BY at DESC, id DESC
        """, [Value(person)]
      ).map { row in
        SeenNote(
          id: row.id(0), owner: row.id(1), person: row.id(2), interaction: row.idOrNil(3),
          words: row.bytesOrNil(4).flatMap { Sealed(stored: $0) }, at: row.instant(5))
      }
    }
  }
}
