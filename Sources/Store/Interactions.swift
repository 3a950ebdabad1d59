public import Consent
public import Model

/// A stored mail that nobody has looked into yet.
public struct WaitingMail: Sendable {
  public var id: ID<Mail>
  public var at: Instant
  public var key: KeyID
  /// Nil if it lies in a blob, or is erased.
  public var content: Sealed?
  public var blob: Int64?
  public var isErased: Bool

  init(_ row: Row) {
    id = row.id(0)
    at = row.instant(1)
    key = KeyID(stored: row.int(2))
    content = row.bytesOrNil(3).flatMap { Sealed(stored: $0) }
    blob = row.intOrNil(4)
    isErased = row.bool(5)
  }
}

/// A mail that is to be opened again, with the interaction that was read from it.
public struct HeldText: Sendable {
  public var interaction: ID<Interaction>
  public var source: ID<Source>
  public var mail: WaitingMail
}

/// A touch on its way to be stored: what headers said, in ids.
public struct NewInteraction: Sendable {
  public var id: ID<Interaction>
  public var mail: ID<Mail>
  public var kind: Interaction.Kind
  public var at: Instant
  /// Whether the instant is to be believed.
  public var isDated: Bool
  public var direction: Interaction.Direction
  public var recipients: Int
  /// Sightings with the twin, author and list of the mail.
  public var found: MailSightings

  public init(
    id: ID<Interaction>, mail: ID<Mail>, kind: Interaction.Kind = .mail, at: Instant, isDated: Bool,
    direction: Interaction.Direction, recipients: Int, found: MailSightings
  ) {
    self.id = id
    self.mail = mail
    self.kind = kind
    self.at = at
    self.isDated = isDated
    self.direction = direction
    self.recipients = recipients
    self.found = found
  }
}

/// Statements about touches and the mails they were read from.
public enum Interactions {
  /// Mails of a source that wait, from one id on.
  public static func waiting(
    _ source: ID<Source>, after: ID<Mail>, limit: Int, _ account: ID<Account>, in session: any Session
  ) throws -> [WaitingMail] {
    try session.rows(
      """
      SELECT id, at, key_id, content, blob_id, erased FROM mail
      WHERE account_id = $1 AND source_id = $2 AND analysed = 0 AND id > $3 ORDER BY id LIMIT $4
      """, [Value(account), Value(source), Value(after), Value(limit)]
    ).map { WaitingMail($0) }
  }

  /// The mails that interactions were read from, each with its source; without those that were erased.
  public static func mails(
    of interactions: [ID<Interaction>], _ account: ID<Account>, in session: any Session
  ) throws -> [HeldText] {
    let rows = try session.rowsMany(
      """
      SELECT m.id, m.at, m.key_id, m.content, m.blob_id, m.erased, m.source_id FROM mail_interaction x
      JOIN mail m ON m.account_id = x.account_id AND m.id = x.mail_id AND m.erased = 0
      WHERE x.account_id = $1 AND x.interaction_id = $2 ORDER BY m.id
      """, interactions.map { [Value(account), Value($0)] })
    return zip(interactions, rows).flatMap { interaction, rows in
      rows.map { HeldText(interaction: interaction, source: $0.id(6), mail: WaitingMail($0)) }
    }
  }

