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
  private static let small = 1_500

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
    var asked = try asked(query, first: Value(query.limit), small: small, in: session)
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

  /// Those of some people who fit what is asked for, in the order they are given in; the query's own order is not theirs.
  public static func people(
    _ query: PeopleQuery, among all: [ID<Person>], in session: any Session
  ) throws -> [SeenPerson] {
    let asked = try asked(query, first: .null, small: 0, in: session)
    var kept: [Row] = []
    var rest = all[...]
    while kept.count < query.limit, !rest.isEmpty {
      let these = rest.prefix(100)
      rest = rest.dropFirst(100)
      let rows = try session.rowsMany(
        "SELECT \(columns) FROM seen_person p WHERE p.id = $1 AND \(asked.conditions.joined(separator: " AND "))",
        these.map { [Value($0)] + asked.arguments.dropFirst() }
      ).flatMap(\.self)
      kept += try query.archived == .shown ? rows : sorted(rows, out: query.archived, in: session)
    }
    return try withValues(Array(kept.prefix(max(0, query.limit))), in: session)
  }

  /// The conditions of a query, without where its page begins; `$1` is the caller's.
  private static func asked(
    _ query: PeopleQuery, first: Value, small: Int, in session: any Session
  ) throws -> Asked {
    var asked = Asked(first)
    if let kind = query.kind { asked.add("p.kind = \(asked.bind(.text(kind.rawValue)))") }
    if let owner = query.owner { asked.add("p.member_id = \(asked.bind(Value(owner)))") }
    if let strength = query.strength {
      try asked.addRange(
        of: .strength, [(">=", Value(strength.lowerBound)), ("<=", Value(strength.upperBound))], query.sort, small,
        in: session)
    }
    let bounds: [(String, Value)] =
      switch query.contact {
      case .since(let at): [(">=", Value(at))]
      case .before(let at): [("<", Value(at)), (">", .integer(0))]
      case .never: [("=", .integer(0))]
      case nil: []
      }
    try asked.addRange(of: .contact, bounds, query.sort, small, in: session)
    if !query.text.isEmpty { try asked.addText(query.text, small: small, in: session) }
    try asked.addSets(query, small: small, in: session)
    return asked
  }
}

/// Conditions with what is bound in them.
private struct Asked {
  var conditions = ["1 = 1"]
  var arguments: [Value]

  init(_ first: Value) { arguments = [first] }

  mutating func bind(_ value: Value) -> String {
    arguments.append(value)
    return "$\(arguments.count)"
  }

  mutating func add(_ condition: String) { conditions.append(condition) }

  /// Adds bounds of what people are sorted by; if many are within them and the order is another, no index is entered by
  /// them (that is what the sign is for): all of them would be sorted for one page.
  mutating func addRange(
    of key: PeopleQuery.Sort, _ bounds: [(sign: String, value: Value)], _ sort: PeopleQuery.Sort, _ small: Int,
    in session: any Session
  ) throws {
    guard !bounds.isEmpty else { return }
    var isEntered = key == sort
    if !isEntered, small > 0 {
      let asked = bounds.enumerated().map { "\(key.key) \($1.sign) $\($0 + 1)" }.joined(separator: " AND ")
      isEntered = try session.isFew(small, "seen_person p", asked, bounds.map(\.value))
    }
    for bound in bounds { add("\(isEntered ? "" : "+")\(key.key) \(bound.sign) \(bind(bound.value))") }
  }

  /// Each word must be the beginning of one of theirs.
  mutating func addText(_ text: String, small: Int, in session: any Session) throws {
    // The longest is met by the fewest: once those are few, the other words are asked of them alone.
    let words = SearchWords.asked(text).sorted { $0.utf8.count > $1.utf8.count }
    if words.isEmpty { add("1 = 0") }
    var isFew = false
    for word in words {
      let byte = session.dialect.binaryOrder
      isFew =
        try add(
          "seen_person_word s", "s.word\(byte) >= $1 AND s.word\(byte) < $2",
          [.text(word), .text(word + "\u{10FFFF}")], isFew ? 0 : small, in: session) || isFew
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

  /// Adds a set by the way that is quicker for its size; answers whether it is small.
  @discardableResult private mutating func add(
    _ table: String, _ condition: String, _ values: [Value], _ small: Int, in session: any Session
  ) throws -> Bool {
    let isFew = try small > 0 && session.isFew(small, table, condition, values)
    var here = condition
    for place in values.indices { here = here.replacing("$\(place + 1)", with: "@\(place + 1)") }
    for (place, value) in values.enumerated() { here = here.replacing("@\(place + 1)", with: bind(value)) }
    if isFew {
      add("p.id IN (SELECT s.person_id FROM \(table) WHERE \(here))")
    } else {
      add("EXISTS (SELECT 1 FROM \(table) WHERE s.person_id = p.id AND \(here))")
    }
    return isFew
  }
}

extension Session {
  /// Whether fewer rows than `most` fit.
  fileprivate func isFew(_ most: Int, _ table: String, _ condition: String, _ values: [Value]) throws -> Bool {
    let row = try row("SELECT COUNT(*) FROM (SELECT 1 FROM \(table) WHERE \(condition) LIMIT \(most)) few", values)
    return row?.int(0) ?? 0 < most
  }
}

extension Store {
  public func people(_ viewer: Viewer, _ query: PeopleQuery) async throws -> [SeenPerson] {
    try await see(viewer) { try Seeing.people(query, in: $0) }
  }
}
