public import Consent
public import Model

/// Statements about the blind index: of a mail's words it holds keyed tokens alone.
public enum Words {
  static let index = FullText(
    "mail_words_index", on: "mail_words", column: "tokens", row: "mail_id", seen: "seen_words")

  /// A token as the index keeps it: 13 letters and digits.
  public static func text(_ token: UInt64) -> String {
    String(unsafeUninitializedCapacity: width) { out in
      write(token, digits, to: out)
      return width
    }
  }

  /// Tokens as one text, each once, with single spaces between.
  public static func text(_ tokens: [UInt64]) -> String {
    if tokens.isEmpty { return "" }
    let count = tokens.count * (width + 1) - 1
    let digits = Words.digits
    return String(unsafeUninitializedCapacity: count) { out in
      for (index, token) in tokens.enumerated() {
        let start = index * (width + 1)
        write(token, digits, to: UnsafeMutableBufferPointer(rebasing: out[start..<start + width]))
        if start + width < count { out[start + width] = 32 }
      }
      return count
    }
  }

  private static let width = 13
  private static let digits = Array("0123456789abcdefghijklmnopqrstuv".utf8)

  private static func write(_ token: UInt64, _ digits: [UInt8], to out: UnsafeMutableBufferPointer<UInt8>) {
    var rest = token
    for place in stride(from: width - 1, through: 0, by: -1) {
      out[place] = digits[Int(rest & 31)]
      rest >>= 5
    }
  }

  /// Enters mails in the index; a mail that is in it already is entered anew.
  public static func keep(
    _ mails: [(mail: ID<Mail>, tokens: String)], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    let known = try session.rowsMany(
      "SELECT tokens FROM mail_words WHERE account_id = $1 AND mail_id = $2",
      mails.map { [Value(account), Value($0.mail)] })
    let old = zip(mails, known).compactMap { mail, rows in rows.first.map { (mail.mail.rawValue, $0.text(0)) } }
    if !old.isEmpty { try index.remove(old, in: session) }
    try session.runMany(
      """
      INSERT INTO mail_words (account_id, mail_id, tokens, member_id) VALUES ($1, $2, $3, $4)
      ON CONFLICT (account_id, mail_id) DO UPDATE SET tokens = excluded.tokens
      """, mails.map { [Value(account), Value($0.mail), .text($0.tokens), Value(member)] })
    try index.add(mails.map { ($0.mail.rawValue, $0.tokens) }, in: session)
  }

  /// Takes mails out of the index.
  public static func forget(_ mails: [ID<Mail>], _ account: ID<Account>, in session: any Session) throws {
    let sets = mails.map { [Value(account), Value($0)] }
    let known = try session.rowsMany("SELECT tokens FROM mail_words WHERE account_id = $1 AND mail_id = $2", sets)
    try index.remove(
      zip(mails, known).compactMap { mail, rows in rows.first.map { (mail.rawValue, $0.text(0)) } }, in: session)
    try session.runMany("DELETE FROM mail_words WHERE account_id = $1 AND mail_id = $2", sets)
  }

  /// Mails of one member that a viewer may see and that have all tokens, newest first; tokens are each member's own.
  public static func find(
    _ tokens: [UInt64], of owner: ID<Member>, limit: Int, in session: any Session
  ) throws -> [FoundMail] {
    guard !tokens.isEmpty else { return [] }
    let matches = index.matches("$1", session.dialect, alias: "w", viewer: true)
    return try session.rows(
      """
      SELECT m.id, m.member_id, m.source_id, m.interaction_id, m.at, m.key_id FROM seen_mail m
      WHERE m.member_id = $3 AND m.id IN (SELECT w.mail_id FROM seen_words w WHERE \(matches))
      ORDER BY m.at DESC, m.id DESC LIMIT $2
      """, [index.query(tokens.map { text($0) }, session.dialect), Value(limit), Value(owner)]
    ).map { row in
      FoundMail(
        id: row.id(0), member: row.id(1), source: row.id(2), interaction: row.idOrNil(3), at: row.instant(4),
        key: row.int(5))
    }
  }
}

/// A mail that search found, without its content.
public struct FoundMail: Sendable, Equatable {
  public var id: ID<Mail>
  public var member: ID<Member>
  public var source: ID<Source>
  public var interaction: ID<Interaction>?
  public var at: Instant
  /// The number of the key its content lies under.
  public var key: Int64
}

extension Store {
  /// The sealed content of a mail that a viewer may see; nil for any other, and where it is gone.
  public func seenContent(_ mail: ID<Mail>, _ viewer: Viewer) async throws -> Sealed? {
    let row = try await see(viewer) { session in
      try session.row("SELECT content, blob_id FROM seen_mail WHERE id = $1", [Value(mail)])
    }
    if let blob = row?.intOrNil(1) { return try await content(viewer.account, blob: blob) }
    return row?.bytesOrNil(0).flatMap { Sealed(stored: $0) }
  }
}
