import Insight
import Model
import Store

/// When the values of persons became what they are, and by whom they were said.
struct DeliverHistory: Sendable {
  struct Said: Sendable {
    var at: Instant
    var from: Fact.Origin
  }

  var changes: [ID<Person>: [FieldKey: Said]] = [:]

  static let none = DeliverHistory()

  private init() {}

  /// Reads it off the facts of `persons`.
  static func read(
    _ store: Store, _ persons: [ID<Person>], _ account: ID<Account>, _ details: DeliverDetails
  ) async throws -> DeliverHistory {
    guard !persons.isEmpty else { return .none }
    return try await store.read(account) { session in
      var history = DeliverHistory()
      for (person, records) in zip(persons, try Facts.records(of: persons, account, in: session)) {
        let facts = try Facts.of(records.filter { !$0.isGone }.map(\.id), account, in: session).flatMap { $0 }
        let sealed = details.said[person]?.map(\.fact) ?? []
        let open = facts.filter { !details.fields.contains(FieldKey($0.field, label: $0.label)) }
        history.changes[person] = DeliverHistory.said(open + sealed)
      }
      return history
    }
  }

  /// What shows is dated by the first time that the highest of those who say it said it.
  private static func said(_ facts: [Fact]) -> [FieldKey: Said] {
    let shown = foldFacts(facts).values
    var said: [FieldKey: Said] = [:]
    for fact in facts where fact.confidence > 0 {
      let key = FieldKey(fact.field, label: fact.label)
      guard shown[key]?.contains(fact.value) == true else { continue }
      guard let held = said[key] else { said[key] = Said(at: fact.firstSeen, from: fact.origin); continue }
      if fact.origin > held.from || fact.origin == held.from && (fact.firstSeen > held.at) == key.isMulti {
        said[key] = Said(at: fact.firstSeen, from: fact.origin)
      }
    }
    return said
  }
}
