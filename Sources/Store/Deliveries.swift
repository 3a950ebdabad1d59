public import Consent
public import Model

/// One change on its way to a destination: a row of the outbox, committed before anything leaves (P054, P079).
public struct Delivery: Identified, Sendable, Equatable {
  public static let prefix = "delivery"

  public enum State: String, Sendable, CaseIterable {
    /// It may have left already: the record at the destination knows, by its key.
    case due
    /// The grant ended first.
    case cancelled
    case done
  }

  public var id: ID<Delivery>
  public var member: ID<Member>
  public var destination: ID<Destination>
  public var person: ID<Person>
  /// The idempotency key: the same change has the same key, however often it is tried.
  public var key: String
  public var verb: JournalEntry.Verb
  public var run: Int64
  /// The journal entry that this change takes back.
  public var undoes: ID<JournalEntry>?
  public var state: State
  /// Of the fields that change: what stands there, and what shall.
  public var before: FieldValues
  public var after: FieldValues
  /// What both sides agree on once it is done.
  public var base: FieldValues

  public init(
    id: ID<Delivery>, member: ID<Member>, destination: ID<Destination>, person: ID<Person>, key: String,
    verb: JournalEntry.Verb, run: Int64, undoes: ID<JournalEntry>? = nil, state: State = .due,
    before: FieldValues, after: FieldValues, base: FieldValues
  ) {
    self.id = id
    self.member = member
    self.destination = destination
    self.person = person
    self.key = key
    self.verb = verb
    self.run = run
    self.undoes = undoes
    self.state = state
    self.before = before
    self.after = after
    self.base = base
  }
}

/// Statements about the outbox.
public enum Deliveries {
  private static var sides: [(String, WritableKeyPath<Delivery, FieldValues>)] {
    [("before", \.before), ("after", \.after), ("base", \.base)]
  }

  /// What has not ended: due, or cancelled when it may have left already.
  public static func open(
    _ account: ID<Account>, _ destination: ID<Destination>, in session: any Session
  ) throws -> [Delivery] {
    let key: [Value] = [Value(account), Value(destination)]
    var found = try session.rows(
      """
      SELECT id, member_id, person_id, key, verb, run_id, undoes, state FROM delivery
      WHERE account_id = $1 AND destination_id = $2 AND state <> 'done' ORDER BY id
      """, key
    ).compactMap { row -> Delivery? in
      guard let verb = JournalEntry.Verb(rawValue: row.text(4)), let state = Delivery.State(rawValue: row.text(7))
      else { return nil }
      return Delivery(
        id: row.id(0), member: row.id(1), destination: destination, person: row.id(2), key: row.text(3), verb: verb,
        run: row.int(5), undoes: row.idOrNil(6), state: state, before: [:], after: [:], base: [:])
    }
    guard !found.isEmpty else { return [] }
    let places = Dictionary(uniqueKeysWithValues: found.indices.map { (found[$0].id.rawValue, $0) })
    for row in try session.rows(
      """
      SELECT v.delivery_id, v.side, v.field, v.value FROM delivery_value v
      JOIN delivery d ON d.account_id = v.account_id AND d.id = v.delivery_id
      WHERE d.account_id = $1 AND d.destination_id = $2 AND d.state <> 'done'
      ORDER BY v.delivery_id, v.side, v.field, v.position
      """, key)
    {
      guard let place = places[row.int(0)], let field = FieldKey(name: row.text(2)),
        let side = sides.first(where: { $0.0 == row.text(1) })
      else { continue }
      found[place][keyPath: side.1][field, default: []].append(row.text(3))
    }
    return found
  }

  /// Puts changes into the outbox; one that is there under its key already stays as it is, so twice is once.
  public static func post(
    _ deliveries: [Delivery], at now: Instant, _ account: ID<Account>, in session: any Session
  ) throws {
    let inserted = try session.rowsMany(
      """
      INSERT INTO delivery (account_id, id, member_id, destination_id, person_id, key, verb, run_id, undoes, state, at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      ON CONFLICT (account_id, destination_id, key) DO NOTHING RETURNING id
      """,
      deliveries.map { delivery in
        [
          Value(account), Value(delivery.id), Value(delivery.member), Value(delivery.destination),
          Value(delivery.person), .text(delivery.key), .text(delivery.verb.rawValue), .integer(delivery.run),
          Value(delivery.undoes), .text(Delivery.State.due.rawValue), Value(now),
        ]
      })
    let new = zip(deliveries, inserted).filter { !$0.1.isEmpty }.map(\.0)
    try session.runMany(
      """
      INSERT INTO delivery_value (account_id, delivery_id, side, field, position, value, member_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """,
      new.flatMap { delivery in
        sides.flatMap { name, side in
          Links.flat(delivery[keyPath: side]).map { field, position, value in
            [
              Value(account), Value(delivery.id), .text(name), .text(field.name), Value(position), .text(value),
              Value(delivery.member),
            ]
          }
        }
      })
  }

  /// Ends a change; false if it had ended before, so that two who end it enter it in the journal once.
  public static func finish(_ delivery: Delivery, _ account: ID<Account>, in session: any Session) throws -> Bool {
    let key: [Value] = [Value(account), Value(delivery.id)]
    let ended = try session.run(
      "UPDATE delivery SET state = 'done' WHERE account_id = $1 AND id = $2 AND state <> 'done'", key)
    guard ended == 1 else { return false }
    try session.run("DELETE FROM delivery_value WHERE account_id = $1 AND delivery_id = $2", key)
    return true
  }

  /// Takes changes that never left out of the outbox.
  public static func drop(_ deliveries: [ID<Delivery>], _ account: ID<Account>, in session: any Session) throws {
    try session.runMany(
      "DELETE FROM delivery_value WHERE account_id = $1 AND delivery_id = $2",
      deliveries.map { [Value(account), Value($0)] })
    try session.runMany(
      "DELETE FROM delivery WHERE account_id = $1 AND id = $2 AND state <> 'done'",
      deliveries.map { [Value(account), Value($0)] })
  }

  /// Keeps the owner's yes to exactly what leaves, once; a later yes to the same thing counts again.
  public static func approveOnce(
    _ id: ID<Approval>, _ account: ID<Account>, _ member: ID<Member>, _ destination: ID<Destination>, digest: String,
    at now: Instant, in session: any Session
  ) throws {
    try session.run(
      """
      INSERT INTO approval (account_id, id, member_id, kind, destination_id, digest, given_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (account_id, destination_id, kind, digest) DO UPDATE SET used_at = NULL, given_at = excluded.given_at
      """,
      [
        Value(account), Value(id), Value(member), Value(Approval.Kind.oneUse.rawValue), Value(destination),
        .text(digest), Value(now),
      ])
  }
}

extension Store {
  /// What an outlet asks before each write: whether the permit's grants and the job's lease still hold (P005).
  ///
  /// It outlives the permit, and allows nothing by itself.
  public func standingCheck<P: Purpose>(
    _ permit: borrowing Permit<P>, lease: Lease? = nil
  ) -> @Sendable () async throws -> Void {
    let stamps = permit.stamps
    let account = permit.account
    return {
      try await read(account) { session in
        try Grants.require(stamps, account, in: session)
        guard let lease else { return }
        let held = try session.row(
          "SELECT 1 FROM lease WHERE account_id = $1 AND fence = $2", [Value(account), .integer(lease.fence)])
        guard held != nil else {
          throw Trouble("another worker has taken this account over", "nothing is lost: that worker goes on")
        }
      }
    }
  }
}
