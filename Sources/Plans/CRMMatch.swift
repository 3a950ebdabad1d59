import Model

/// Finds the records at a destination that may be persons nobody is linked to yet, before any is created twice.
///
/// By e-mail, else by phone, else by organisation and name. One person and one record that have only each other are one;
/// wherever another could be meant, the owner is asked, and nothing is guessed.
struct CRMMatch {
  enum Found: Equatable {
    case none
    case one(CRMRecord)
    /// The records that may be meant.
    case ask([String])
  }

  /// What a person and a record are matched by, the surest first.
  private enum Stage: CaseIterable { case email, phone, name }

  private let unlinked: [CRMRecord]
  private var records: [Stage: [String: [Int]]] = [:]
  private var holders: [Stage: [String: Int]] = [:]

  init(candidates: [CRMCandidate], unlinked: [CRMRecord]) {
    self.unlinked = unlinked.sorted { $0.remote < $1.remote }
    guard !unlinked.isEmpty else { return }
    for stage in Stage.allCases {
      for (index, record) in self.unlinked.enumerated() {
        for key in CRMMatch.keys(stage, record.values) { records[stage, default: [:]][key, default: []].append(index) }
      }
      for candidate in candidates {
        for key in CRMMatch.keys(stage, candidate.ours) { holders[stage, default: [:]][key, default: 0] += 1 }
      }
    }
  }

  func find(_ candidate: CRMCandidate) -> Found {
    guard !unlinked.isEmpty else { return .none }
    for stage in Stage.allCases {
      let found = find(candidate, by: stage)
      if found != .none { return found }
    }
    return .none
  }

  private func find(_ candidate: CRMCandidate, by stage: Stage) -> Found {
    let own = CRMMatch.keys(stage, candidate.ours)
    var found: Set<Int> = []
    var isShared = false
    for key in own {
      let these = (records[stage]?[key] ?? []).filter { CRMMatch.isSameKind(candidate.kind, unlinked[$0].kind) }
      found.formUnion(these)
      // A record that two persons could claim is given to neither by guess.
      if !these.isEmpty, holders[stage]?[key] != 1 { isShared = true }
    }
    guard let index = found.first else { return .none }
    let record = unlinked[index]
    // A record with keys of two persons, by this or by a surer sign, is nobody's by guess either.
    let isContested = Stage.allCases.prefix(through: Stage.allCases.firstIndex(of: stage) ?? 0).contains { sign in
      let mine = CRMMatch.keys(sign, candidate.ours)
      return CRMMatch.keys(sign, record.values).contains {
        (holders[sign]?[$0] ?? 0) > (mine.contains($0) ? 1 : 0)
      }
    }
    // A number alone may be a household's or a firm's, a name alone somebody else's: neither stands against a name or an
    // address that says otherwise.
    let isDoubted =
      stage != .email
      && (CRMMatch.differ(.email, candidate.ours, record.values)
        || (stage == .phone && CRMMatch.differ(.name, candidate.ours, record.values)))
    if found.count == 1, !isShared, !isContested, !isDoubted { return .one(record) }
    return .ask(found.sorted().map { unlinked[$0].remote })
  }

  private static func isSameKind(_ a: Person.Kind, _ b: Person.Kind) -> Bool {
    (a == .organisation) == (b == .organisation)
  }

  /// True if both sides say something and have nothing in common.
  private static func differ(_ field: FieldKey, _ a: FieldValues, _ b: FieldValues) -> Bool {
    let (a, b) = field == .name ? (names(a), names(b)) : (loose(field, a), loose(field, b))
    return !a.isEmpty && !b.isEmpty && a.isDisjoint(with: b)
  }

  private static func loose(_ field: FieldKey, _ values: FieldValues) -> Set<String> {
    Set((values[field] ?? []).map { fold(comparable(field, $0)) }.filter { !$0.isEmpty })
  }

  private static func keys(_ stage: Stage, _ values: FieldValues) -> Set<String> {
    switch stage {
    case .email: return loose(.email, values)
    case .phone: return loose(.phone, values).filter { $0.utf8.count >= 7 }
    case .name:
      let names = names(values)
      let firms = loose(.organisation, values)
      return Set(names.flatMap { name in firms.map { name + "\u{0}" + $0 } })
    }
  }

  /// A system without whole names has them in parts.
  private static func names(_ values: FieldValues) -> Set<String> {
    let whole = loose(.name, values)
    guard whole.isEmpty else { return whole }
    let parts = [values[.given]?.first, values[.family]?.first].compactMap { $0 }.joined(separator: " ")
    return loose(.name, [.name: [parts]])
  }

  // MARK: what became of a record that is gone

  /// Records that may have taken in one that is gone: those that say so, or that show an address of it which the person
  /// they are linked to does not have.
  static func heirs(
    of candidate: CRMCandidate, _ remote: String, base: FieldValues, among linked: [CRMRecord]
  ) -> [String] {
    let addresses = loose(.email, base).union(loose(.email, candidate.ours))
    return linked.filter { record in
      guard record.remote != remote, isSameKind(candidate.kind, record.kind) else { return false }
      return record.absorbed.contains(remote) || !loose(.email, record.values).isDisjoint(with: addresses)
    }.map(\.remote).sorted()
  }
}
