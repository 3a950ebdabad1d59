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
    let tokens = try await tokens(of: asked.words, viewer)
    var mails = try await store.see(viewer) { try Words.find(tokens, limit: limit, in: $0) }
    if !asked.phrases.isEmpty { mails = try await check(asked.phrases, in: mails, viewer) }
    let hits = try await withPeople(mails, viewer)
    try await note(hits, viewer, but: !asked.phrases.isEmpty)
    let people = try await Show(store: store, gate: gate).people(
      PeopleQuery(text: asked.plain, limit: 50), as: viewer)
    return Found(mails: hits, people: asked.plain.isEmpty ? [] : people)
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

  private func tokens(of words: Set<[UInt8]>, _ viewer: Viewer) async throws -> [UInt64] {
    if words.isEmpty { return [] }
    let permit = try await gate.permit(
      SearchMail.self, for: Request(account: viewer.account, member: viewer.member, count: words.count))
    let tokens = permit.blind.tokens(words)
    _ = permit.close()
    return tokens
  }

  // MARK: phrases

  /// Keeps the mails that hold all phrases; each owner's are opened under a permit of their own.
  private func check(_ phrases: [[[UInt8]]], in mails: [FoundMail], _ viewer: Viewer) async throws -> [FoundMail] {
    var kept: Set<ID<Mail>> = []
    for (owner, all) in Dictionary(grouping: mails, by: \.member).sorted(by: { $0.key < $1.key }) {
      for (person, some) in try await groups(all, of: owner, viewer) {
        var at = 0
        while at < some.count {
          let batch = Array(some[at..<min(at + 200, some.count)])
          kept.formUnion(try await check(phrases, inBatch: batch, of: owner, person, viewer))
          at += batch.count
        }
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
    _ mails: [FoundMail], of owner: ID<Member>, _ viewer: Viewer
  ) async throws -> [(ID<Person>?, [FoundMail])] {
    if owner == viewer.member { return [(nil, mails)] }
    let shared = try await store.sharedBy(viewer.account, owner, with: viewer.member, at: .content)
    if shared.contains(ID(0)) { return [(nil, mails)] }
    let hits = try await withPeople(mails, viewer)
    var groups: [ID<Person>: [FoundMail]] = [:]
    for (mail, hit) in zip(mails, hits) {
      if let person = hit.people.first(where: shared.contains) { groups[person, default: []].append(mail) }
    }
    return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// A look at colleagues' mails is in the ledger, unless opening them for a phrase put it there already.
  private func note(_ hits: [Found.Hit], _ viewer: Viewer, but noted: Bool) async throws {
    if noted { return }
    var shown: [(person: ID<Person>, owner: ID<Member>)] = []
    for (owner, all) in Dictionary(grouping: hits.filter({ $0.owner != viewer.member }), by: \.owner) {
      let shared = try await store.sharedBy(viewer.account, owner, with: viewer.member, at: .content)
      for hit in all {
        if let person = hit.people.first(where: { shared.contains(ID(0)) || shared.contains($0) }) {
          shown.append((person, owner))
        }
      }
    }
    try await gate.noteLook(shown, at: .content, viewer, in: store)
  }
}
