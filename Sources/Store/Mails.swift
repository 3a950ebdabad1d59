public import Consent
public import Model

/// A mail on its way to be stored.
public struct NewMail: Sendable {
  /// An attachment as it is listed.
  public struct Attachment: Sendable {
    public var name: Sealed?
    public var type: String
    public var size: Int
    public var digest: [UInt8]

    public init(name: Sealed?, type: String, size: Int, digest: [UInt8]) {
      self.name = name
      self.type = type
      self.size = size
      self.digest = digest
    }
  }

  public var id: ID<Mail>
  public var digest: [UInt8]
  public var size: Int
  public var at: Instant
  public var key: KeyID
  public var subject: Sealed?
  /// Nil where it lies in a blob.
  public var content: Sealed?
  public var blob: Int64?
  public var attachments: [Attachment]
  public var isErased: Bool

  public init(
    id: ID<Mail>, digest: [UInt8], size: Int, at: Instant, key: KeyID, subject: Sealed?, content: Sealed?,
    blob: Int64? = nil, attachments: [Attachment] = [], isErased: Bool = false
  ) {
    self.id = id
    self.digest = digest
    self.size = size
    self.at = at
    self.key = key
    self.subject = subject
    self.content = content
    self.blob = blob
    self.attachments = attachments
    self.isErased = isErased
  }
}

/// Where a mail lies.
public struct Place: Sendable, Equatable {
  public var folder: ID<Folder>
  /// The generation of the folder's uids; files have one alone.
  public var uidValidity: Int64
  public var uid: Int64
  public var mail: ID<Mail>
  public var flags: MailFlags

  public init(folder: ID<Folder>, uidValidity: Int64 = 1, uid: Int64, mail: ID<Mail>, flags: MailFlags = []) {
    self.folder = folder
    self.uidValidity = uidValidity
    self.uid = uid
    self.mail = mail
    self.flags = flags
  }
}

/// A place that is held: the size of its mail, and the depth it is held at.
public struct StoredPlace: Sendable, Equatable {
  public var uid: Int64
  public var size: Int
  public var depth: Depth
  public var isErased: Bool
}

/// Statements about mails and the places they lie at.
public enum Mails {
  /// What is held of some contents of one source, by digest.
  public static func known(
    _ digests: [[UInt8]], of source: ID<Source>, _ account: ID<Account>, in session: any Session
  ) throws -> [[UInt8]: (id: ID<Mail>, depth: Depth, isErased: Bool)] {
    let rows = try session.rowsMany(
      "SELECT id, depth, erased FROM mail WHERE account_id = $1 AND source_id = $2 AND digest = $3",
      digests.map { [Value(account), Value(source), .bytes($0)] })
    var known: [[UInt8]: (id: ID<Mail>, depth: Depth, isErased: Bool)] = [:]
    for (digest, found) in zip(digests, rows) {
      guard let row = found.first else { continue }
      known[digest] = (row.id(0), Depth(rawValue: row.text(1)) ?? .headers, row.bool(2))
    }
    return known
  }

  /// Stores mails that are new and answers the ids that hold now: one of the same content that came in between stays.
  public static func insert(
    _ mails: [NewMail], of source: Source, grant: Grant, _ account: ID<Account>, in session: any Session
  ) throws -> [ID<Mail>] {
    let answers = try session.rowsMany(
      """
      INSERT INTO mail (account_id, id, member_id, source_id, grant_id, digest, size, depth, at, key_id, subject,
        content, blob_id, analysed, erased)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
      ON CONFLICT (account_id, source_id, digest) DO NOTHING
      RETURNING id
      """,
      mails.map {
        [
          Value(account), Value($0.id), Value(source.member), Value(source.id), Value(grant.id), .bytes($0.digest),
          Value($0.size), .text(grant.depth.rawValue), Value($0.at), Value($0.key.stored), Value($0.subject?.bytes),
          Value($0.content?.bytes), Value($0.blob), Value($0.isErased), Value($0.isErased),
        ]
      })
    var ids = mails.map(\.id)
    let lost = answers.indices.filter { answers[$0].isEmpty }
    let held = try known(lost.map { mails[$0].digest }, of: source.id, account, in: session)
    for place in lost { ids[place] = held[mails[place].digest]?.id ?? ids[place] }
    let stored = mails.indices.filter { !answers[$0].isEmpty }.map { mails[$0] }
    try list(stored, of: source.member, account, in: session)
    if !stored.isEmpty {
      try session.run(
        "UPDATE source SET mails = mails + $3 WHERE account_id = $1 AND id = $2",
        [Value(account), Value(source.id), Value(stored.count)])
    }
    return ids
  }

