public import Consent
public import Model
public import Plans
public import Store

/// Whom a member follows up, by the rules and as of one day: what the list of a day and the pages of people show.
public struct FollowUpBook: Sendable {
  public var rules: DayRules
  public var now: Instant
  public var buckets: [ID<Bucket>: Bucket]
  /// The buckets that people are in, those without an interval too.
  public var places: [ID<Person>: [SeenPlace]]
  public var words: [ID<Person>: FollowUpWords]
  /// People with an interval.
  public var tracked: [SeenFollowUps.Known]

  public var today: Day { rules.zone.day(now) }

  /// Reads what a viewer sees; with a person, of that one alone.
  public static func read(
    _ store: Store, _ viewer: Viewer, of person: ID<Person>? = nil
  ) async throws -> FollowUpBook {
    let rules = try await DayRules.of(viewer, in: store)
    let now = store.clock()
    return try await store.see(viewer) { session in
      let buckets = try SeenBuckets.all(in: session)
      let places = try SeenBuckets.places(of: person, in: session)
      return FollowUpBook(
        rules: rules, now: now,
        buckets: Dictionary(buckets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
        places: Dictionary(grouping: places, by: \.person),
        words: try SeenFollowUps.all(of: person, in: session),
        tracked: try person.map { try SeenFollowUps.known([$0], of: viewer.member, in: session) }
          ?? SeenFollowUps.tracked(viewer.member, in: session))
    }
  }

  /// Reads what a viewer sees of some of their people: what a page of a list shows.
  public static func read(
    _ store: Store, _ viewer: Viewer, among persons: [ID<Person>]
  ) async throws -> FollowUpBook {
    let rules = try await DayRules.of(viewer, in: store)
    let now = store.clock()
    return try await store.see(viewer) { session in
      let buckets = try SeenBuckets.all(in: session)
      return FollowUpBook(
        rules: rules, now: now,
        buckets: Dictionary(buckets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
        places: Dictionary(grouping: try SeenBuckets.places(among: persons, in: session), by: \.person),
        words: try SeenFollowUps.all(among: persons, in: session),
        tracked: try SeenFollowUps.known(persons, of: viewer.member, in: session))
    }
  }

  /// How it stands today with each of whom something is known here.
  public var statuses: [ID<Person>: TieStatus] {
    Dictionary(
      tracked.map { ($0.person, plan(of: $0).status(on: today)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The buckets that somebody is in, in the order they were made.
  public func buckets(of person: ID<Person>) -> [Bucket] {
    (places[person] ?? []).compactMap { buckets[$0.bucket] }.sorted { $0.id < $1.id }
  }

  /// What the rules say of somebody; `lastContact` and the owner's words may be given as they were before.
  public func plan(
    of person: ID<Person>, lastContact: Instant?, words: FollowUpWords? = nil
  ) -> FollowUpPlan {
    let words = words ?? self.words[person] ?? FollowUpWords()
    let places = (places[person] ?? []).compactMap { place -> FollowUp.Place? in
      guard let bucket = buckets[place.bucket], let days = bucket.days else { return nil }
      return FollowUp.Place(bucket.id, bucket.name, days: days, since: place.putAt)
    }
    return FollowUpPlan(
      FollowUp(
        places: places, own: words.interval.map { .init(days: $0.days, since: $0.at) }, added: person.madeAt,
        lastContact: lastContact, snooze: words.snooze.map { .init(until: $0.until, at: $0.at) },
        dismissedAt: words.dismissedAt, isMuted: words.isMuted, isArchived: words.isArchived), in: rules.zone)
  }

  public func plan(of known: SeenFollowUps.Known) -> FollowUpPlan {
    plan(of: known.person, lastContact: known.lastContact)
  }

  public func isSilent(_ person: ID<Person>) -> Bool {
    words[person].map { $0.isMuted || $0.isArchived } ?? false
  }

  /// What was said before today.
  func wordsBefore(of person: ID<Person>) -> FollowUpWords {
    var words = words[person] ?? FollowUpWords()
    if let snooze = words.snooze, rules.zone.day(snooze.at) >= today { words.snooze = nil }
    if let dismissed = words.dismissedAt, rules.zone.day(dismissed) >= today { words.dismissedAt = nil }
    return words
  }

  /// Whether the owner put off today what stands about somebody.
  func isPutOffToday(_ person: ID<Person>) -> Bool {
    guard let words = words[person] else { return false }
    return words != wordsBefore(of: person)
  }

  /// Whether what stands about somebody since an instant is put off by now, whichever its kind.
  func isPutOff(_ person: ID<Person>, since: Instant, lastContact: Instant?) -> Bool {
    guard let words = words[person] else { return false }
    if let dismissed = words.dismissedAt, dismissed >= since { return true }
    guard let snooze = words.snooze, snooze.until > today else { return false }
    return lastContact.map { snooze.at > $0 } ?? true
  }
}

/// Shows buckets with how it stands with the people in them.
public struct ShowBuckets: Sendable {
  let store: Store

  /// A bucket with its people by status.
  public struct Shown: Sendable, Equatable {
    public var bucket: Bucket
    public var people: Int
    public var statuses: [TieStatus: Int]
  }

  public init(store: Store) { self.store = store }

  /// The viewer's buckets, in the order they were made.
  public func run(_ viewer: Viewer) async throws -> [Shown] {
    let book = try await FollowUpBook.read(store, viewer)
    var statuses: [ID<Bucket>: [TieStatus: Int]] = [:]
    let known = Dictionary(book.tracked.map { ($0.person, $0) }, uniquingKeysWith: { first, _ in first })
    for (person, places) in book.places {
      let status = known[person].map { book.plan(of: $0).status(on: book.today) } ?? .none
      for place in places { statuses[place.bucket, default: [:]][status, default: 0] += 1 }
    }
    return book.buckets.values.sorted { $0.id < $1.id }.map { bucket in
      let counts = statuses[bucket.id] ?? [:]
      return Shown(bucket: bucket, people: counts.values.reduce(0, +), statuses: counts)
    }
  }
}
