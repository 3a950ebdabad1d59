public import Model

/// What is known of one record besides its three sides.
public struct MergeContext: Sendable, Equatable {
  /// What came in from this destination before, whether it shows here or something else outranks it.
  public var taken: FieldValues
  /// When a value of ours became what it is, where that is known.
  public var changedHere: [FieldKey: Instant]
  /// When the record was last changed there, if the destination says so.
  public var changedThere: Instant?
  /// What a rule wrote our present value over before: the same value again means that somebody there insists.
  public var overwrote: [FieldKey: [[String]]]
  /// What the owner let stand there against our present value.
  public var conceded: [FieldKey: [[String]]]
  /// What the destination did not take when it was written, and why: it is not sent again as it is.
  public var notTaken: [FieldKey: NotTaken]

  /// Values that a destination refused, with its words.
  public struct NotTaken: Sendable, Equatable {
    public var values: [String]
    public var why: String

    public init(_ values: [String], why: String) {
      self.values = values
      self.why = why
    }
  }

  public init(
    taken: FieldValues = [:], changedHere: [FieldKey: Instant] = [:], changedThere: Instant? = nil,
    overwrote: [FieldKey: [[String]]] = [:], conceded: [FieldKey: [[String]]] = [:],
    notTaken: [FieldKey: NotTaken] = [:]
  ) {
    self.notTaken = notTaken
    self.taken = taken
    self.changedHere = changedHere
    self.changedThere = changedThere
    self.overwrote = overwrote
    self.conceded = conceded
  }
}

/// The three-way merge of one record: what was last delivered, what we hold, what stands at the destination.
public struct FieldMerge: Sendable, Equatable {
  /// What goes out.
  public var changes: [FieldChange] = []
  /// What comes in: `old` is what we hold, `new` what is said there besides or instead.
  public var incoming: [FieldChange] = []
  /// What waits for the owner.
  public var conflicts: [FieldConflict] = []
  /// What a rule decided: listed as done, so that the value which lost is not gone.
  public var ruled: [FieldConflict] = []
  /// Edits made at the destination that neither come in nor are written over: they stay as they are.
  public var survived: [FieldChange] = []
  /// The base to keep once the changes are delivered.
  ///
  /// A field in conflict keeps its old base, and so does a field whose
  /// destination value survived or comes in: otherwise the next run would take the hand edit for ours to overwrite.
  public var base: FieldValues = [:]

  private let context: MergeContext

  /// Merges the `fields` of one record two-way, whatever their values are; without any, all that a side has.
  public init(base: FieldValues, ours: FieldValues, theirs: FieldValues, fields: [FieldKey]? = nil) {
    let fields = fields ?? Set(base.keys).union(ours.keys).union(theirs.keys).sorted()
    self.init(base: base, ours: ours, theirs: theirs, mapping: fields.map { .init($0, to: $0.name, type: .text) })
  }

  /// Merges the fields of a mapping, each by its rule; fields outside of it are neither read nor written.
  public init(
    base: FieldValues, ours: FieldValues, theirs: FieldValues, mapping: [StandingRules.Mapping],
    context: MergeContext = MergeContext()
  ) {
    self.context = context
    for line in mapping.sorted(by: { $0.field < $1.field }) where line.rule != .none {
      let field = line.field
      let sides = Sides(
        field: field, base: cleaned(field, base[field]), ours: cleaned(field, ours[field]),
        theirs: cleaned(field, theirs[field]))
      var settled = field.isMulti ? mergeMany(sides, line.rule) : mergeOne(sides, line.rule)
      refuse(line, sides, &settled)
      if !settled.isEmpty { self.base[field] = settled }
    }
  }

  private struct Sides {
    let field: FieldKey
    let base: [String]
    let ours: [String]
    let theirs: [String]

    func key(_ value: String) -> String { comparable(field, value) }
    func keys(_ values: [String]) -> Set<String> { Set(values.map(key)) }

    func same(_ a: [String], _ b: [String]) -> Bool {
      a.map { comparable(field, $0) } == b.map { comparable(field, $0) } || (field.isMulti && keys(a) == keys(b))
    }

    var weChanged: Bool { !same(ours, base) }
    var theyChanged: Bool { !same(theirs, base) }
  }

  // MARK: fields with one value

