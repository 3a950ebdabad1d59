public import Consent
import Formats
import Insight
public import Model
public import Store

/// Two persons who may be one, with the reasons.
public struct MergeSuggestion: Sendable, Equatable {
  public var first: ID<Person>
  public var second: ID<Person>
  public var reasons: [String]
}

/// Lists who may be the same person; nothing is merged but by the owner's word.
public struct SuggestMerges: Sendable {
  let store: Store

  public init(store: Store) { self.store = store }

  /// Pairs of people with one name that nobody told apart, those of one domain first.
  public func suggestions(_ viewer: Viewer, limit: Int = 200) async throws -> [MergeSuggestion] {
    let (account, member) = (viewer.account, viewer.member)
    return try await store.read(account) { session in
      if try Analyses.off(member, account, in: session).contains(.mergeSuggestions) { return [] }
      let people = try People.sameNames(of: member, account, in: session)
      let records = try Facts.records(of: people.map(\.id), account, in: session)
      let owner = Dictionary(
        records.joined().map { ($0.id, $0.person) }, uniquingKeysWith: { first, _ in first })
      var apart: Set<Pair> = []
      for pair in try Decisions.apart(of: member, account, in: session) {
        if let a = owner[pair.0], let b = owner[pair.1] { apart.insert(Pair(a, b)) }
      }
      var found: [MergeSuggestion] = []
      for group in Dictionary(grouping: people, by: \.folded).values {
        let group = group.sorted { $0.id < $1.id }
        for (index, a) in group.enumerated() {
          for b in group.dropFirst(index + 1).prefix(8) where !apart.contains(Pair(a.id, b.id)) {
            found.append(
              MergeSuggestion(first: a.id, second: b.id, reasons: SuggestMerges.reasons(a.email, b.email)))
          }
        }
      }
      found.sort {
        $0.reasons.count == $1.reasons.count
          ? ($0.first, $0.second) < ($1.first, $1.second) : $0.reasons.count > $1.reasons.count
      }
      return Array(found.prefix(limit))
    }
  }

  private struct Pair: Hashable {
    var first: ID<Person>
    var second: ID<Person>

    init(_ a: ID<Person>, _ b: ID<Person>) {
      first = min(a, b)
      second = max(a, b)
    }
  }

  private static func reasons(_ a: String, _ b: String) -> [String] {
    let domains = [a, b].map { $0.split(separator: "@").last.map(String.init) ?? "" }
    return domains[0] == domains[1] && !domains[0].isEmpty ? ["the same name", "the same domain"] : ["the same name"]
  }
}
