public import Model

/// A person's fields as a fold over facts: the same facts in any order give the same fields.
///
/// A fact that the owner typed with confidence 0 is a removal: the value stays away however often a source repeats it;
/// an empty typed value empties a field that holds one value.
public struct FoldedPerson: Sendable, Equatable {
  /// A value that was proposed and not taken, with what stands instead.
  public struct Passed: Sendable, Equatable {
    public var field: Fact.Field
    public var taken: String
    public var takenFrom: Fact.Origin
    public var proposed: String
    public var proposedBy: Fact.Origin
    public var record: ID<Record>
  }

  public var name = ""
  public var given = ""
  public var family = ""
  public var organisation: String?
  public var title: String?
  public var birthday: String?
  public var emails: [String] = []
  public var phones: [String] = []
  public var urls: [String] = []
  public var addresses: [String] = []
  public var notes: [String] = []
  public var tags: [String] = []
  /// Custom fields by label.
  public var custom: [Contact.Labelled] = []
  /// What an address book, a CRM or the owner said otherwise, in order of field and value.
  public var conflicts: [Passed] = []

  public init() {}

  /// The fields as a delivery writes them.
  public var values: FieldValues {
    var values: FieldValues = [:]
    for field in Fact.Field.allCases where field != .custom {
      let all = self.all(field).filter { !$0.isEmpty }
      if !all.isEmpty { values[FieldKey(field)] = all }
    }
    for field in custom where !field.value.isEmpty { values[.custom(field.label), default: []].append(field.value) }
    return values
  }

  private func all(_ field: Fact.Field) -> [String] {
    switch field {
    case .name: [name]
    case .given: [given]
    case .family: [family]
    case .email: emails
    case .phone: phones
    case .organisation: [organisation ?? ""]
    case .title: [title ?? ""]
    case .url: urls
    case .address: addresses
    case .birthday: [birthday ?? ""]
    case .note: notes
    case .tag: tags
    case .custom: custom.map(\.value)
    }
  }
}

/// Folds facts into fields: typed outranks the destination, that the card, that the header, that what was inferred.
public func foldFacts(_ facts: [Fact]) -> FoldedPerson {
  var person = FoldedPerson()
  let byField = Dictionary(grouping: facts, by: \.field)
  func one(_ field: Fact.Field) -> String? { foldOne(byField[field] ?? [], field, &person.conflicts) }
  func many(_ field: Fact.Field) -> [Fact] { foldMany(byField[field] ?? []) }
  person.organisation = one(.organisation)
  person.title = one(.title)
  person.birthday = one(.birthday)
  person.emails = many(.email).map(\.value)
  person.phones = many(.phone).map(\.value)
  person.urls = many(.url).map(\.value)
  person.addresses = many(.address).map(\.value)
  person.notes = many(.note).map(\.value)
  person.tags = many(.tag).map(\.value)
  person.custom = many(.custom).map { Contact.Labelled($0.value, label: $0.label) }
  let given = one(.given)
  let family = one(.family)
  person.name = foldName(byField[.name] ?? [], given: given, family: family, &person.conflicts)
  let parts = PersonName(person.name)
  // Parts follow the name that was taken unless somebody said them apart from it.
  person.given = given ?? parts.given
  person.family = family ?? parts.family
  person.conflicts.sort { order($0) < order($1) }
  return person
}

private func order(_ passed: FoldedPerson.Passed) -> (String, String, Int64) {
  (passed.field.rawValue, passed.proposed, passed.record.rawValue)
}

/// The order of rank: origin, then how sure, how often (headers) or how late (all others) it was seen, then the value.
private func outranks(_ a: Fact, _ b: Fact) -> Bool {
  if a.origin != b.origin { return a.origin > b.origin }
  if a.confidence != b.confidence { return a.confidence > b.confidence }
  if a.origin == .header, a.count != b.count { return a.count > b.count }
  if a.lastSeen != b.lastSeen { return a.lastSeen > b.lastSeen }
  if a.count != b.count { return a.count > b.count }
  return a.value == b.value ? a.record < b.record : a.value < b.value
}

private func comparable(_ value: String) -> String {
  // Most values are ASCII without a run of spaces, and stand as they are once they are folded.
  var before: UInt8 = 32
  let isPlain = value.utf8.allSatisfy { byte in
    defer { before = byte }
    return byte > 32 && byte < 127 || byte == 32 && before != 32
  }
  if isPlain, before != 32 || value.isEmpty { return fold(value) }
  return fold(value).split(whereSeparator: \.isASpace).joined(separator: " ")
}

private func foldOne(_ facts: [Fact], _ field: Fact.Field, _ conflicts: inout [FoldedPerson.Passed]) -> String? {
  let ranked = facts.filter { $0.origin == .typed || !comparable($0.value).isEmpty }.sorted(by: outranks)
  let removed = removals(facts)
  guard let taken = ranked.first(where: { $0.confidence > 0 && !removed.contains(comparable($0.value)) }) else {
    return nil
  }
  note(ranked, against: taken, field, &conflicts)
  return taken.value.isEmpty ? nil : taken.value
}

/// Names of headers are variants of one another: the best of them is picked by count and completeness, not the latest.
private func foldName(
  _ facts: [Fact], given: String?, family: String?, _ conflicts: inout [FoldedPerson.Passed]
) -> String {
  let removed = removals(facts)
  let standing = facts.filter { $0.confidence > 0 && !removed.contains(comparable($0.value)) }
  let spoken = standing.filter { $0.origin >= .card }
  if let taken = foldOne(spoken, .name, &conflicts) { return taken }
  let joined = [given, family].compactMap { $0 }.joined(separator: " ")
  if !joined.isEmpty { return joined }
  for origin in [Fact.Origin.header, .inferred] {
    let variants = standing.filter { $0.origin == origin }.map { (name: $0.value, count: $0.count) }
    let best = PersonName.best(among: variants)
    if !best.isEmpty { return best }
  }
  return ""
}

private func removals(_ facts: [Fact]) -> Set<String> {
  Set(facts.filter { $0.origin == .typed && $0.confidence <= 0 }.map { comparable($0.value) })
}

/// Lists what a card or a destination proposes otherwise; spellings that differ in case or space alone are no conflict.
private func note(
  _ ranked: [Fact], against taken: Fact, _ field: Fact.Field, _ conflicts: inout [FoldedPerson.Passed]
) {
  var seen: Set = [comparable(taken.value)]
  for fact in ranked where fact.origin >= .card && fact.confidence > 0 && !fact.value.isEmpty {
    guard seen.insert(comparable(fact.value)).inserted else { continue }
    // The owner's own earlier words are corrected by the later ones, not in conflict with them.
    if fact.origin == .typed { continue }
    conflicts.append(
      FoldedPerson.Passed(
        field: field, taken: taken.value, takenFrom: taken.origin, proposed: fact.value, proposedBy: fact.origin,
        record: fact.record))
  }
}

/// All values that stand, each once (the highest rank speaks for it), best first.
private func foldMany(_ facts: [Fact]) -> [Fact] {
  let removed = removals(facts)
  var seen: Set<String> = []
  return facts.sorted(by: outranks).filter { fact in
    let key = comparable(fact.value)
    guard fact.confidence > 0, !key.isEmpty, !removed.contains(key) else { return false }
    return seen.insert(fact.field == .custom ? fold(fact.label) + "\u{0}" + key : key).inserted
  }
}
