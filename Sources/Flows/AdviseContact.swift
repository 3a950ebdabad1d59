public import Consent
public import Insight
public import Model
public import Store

/// How to be in touch with somebody, as the owner's own past shows it.
public struct ContactAdvice: Sendable, Equatable {
  /// What the owner owes them.
  public var owed: [ReplyOwed] = []
  /// When an answer may be looked for.
  public var reply: ReplyTimes.Likely?
  public var hour: WritingHours.Best?
  public var rhythm: Rhythm?
  public var bucket: Rhythm.Suggestion?
  /// Whom they know.
  public var knows: [Known] = []

  /// Nothing is known.
  public init() {}

  /// Somebody whom a person knows.
  public struct Known: Sendable, Equatable {
    public var person: Person
    public var acquaintance: Introductions.Acquaintance
  }
}

/// Somebody with the rhythm in which the owner is in touch with them, and the bucket that fits.
public struct BucketSuggestion: Sendable, Equatable {
  public var person: Person
  public var rhythm: Rhythm
  public var suggestion: Rhythm.Suggestion
}

/// Works out how a member is best in touch with people: anew each time, from the member's own interactions alone, and kept
/// nowhere.
public struct AdviseContact: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Whom somebody knows is told up to so many.
  static let mostKnown = 10

  /// How to be in touch with a person, as of an instant (nil: now); `offset` is by how many minutes the owner's clock is
  /// ahead of UTC at an instant.
  public func advice(
    on person: ID<Person>, at: Instant? = nil, offset: @Sendable (Instant) -> Int = { _ in 0 }, as viewer: Viewer
  ) async throws -> ContactAdvice {
    let now = store.clock()
    let at = min(at ?? now, now)
    let past = try await Correspondence.read(
      store, viewer, before: at, for: [.replyTimes, .writingHours, .rhythm, .introductions])
    var advice = ContactAdvice()
    advice.owed = try await SuggestReplies(store: store, gate: gate).owed(viewer, to: person, at: at).owed.map(\.owed)
    let touches = past.touches
    // Who never was in touch with the owner has nothing to be foretold by.
    let own = touches[person]
    if let own, !past.off.contains(.replyTimes) {
      let all = touches.values.reduce(ReplyTimes()) { $0 + ReplyTimes($1, at: at) }
      advice.reply = ReplyTimes(own, at: at).likely(among: all)
    }
    if let own, !past.off.contains(.writingHours) {
      let all = touches.values.reduce(WritingHours()) { $0 + WritingHours($1, at: at, offset: offset) }
      advice.hour = WritingHours(own, at: at, offset: offset).best(among: all)
    }
    if let own, !past.off.contains(.rhythm) {
      advice.rhythm = Rhythm(own, at: at)
      advice.bucket = advice.rhythm?.suggestion()
    }
    if !past.off.contains(.introductions) {
      let known = Introductions(TieLog(past.exchanges), at: at)
        .acquaintances(of: person.description, top: AdviseContact.mostKnown)
      advice.knows = try await store.see(viewer) { session in
        try known.compactMap { known in
          guard let id = ID<Person>(known.address), let seen = try Seeing.person(id, in: session) else { return nil }
          return ContactAdvice.Known(person: seen.person, acquaintance: known)
        }
      }
    }
    return advice
  }

  /// The bucket that fits each person with whom there is a rhythm, those who are most often in touch first; `top` 0 gives
  /// all.
  public func buckets(_ viewer: Viewer, top: Int = 0) async throws -> [BucketSuggestion] {
    let now = store.clock()
    let past = try await Correspondence.read(store, viewer, before: now, for: [.rhythm])
    var rhythms: [(person: ID<Person>, rhythm: Rhythm)] = []
    for (person, touches) in past.touches {
      if let rhythm = Rhythm(touches, at: now) { rhythms.append((person: person, rhythm: rhythm)) }
    }
    rhythms.sort { a, b in
      a.rhythm.days == b.rhythm.days ? a.person < b.person : a.rhythm.days < b.rhythm.days
    }
    return try await store.see(viewer) { [rhythms] session in
      var found: [BucketSuggestion] = []
      for one in rhythms {
        guard let suggestion = one.rhythm.suggestion(), let seen = try Seeing.person(one.person, in: session) else {
          continue
        }
        found.append(BucketSuggestion(person: seen.person, rhythm: one.rhythm, suggestion: suggestion))
        if found.count == top { break }
      }
      return found
    }
  }
}
