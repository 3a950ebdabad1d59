import Consent
import Insight
import Model
import Store

/// Works out who stands behind addresses and cards, and writes the fold of their facts; all of it in one transaction.
///
/// The same stored touches, names and facts give the same rows, in whatever order they came in.
struct KnowPeople: Sendable {
  let account: ID<Account>
  let member: ID<Member>
  /// The member's own addresses: they stand for nobody but the member.
  let owners: Set<String>
  let now: Instant
  let blind: BlindKey
  let ids: IDMaker

  /// What is known of one address.
  struct Look: Sendable {
    var touches: [HandleTouch]
    var names: [SeenName]
    var nature: HandleNature
    /// What the signatures of the address say, and how many of its mails say anything.
    var sayings: [Saying]
    var signedMails: Int
  }

  /// Looks at addresses: their touches, their names, and what the two say of their nature.
  func look(_ handles: [(id: ID<Handle>, address: String)], in session: any Session) throws -> [ID<Handle>: Look] {
    let senders = SenderRules(try SenderLists.of(member, account, in: session).map(\.rule))
    let onCards = try Facts.cardAddresses(of: member, account, in: session)
    let touches = try Touches.of(handles.map(\.id), account, in: session)
    let names = try Handles.names(handles.map(\.id), account, in: session)
    let said = try Sayings.of(handles.map(\.id), account, in: session)
    var looks: [ID<Handle>: Look] = [:]
    looks.reserveCapacity(handles.count)
    for (index, handle) in handles.enumerated() {
      let seen = HandleStatistics(
        handle.address, touches: touches[index], names: names[index], onCard: onCards.contains(handle.address))
      looks[handle.id] = Look(
        touches: touches[index], names: names[index],
        nature: KnowPeople.nature(seen, senders.kind(of: handle.address)),
        sayings: said[index].sayings, signedMails: said[index].mails)
    }
    return looks
  }

  /// What the method says of an address, unless the owner says otherwise: whom they block stands for nobody.
  private static func nature(_ seen: HandleStatistics, _ rule: SenderRule.Kind?) -> HandleNature {
    switch rule {
    case .block: .placeholder
    case .keep: .person
    case nil: HandleNature.of(seen).nature
    }
  }

  // MARK: stale handles

  /// So many touches are in memory at once, or those of one handle.
  static let touches = 20_000

  /// Settles handles of which something new was stored; answers how many, and whether some are left.
  func settle(_ limit: Int, in session: any Session) throws -> (handles: Int, isDone: Bool) {
    let all = try Handles.stale(of: member, limit: limit, account, in: session)
    if all.isEmpty { return (0, true) }
    var room = KnowPeople.touches
    let counts = try Touches.counts(
      of: all.map { owners.contains($0.handle.value) ? nil : $0.id }, account, in: session)
    let stale = zip(all, counts).enumerated().prefix { place, item in
      room -= item.1
      return place == 0 || room >= 0
    }.map(\.element.0)
    var persons = Set(
      try Facts.records(ofHandles: stale.map(\.id), account, in: session).map(\.person))
    let addresses = stale.filter { $0.handle.kind == .email && !owners.contains($0.handle.value) }
    let looks = try look(addresses.map { ($0.id, $0.handle.value) }, in: session)
    let known = try Facts.addressRecords(of: stale.map(\.id), account, in: session)
    try recordAddresses(stale, known, looks, &persons, in: session)
    try refold(persons, looks, in: session)
    try Handles.settle(stale.map(\.id), account, in: session)
    return (stale.count, stale.count == all.count && all.count < limit)
  }

  /// Enters a record for each address that stands for somebody, with what it says, and takes back those that do not.
  private func recordAddresses(
    _ stale: [StoredHandle], _ known: [StoredRecord?], _ looks: [ID<Handle>: Look], _ persons: inout Set<ID<Person>>,
    in session: any Session
  ) throws {
    var newPersons: [ID<Person>] = []
    var newRecords: [StoredRecord] = []
    var marks: [(record: ID<Record>, goneAt: Instant?)] = []
    var facts: [NewFact] = []
    for (handle, record) in zip(stale, known) {
      // An address of which every meeting was taken out of the calendar stands for nobody any more.
      guard let look = looks[handle.id], look.nature != .placeholder, !look.touches.isEmpty else {
        if let record, !record.isGone { marks.append((record.id, now)) }
        continue
      }
      if let record, record.isGone { marks.append((record.id, nil)) }
      let stored =
        record
        ?? StoredRecord(
          id: ids.next(), kind: .address, identity: handle.handle.value, handle: handle.id, person: ids.next())
      if record == nil {
        newPersons.append(stored.person)
        newRecords.append(stored)
        persons.insert(stored.person)
      }
      facts += self.facts(of: handle.handle.value, stored.id, look)
    }
    try People.insert(newPersons, of: member, account, in: session)
    try Facts.insert(newRecords, of: member, account, in: session)
    try Facts.mark(marks, account, in: session)
    let inferred = facts.filter { $0.fact.origin == .inferred }
    try Facts.forgetInferred(
      of: known.compactMap { $0?.id }, but: Set(inferred.map(\.key)), account, in: session)
    try Facts.keep(facts, of: member, account, in: session)
  }

