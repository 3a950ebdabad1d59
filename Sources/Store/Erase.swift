public import Consent
public import Model

extension Store {
  /// The handles of a person, as erasing knows them: addresses, phones and cards of all records.
  public func handles(of person: ID<Person>, _ account: ID<Account>, _ member: ID<Member>) async throws -> [Handle] {
    try await read(account) { session in
      let key: [Value] = [Value(account), Value(person), Value(member)]
      let owned = try session.row(
        "SELECT 1 FROM person WHERE account_id = $1 AND id = $2 AND member_id = $3", key)
      guard owned != nil else { throw Refusal(.notYours, promise: 7, "there is no such person") }
      var out: Set<Handle> = []
      for row in try session.rows(
        """
        SELECT DISTINCT h.kind, h.value FROM record r
        JOIN handle h ON h.account_id = r.account_id AND h.id = r.handle_id
        WHERE r.account_id = $1 AND r.person_id = $2 AND r.member_id = $3
        """, key)
      { if let kind = Handle.Kind(rawValue: row.text(0)) { out.insert(Handle(kind, row.text(1))) } }
      for row in try session.rows(
        """
        SELECT DISTINCT f.field, f.value FROM fact f
        JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
        WHERE r.account_id = $1 AND r.person_id = $2 AND r.member_id = $3 AND f.field IN ('email', 'phone')
          AND f.value IS NOT NULL
        """, key)
      { out.insert(Handle(row.text(0) == "email" ? .email : .phone, fold(row.text(1)))) }
      return out.sorted { ($0.kind.rawValue, $0.value) < ($1.kind.rawValue, $1.value) }
    }
  }

  /// Deletes what the erasure of these handles reaches, in one transaction; doing it again changes nothing.
  public func erase(_ keys: [KeyID], _ account: ID<Account>) async throws {
    try await write(account) { try erase(keys, account, in: $0) }
  }

  /// Every mail the handles took part in loses content and subject; the touches of others stay counted; persons, facts,
  /// links, images and shares of theirs are gone.
  func erase(_ keys: [KeyID], _ account: ID<Account>, in session: any Session) throws {
    guard !keys.isEmpty else { return }
    let sets = keys.map { [Value(account), Value($0.stored)] }
    let handles = try session.rowsMany("SELECT id FROM handle WHERE account_id = $1 AND key_id = $2", sets)
      .flatMap { $0 }.map { [Value(account), $0[0]] }
    var mails = try session.rowsMany("SELECT id FROM mail WHERE account_id = $1 AND key_id = $2", sets).flatMap { $0 }
    mails += try session.rowsMany(
      """
      SELECT DISTINCT m.id FROM participant p
      JOIN mail_interaction t ON t.account_id = p.account_id AND t.interaction_id = p.interaction_id
      JOIN mail m ON m.account_id = t.account_id AND m.id = t.mail_id
      WHERE p.account_id = $1 AND p.handle_id = $2 AND m.erased = 0
      """, handles
    ).flatMap { $0 }
    let reached: [ID<Mail>] = Set(mails.map { $0.int(0) }).sorted().map { ID($0) }
    try Words.forget(reached, account, in: session)
    let blobs = try Interactions.erase(reached, account, in: session)
    for blob in blobs { try removeBlob(account, blob) }
    try session.runMany("DELETE FROM participant WHERE account_id = $1 AND handle_id = $2", handles)
    try session.runMany(
      """
      DELETE FROM sender_rule WHERE account_id = $1
        AND pattern IN (SELECT value FROM handle WHERE account_id = $1 AND id = $2)
      """, handles)

    let persons = try session.rowsMany(
      "SELECT DISTINCT person_id FROM record WHERE account_id = $1 AND handle_id = $2", handles
    ).flatMap { $0 }.map { [Value(account), $0[0]] }
    for statement in Store.erasePerson { try session.runMany(statement, persons) }
    try session.runMany("DELETE FROM journal_image WHERE account_id = $1 AND key_id = $2", sets)
    for statement in Store.eraseHandle { try session.runMany(statement, handles) }
    try Words.index.rebuild(in: session)
  }

