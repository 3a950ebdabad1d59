public import Consent
public import Model
public import Store

/// The owner puts people into buckets, and takes them out.
public struct SortPeople: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Puts persons into a bucket; those who are in it stay since when they were.
  @discardableResult
  public func put(_ persons: [ID<Person>], into bucket: ID<Bucket>, as viewer: Viewer) async throws -> KeptRun {
    try await Desk.each(persons, store, gate, viewer, mustBeThere: true) { desk, person, session in
      _ = try EditBucket.live(bucket, of: desk.member, desk.account, in: session)
      let held = try Buckets.places(of: [person], in: bucket, desk.account, in: session).first ?? []
      guard held.isEmpty else { return nil }
      let record = try desk.typedRecord(of: person, in: session)
      let place = Buckets.Place(bucket: bucket, record: record.id, putAt: desk.know.now)
      try Buckets.put([place], of: desk.member, desk.account, in: session)
      return Desk.Said(.bucket, PlaceLines.text(bucket, held), PlaceLines.text(bucket, [place]))
    }
  }

  /// Takes persons out of a bucket.
  @discardableResult
  public func take(_ persons: [ID<Person>], outOf bucket: ID<Bucket>, as viewer: Viewer) async throws -> KeptRun {
    try await Desk.each(persons, store, gate, viewer, mustBeThere: false) { desk, person, session in
      _ = try EditBucket.live(bucket, of: desk.member, desk.account, in: session)
      let held = try Buckets.places(of: [person], in: bucket, desk.account, in: session).first ?? []
      guard !held.isEmpty else { return nil }
      try Buckets.take(held, desk.account, in: session)
      return Desk.Said(.bucket, PlaceLines.text(bucket, held), PlaceLines.text(bucket, []))
    }
  }
}

extension Desk {
  /// What stood before and stands now, as the journal keeps it.
  struct Said: Sendable {
    var verb: JournalEntry.Verb
    var before: String
    var after: String

    init(_ verb: JournalEntry.Verb, _ before: String, _ after: String) {
      self.verb = verb
      self.before = before
      self.after = after
    }
  }

  /// Says one thing of several persons in one transaction, with a journal entry for each of whom something changed.
  static func each(
    _ persons: [ID<Person>], _ store: Store, _ gate: Gate, _ viewer: Viewer, mustBeThere: Bool,
    _ body: @escaping @Sendable (Desk, ID<Person>, any Session) throws -> Said?
  ) async throws -> KeptRun {
    var seen: Set<ID<Person>> = []
    let persons = persons.filter { seen.insert($0).inserted }
    guard let first = persons.first else { throw Trouble("nobody was named", "name a person") }
    let desk = try await Desk.open(store, gate, viewer, about: first, with: persons, mustBeThere: mustBeThere)
    return try await desk.change { desk, session in
      if mustBeThere { try desk.requireThere(persons, in: session) }
      let run: ID<JournalEntry>? = persons.count > 1 ? desk.store.ids.next() : nil
      var kept = KeptRun(run: run?.rawValue ?? 0)
      for person in persons {
        guard let said = try body(desk, person, session) else { continue }
        var entry = desk.entry(said.verb)
        (entry.person, entry.run) = (person, kept.run)
        let record = try desk.typedRecord(of: person, in: session)
        try desk.write(entry, record, (said.before, said.after), in: session)
        kept.entries.append(entry.id)
      }
      return kept
    }
  }

  /// Puts a person's places in a bucket back to what an image says; a bucket that was taken away comes back with it.
  func restorePlaces(_ image: String, in session: any Session) throws -> Said {
    guard let (bucket, places) = PlaceLines.read(image),
      var stored = try Buckets.all(of: member, account, in: session).first(where: { $0.bucket.id == bucket })
    else { throw Undo.refused("the bucket of this change is not there any more") }
    if stored.goneAt != nil, !places.isEmpty {
      try EditBucket.requireFree(stored.bucket, of: member, account, in: session)
      stored.goneAt = nil
      try Buckets.keep([stored], of: member, account, in: session)
    }
    let held = try Buckets.places(of: [person], in: bucket, account, in: session).first ?? []
    try Buckets.take(held, account, in: session)
    let there = Set(try Facts.records(places.map(\.record), account, in: session).map(\.id))
    try Buckets.put(places.filter { there.contains($0.record) }, of: member, account, in: session)
    let now = try Buckets.places(of: [person], in: bucket, account, in: session).first ?? []
    return Said(.bucket, PlaceLines.text(bucket, held), PlaceLines.text(bucket, now))
  }
}

/// A person's places in one bucket as the journal's images keep them: the bucket, then a line for each record.
enum PlaceLines {
  static func text(_ bucket: ID<Bucket>, _ places: [Buckets.Place]) -> String {
    ([bucket.description] + places.map { "\($0.record)\t\($0.putAt.milliseconds)" }).joined(separator: "\n")
  }

  static func read(_ text: String) -> (bucket: ID<Bucket>, places: [Buckets.Place])? {
    let lines = text.split(separator: "\n")
    guard let first = lines.first, let bucket = ID<Bucket>(first) else { return nil }
    var places: [Buckets.Place] = []
    for line in lines.dropFirst() {
      let parts = line.split(separator: "\t")
      guard parts.count == 2, let record = ID<Record>(parts[0]), let at = Int64(parts[1]) else { return nil }
      places.append(Buckets.Place(bucket: bucket, record: record, putAt: Instant(milliseconds: at)))
    }
    return (bucket, places)
  }
}
