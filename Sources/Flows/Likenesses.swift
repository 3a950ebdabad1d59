import Insight
import Model
import Store

/// People as likeness sees them: a record each, and the pairs that the owner told apart.
struct Likenesses {
  let persons: [ID<Person>]
  let records: [SameRecord]
  let apart: [(Int, Int)]

  /// Reads persons with what their records say; the owner's own addresses say nothing.
  init(
    of persons: [ID<Person>], _ member: ID<Member>, _ account: ID<Account>, owners: Set<String> = [],
    in session: any Session
  ) throws {
    let held = try Facts.records(of: persons, account, in: session).map { $0.filter { !$0.isGone } }
    let facts = try Facts.of(held.joined().map(\.id), account, in: session)
    var owner: [ID<Record>: Int] = [:]
    var records: [SameRecord] = []
    var at = 0
    for (place, mine) in held.enumerated() {
      for record in mine { owner[record.id] = place }
      records.append(Likenesses.record(facts[at..<at + mine.count].flatMap { $0 }, owners))
      at += mine.count
    }
    self.persons = persons
    self.records = records
    apart = try Decisions.apart(of: member, account, in: session).compactMap { pair in
      guard let a = owner[pair.0], let b = owner[pair.1], a != b else { return nil }
      return (a, b)
    }
  }

  private static func record(_ facts: [Fact], _ owners: Set<String>) -> SameRecord {
    let folded = foldFacts(facts)
    // The name that stands comes first; others that were seen may agree where it does not.
    var names = [folded.name]
    for fact in facts.sorted(by: { ($1.count, $0.value) < ($0.count, $1.value) })
    where fact.field == .name && fact.confidence > 0 && !names.contains(fact.value) { names.append(fact.value) }
    let emails = folded.emails.filter { !owners.contains($0) }
    return SameRecord(
      [
        .name: names.filter { !$0.isEmpty }, .email: emails, .phone: folded.phones,
        .organisation: folded.organisation.map { [$0] } ?? [], .title: folded.title.map { [$0] } ?? [],
        .birthday: folded.birthday.map { [$0] } ?? [], .street: folded.addresses.first.map { [$0] } ?? [],
      ], isPersonal: !emails.contains { isRoleLocal(String($0.prefix { $0 != "@" })) })
  }
}