  private static func list(
    _ mails: [NewMail], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO attachment (account_id, mail_id, position, name, type, size, digest, member_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """,
      mails.flatMap { mail in
        mail.attachments.enumerated().map { position, found in
          [
            Value(account), Value(mail.id), Value(position), Value(found.name?.bytes), .text(found.type),
            Value(found.size), .bytes(found.digest), Value(member),
          ]
        }
      })
  }

  /// Stores mails at another depth than they were held at; answers the blobs that no row names any more.
  ///
  /// What was found out from the old content is forgotten, so that the mails are looked into anew.
  public static func replace(
    _ mails: [NewMail], of source: Source, grant: Grant, _ account: ID<Account>, in session: any Session
  ) throws -> [Int64] {
    guard !mails.isEmpty else { return [] }
    let blobs = try forgetContent(mails.map(\.id), account, in: session)
    try session.runMany(
      """
      UPDATE mail SET grant_id = $3, depth = $4, at = $5, key_id = $6, subject = $7, content = $8, blob_id = $9,
        analysed = $10, erased = $10
      WHERE account_id = $1 AND id = $2
      """,
      mails.map {
        [
          Value(account), Value($0.id), Value(grant.id), .text(grant.depth.rawValue), Value($0.at),
          Value($0.key.stored), Value($0.subject?.bytes), Value($0.content?.bytes), Value($0.blob), Value($0.isErased),
        ]
      })
    try list(mails, of: source.member, account, in: session)
    return blobs
  }

  /// Forgets what was found in mails: words, attachments, frames, and touches that no other mail tells of.
  private static func forgetContent(
    _ mails: [ID<Mail>], _ account: ID<Account>, in session: any Session
  ) throws -> [Int64] {
    let keys = mails.map { [Value(account), Value($0)] }
    let touches = try session.rowsMany(
      "SELECT interaction_id FROM mail_interaction WHERE account_id = $1 AND mail_id = $2", keys
    ).compactMap { $0.first?.int(0) }
    let blobs = try session.rowsMany("SELECT blob_id FROM mail WHERE account_id = $1 AND id = $2", keys)
      .compactMap { $0.first?.intOrNil(0) }
    try Words.forget(mails, account, in: session)
    try session.runMany("DELETE FROM attachment WHERE account_id = $1 AND mail_id = $2", keys)
    try session.runMany("DELETE FROM mail_interaction WHERE account_id = $1 AND mail_id = $2", keys)
    try session.runMany(
      """
      DELETE FROM interaction WHERE account_id = $1 AND id = $2
        AND NOT EXISTS (SELECT 1 FROM mail_interaction t WHERE t.account_id = $1 AND t.interaction_id = $2)
      """, Set(touches).sorted().map { [Value(account), .integer($0)] })
    try session.runMany(
      "DELETE FROM blob_frame WHERE account_id = $1 AND blob_id = $2", blobs.map { [Value(account), .integer($0)] })
    return blobs
  }

  /// Notes where mails lie; a place that now holds another mail is moved to it.
  public static func put(
    _ places: [Place], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      """
      INSERT INTO place (account_id, folder_id, uid_validity, uid, mail_id, member_id, flags)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (account_id, folder_id, uid_validity, uid)
      DO UPDATE SET mail_id = excluded.mail_id, flags = excluded.flags
        WHERE place.mail_id <> excluded.mail_id OR place.flags <> excluded.flags
      """,
      places.map {
        [
          Value(account), Value($0.folder), .integer($0.uidValidity), .integer($0.uid), Value($0.mail), Value(member),
          .integer($0.flags.rawValue),
        ]
      })
  }

  /// Forgets places where nothing lies any more; the mails stay.
  public static func leave(
    _ places: [(folder: ID<Folder>, uid: Int64)], _ account: ID<Account>, in session: any Session
  ) throws {
    try session.runMany(
      "DELETE FROM place WHERE account_id = $1 AND folder_id = $2 AND uid = $3",
      places.map { [Value(account), Value($0.folder), .integer($0.uid)] })
  }
}

extension Store {
  /// All places of a source by the name of their folder.
  public func places(_ account: ID<Account>, _ source: ID<Source>) async throws -> [String: [StoredPlace]] {
    try await read(account) { session in
      var places: [String: [StoredPlace]] = [:]
      let folders = try session.rows(
        "SELECT id, name FROM folder WHERE account_id = $1 AND source_id = $2", [Value(account), Value(source)])
      for folder in folders {
        var found: [StoredPlace] = []
        try session.stream(
          """
          SELECT p.uid, m.size, m.depth, m.erased
          FROM place p JOIN mail m ON m.account_id = p.account_id AND m.id = p.mail_id
          WHERE p.account_id = $1 AND p.folder_id = $2
          """, [Value(account), folder[0]]
        ) { row in
          found.append(
            StoredPlace(
              uid: row.int(0), size: Int(row.int(1)), depth: Depth(rawValue: row.text(2)) ?? .headers,
              isErased: row.bool(3)))
        }
        places[folder.text(1)] = found
      }
      return places
    }
  }

  /// What is held of some contents of one source, by digest.
  public func knownMails(
    _ account: ID<Account>, _ source: ID<Source>, _ digests: [[UInt8]]
  ) async throws -> [[UInt8]: (id: ID<Mail>, depth: Depth, isErased: Bool)] {
    guard !digests.isEmpty else { return [:] }
    return try await read(account) { try Mails.known(digests, of: source, account, in: $0) }
  }
}
