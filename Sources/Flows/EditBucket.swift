public import Consent
public import Model
public import Store

/// The owner makes a bucket, renames it, sets how often, or takes it away.
///
/// A bucket by itself is of nobody; who is put in and taken out is a change of a person, and in the journal.
public struct EditBucket: Sendable {
  let store: Store
  let gate: Gate

  /// What changes of a bucket; what is nil stays.
  public struct Change: Sendable, Equatable {
    public var name: String?
    /// `.some(nil)` takes the goal away.
    public var goal: String??
    /// `.some(nil)` takes the interval away: it reminds of nobody then.
    public var days: Int??

    public init(name: String? = nil, goal: String?? = nil, days: Int?? = nil) {
      self.name = name
      self.goal = goal
      self.days = days
    }
  }

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  static let nothing = Refusal(.notYours, promise: 7, "there is no such bucket")

  /// Makes a bucket; no two of an owner have one name.
  public func make(
    _ name: String, goal: String? = nil, days: Int? = nil, as viewer: Viewer
  ) async throws -> Bucket {
    let (member, account, now) = (viewer.member, viewer.account, store.clock())
    let made = try EditBucket.checked(Bucket(id: store.ids.next(), name: name, goal: goal, days: days))
    return try await store.write(account) { session in
      try EditBucket.requireFree(made, of: member, account, in: session)
      try Buckets.keep([.init(bucket: made, madeAt: now)], of: member, account, in: session)
      return made
    }
  }

  public func change(_ id: ID<Bucket>, _ change: Change, as viewer: Viewer) async throws -> Bucket {
    let (member, account) = (viewer.member, viewer.account)
    return try await store.write(account) { session in
      var held = try EditBucket.live(id, of: member, account, in: session)
      if let name = change.name { held.bucket.name = name }
      if let goal = change.goal { held.bucket.goal = goal }
      if let days = change.days { held.bucket.days = days }
      held.bucket = try EditBucket.checked(held.bucket)
      try EditBucket.requireFree(held.bucket, of: member, account, in: session)
      try Buckets.keep([held], of: member, account, in: session)
      return held.bucket
    }
  }

  /// Takes a bucket away, and everybody out of it; to undo that run brings it back with whoever was in it.
  public func remove(_ id: ID<Bucket>, as viewer: Viewer) async throws -> KeptRun {
    let (member, account, now) = (viewer.member, viewer.account, store.clock())
    let persons = try await store.read(account) { session in
      _ = try EditBucket.live(id, of: member, account, in: session)
      return try Buckets.persons(in: id, account, in: session)
    }
    let taken =
      persons.isEmpty
      ? KeptRun() : try await SortPeople(store: store, gate: gate).take(persons, outOf: id, as: viewer)
    try await store.write(account) { session in
      var held = try EditBucket.live(id, of: member, account, in: session)
      held.goneAt = now
      try Buckets.keep([held], of: member, account, in: session)
    }
    return taken
  }

  /// A bucket of the member's own that is there.
  static func live(
    _ id: ID<Bucket>, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws -> Buckets.Stored {
    let held = try Buckets.all(of: member, account, in: session).first { $0.bucket.id == id && $0.goneAt == nil }
    guard let held else { throw nothing }
    return held
  }

  static func requireFree(
    _ bucket: Bucket, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    let name = fold(bucket.name)
    let isTaken = try Buckets.all(of: member, account, in: session).contains {
      $0.goneAt == nil && $0.bucket.id != bucket.id && fold($0.bucket.name) == name
    }
    if isTaken { throw Trouble("there is a bucket of this name", "choose another name") }
  }

  private static func checked(_ bucket: Bucket) throws -> Bucket {
    var bucket = bucket
    bucket.name = bucket.name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    bucket.goal = bucket.goal.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    if bucket.goal?.isEmpty == true { bucket.goal = nil }
    guard !bucket.name.isEmpty else { throw Trouble("a bucket needs a name", "give one") }
    guard bucket.name.count <= Bucket.longestName, bucket.goal?.count ?? 0 <= Bucket.longestGoal else {
      throw Trouble(
        "a name has at most \(Bucket.longestName) characters, a goal \(Bucket.longestGoal)", "say it shorter")
    }
    if let days = bucket.days { try requireInterval(days) }
    return bucket
  }

  static func requireInterval(_ days: Int) throws {
    guard Bucket.intervals.contains(days) else {
      throw Trouble(
        "an interval is from \(Bucket.intervals.lowerBound) to \(Bucket.intervals.upperBound) whole days",
        "give one of these")
    }
  }
}

/// The journal entries of one word that was said of several persons.
public struct KeptRun: Sendable, Equatable {
  /// Those of whom something changed, with the entry of each.
  public var entries: [ID<JournalEntry>] = []
  /// By which all are undone together; 0 for one entry alone.
  public var run: Int64 = 0

  public init(entries: [ID<JournalEntry>] = [], run: Int64 = 0) {
    self.entries = entries
    self.run = run
  }
}