  private static let erasePerson = [
    """
    DELETE FROM decision_record WHERE account_id = $1
      AND record_id IN (SELECT id FROM record WHERE account_id = $1 AND person_id = $2)
    """,
    "DELETE FROM decision WHERE account_id = $1 AND person_id = $2",
    """
    DELETE FROM journal_image WHERE account_id = $1
      AND entry_id IN (SELECT id FROM journal WHERE account_id = $1 AND person_id = $2)
    """,
    """
    DELETE FROM task_link WHERE account_id = $1 AND task_id IN (
      SELECT t.id FROM task t JOIN record r ON r.account_id = t.account_id AND r.id = t.record_id
      WHERE t.account_id = $1 AND r.person_id = $2)
    """,
    """
    DELETE FROM task WHERE account_id = $1
      AND record_id IN (SELECT id FROM record WHERE account_id = $1 AND person_id = $2)
    """,
    """
    DELETE FROM interaction WHERE account_id = $1 AND id IN (
      SELECT n.interaction_id FROM note n JOIN record r ON r.account_id = n.account_id AND r.id = n.record_id
      WHERE n.account_id = $1 AND r.person_id = $2)
    """,
    """
    DELETE FROM note WHERE account_id = $1
      AND record_id IN (SELECT id FROM record WHERE account_id = $1 AND person_id = $2)
    """,
    """
    DELETE FROM follow_up WHERE account_id = $1
      AND record_id IN (SELECT id FROM record WHERE account_id = $1 AND person_id = $2)
    """,
    """
    DELETE FROM bucketed WHERE account_id = $1
      AND record_id IN (SELECT id FROM record WHERE account_id = $1 AND person_id = $2)
    """,
    """
    DELETE FROM fact WHERE account_id = $1
      AND record_id IN (SELECT id FROM record WHERE account_id = $1 AND person_id = $2)
    """,
    """
    DELETE FROM apart WHERE account_id = $1
      AND (record_a IN (SELECT id FROM record WHERE account_id = $1 AND person_id = $2)
        OR record_b IN (SELECT id FROM record WHERE account_id = $1 AND person_id = $2))
    """,
    """
    UPDATE resource SET rule = 'erased', identity = NULL WHERE account_id = $1
      AND identity IN (SELECT identity FROM record WHERE account_id = $1 AND person_id = $2 AND kind = 'card')
    """,
    "DELETE FROM record WHERE account_id = $1 AND person_id = $2",
    "DELETE FROM conflict WHERE account_id = $1 AND person_id = $2",
    "DELETE FROM delivery WHERE account_id = $1 AND person_id = $2",
    "DELETE FROM link_value WHERE account_id = $1 AND person_id = $2",
    "DELETE FROM link WHERE account_id = $1 AND person_id = $2",
    "DELETE FROM share WHERE account_id = $1 AND person_id = $2",
    "DELETE FROM person_value WHERE account_id = $1 AND person_id = $2",
    "DELETE FROM person_word WHERE account_id = $1 AND person_id = $2",
    "DELETE FROM person WHERE account_id = $1 AND id = $2",
  ]

  private static let eraseHandle = [
    "DELETE FROM handle_name WHERE account_id = $1 AND handle_id = $2",
    "DELETE FROM handle_said WHERE account_id = $1 AND handle_id = $2",
    "DELETE FROM handle WHERE account_id = $1 AND id = $2",
  ]

  /// Deletes the whole store of an account and what the house knows of it.
  public func removeAccount(_ account: ID<Account>) async throws {
    try await engine.remove(account)
    try removeBlobs(account)
    try await engine.write(.house) { session in
      try Store.forgetSignIns(account, in: session)
      for (table, column) in [("wake", "account_id"), ("account", "id")] {
        try session.run("DELETE FROM \(table) WHERE \(column) = $1", [Value(account)])
      }
    }
  }
}

/// A record in a CRM that belongs to somebody who is being erased.
public struct LinkToErase: Sendable, Equatable {
  public var destination: ID<Destination>
  public var remote: String
  /// The digest of the record as Kith last wrote or read it.
  public var digest: String
}

extension Store {
  /// The records in CRMs of the persons that these handles belong to.
  public func links(toErase keys: [KeyID], _ account: ID<Account>) async throws -> [LinkToErase] {
    try await read(account) { session in
      let rows = try session.rowsMany(
        """
        SELECT DISTINCT l.destination_id, l.remote_id, l.remote_digest FROM handle h
        JOIN record r ON r.account_id = h.account_id AND r.handle_id = h.id
        JOIN link l ON l.account_id = r.account_id AND l.person_id = r.person_id
        WHERE h.account_id = $1 AND h.key_id = $2
        """, keys.map { [Value(account), Value($0.stored)] }
      ).flatMap { $0 }
      let links = rows.map { LinkToErase(destination: $0.id(0), remote: $0.text(1), digest: $0.text(2)) }
      return links.enumerated().filter { links.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    }
  }
}
