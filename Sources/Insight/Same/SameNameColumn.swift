/// The names of all records in parts, each part once; an object, so that no comparison copies it.
final class SameNameColumn: Sendable {
  /// One name of a record: numbers in the pools, −1 for what is not there.
  struct Entry: Sendable, Equatable {
    var given: Int32
    var family: Int32
    var middle: Int32
    var generation: Int32
  }

  /// What a comparison of two records' names gives; nil where one says nothing.
  struct Steps: Equatable {
    var given: Int?
    var middle: Int?
    var family: Int?
  }

  let starts: [Int32]
  let entries: [Entry]
  /// Given and family names in one pool, since columns are exchanged at times.
  let names: NamePool
  let middles: NamePool
  let givenHolders: Int
  let familyHolders: Int

  /// `asWords` tells of a display name that it is a firm's, which has no given and family part.
  init(_ records: [SameRecord], asWords: (String) -> Bool) {
    var (starts, entries, holders) = ([Int32(0)], [Entry](), (given: 0, family: 0))
    var (names, middles) = (NamePool(), NamePool())
    starts.reserveCapacity(records.count + 1)
    for record in records {
      let begin = entries.count
      for parts in SameNameColumn.parts(of: record, asWords) where !parts.isEmpty {
        let entry = Entry(
          given: names.number(of: parts.given), family: names.number(of: parts.family),
          middle: middles.number(of: parts.middle.first ?? ""), generation: middles.number(of: parts.generation))
        if !entries[begin...].contains(entry), entries.count < begin + 4 { entries.append(entry) }
      }
      let mine = entries[begin...]
      names.count(Set(mine.map(\.given) + mine.map(\.family)))
      if mine.contains(where: { $0.given >= 0 }) { holders.given += 1 }
      if mine.contains(where: { $0.family >= 0 }) { holders.family += 1 }
      starts.append(Int32(entries.count))
    }
    (self.starts, self.entries, self.names, self.middles) = (starts, entries, names, middles)
    (givenHolders, familyHolders) = holders
  }

  private static func parts(of record: SameRecord, _ asWords: (String) -> Bool) -> [NameParts] {
    let (given, family) = (record.all(.given), record.all(.family))
    var parts: [NameParts] = []
    for index in 0..<max(given.count, family.count) {
      parts.append(
        NameParts(given: index < given.count ? given[index] : "", family: index < family.count ? family[index] : ""))
    }
    if parts.allSatisfy(\.isEmpty) {
      parts = record.all(.name).filter { !asWords($0) }.map { NameParts(display: $0) }
    }
    return parts
  }

  func entries(of record: Int) -> ArraySlice<Entry> { entries[Int(starts[record])..<Int(starts[record + 1])] }

  /// The steps of the two names that agree best.
  func steps(_ a: Int, _ b: Int) -> Steps {
    var best = Steps()
    var rank = -1
    for x in Int(starts[a])..<Int(starts[a + 1]) {
      for y in Int(starts[b])..<Int(starts[b + 1]) {
        let steps = compare(entries[x], entries[y])
        let now = (steps.given ?? 0) + (steps.family ?? 0) + 1
        if now > rank { (best, rank) = (steps, now) }
      }
    }
    return best
  }

  private func compare(_ a: Entry, _ b: Entry) -> Steps {
    var steps = Steps(given: nil, middle: middle(a, b), family: nil)
    if a.given >= 0, b.given >= 0 { steps.given = names.given(Int(a.given), Int(b.given)).rawValue }
    if a.family >= 0, b.family >= 0 { steps.family = names.family(Int(a.family), Int(b.family)).rawValue }
    // Exchanged columns: only where they do not agree as they stand.
    guard steps.given ?? 0 < 2, steps.family ?? 0 < 2 else { return steps }
    let there = across(a.given, b.family)
    let back = across(b.given, a.family)
    guard there != nil || back != nil, there ?? true, back ?? true else { return steps }
    steps.given = there != nil && back != nil ? NamePool.Given.crossed.rawValue : nil
    steps.family = NamePool.Family.crossed.rawValue
    steps.middle = nil
    return steps
  }

  /// Whether the given name of one is the family name of the other; nil if one of them is not there.
  private func across(_ given: Int32, _ family: Int32) -> Bool? {
    guard given >= 0, family >= 0 else { return nil }
    return names.texts.length(Int(given)) > 1
      && names.family(Int(given), Int(family)).rawValue >= NamePool.Family.close.rawValue
  }

  private func middle(_ a: Entry, _ b: Entry) -> Int? {
    if a.generation >= 0, b.generation >= 0, a.generation != b.generation { return 0 }
    guard a.middle >= 0, b.middle >= 0 else { return nil }
    if a.middle == b.middle { return 3 }
    let shared = middles.texts.shared(Int(a.middle), Int(b.middle))
    return shared == min(middles.texts.length(Int(a.middle)), middles.texts.length(Int(b.middle))) ? 2 : 1
  }

  /// A part of a name that both records hold; nil if they share none.
  func shared(_ a: Int, _ b: Int, isGiven: Bool) -> Int? {
    for x in Int(starts[a])..<Int(starts[a + 1]) {
      let name = isGiven ? entries[x].given : entries[x].family
      guard name >= 0 else { continue }
      for y in Int(starts[b])..<Int(starts[b + 1]) where name == (isGiven ? entries[y].given : entries[y].family) {
        return Int(name)
      }
    }
    return nil
  }
}
