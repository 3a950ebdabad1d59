public import Consent
public import Insight
public import Model
public import Store

/// Somebody the owner should be in touch with, and why.
public struct NextSuggestion: Sendable, Equatable {
  public var person: Person
  public var next: NextTouch
}

/// Lists whom a member should be in touch with.
///
/// What the member's own past teaches is learnt anew for each list and kept nowhere: it is in no table, no file and no
/// other account's list (P010).
public struct SuggestNext: Sendable {
  /// What is older teaches nothing any more.
  static let years = 3.0

  let store: Store

  public init(store: Store) { self.store = store }

  /// The best first; `top` 0 gives all.
  ///
  /// `quietDays` leaves out who was in contact within so many days.
  public func suggestions(
    _ viewer: Viewer, top: Int = 10, quietDays: Int? = nil
  ) async throws -> [NextSuggestion] {
    let (account, member, now) = (viewer.account, viewer.member, store.clock())
    let exchanges: [Exchange] = try await store.read(account) { session in
      if try Analyses.off(member, account, in: session).contains(.whomNext) { return [] }
      let since = now.advanced(byDays: -365 * SuggestNext.years)
      return try Exchanges.of(member, since: since, account, in: session)
    }
    let ranked = NextTouch.ranked(TieLog(exchanges), at: now, top: top, quietDays: quietDays)
    return try await store.see(viewer) { session in
      try ranked.compactMap { next in
        guard let id = ID<Person>(next.address), let seen = try Seeing.person(id, in: session) else { return nil }
        return NextSuggestion(person: seen.person, next: next)
      }
    }
  }
}

extension TieLog {
  /// What is stored, with persons by their ids.
  init(_ exchanges: [Exchange]) {
    self.init()
    for exchange in exchanges {
      func people(_ chosen: (Interaction.Role) -> Bool) -> Set<String> {
        Set(exchange.people.filter { chosen($0.role) }.map { $0.person.description })
      }
      let authors = people { $0 == .from }
      let receivers = people { $0 == .to || $0 == .cc || $0 == .bcc }
      let topic = UInt64(bitPattern: exchange.shape)
      switch (exchange.kind, exchange.direction) {
      case (.note, _): continue
      case (.meeting, _), (.call, _):
        if exchange.viaList { continue }
        add(at: exchange.at, isOutward: false, people: authors.union(receivers), recipients: exchange.recipients)
      case (_, .outward):
        add(
          at: exchange.at, isOutward: true, people: receivers, recipients: exchange.recipients, topic: topic)
      case (_, .inward), (_, .between):
        let isContact = exchange.direction == .inward && exchange.author == .person && !exchange.viaList
        add(
          at: exchange.at, isOutward: false, people: isContact ? authors : [],
          beside: receivers.subtracting(authors), recipients: exchange.recipients, topic: topic)
      }
    }
  }
}
