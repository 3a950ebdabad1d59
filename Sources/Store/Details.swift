public import Consent
public import Model

/// Something that is said of a person besides the directory, as it lies: sealed, or open if it came in from a CRM.
public struct StoredDetail: Sendable {
  public var id: ID<Fact>
  public var person: ID<Person>
  /// What the record is known by that says so, and its kind.
  public var identity: String
  public var kind: Record.Kind
  /// Its value is empty as long as it is sealed.
  public var fact: Fact
  public var detail: Sealed?

  /// Where the value of a fact is sealed for.
  public static func slot(_ account: ID<Account>, _ fact: ID<Fact>) -> Slot {
    Slot(account, "fact", "detail", row: fact.rawValue)
  }
}

/// Statements about what is said of persons besides the directory, and about what deliveries keep of it.
public enum Details {
  /// What a member's records say about some fields, but of the restricted: of them nothing is opened (P121).
  public static func of(
    _ member: ID<Member>, _ fields: [Fact.Field], _ account: ID<Account>, in session: any Session
  ) throws -> [StoredDetail] {
    try fields.flatMap { field in
      try session.rows(
        """
        SELECT f.id, r.person_id, r.identity, r.kind, f.record_id, f.label, f.value, f.detail, f.origin, f.first_seen,
          f.last_seen, f.seen, f.confidence
        FROM fact f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
        JOIN person p ON p.account_id = r.account_id AND p.id = r.person_id
        WHERE f.account_id = $1 AND f.member_id = $2 AND f.field = $3 AND r.gone_at IS NULL AND p.gone = 0
          AND p.restricted_at IS NULL ORDER BY f.id
        """, [Value(account), Value(member), .text(field.rawValue)]
      ).compactMap { row in
        guard let kind = Record.Kind(rawValue: row.text(3)), let origin = Fact.Origin(rawValue: Int(row.int(8))) else {
          return nil
        }
        return StoredDetail(
          id: row.id(0), person: row.id(1), identity: row.text(2), kind: kind,
          fact: Fact(
            field: field, label: row.text(5), value: row.textOrNil(6) ?? "", origin: origin, record: row.id(4),
            firstSeen: row.instant(9), lastSeen: row.instant(10), count: Int(row.int(11)), confidence: row.real(12)),
          detail: row.bytesOrNil(7).flatMap { Sealed(stored: $0) })
      }
    }
  }

  /// The closed values that a destination's deliveries keep of persons: agreed on, seen there, on their way, in conflict.
  public static func kept(
    _ account: ID<Account>, _ destination: ID<Destination>, in session: any Session
  ) throws -> [(person: ID<Person>, text: String)] {
    let key: [Value] = [Value(account), Value(destination), .text(ClosedText.mark), Value(ClosedText.mark.utf8.count)]
    let links = try session.rows(
      """
      SELECT person_id, value FROM link_value
      WHERE account_id = $1 AND destination_id = $2 AND substr(value, 1, $4) = $3
      """, key)
    let due = try session.rows(
      """
      SELECT d.person_id, v.value FROM delivery_value v
      JOIN delivery d ON d.account_id = v.account_id AND d.id = v.delivery_id
      WHERE d.account_id = $1 AND d.destination_id = $2 AND substr(v.value, 1, $4) = $3
      """, key)
    let conflicts = try Conflicts.all(account, destination, in: session).flatMap { conflict in
      [conflict.base, conflict.ours, conflict.theirs].flatMap { $0.split(separator: "\n") }
        .filter { $0.hasPrefix(ClosedText.mark) }.map { (person: conflict.person, text: String($0)) }
    }
    return (links + due).map { (person: $0.id(0), text: $0.text(1)) } + conflicts
  }
}

/// A sealed value in the form of a text, as deliveries keep it in the place of the value itself.
public enum ClosedText {
  /// How each begins.
  public static let mark = "sealed:"

  /// Where it is sealed for: whatever a delivery keeps of a person.
  public static func slot(_ account: ID<Account>, _ person: ID<Person>) -> Slot {
    Slot(account, "link_value", "value", row: person.rawValue)
  }

  public static func write(_ sealed: Sealed) -> String { mark + hex(sealed.bytes) }

  /// Nil for what is no closed text.
  public static func read(_ text: some StringProtocol) -> Sealed? {
    guard text.hasPrefix(mark) else { return nil }
    let digits = Array(text.utf8.dropFirst(mark.utf8.count))
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = figure(digits[place]), let low = figure(digits[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return Sealed(stored: bytes)
  }

  private static func figure(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 97...102: byte - 87
    default: nil
    }
  }
}
