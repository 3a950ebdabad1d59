/// What keeps a likely pair from being united without asking.
public enum SameGuard: String, Sendable, CaseIterable {
  /// Jr and Sr, or II and III.
  case generations
  /// Middle names or initials that contradict each other.
  case middleNames
  /// Given names, family names or days of birth that contradict each other.
  case contradiction
  /// `J. Example`: a family name with an initial is several people.
  case initialOnly
  /// `Thomas James` and `James Thomas` may be two.
  case exchanged
  /// A record that does not say how somebody is called.
  case nameless
  /// People of one household, or of one firm, would look the same.
  case household, colleagues
  /// The address of an office, a program or nobody.
  case roleMailbox
  /// What they share is shared by several others.
  case heldByMany
  /// Nothing but the name, or what goes with it, speaks for it.
  case nameAlone
  /// Three or more records are one by this; the owner decides.
  case threeOrMore
  /// The owner told them apart.
  case toldApart

  public var words: String {
    switch self {
    case .generations: "junior and senior"
    case .middleNames: "the middle names differ"
    case .contradiction: "names or birthdays contradict each other"
    case .initialOnly: "an initial stands for many names"
    case .exchanged: "given and family name stand exchanged"
    case .nameless: "one has no name"
    case .household: "they may be of one household"
    case .colleagues: "they may be of one firm"
    case .roleMailbox: "the address of an office, a program or nobody"
    case .heldByMany: "what they share is held by many"
    case .nameAlone: "only the name speaks for it"
    case .threeOrMore: "three or more would become one"
    case .toldApart: "told apart by hand"
    }
  }
}

/// Judges a pair by the guards.
struct SameJudge {
  let scorer: SameScorer
  /// An address or number with more people than this is nobody's own.
  static let holders = 2
  /// So many thousandths of a bit must speak for a pair, about 1,000 to 1.
  static let sure = 10_000
  /// What a household or a firm may explain of it at most.
  static let tied = -1_000

  /// The guards that two records raise, in their order; none, if what speaks for them is enough to unite them.
  func guards(_ a: Int, _ b: Int) -> [SameGuard] {
    let table = scorer.table
    let pattern = table.pattern(a, b)
    var found: Set<SameGuard> = []
    var proofs = 0
    for (index, trait) in table.traits.enumerated() {
      let step = pattern[index].map { trait.steps[$0] }
      switch trait {
      case .given, .family: name(trait, step, &found)
      case .middle:
        if step == "generation" { found.insert(.generations) }
        if step == "differ" { found.insert(.middleNames) }
      case .nameWords: if step != "same" && step != "close" { found.insert(.contradiction) }
      case .birthday:
        if step == "same" { proofs += 1 }
        if let step, step != "same", step != "close" { found.insert(.contradiction) }
      case .code: if step == "same", isOwn(index, a, b) { proofs += 1 }
      case .email, .phone:
        guard step == "same" else { continue }
        if !isOwn(index, a, b) {
          found.insert(.heldByMany)
        } else if !table.records[a].isPersonal || !table.records[b].isPersonal || isRole(trait, index, a, b) {
          found.insert(.roleMailbox)
        } else {
          proofs += 1
        }
      case .street: if step == "same" || step == "number" { proofs += table.named > 0 ? 0 : 1 }
      default: continue
      }
    }
    // Who has another given name beside is known by it; who has none, or an initial, may be anybody of the house.
    let isNamed = table.named > 0 && found.isDisjoint(with: [.nameless, .initialOnly, .contradiction])
    for part in scorer.score(a, b).parts where part.millibits <= SameJudge.tied && !isNamed {
      if part.label == "household" { found.insert(.household) }
      if part.label == "colleagues" { found.insert(.colleagues) }
    }
    if proofs == 0 || table.named == 0 && proofs < 2 { found.insert(.nameAlone) }
    return SameGuard.allCases.filter { found.contains($0) }
  }

  private func name(_ trait: SameTrait, _ step: String?, _ found: inout Set<SameGuard>) {
    switch step {
    case nil: found.insert(.nameless)
    case "differ", "alike": found.insert(.contradiction)
    case "initial": found.insert(.initialOnly)
    case "crossed": found.insert(.exchanged)
    case "part": if trait == .family { found.insert(.contradiction) }
    default: break
    }
  }

  /// Whether the rarest value that two records share is held by few.
  private func isOwn(_ trait: Int, _ a: Int, _ b: Int) -> Bool {
    guard let value = scorer.table.shared(trait, a, b) else { return true }
    return Int(scorer.holders[trait][value]) <= SameJudge.holders
  }

  private func isRole(_ trait: SameTrait, _ index: Int, _ a: Int, _ b: Int) -> Bool {
    guard trait == .email, let value = scorer.table.shared(index, a, b) else { return false }
    let local = scorer.table.columns[index - scorer.table.named].parts[value]
    return isRoleLocal(String(decoding: local, as: UTF8.self))
  }
}
