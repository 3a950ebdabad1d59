public import Consent
public import Insight
public import Model
public import Store

/// Everything that is known of a person, as one viewer may see it at one instant.
public struct PersonPage: Sendable, Equatable {
  /// A fact with where it comes from.
  public struct Said: Sendable, Equatable {
    public var seen: SeenFact
    /// The value; nil if it is sealed and the viewer may not have it opened.
    public var value: String?
  }

  public var person: Person
  public var owner: ID<Member>
  public var standing: Person.Standing
  public var facts: [Said]
  public var strength: Strength
  public var at: Instant
  /// One part of the strength, for those who show it.
  public struct Reason: Sendable, Equatable {
    public var name: String
    public var words: String
    public var value: Double
  }

  /// The parts that sum to the strength.
  public var reasons: [Reason] {
    strength.parts.map { Reason(name: $0.name, words: $0.words, value: $0.value) }
  }
  /// What a source says against what stands, for those who show it.
  public struct Dispute: Sendable, Equatable {
    public var field: Fact.Field
    public var value: String
    public var from: Fact.Origin
  }

  public var disputed: [Dispute] {
    proposals.map { Dispute(field: $0.field, value: $0.proposed, from: $0.proposedBy) }
  }
  /// What a source proposes against what stands, with the record that says so (P048).
  public var proposals: [FoldedPerson.Passed]
  /// What passed, as the viewer sees it: what else a page shows of it is made of these.
  public var past: Past
  /// Methods that the owner has switched off.
  var off: Set<Analysis>
}

/// Shows people to those who may see them: lists, and one person with the reasons for all that is said.
///
/// A look at a colleague's person is in the ledger before anything is shown; if it cannot be written, nothing is (P030).
public struct Show: Sendable {
  let store: Store
  let gate: Gate
  /// Where long pasts are kept for a while.
  let pasts: PastBoard?

  public init(store: Store, gate: Gate, pasts: PastBoard? = nil) {
    self.store = store
    self.gate = gate
    self.pasts = pasts
  }

  /// One page of people; with `standing` only contacts, or only the discovered; with `status` only those with whom it
  /// stands so today, by `lists` if they are at hand.
  ///
  /// With `marksAll` each says whether it is a contact; else only where that was asked for.
  public func people(
    _ query: PeopleQuery, standing: Person.Standing? = nil, status: TieStatus? = nil, lists: StatusLists? = nil,
    marksAll: Bool = true, as viewer: Viewer
  ) async throws -> [SeenPerson] {
    var found = try await page(query, standing, status, lists, viewer)
    if marksAll, standing == nil { found = try await marked(found, viewer) }
    try await note(found.map { ($0.person.id, $0.owner) }, at: .directory, viewer)
    return found
  }

  /// One person as of an instant (nil: now).
  ///
  /// For what is not there, and for what is not to be seen, the same refusal.
  public func person(_ id: ID<Person>, at: Instant? = nil, as viewer: Viewer) async throws -> PersonPage {
    let now = store.clock()
    let at = min(at ?? now, now)
    let held = try await pasts?.held(of: id, viewer)
    let (seen, facts, details, read) = try await store.see(viewer) { session in
      guard let seen = try Seeing.person(id, in: session) else { throw Desk.nobody }
      let past = try held == nil ? Past(Touches.seen(of: id, in: session), now: now) : nil
      return (seen, try Seeing.facts(of: id, in: session), try Seeing.details(of: id, in: session), past)
    }
    let past = held ?? read ?? Past([], now: now)
    if held == nil, seen.owner == viewer.member { try await pasts?.keep(past, of: id, viewer) }
    if seen.owner != viewer.member, details.isEmpty {
      try await note([(id, seen.owner)], at: .directory, viewer)
    }
    let (off, standing) = try await store.read(viewer.account) { session in
      (
        try Analyses.off(seen.owner, viewer.account, in: session),
        try standings(of: [seen], viewer.account, in: session)
      )
    }
    let opened = try await open(details, of: id, seen.owner, viewer)
    let tie = past.tie(until: at)
    var person = seen.person
    var strength = Strength(value: person.strength, parts: [])
    // Without the level of interactions a viewer sees the strength that is stored, and no reasons.
    if seen.owner == viewer.member || !past.isEmpty {
      if !off.contains(.strength) {
        strength = Strength.of(tie.touches, at: at)
        person.strength = strength.value
      }
      person.lastContacted = tie.lastContacted
      person.interactions = tie.interactions
    }
    return PersonPage(
      person: person, owner: seen.owner, standing: standing.first ?? .discovered,
      facts: facts.map { PersonPage.Said(seen: $0, value: $0.isSealed ? opened[$0.id] : $0.fact.value) },
      strength: strength, at: at,
      proposals: foldFacts(facts.filter { !$0.isSealed }.map(\.fact)).conflicts, past: past, off: off)
  }

  private func open(
    _ details: [(fact: ID<Fact>, detail: Sealed)], of person: ID<Person>, _ owner: ID<Member>, _ viewer: Viewer
  ) async throws -> [ID<Fact>: String] {
    if details.isEmpty { return [:] }
    let keys = Array(Set(details.map(\.detail.handleKey)))
    let permit = try await gate.permit(
      ShowToOwner.self,
      for: Request(
        account: viewer.account, member: owner, viewer: viewer.member, handles: keys, person: person, level: .content,
        count: details.count))
    var opened: [ID<Fact>: String] = [:]
    for (fact, detail) in details {
      let slot = Slot(viewer.account, "fact", "detail", row: fact.rawValue)
      do {
        opened[fact] = try detail.open(in: slot, permit) { span in
          PageText(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        }.text
      } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
        // Its card's key was destroyed: it is there, and nobody can read it any more.
        continue
      }
    }
    return opened
  }

  /// Writes who looked into the ledger, one line for each colleague whose people are shown.
  private func note(_ shown: [(ID<Person>, ID<Member>)], at level: ShareLevel, _ viewer: Viewer) async throws {
    try await gate.noteLook(shown, at: level, viewer, in: store)
  }
}

extension Gate {
  /// Asks for the permits that a look at colleagues' people needs.
  ///
  /// One for each colleague who shares all of them, one for each person where these are shared singly. Nothing is shown
  /// if one is refused, or cannot be written.
  func noteLook(
    _ shown: [(person: ID<Person>, owner: ID<Member>)], at level: ShareLevel, _ viewer: Viewer, in store: Store
  ) async throws {
    let foreign = Dictionary(grouping: shown.filter { $0.owner != viewer.member }, by: \.owner)
    if foreign.isEmpty { return }
    let sharers = try await store.sharers(with: viewer, at: level)
    for (owner, all) in foreign.sorted(by: { $0.key < $1.key }) {
      let shared = sharers[owner] ?? []
      var request = Request(
        account: viewer.account, member: owner, viewer: viewer.member, level: level, count: all.count)
      if shared.contains(ID(0)) {
        _ = try await permit(ShowToOwner.self, for: request).close()
        continue
      }
      request.count = 1
      for person in Set(all.map(\.person)).sorted() {
        request.person = person
        _ = try await permit(ShowToOwner.self, for: request).close()
      }
    }
  }
}
