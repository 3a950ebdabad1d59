public import Consent
import Insight
public import Model
public import Store

/// Two persons who may be one, with the reasons.
public struct MergeSuggestion: Sendable, Equatable {
  /// What one comparison says for (or against) it, in bits; the weights add up to the log-odds.
  public struct Weight: Sendable, Equatable {
    public var label: String
    public var bits: Double
  }

  public var first: ID<Person>
  public var second: ID<Person>
  public var probability: Double
  public var reasons: [String]
  /// Why the owner is asked.
  public var doubts: [String]
  public var weights: [Weight]
}

/// Lists who may be the same person; nothing is merged but by the owner's word.
public struct SuggestMerges: Sendable {
  let store: Store

  public init(store: Store) { self.store = store }

  /// Pairs of people who are more likely one than two, and whom nobody told apart, the likeliest first.
  public func suggestions(_ viewer: Viewer, limit: Int = 200) async throws -> [MergeSuggestion] {
    let (account, member) = (viewer.account, viewer.member)
    let likenesses: Likenesses? = try await store.read(account) { session in
      if try Analyses.off(member, account, in: session).contains(.mergeSuggestions) { return nil }
      return try Likenesses(
        of: try People.comparable(of: member, account, in: session), member, account, in: session)
    }
    guard let likenesses else { return [] }
    let pairs = SameFinder(likenesses.records, never: likenesses.apart).pairs()
      .filter { !$0.guards.contains(.toldApart) }
      .sorted { ($1.score.total, $0.first, $0.second) < ($0.score.total, $1.first, $1.second) }
    return pairs.prefix(limit).map { pair in
      MergeSuggestion(
        first: likenesses.persons[pair.first], second: likenesses.persons[pair.second],
        probability: pair.probability, reasons: pair.score.reasons, doubts: pair.guards.map(\.words),
        weights: pair.score.parts.map { MergeSuggestion.Weight(label: $0.label, bits: Double($0.millibits) / 1_000) })
    }
  }
}
