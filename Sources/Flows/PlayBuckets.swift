public import Consent
public import Model
public import Plans
public import Store

/// The bucket game: people without a bucket, one after the other, to be put into one, or skipped.
public struct PlayBuckets: Sendable {
  let store: Store

  /// Somebody to be sorted now.
  public struct Card: Sendable, Equatable {
    public var person: Person
    public var wasSkipped: Bool
  }

  /// The people of a round, and how many are unsorted with them.
  public struct Round: Sendable, Equatable {
    public var cards: [Card]
    public var left: Int
  }

  public init(store: Store) { self.store = store }

  /// The next people; skipped ones come again when all others are sorted.
  public func round(_ viewer: Viewer, size: Int = BucketGame.round) async throws -> Round {
    try await store.see(viewer) { session in
      let words = try SeenFollowUps.all(in: session)
      let cards = try SeenFollowUps.unsorted(viewer.member, in: session).compactMap { one -> BucketGame.Card? in
        let said = words[one.person]
        // Who is muted or archived was decided about.
        if said?.isArchived == true || said?.isMuted == true { return nil }
        return BucketGame.Card(one.person, lastContact: one.lastContact, skippedAt: said?.skippedAt)
      }
      let game = BucketGame(cards, round: size)
      return Round(
        cards: try game.round.compactMap { person in
          try Seeing.person(person, in: session).map {
            Card(person: $0.person, wasSkipped: words[person]?.skippedAt != nil)
          }
        }, left: game.left)
    }
  }
}
