public import Model

/// The order in which people without a bucket are laid before the owner.
public struct BucketGame: Sendable, Equatable {
  /// Somebody who may be sorted.
  public struct Card: Sendable, Equatable {
    public var person: ID<Person>
    public var lastContact: Instant?
    public var isSorted: Bool
    public var skippedAt: Instant?

    public init(_ person: ID<Person>, lastContact: Instant? = nil, isSorted: Bool = false, skippedAt: Instant? = nil) {
      self.person = person
      self.lastContact = lastContact
      self.isSorted = isSorted
      self.skippedAt = skippedAt
    }
  }

  /// How many people a round has.
  public static let round = 50

  /// Who comes now, in order.
  public var round: [ID<Person>]
  /// How many are unsorted, with those who were skipped.
  public var left: Int

  /// Nobody who is sorted comes; whoever was in touch most recently comes first, those never in touch after them, and
  /// those who were skipped last, the longest ago first.
  public init(_ cards: [Card], round size: Int = round) {
    let open = cards.filter { !$0.isSorted }
    let order = open.sorted { a, b in
      switch (a.skippedAt, b.skippedAt) {
      case (nil, .some): return true
      case (.some, nil): return false
      case (let first?, let second?) where first != second: return first < second
      default: break
      }
      switch (a.lastContact, b.lastContact) {
      case (.some, nil): return true
      case (nil, .some): return false
      case (let first?, let second?) where first != second: return first > second
      default: return a.person < b.person
      }
    }
    round = order.prefix(max(0, size)).map(\.person)
    left = open.count
  }
}