  /// Answers the base to keep.
  private mutating func mergeOne(_ sides: Sides, _ rule: SyncRule) -> [String] {
    if sides.same(sides.ours, sides.theirs) { return sides.ours }
    switch rule {
    case .none: return sides.base
    case .both, .latest:
      if !sides.weChanged { return takeOne(sides) }
      if !sides.theyChanged { return send(sides, sides.ours) }
      return rule == .latest ? mergeLatest(sides) : clash(sides)
    case .ours: return overwrite(sides, sides.ours)
    case .theirs:
      if sides.theirs.isEmpty { return fill(sides) }
      let isNew = takes(sides, sides.theirs)
      let base = takeOne(sides)
      if isNew, sides.weChanged, !sides.ours.isEmpty { note(sides, .ruled(.theirs)) }
      return base
    case .fill: return fill(sides)
    }
  }

  private mutating func mergeLatest(_ sides: Sides) -> [String] {
    guard let here = context.changedHere[sides.field], let there = context.changedThere, here != there else {
      return clash(sides)
    }
    if here > there {
      note(sides, .ruled(.ours))
      return send(sides, sides.ours)
    }
    // A blank is no value that came later, and what came in and does not show is outranked by the owner's word.
    guard takes(sides, sides.theirs) else { return clash(sides) }
    note(sides, .ruled(.theirs))
    return takeOne(sides)
  }

  /// Their value comes in, unless it is blank or came in before.
  private mutating func takeOne(_ sides: Sides) -> [String] {
    let edit = FieldChange(field: sides.field, old: sides.ours, new: sides.theirs)
    if takes(sides, sides.theirs) { incoming.append(edit) } else { survived.append(edit) }
    return sides.base
  }

  private func takes(_ sides: Sides, _ values: [String]) -> Bool {
    !values.isEmpty && !sides.keys(values).isSubset(of: known(sides))
  }

  /// What came in before, or was let stand there against what we hold.
  private func known(_ sides: Sides) -> Set<String> {
    sides.keys(context.taken[sides.field] ?? []).union(
      sides.keys((context.conceded[sides.field] ?? []).flatMap { $0 }))
  }

  // MARK: fields with many values

  private mutating func mergeMany(_ sides: Sides, _ rule: SyncRule) -> [String] {
    if sides.same(sides.ours, sides.theirs) { return sides.ours }
    switch rule {
    case .none: return sides.base
    case .both, .latest: return mergeSets(sides)
    case .ours: return overwrite(sides, sides.ours)
    case .theirs:
      if sides.theirs.isEmpty { return fill(sides) }
      takeMany(sides, besides: sides.keys(sides.ours))
      return sides.ours
    case .fill: return fill(sides)
    }
  }

  /// Sets never conflict: each side's additions come in and each side's removals go, so an edit on both sides of one
  /// value leaves both new values standing.
  private mutating func mergeSets(_ sides: Sides) -> [String] {
    let base = sides.keys(sides.base)
    let ours = sides.keys(sides.ours)
    let theirs = sides.keys(sides.theirs)
    let merged =
      sides.theirs.filter { value in
        let key = comparable(sides.field, value)
        return !base.contains(key) || ours.contains(key)
      }
      + sides.ours.filter { value in
        let key = comparable(sides.field, value)
        return !base.contains(key) && !theirs.contains(key)
      }
    if sides.keys(merged) != theirs {
      changes.append(FieldChange(field: sides.field, old: sides.theirs, new: merged))
    }
    takeMany(sides, besides: base.union(ours))
    if theirs != base, sides.keys(merged) == theirs, !sides.same(sides.ours, sides.theirs) {
      survived.append(FieldChange(field: sides.field, old: sides.base, new: sides.theirs))
    }
    return sides.ours
  }

  /// Their values that are new come in, each by itself.
  private mutating func takeMany(_ sides: Sides, besides known: Set<String>) {
    let known = known.union(self.known(sides))
    let new = sides.theirs.filter { !known.contains(comparable(sides.field, $0)) }
    if !new.isEmpty { incoming.append(FieldChange(field: sides.field, old: sides.ours, new: sides.ours + new)) }
  }

  // MARK: steps

  private mutating func send(_ sides: Sides, _ values: [String]) -> [String] {
    changes.append(FieldChange(field: sides.field, old: sides.theirs, new: values))
    return sides.ours
  }

