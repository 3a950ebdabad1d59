import Consent
import Insight
import Model
import Plans
import Store

extension KnowPeople {
  /// Unites cards with addresses, and with one another; answers how many persons went into others.
  ///
  /// What the owner held apart stays apart, and nobody restricted is touched.
  func matchCards(in session: any Session) throws -> Int {
    let records = try matchable(in: session)
    if records.isEmpty { return 0 }
    let never = try Decisions.apart(of: member, account, in: session).map { MatchPlan.Pair($0.0, $0.1) }
    let owner = Dictionary(records.map { ($0.stored.id, $0.stored.person) }, uniquingKeysWith: { first, _ in first })
    // What is one person already stays one.
    var together: [MatchPlan.Pair] = []
    for one in Dictionary(grouping: records.map(\.stored), by: \.person).values {
      together += zip(one, one.dropFirst()).map { MatchPlan.Pair($0.id, $1.id) }
    }
    let plan = MatchPlan(try matchRecords(records, in: session), together: together, never: Set(never))
    var united = 0
    for group in plan.groups {
      let persons = Array(Set(group.compactMap { owner[$0] })).sorted()
      guard persons.count > 1 else { continue }
      let restricted = try People.states(persons, account, in: session).contains { $0?.restrictedAt != nil }
      if restricted { continue }
      _ = try unite(persons, as: .match, in: session)
      united += persons.count - 1
    }
    return united + (try uniteAlike(records.map(\.stored), in: session))
  }

  /// In larger books likeness takes longer than a transaction may; there it only suggests.
  static let alike = 20_000

  /// Unites two persons of cards who share no address but are one by everything else, where that is next to certain
  /// (`SameFinder.Pair.isAutomatic`); what is less than that is a suggestion.
  private func uniteAlike(_ stored: [StoredRecord], in session: any Session) throws -> Int {
    let now = try Facts.records(stored.map(\.id), account, in: session)
    let cards = Set(now.filter { $0.kind == .card && !$0.isGone }.map(\.person)).sorted()
    guard cards.count > 1, cards.count <= KnowPeople.alike else { return 0 }
    let states = try People.states(cards, account, in: session)
    let free = zip(cards, states).filter { $0.1 != nil && $0.1?.restrictedAt == nil }.map(\.0)
    let likenesses = try Likenesses(of: free, member, account, owners: owners, in: session)
    var united = 0
    for pair in SameFinder(likenesses.records, never: likenesses.apart).pairs(least: 0.99) where pair.isAutomatic {
      _ = try unite([likenesses.persons[pair.first], likenesses.persons[pair.second]], as: .match, in: session)
      united += 1
    }
    return united
  }

  /// Joins persons into the first of them: its decision, the moves, and the folds anew.
  func unite(_ persons: [ID<Person>], as kind: Decision.Kind, in session: any Session) throws -> Decision {
    let stored = try Facts.records(of: persons, account, in: session).flatMap { $0 }
    let plan = try MergePlan.merge(
      persons, records: stored.map { Record(id: $0.id, kind: $0.kind, person: $0.person) })
    let decision = Decision(
      id: ids.next(), kind: kind, person: plan.kept, at: now,
      records: plan.own.map { (record: $0, from: plan.kept) } + plan.moves.map { (record: $0.record, from: $0.from) })
    try Decisions.insert(decision, of: member, account, in: session)
    try Facts.move(plan.moves.map { (record: $0.record, to: $0.to) }, account, in: session)
    try refold(persons, in: session)
    return decision
  }

  private struct Matchable {
    var stored: StoredRecord
    var facts: [Fact]
  }

  /// The cards, the addresses that stand on them, and whatever else is one person with these.
  private func matchable(in session: any Session) throws -> [Matchable] {
    let cards = try Facts.cards(of: member, account, in: session)
    if cards.isEmpty { return [] }
    let onCards = try Facts.cardAddresses(of: member, account, in: session).subtracting(owners)
    let addresses = try Facts.addressRecords(onCards.sorted(), of: member, account, in: session)
    let persons = Set((cards + addresses).map(\.person)).sorted()
    let records = try Facts.records(of: persons, account, in: session).flatMap { $0 }.filter { !$0.isGone }
    let facts = try Facts.of(records.map(\.id), account, in: session)
    return zip(records, facts).map { Matchable(stored: $0, facts: $1) }
  }

  private func matchRecords(_ records: [Matchable], in session: any Session) throws -> [MatchRecord] {
    let addresses = records.map(\.stored).filter { $0.kind == .address }
    let looks = try look(addresses.map { ($0.handle, $0.identity) }, in: session)
    return records.map { record in
      let stored = record.stored
      func all(_ field: Fact.Field) -> [String] { record.facts.filter { $0.field == field }.map(\.value) }
      switch stored.kind {
      case .address:
        return MatchRecord(
          id: stored.id, kind: .address, emails: [stored.identity], names: all(.name),
          isPersonal: looks[stored.handle]?.nature == .person)
      case .card:
        let joined = [all(.given).first ?? "", all(.family).first ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
        let names = all(.name).isEmpty && !joined.isEmpty ? [joined] : all(.name)
        return MatchRecord(
          id: stored.id, kind: .card, emails: all(.email).filter { !owners.contains($0) }, phones: all(.phone),
          names: names)
      case .typed, .destination:
        return MatchRecord(id: stored.id, kind: stored.kind)
      }
    }
  }
}
