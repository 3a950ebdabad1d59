public import Consent
import Formats
public import Model
public import Store

/// What search found: mails by words, newest first, and people by name or address.
public struct Found: Sendable, Equatable {
  /// A mail: which, when, and with whom; nothing of its text.
  public struct Hit: Sendable, Equatable {
    public var mail: ID<Mail>
    public var at: Instant
    public var owner: ID<Member>
    public var people: [ID<Person>]
  }

  public var mails: [Hit]
  public var people: [SeenPerson]
}

/// Finds mails by their words without opening them; phrases in quotes are checked in the few that have all words.
public struct Search: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Looks for all words of `query`; words in double quotes must follow one another.
  public func search(_ query: String, limit: Int = 100_000, as viewer: Viewer) async throws -> Found {
    let asked = Search.read(query)
    let sharers = asked.words.isEmpty ? [:] : try await store.sharers(with: viewer, at: .content)
    var mails: [FoundMail] = []
    for owner in [viewer.member] + sharers.keys.sorted() where !asked.words.isEmpty {
      mails += try await find(asked, of: owner, sharers[owner] ?? [], limit, viewer)
    }
    mails.sort { ($0.at, $0.id) > ($1.at, $1.id) }
    let hits = try await withPeople(Array(mails.prefix(limit)), viewer)
    try await note(hits, sharers, viewer)
    let people = try await Show(store: store, gate: gate).people(
      PeopleQuery(text: asked.plain, limit: 50), as: viewer)
    return Found(mails: hits, people: asked.plain.isEmpty ? [] : people)
  }

  /// The mails of one member: tokens are each member's own, so each is asked for under a permit of its own.
  private func find(
    _ asked: Asked, of owner: ID<Member>, _ shared: Set<ID<Person>>, _ limit: Int, _ viewer: Viewer
  ) async throws -> [FoundMail] {
    let person = owner == viewer.member || shared.contains(ID(0)) ? nil : shared.min()
    let permit = try await gate.permit(
      SearchMail.self,
      for: Request(
        account: viewer.account, member: owner, viewer: viewer.member, person: person, count: asked.words.count))
    let tokens = permit.blind.tokens(asked.words)
    _ = permit.close()
    let found = try await store.see(viewer) { try Words.find(tokens, of: owner, limit: limit, in: $0) }
    return asked.phrases.isEmpty ? found : try await check(asked.phrases, in: found, of: owner, shared, viewer)
  }

  /// A query taken apart: every word, and the phrases among them.
  struct Asked: Sendable, Equatable {
    var words: Set<[UInt8]> = []
    var phrases: [[[UInt8]]] = []
    var plain = ""
  }

  static func read(_ query: String) -> Asked {
    var asked = Asked()
    let pieces = query.split(separator: "\"", omittingEmptySubsequences: false)
    for (index, piece) in pieces.enumerated() {
      let words = MailWords.of(String(piece))
      asked.words.formUnion(words)
      // Odd pieces stand between two quotes; a quote that is never closed is none.
      if index % 2 == 1, index < pieces.count - 1, words.count > 1 { asked.phrases.append(words) }
    }
    asked.plain = query.filter { $0 != "\"" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return asked
  }

  // MARK: phrases

  /// Keeps the mails that hold all phrases.
  private func check(
    _ phrases: [[[UInt8]]], in mails: [FoundMail], of owner: ID<Member>, _ shared: Set<ID<Person>>, _ viewer: Viewer
  ) async throws -> [FoundMail] {
    var kept: Set<ID<Mail>> = []
    for (person, some) in try await groups(mails, of: owner, shared, viewer) {
      for start in stride(from: 0, to: some.count, by: 200) {
        let batch = Array(some[start..<min(start + 200, some.count)])
        kept.formUnion(try await check(phrases, inBatch: batch, of: owner, person, viewer))
      }
    }
    return mails.filter { kept.contains($0.id) }
  }

  private func check(
    _ phrases: [[[UInt8]]], inBatch mails: [FoundMail], of owner: ID<Member>, _ person: ID<Person>?, _ viewer: Viewer
  ) async throws -> [ID<Mail>] {
    let permit = try await gate.permit(
      SearchMail.self,
      for: Request(
        account: viewer.account, member: owner, viewer: viewer.member, sources: Array(Set(mails.map(\.source))),
        handles: Array(Set(mails.map { KeyID(stored: $0.key) })), person: person, level: .content, count: mails.count))
    var kept: [ID<Mail>] = []
    for mail in mails {
      guard let content = try await store.seenContent(mail.id, viewer) else { continue }
      let slot = Slot(viewer.account, "mail", "content", row: mail.id.rawValue)
      let holds = try content.open(in: slot, permit) { span in
        let parsed = MailParser().parse(span)
        return phrases.allSatisfy { MailWords.has($0, in: parsed) }
      }
      if holds { kept.append(mail.id) }
    }
    return kept
  }

  // MARK: colleagues' mails

  private func withPeople(_ mails: [FoundMail], _ viewer: Viewer) async throws -> [Found.Hit] {
    let people = try await store.see(viewer) { session in
      try Seeing.people(of: mails.compactMap(\.interaction), in: session)
    }
    return mails.map { mail in
      Found.Hit(
        mail: mail.id, at: mail.at, owner: mail.member, people: mail.interaction.flatMap { people[$0] } ?? [])
    }
  }

  /// Mails of one owner by the person through whom they are shared; nil where all of the owner's are, or they are own.
  private func groups(
    _ mails: [FoundMail], of owner: ID<Member>, _ shared: Set<ID<Person>>, _ viewer: Viewer
  ) async throws -> [(ID<Person>?, [FoundMail])] {
    if owner == viewer.member || shared.contains(ID(0)) { return [(nil, mails)] }
    var groups: [ID<Person>: [FoundMail]] = [:]
    for (mail, hit) in zip(mails, try await withPeople(mails, viewer)) {
      if let person = hit.people.first(where: shared.contains) { groups[person, default: []].append(mail) }
    }
    return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Colleagues' mails that are shown are in the ledger by the persons through whom they are shared.
  private func note(
    _ hits: [Found.Hit], _ sharers: [ID<Member>: Set<ID<Person>>], _ viewer: Viewer
  ) async throws {
    var shown: [(person: ID<Person>, owner: ID<Member>)] = []
    for hit in hits where hit.owner != viewer.member {
      let shared = sharers[hit.owner] ?? []
      let person = shared.contains(ID(0)) ? ID(0) : hit.people.first(where: shared.contains)
      if let person { shown.append((person, hit.owner)) }
    }
    try await gate.noteLook(shown, at: .content, viewer, in: store)
  }
}
