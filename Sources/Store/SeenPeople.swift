public import Consent
public import Model

/// What of the people a viewer asks for, in which order, from where on.
public struct PeopleQuery: Sendable, Equatable {
  /// Whoever is first in a list.
  public enum Sort: String, Sendable, CaseIterable {
    /// The strongest tie.
    case strength
    case name
    /// The last contact; those never in touch come last.
    case contact
    /// Who came to be known last.
    case added
  }

  /// In which bucket.
  public enum Place: Sendable, Equatable {
    case bucket(ID<Bucket>)
    case unsorted
  }

  /// When the last contact was.
  public enum Contact: Sendable, Equatable {
    case since(Instant)
    case before(Instant)
    case never
  }

  /// Whether those are shown whom the owner archived.
  public enum Archived: String, Sendable, CaseIterable { case hidden, only, shown }

  /// Beginnings of words of a name, an address or a number, any case.
  public var text: String
  public var kind: Person.Kind?
  public var place: Place?
  public var tag: String?
  public var contact: Contact?
  /// From 0 to 100.
  public var strength: ClosedRange<Double>?
  /// Whose they are.
  public var owner: ID<Member>?
  /// Only those who have an interval.
  public var isTracked = false
  public var archived = Archived.hidden
  public var sort: Sort
  public var limit: Int
  /// The last person of the page before.
  public var after: ID<Person>?

  public init(
    text: String = "", kind: Person.Kind? = nil, sort: Sort = .strength, limit: Int = 100, after: ID<Person>? = nil
  ) {
    self.text = text
    self.kind = kind
    self.sort = sort
    self.limit = limit
    self.after = after
  }
}

extension PeopleQuery.Sort {
  /// What is compared; indexes are made over exactly these (`V06-people-lists.sql`).
  fileprivate var key: String {
    switch self {
    case .strength: "p.strength"
    case .name: "p.folded"
    case .contact: "COALESCE(p.last_contacted, 0)"
    case .added: "p.id"
    }
  }

  fileprivate var order: String {
    switch self {
    case .strength, .contact: "\(key) DESC, p.id"
    case .name: "\(key), p.id"
    case .added: "p.id DESC"
    }
  }

  /// The condition of coming after a person whose key is `value`; its first half is what an index is entered by.
  fileprivate func after(_ value: String, _ id: String) -> String {
    switch self {
    case .strength, .contact: "\(key) <= \(value) AND (\(key) < \(value) OR p.id > \(id))"
    case .name: "\(key) >= \(value) AND (\(key) > \(value) OR p.id > \(id))"
    case .added: "p.id < \(id)"
    }
  }
}

extension Seeing {
  /// A smaller set is gone through itself; a greater one is met soon enough when people are gone through in their order.
  private static let small = 1_000

  /// One page of people in the order asked for.
  public static func people(_ query: PeopleQuery, in session: any Session) throws -> [SeenPerson] {
    var page = query
    page.limit = max(0, query.limit)
    var kept: [Row] = []
    while kept.count < query.limit {
      let rows = try rows(page, in: session)
      kept += try query.archived == .shown ? rows : sorted(rows, out: query.archived, in: session)
      guard rows.count == page.limit, let last = rows.last else { break }
      page.after = last.id(0)
      page.limit = max(page.limit, 100)
    }
    return try withValues(Array(kept.prefix(max(0, query.limit))), in: session)
  }

  /// Leaves out those who are archived, or all others: what was said of whoever was united into somebody does not count.
  private static func sorted(
    _ rows: [Row], out archived: PeopleQuery.Archived, in session: any Session
  ) throws -> [Row] {
    let said = try session.rowsMany(
      "SELECT identity FROM seen_follow_up WHERE person_id = $1 AND aspect = 'archive'", rows.map { [$0[0]] })
    return zip(rows, said).filter { row, said in
      said.contains { $0.text(0) == StoredRecord.typed(row.id(0)) } == (archived == .only)
    }.map(\.0)
  }

