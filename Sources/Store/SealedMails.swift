public import Consent
public import Model

/// A mail's sealed columns, for checking that they open.
public struct SealedMail: Sendable {
  public var id: ID<Mail>
  public var source: ID<Source>
  public var key: Int64
  public var subject: Sealed?
  public var content: Sealed?
  public var blob: Int64?
  /// Whether a column holds bytes that are not even of the sealed form.
  public var isUnreadable: Bool
}

extension Store {
  /// The next mails of a member in the order of their ids, without those that were erased.
  public func sealedMails(
    _ account: ID<Account>, _ member: ID<Member>, after: ID<Mail>, limit: Int
  ) async throws -> [SealedMail] {
    try await read(account) { session in
      try session.rows(
        """
        SELECT id, source_id, key_id, subject, content, blob_id FROM mail
        WHERE account_id = $1 AND member_id = $2 AND id > $3 AND erased = 0 ORDER BY id LIMIT $4
        """, [Value(account), Value(member), Value(after), Value(limit)]
      ).map { row in
        let sealed = [row.bytesOrNil(3), row.bytesOrNil(4)]
        let opened = sealed.map { $0.flatMap { Sealed(stored: $0) } }
        return SealedMail(
          id: row.id(0), source: row.id(1), key: row.int(2), subject: opened[0], content: opened[1],
          blob: row.intOrNil(5), isUnreadable: zip(sealed, opened).contains { $0 != nil && $1 == nil })
      }
    }
  }
}
