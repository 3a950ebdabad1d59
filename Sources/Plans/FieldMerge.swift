public import Model

/// One field that is to change: what stands there now and what shall.
public struct FieldChange: Sendable, Equatable {
  public var field: FieldKey
  public var old: [String]
  public var new: [String]

  public init(field: FieldKey, old: [String], new: [String]) {
    self.field = field
    self.old = old
    self.new = new
  }

  /// True if something that stands there goes away, by replacing or by removing.
  public var overwrites: Bool {
    let kept = Set(new.map { comparable(field, $0) })
    return old.contains { !kept.contains(comparable(field, $0)) }
  }
}

/// A field that both sides changed differently since the last delivery: listed, and nothing overwritten.
public struct FieldConflict: Sendable, Equatable {
  public var field: FieldKey
  public var base: [String]
  public var ours: [String]
  public var theirs: [String]

  public init(field: FieldKey, base: [String], ours: [String], theirs: [String]) {
    self.field = field
    self.base = base
    self.ours = ours
    self.theirs = theirs
  }

  /// Whose value the owner takes.
  public enum Side: String, Sendable { case ours, theirs }

  /// The base that makes the next plan follow the owner's choice, given the base of the record so far.
  ///
  /// Taking ours declares what stands there as known, so that ours goes out as a plain change; taking theirs declares
  /// ours as delivered, so that theirs survives as any edit at the destination does.
  public func settled(taking side: Side, in base: FieldValues) -> FieldValues {
    var base = base
    let values = side == .ours ? theirs : ours
    base[field] = values.isEmpty ? nil : values
    return base
  }
}

/// The three-way merge of one record: what was last delivered, what we hold, what stands at the destination.
public struct FieldMerge: Sendable, Equatable {
  /// What goes out.
  public var changes: [FieldChange] = []
  public var conflicts: [FieldConflict] = []
  /// Edits made at the destination to what we did not change: they stay as they are.
  public var survived: [FieldChange] = []
  /// The base to keep once the changes are delivered.
  ///
  /// A field in conflict keeps its old base, and so does a field whose
  /// destination value survived: otherwise the next run would take the hand edit for ours to overwrite.
  public var base: FieldValues = [:]

  /// Merges the `fields` of one record; fields outside the mapping are neither read nor written.
  public init(base: FieldValues, ours: FieldValues, theirs: FieldValues, fields: [FieldKey]? = nil) {
    for field in fields ?? Set(base.keys).union(ours.keys).union(theirs.keys).sorted() {
      let sides = Sides(
        base: cleaned(field, base[field]), ours: cleaned(field, ours[field]), theirs: cleaned(field, theirs[field]))
      let settled = field.isMulti ? mergeMany(field, sides) : mergeOne(field, sides)
      if !settled.isEmpty { self.base[field] = settled }
    }
  }

  private struct Sides {
    let base: [String]
    let ours: [String]
    let theirs: [String]
  }

  private mutating func mergeOne(_ field: FieldKey, _ sides: Sides) -> [String] {
    if same(field, sides.ours, sides.theirs) { return sides.ours }
    if same(field, sides.ours, sides.base) {
      survived.append(FieldChange(field: field, old: sides.base, new: sides.theirs))
      return sides.base
    }
    if same(field, sides.theirs, sides.base) {
      changes.append(FieldChange(field: field, old: sides.theirs, new: sides.ours))
      return sides.ours
    }
    conflicts.append(FieldConflict(field: field, base: sides.base, ours: sides.ours, theirs: sides.theirs))
    return sides.base
  }

  /// Sets never conflict: each side's additions come in and each side's removals go, so an edit on both sides of one
  /// value leaves both new values standing.
  private mutating func mergeMany(_ field: FieldKey, _ sides: Sides) -> [String] {
    let base = keys(field, sides.base)
    let ours = keys(field, sides.ours)
    let theirs = keys(field, sides.theirs)
    let merged =
      sides.theirs.filter { value in
        let key = comparable(field, value)
        return !base.contains(key) || ours.contains(key)
      }
      + sides.ours.filter { value in
        let key = comparable(field, value)
        return !base.contains(key) && !theirs.contains(key)
      }
    if keys(field, merged) != theirs {
      changes.append(FieldChange(field: field, old: sides.theirs, new: merged))
    }
    if theirs != base, keys(field, merged) == theirs, !same(field, sides.ours, sides.theirs) {
      survived.append(FieldChange(field: field, old: sides.base, new: sides.theirs))
    }
    return sides.ours
  }

  private func keys(_ field: FieldKey, _ values: [String]) -> Set<String> {
    Set(values.map { comparable(field, $0) })
  }

  private func same(_ field: FieldKey, _ a: [String], _ b: [String]) -> Bool {
    a.map { comparable(field, $0) } == b.map { comparable(field, $0) }
      || (field.isMulti && keys(field, a) == keys(field, b))
  }
}

/// The form in which two values of a field are compared; nothing is ever written in it.
///
/// Addresses ignore case, numbers their punctuation, text the white space around and between words.
func comparable(_ key: FieldKey, _ value: String) -> String {
  switch key.field {
  case .email: fold(trimmed(value))
  case .phone: comparablePhone(value)
  case .url: trimmed(value)
  case .name, .given, .family, .organisation, .title, .address, .birthday, .note, .tag, .custom:
    value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// A number without its punctuation; what follows a letter (an extension) is kept as it is.
private func comparablePhone(_ value: String) -> String {
  var digits = ""
  for character in value {
    if character.isLetter || character == ";" || character == "#" { return trimmed(value) }
    if character.isASCII, character.isNumber || character == "+" { digits.append(character) }
  }
  return digits.isEmpty ? trimmed(value) : digits
}

private func trimmed(_ text: String) -> String {
  guard let first = text.firstIndex(where: { !$0.isWhitespace }), let last = text.lastIndex(where: { !$0.isWhitespace })
  else { return "" }
  return String(text[first...last])
}

/// The values that are not empty, each once, in the order given.
private func cleaned(_ field: FieldKey, _ values: [String]?) -> [String] {
  var seen: Set<String> = []
  return (values ?? []).filter { value in
    let key = comparable(field, value)
    return !key.isEmpty && seen.insert(key).inserted
  }
}