  private static func rows(_ query: PeopleQuery, in session: any Session) throws -> [Row] {
    var asked = Asked(limit: query.limit)
    if let kind = query.kind { asked.add("p.kind = \(asked.bind(.text(kind.rawValue)))") }
    if let owner = query.owner { asked.add("p.member_id = \(asked.bind(Value(owner)))") }
    if let strength = query.strength {
      let (low, high) = (asked.bind(Value(strength.lowerBound)), asked.bind(Value(strength.upperBound)))
      asked.add("p.strength >= \(low) AND p.strength <= \(high)")
    }
    switch query.contact {
    case .since(let at): asked.add("COALESCE(p.last_contacted, 0) >= \(asked.bind(Value(at)))")
    case .before(let at):
      asked.add("COALESCE(p.last_contacted, 0) < \(asked.bind(Value(at))) AND COALESCE(p.last_contacted, 0) > 0")
    case .never: asked.add("COALESCE(p.last_contacted, 0) = 0")
    case nil: break
    }
    if !query.text.isEmpty { try asked.addText(query.text, small: small, in: session) }
    try asked.addSets(query, small: small, in: session)
    if let after = query.after {
      let row = try session.row("SELECT \(query.sort.key) FROM seen_person p WHERE p.id = $1", [Value(after)])
      guard let row else { return [] }
      let id = asked.bind(Value(after))
      asked.add(query.sort.after(query.sort == .added ? id : asked.bind(row[0]), id))
    }
    return try session.rows(
      """
      SELECT \(columns) FROM seen_person p WHERE \(asked.conditions.joined(separator: " AND "))
      ORDER BY \(query.sort.order) LIMIT $1
      """, asked.arguments)
  }
}

/// Conditions with what is bound in them.
private struct Asked {
  var conditions = ["1 = 1"]
  var arguments: [Value]

  init(limit: Int) { arguments = [Value(limit)] }

  mutating func bind(_ value: Value) -> String {
    arguments.append(value)
    return "$\(arguments.count)"
  }

  mutating func add(_ condition: String) { conditions.append(condition) }

  /// Each word must be the beginning of one of theirs.
  mutating func addText(_ text: String, small: Int, in session: any Session) throws {
    let words = SearchWords.asked(text)
    if words.isEmpty { add("1 = 0") }
    for word in words {
      let byte = session.dialect.binaryOrder
      try add(
        "seen_person_word s", "s.word\(byte) >= $1 AND s.word\(byte) < $2", [.text(word), .text(word + "\u{10FFFF}")],
        small, in: session)
    }
  }

  /// Whoever is in a set: in a bucket, with a tag, with an interval, archived.
  mutating func addSets(_ query: PeopleQuery, small: Int, in session: any Session) throws {
    switch query.place {
    case .bucket(let bucket):
      try add("seen_bucketed s", "s.bucket_id = $1", [Value(bucket)], small, in: session)
    case .unsorted:
      add(
        """
        NOT EXISTS (
          SELECT 1 FROM seen_bucketed b JOIN seen_bucket k ON k.id = b.bucket_id WHERE b.person_id = p.id)
        """)
    case nil: break
    }
    if let tag = query.tag {
      try add(
        "seen_person_value s", "s.field = 'tag' AND substr(s.value, 1, 200) = substr($1, 1, 200)",
        [.text(tag)], small, in: session)
    }
    if query.isTracked {
      add(
        """
        p.id IN (
          SELECT b.person_id FROM seen_bucketed b JOIN seen_bucket k ON k.id = b.bucket_id AND k.days IS NOT NULL
          UNION SELECT f.person_id FROM seen_follow_up f WHERE f.aspect = 'interval')
        """)
    }
    if query.archived == .only {
      add("p.id IN (SELECT f.person_id FROM seen_follow_up f WHERE f.aspect = 'archive')")
    }
  }

  /// Adds a set by the way that is quicker for its size.
  private mutating func add(
    _ table: String, _ condition: String, _ values: [Value], _ small: Int, in session: any Session
  ) throws {
    let some = try session.row(
      "SELECT COUNT(*) FROM (SELECT 1 FROM \(table) WHERE \(condition) LIMIT \(small)) few", values)
    var here = condition
    for place in values.indices { here = here.replacing("$\(place + 1)", with: "@\(place + 1)") }
    for (place, value) in values.enumerated() { here = here.replacing("@\(place + 1)", with: bind(value)) }
    if some?.int(0) ?? 0 < small {
      add("p.id IN (SELECT s.person_id FROM \(table) WHERE \(here))")
    } else {
      add("EXISTS (SELECT 1 FROM \(table) WHERE s.person_id = p.id AND \(here))")
    }
  }
}

extension Store {
  public func people(_ viewer: Viewer, _ query: PeopleQuery) async throws -> [SeenPerson] {
    try await see(viewer) { try Seeing.people(query, in: $0) }
  }
}
