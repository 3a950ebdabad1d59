/// All records, prepared: which traits they can be compared by, and how far any two agree.
final class SameTable: Sendable {
  let count: Int
  let traits: [SameTrait]
  let names: SameNameColumn
  /// How many traits at the beginning are parts of names; the others have a column each.
  let named: Int
  let columns: [SameColumn]
  let records: [SameRecord]
  private let mail: Int?
  private let city: Int?
  private let code: Int?
  private static let sameCode = SameTrait.postcode.steps.firstIndex(of: "same")
  private static let namesake = SameTrait.email.steps.firstIndex(of: "namesake")

  init(_ records: [SameRecord]) {
    self.records = records
    count = records.count
    let displays = records.flatMap { $0.all(.name) }
    // A column that mostly holds firms is read as firms throughout: `Mason` is then a school, not a man.
    let firms = displays.count { SameTable.isFirm($0) }
    let allFirms = firms * 10 > displays.count * 3
    names = SameNameColumn(records) { allFirms || SameTable.isFirm($0) }
    var traits: [SameTrait] = []
    var columns: [SameColumn] = []
    func add(_ trait: SameTrait, _ texts: (SameRecord) -> [String]) {
      let column = SameColumn(trait, records, texts)
      guard column.holders > 1, traits.count < SamePattern.most else { return }
      traits.append(trait)
      columns.append(column)
    }
    if names.givenHolders + names.familyHolders > 0 {
      traits += [.given, .middle, .family]
    }
    named = traits.count
    if allFirms { add(.nameWords) { $0.all(.name) } }
    add(.email) { $0.all(.email) }
    add(.phone) { $0.all(.phone) }
    add(.birthday) { $0.all(.birthday) }
    add(.organisation) { record in
      record.all(.organisation) + (allFirms ? [] : record.all(.name).filter { SameTable.isFirm($0) })
    }
    add(.street) { record in
      let street = record.all(.street).filter { !$0.isEmpty }.joined(separator: " ")
      return street.isEmpty ? [] : [street]
    }
    add(.city) { $0.all(.city) }
    add(.postcode) { $0.all(.postcode) }
    add(.country) { $0.all(.country) }
    add(.title) { $0.all(.title) }
    let texts = records.map { $0.all(.text).count }.max() ?? 0
    for number in 0..<texts {
      let isCode = SameTable.holdsCodes(records.lazy.compactMap { $0.all(.text).dropFirst(number).first })
      add(isCode ? .code(number) : .words(number)) { $0.all(.text).dropFirst(number).prefix(1).map { $0 } }
    }
    self.traits = traits
    city = traits.firstIndex(of: .city)
    code = traits.firstIndex(of: .postcode)
    mail = named > 0 ? traits.firstIndex(of: .email) : nil
    self.columns = columns
  }

  /// How far two records agree in every trait.
  func pattern(_ a: Int, _ b: Int) -> SamePattern {
    var pattern = SamePattern()
    if named > 0 {
      let steps = names.steps(a, b)
      pattern[0] = steps.given
      pattern[1] = steps.middle
      pattern[2] = steps.family
    }
    for column in columns.indices { pattern[named + column] = columns[column].step(a, b) }
    // An address that is made of a name says nothing more where the name is known to agree.
    if let mail, pattern[mail] == SameTable.namesake, pattern[2] ?? 0 >= NamePool.Family.close.rawValue {
      pattern[mail] = nil
    }
    // A postcode says in which place it lies.
    if let code, let city, pattern[code] == SameTable.sameCode { pattern[city] = nil }
    return pattern
  }

  /// The value two records share in a trait, if they stand on its step `same` by one value.
  func shared(_ trait: Int, _ a: Int, _ b: Int) -> Int? {
    switch traits[trait] {
    case .given: names.shared(a, b, isGiven: true)
    case .family: names.shared(a, b, isGiven: false)
    case .middle: nil
    default: columns[trait - named].shared(a, b)
    }
  }

  private static func holdsCodes(_ texts: some Sequence<String>) -> Bool {
    var (codes, all) = (0, 0)
    for text in texts.prefix(2_000) where !text.isEmpty {
      all += 1
      if text.utf8.count(where: { $0 >= 48 && $0 <= 57 }) * 2 >= text.utf8.count || !text.contains(" ") { codes += 1 }
    }
    return codes * 10 >= all * 8
  }

  /// Whether a display name reads as a firm's or an office's.
  static func isFirm(_ name: String) -> Bool {
    let words = PlainText.words(name)
    if words.count > 5 || words.contains(where: { firmMarks.contains($0) }) { return true }
    // `Ada Church` is somebody; three words with such a one among them are a house.
    return words.count > 2
      && words.contains { word in
        firmWords.contains(word) || word.utf8.first.map { $0 >= 48 && $0 <= 57 } ?? false
      }
  }

  private static let firmMarks: Set<String> = [
    "inc", "ltd", "llc", "llp", "plc", "corp", "gmbh", "bv", "sarl", "srl", "company", "corporation", "limited",
    "association", "assn", "society", "school", "academy", "college", "university", "hospital", "clinic", "institute",
    "foundation", "department", "preschool", "kindergarten", "daycare", "elementary", "technologies", "consulting",
  ]

  private static let firmWords: Set<String> = [
    "co", "ag", "kg", "se", "club", "church", "center", "centre", "ctr", "bank", "group", "partners", "services",
    "solutions", "systems", "council", "dept", "office", "team", "house", "hotel", "shop", "store", "agency",
    "ministries", "parish", "and", "verein", "schule",
  ]
}
