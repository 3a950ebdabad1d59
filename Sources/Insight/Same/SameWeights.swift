/// What is known before a file is seen: for each step of each ladder, how often two records stand on it that are one
/// person, two of one household, two of one firm, or two strangers.
public struct SameWeights: Sendable, Equatable {
  /// By ladder and step, in the order of `SameModel.Tie`; nil where a tie has no say and strangers' share holds.
  private(set) var ladders: [String: [[Double?]]] = [:]

  /// Reads lines `ladder step one house firm other`, `-` where a tie has no say; throws nothing, and is nil unless every
  /// step of every ladder is there in its order.
  public init?(_ text: String) {
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
      let shares = words.dropFirst(2).map { Double($0) }
      guard words.count == 6, shares.allSatisfy({ $0 ?? 1 > 0 }), shares[0] != nil, shares[3] != nil,
        SameTrait.steps[words[0]]?.firstIndex(of: words[1]) == ladders[words[0]]?.count ?? 0
      else { return nil }
      ladders[words[0], default: []].append(shares)
    }
    for (ladder, steps) in SameTrait.steps where ladders[ladder]?.count != steps.count { return nil }
  }

  private init() {}

  /// What training starts from: set by hand, from what contacts are like.
  public static let start = SameWeights(startText) ?? SameWeights()

  /// The weights that ship with Kith.
  public static let shipped = SameWeights(text) ?? SameWeights()

  func shares(_ trait: SameTrait, _ tie: SameModel.Tie) -> [Double] {
    (ladders[trait.ladder] ?? []).map { $0[tie.rawValue] ?? $0[SameModel.Tie.other.rawValue] ?? 0 }
  }

  /// Whether a tie has no say in a trait.
  func isPinned(_ trait: SameTrait, _ tie: SameModel.Tie) -> Bool {
    ladders[trait.ladder]?.first?[tie.rawValue] == nil
  }
}