  /// What headers say of an address: the address itself, and the names it was written with.
  private func facts(of address: String, _ record: ID<Record>, _ look: Look) -> [NewFact] {
    let dated = look.touches.filter(\.isDated).map(\.at)
    var facts = [
      new(
        Fact(
          field: .email, value: address, origin: .header, record: record,
          firstSeen: dated.min() ?? Instant(milliseconds: 0), lastSeen: dated.max() ?? Instant(milliseconds: 0),
          count: max(1, look.touches.count)))
    ]
    var names: [String: SeenName] = [:]
    for seen in look.names {
      let clean = PersonName.clean(seen.name)
      if clean.isEmpty { continue }
      if names[clean]?.add(seen) == nil { names[clean] = seen }
    }
    for (name, seen) in names.sorted(by: { $0.key < $1.key }) {
      facts.append(
        new(
          Fact(
            field: .name, value: name, origin: .header, record: record, firstSeen: seen.first, lastSeen: seen.last,
            count: seen.count)))
    }
    return facts + inferred(record, look, known: Set(names.keys.map { fold($0) }))
  }

  /// What the address' own signatures propose; several mails vote.
  private func inferred(_ record: ID<Record>, _ look: Look, known names: Set<String>) -> [NewFact] {
    guard look.nature == .person else { return [] }
    return look.sayings.compactMap { saying in
      let said = saying.said
      if said.field == .name, names.contains(fold(said.value)) { return nil }
      let confidence = SignatureVotes.confidence(said.confidence, saidBy: saying.count, of: look.signedMails)
      guard confidence >= 0.5 else { return nil }
      return new(
        Fact(
          field: said.field, label: said.label, value: said.value, origin: .inferred, record: record,
          firstSeen: saying.first, lastSeen: saying.last, count: saying.count, confidence: confidence))
    }
  }

  func new(_ fact: Fact) -> NewFact { NewFact(id: ids.next(), fact: fact, key: blind.token(Array(fact.value.utf8))) }

  // MARK: the fold

  /// Folds the facts and touches of persons into their rows; the restricted stay as they are (P121).
  func refold(
    _ persons: some Sequence<ID<Person>>, _ known: [ID<Handle>: Look] = [:], in session: any Session
  ) throws {
    let asked = Array(Set(persons)).sorted()
    let states = try People.states(asked, account, in: session)
    let all = zip(asked, states).filter { $0.1 != nil && $0.1?.restrictedAt == nil }.map(\.0)
    let records = try Facts.records(of: all, account, in: session).map { $0.filter { !$0.isGone } }
    var looks = known
    let missing = records.joined().filter { $0.kind == .address && looks[$0.handle] == nil }
    if !missing.isEmpty {
      looks.merge(try look(missing.map { ($0.handle, $0.identity) }, in: session)) { old, _ in old }
    }
    let facts = try Facts.of(records.joined().map(\.id), account, in: session)
    let typed = records.joined().filter { $0.kind == .typed }.map(\.id)
    let logged = Dictionary(
      zip(typed, try Touches.logged(of: typed, account, in: session)), uniquingKeysWith: { first, _ in first })
    let isRated = try !Analyses.off(member, account, in: session).contains(.strength)
    var rows: [FoldedRow] = []
    var gone: [ID<Person>] = []
    var at = 0
    for (person, records) in zip(all, records) {
      if records.isEmpty {
        gone.append(person)
        continue
      }
      let said = facts[at..<at + records.count].flatMap { $0 }
      at += records.count
      rows.append(
        row(
          person, said, records.filter { $0.kind == .address }.compactMap { looks[$0.handle] },
          records.flatMap { logged[$0.id] ?? [] }, isRated: isRated))
    }
    try People.write(rows, of: member, account, in: session)
    try People.markGone(gone, account, in: session)
  }

  /// `isRated`: whether the strength of ties is worked out.
  private func row(
    _ person: ID<Person>, _ facts: [Fact], _ looks: [Look], _ logged: [HandleTouch], isRated: Bool
  ) -> FoldedRow {
    let folded = foldFacts(facts)
    let tie = Tie(looks.flatMap(\.touches) + logged, now: now)
    let name =
      [folded.name, folded.organisation ?? "", folded.emails.first ?? "", folded.phones.first ?? ""]
      .first { !$0.isEmpty } ?? ""
    return FoldedRow(
      id: person, kind: KnowPeople.kind(folded, looks), name: name, organisation: folded.organisation,
      title: folded.title, strength: isRated ? Strength.of(tie.touches, at: now).value : 0,
      lastContacted: tie.lastContacted,
      interactions: tie.interactions, values: folded.values)
  }

  /// A person if any address is a person's; a card without a name but with a firm is the firm's.
  private static func kind(_ folded: FoldedPerson, _ looks: [Look]) -> Person.Kind {
    if looks.isEmpty {
      return folded.name.isEmpty && folded.organisation != nil ? .organisation : .person
    }
    if looks.contains(where: { $0.nature == .person }) { return .person }
    return looks.contains { $0.nature == .organisation } ? .organisation : .machine
  }
}
