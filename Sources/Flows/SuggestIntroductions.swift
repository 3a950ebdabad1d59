public import Consent
public import Insight
public import Model
public import Store

/// Somebody who can introduce the owner to another, and why.
public struct IntroductionSuggestion: Sendable, Equatable {
  public var via: Person
  public var path: Introductions.WarmPath
}

/// Somebody who is missing among recipients, and why.
public struct ForgottenRecipient: Sendable, Equatable {
  public var person: Person
  public var forgotten: Introductions.Forgotten
}

/// Tells who can introduce a member to somebody, and who is missing among recipients.
///
/// Made anew each time from the member's own interactions, so that it knows no tie which the member may not see.
public struct SuggestIntroductions: Sendable {
  let store: Store

  public init(store: Store) { self.store = store }

  /// Ways to a person, the warmest first; `top` 0 gives all.
  ///
  /// For what is not there, and for what is not to be seen, the same refusal.
  public func ways(to person: ID<Person>, top: Int = 3, as viewer: Viewer) async throws -> [IntroductionSuggestion] {
    let graph = try await graph([person], viewer)
    return try await store.see(viewer) { session in
      var people: [String: Person] = [:]
      for known in graph.acquaintances(of: person.description) {
        guard let id = ID<Person>(known.address), let seen = try Seeing.person(id, in: session) else { continue }
        people[known.address] = seen.person
      }
      let ways = graph.paths(
        to: person.description, strength: people.mapValues(\.strength), top: top > 0 ? top : people.count)
      return ways.compactMap { way in people[way.via].map { IntroductionSuggestion(via: $0, path: way) } }
    }
  }

  /// Who usually is written to together with these, and is missing among them.
  public func forgotten(among recipients: [ID<Person>], as viewer: Viewer) async throws -> [ForgottenRecipient] {
    let graph = try await graph(recipients, viewer)
    let found = graph.forgotten(Set(recipients.map(\.description)))
    return try await store.see(viewer) { session in
      try found.compactMap { one in
        guard let id = ID<Person>(one.address), let seen = try Seeing.person(id, in: session) else { return nil }
        return ForgottenRecipient(person: seen.person, forgotten: one)
      }
    }
  }

  /// Who knows whom, once everybody asked for is seen to be there; empty if the method is switched off.
  private func graph(_ asked: [ID<Person>], _ viewer: Viewer) async throws -> Introductions {
    try await store.see(viewer) { session in
      for person in asked { guard try Seeing.person(person, in: session) != nil else { throw Desk.nobody } }
    }
    let now = store.clock()
    let past = try await Correspondence.read(store, viewer, before: now, for: [.introductions])
    return Introductions(TieLog(past.exchanges), at: now)
  }
}