  /// Stores touches, and answers for each its id and whether it is new; one that is known under its twin stays.
  public static func keep(
    _ all: [NewInteraction], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> [(id: ID<Interaction>, isNew: Bool)] {
    let rows = try session.rowsMany(
      """
      INSERT INTO interaction (account_id, id, member_id, kind, at, dated, direction, author, via_list, recipients,
        answers, shape, twin)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      ON CONFLICT (account_id, member_id, twin) DO UPDATE SET twin = excluded.twin
      RETURNING id
      """,
      all.map {
        [
          Value(account), Value($0.id), Value(member), .text($0.kind.rawValue), Value($0.at), Value($0.isDated),
          Value($0.direction.rawValue), Value($0.found.author.rawValue), Value($0.found.viaList), Value($0.recipients),
          Value($0.found.answers), .integer(Int64(bitPattern: $0.found.shape)), .bytes($0.found.twin),
        ]
      })
    return zip(all, rows).map { new, rows in
      let id: ID<Interaction> = rows.first?.id(0) ?? new.id
      return (id, id == new.id)
    }
  }

  /// Stores who took part in a touch that is new.
  public static func participants(
    _ all: [(interaction: ID<Interaction>, role: Interaction.Role, position: Int, handle: ID<Handle>)],
    of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO participant (account_id, interaction_id, role, position, handle_id, member_id)
      VALUES ($1, $2, $3, $4, $5, $6)
      """,
      all.map {
        [
          Value(account), Value($0.interaction), Value($0.role.rawValue), Value($0.position), Value($0.handle),
          Value(member),
        ]
      })
  }

  /// Notes that mails were looked into, and which touch each is.
  public static func analysed(
    _ mails: [(mail: ID<Mail>, interaction: ID<Interaction>)], of member: ID<Member>, _ account: ID<Account>,
    in session: any Session
  ) throws {
    try session.runMany(
      "UPDATE mail SET analysed = 1 WHERE account_id = $1 AND id = $2",
      mails.map { [Value(account), Value($0.mail)] })
    try session.runMany(
      """
      INSERT INTO mail_interaction (account_id, mail_id, interaction_id, member_id) VALUES ($1, $2, $3, $4)
      ON CONFLICT (account_id, mail_id) DO UPDATE SET interaction_id = excluded.interaction_id
      """, mails.map { [Value(account), Value($0.mail), Value($0.interaction), Value(member)] })
  }

  /// Takes the content of mails away, since somebody in them was erased meanwhile (P120); answers their blobs.
  public static func erase(
    _ mails: [ID<Mail>], _ account: ID<Account>, in session: any Session
  ) throws -> [Int64] {
    let sets = mails.map { [Value(account), Value($0)] }
    let blobs = try session.rowsMany("SELECT blob_id FROM mail WHERE account_id = $1 AND id = $2", sets)
      .compactMap { $0.first?.intOrNil(0) }
    try session.runMany(
      """
      UPDATE mail SET analysed = 1, erased = 1, key_id = 0, subject = NULL, content = NULL, blob_id = NULL
      WHERE account_id = $1 AND id = $2
      """, sets)
    try session.runMany("DELETE FROM attachment WHERE account_id = $1 AND mail_id = $2", sets)
    try session.runMany(
      "DELETE FROM blob_frame WHERE account_id = $1 AND blob_id = $2", blobs.map { [Value(account), .integer($0)] })
    return blobs
  }
}

extension Store {
  public func waitingMails(
    _ account: ID<Account>, _ source: ID<Source>, after: ID<Mail>, limit: Int
  ) async throws -> [WaitingMail] {
    try await read(account) { try Interactions.waiting(source, after: after, limit: limit, account, in: $0) }
  }

  /// How many mails of a source wait to be looked into.
  public func countWaiting(_ account: ID<Account>, _ source: ID<Source>) async throws -> Int {
    try await read(account) { session in
      Int(
        try session.row(
          "SELECT COUNT(*) FROM mail WHERE account_id = $1 AND source_id = $2 AND analysed = 0",
          [Value(account), Value(source)])?.int(0) ?? 0)
    }
  }

  /// Stores what was worked out under permits that are closed by now: their grants' epochs are checked in the same
  /// transaction, and so is the lease, exactly as in `write(under:)` (P021).
  public func write<T: Sendable>(
    _ account: ID<Account>, under stamps: [Grant.Stamp], lease: Lease?,
    _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    let now = clock()
    return try await engine.write(.account(account)) { session in
      try lease?.hold(in: session, now: now)
      try Grants.require(stamps, account, in: session)
      return try body(session)
    }
  }
}