  /// Ours over theirs: but a blank takes nothing away that was changed there, and nobody is overruled twice.
  private mutating func overwrite(_ sides: Sides, _ values: [String]) -> [String] {
    let isConceded = (context.conceded[sides.field] ?? []).contains { sides.same($0, sides.theirs) }
    if isConceded || values.isEmpty && (sides.base.isEmpty || sides.theyChanged) {
      survived.append(FieldChange(field: sides.field, old: sides.base, new: sides.theirs))
      return sides.base
    }
    let lost = sides.theyChanged && !sides.keys(sides.theirs).subtracting(sides.keys(sides.base)).isEmpty
    if lost {
      if (context.overwrote[sides.field] ?? []).contains(where: { sides.same($0, sides.theirs) }) {
        return clash(sides, .insisted)
      }
      note(sides, .ruled(.ours))
    }
    return send(sides, values)
  }

  /// Ours where nothing stands, unless it was taken away there.
  private mutating func fill(_ sides: Sides) -> [String] {
    if sides.theirs.isEmpty, !sides.ours.isEmpty, sides.base.isEmpty || sides.weChanged {
      return send(sides, sides.ours)
    }
    survived.append(FieldChange(field: sides.field, old: sides.base, new: sides.theirs))
    return sides.base
  }

  private mutating func clash(_ sides: Sides, _ cause: FieldConflict.Cause = .bothChanged) -> [String] {
    let found = FieldConflict(
      field: sides.field, base: sides.base, ours: sides.ours, theirs: sides.theirs, cause: cause)
    // Out and in may be refused for the same reason: that is one.
    if !conflicts.contains(found) { conflicts.append(found) }
    return sides.base
  }

  private mutating func note(_ sides: Sides, _ cause: FieldConflict.Cause) {
    ruled.append(
      FieldConflict(field: sides.field, base: sides.base, ours: sides.ours, theirs: sides.theirs, cause: cause))
  }

  // MARK: refusals

  /// Takes out what the type of the field or the destination refuses, in either direction, and names it.
  private mutating func refuse(_ line: StandingRules.Mapping, _ sides: Sides, _ settled: inout [String]) {
    refuseOutgoing(line, sides, &settled)
    guard let place = incoming.firstIndex(where: { $0.field == line.field }) else { return }
    let here = sides.keys(sides.ours)
    let refused = incoming[place].new.filter { !here.contains(sides.key($0)) && line.refusal($0) != nil }
    guard let first = refused.first else { return }
    let gone = sides.keys(refused)
    incoming[place].new.removeAll { gone.contains(sides.key($0)) }
    if sides.keys(incoming[place].new).isSubset(of: here) {
      incoming.remove(at: place)
      ruled.removeAll { $0.field == line.field }
    }
    _ = clash(sides, .refused(line.refusal(first) ?? ""))
  }

  private mutating func refuseOutgoing(_ line: StandingRules.Mapping, _ sides: Sides, _ settled: inout [String]) {
    guard let place = changes.firstIndex(where: { $0.field == line.field }) else { return }
    if let known = context.notTaken[line.field], known.values == changes[place].new {
      let change = changes.remove(at: place)
      ruled.removeAll { $0.field == line.field }
      settled = sides.base
      conflicts.append(
        FieldConflict(
          field: line.field, base: sides.base, ours: change.new, theirs: sides.theirs, cause: .notTaken(known.why)))
      return
    }
    let stands = sides.keys(sides.theirs)
    var refused = changes[place].new.filter { !stands.contains(sides.key($0)) && line.refusal($0) != nil }
    if let most = line.most {
      let rest = changes[place].new.filter { !refused.contains($0) }.dropFirst(most)
      refused += rest.filter { !stands.contains(sides.key($0)) }
    }
    guard let first = refused.first else { return }
    let why = line.refusal(first) ?? "more values than the \(line.most ?? 0) that are held there"
    let gone = sides.keys(refused)
    changes[place].new.removeAll { gone.contains(sides.key($0)) }
    settled.removeAll { gone.contains(sides.key($0)) }
    if !line.field.isMulti || sides.keys(changes[place].new) == stands {
      changes.remove(at: place)
      ruled.removeAll { $0.field == line.field }
      if !line.field.isMulti { settled = sides.base }
    }
    _ = clash(sides, .refused(why))
  }
}
