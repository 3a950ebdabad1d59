/// A name in the parts that matching compares, each plain.
struct NameParts: Equatable {
  /// The first given name.
  var given = ""
  /// What stands between, initials or names.
  var middle: [String] = []
  /// The family name with its particles, as one word.
  var family = ""
  /// The marks of a generation, `jr` or `iii`.
  var generation = ""

  var isEmpty: Bool { given.isEmpty && family.isEmpty }

  /// Reads a display name.
  init(display: String) {
    let name = PersonName(display)
    self.init(given: name.given, family: name.family)
    generation = PersonName.generation(name.full)
    let words = PlainText.words(name.full).filter { !NameParts.isTitle($0) }
    let ends = (PlainText.words(name.given).count, PlainText.words(name.family).count)
    if words.count > ends.0 + ends.1, !family.isEmpty {
      middle = words.dropFirst(ends.0).dropLast(ends.1).filter { !NameParts.isGeneration($0) }
    }
  }

  /// Reads given and family name from columns of their own.
  init(given: String, family: String) {
    var first = PlainText.words(given).filter { !NameParts.isTitle($0) }
    if first.isEmpty { first = PlainText.words(given) }
    var last = PlainText.words(family)
    while last.count > 1, let mark = last.last, NameParts.isGeneration(mark) || NameParts.isTitle(mark) {
      if NameParts.isGeneration(mark) { generation = mark }
      last.removeLast()
    }
    self.given = first.first ?? ""
    middle = Array(first.dropFirst())
    self.family = last.joined()
  }

  /// Letters without the doublings and spellings in which languages differ: `Müller` and `Mueller` have one.
  static func loose(_ word: [UInt8]) -> [UInt8] {
    var loose: [UInt8] = []
    loose.reserveCapacity(word.count)
    var index = 0
    while index < word.count {
      var byte = word[index]
      let next = index + 1 < word.count ? word[index + 1] : 0
      if next == 101, byte == 97 || byte == 111 || byte == 117 { index += 1 }  // ae, oe, ue
      if byte == 112, next == 104 {  // ph
        byte = 102
        index += 1
      }
      if byte == 121 || byte == 106 { byte = 105 }  // y, j: i
      if byte == 119 { byte = 118 }  // w: v
      if byte == 99, next == 107 { index += 1 }  // ck: k
      if byte == 99 || byte == 113 { byte = 107 }  // c, q: k
      if loose.last != byte { loose.append(byte) }
      index += 1
    }
    return loose
  }

  static func isTitle(_ word: String) -> Bool { titles.contains(word) }
  static func isGeneration(_ word: String) -> Bool { generations.contains(word) }

  private static let generations: Set<String> = ["jr", "sr", "ii", "iii", "iv", "junior", "senior"]
  private static let titles: Set<String> = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lady", "lord", "rev", "reverend", "fr",
    "hon", "capt", "captain", "col", "gen", "lt", "maj", "sgt", "herr", "frau", "mme", "mlle", "monsieur", "madame",
    "senor", "senora", "sra", "dott", "ing", "phd", "md", "esq", "mba", "cpa", "dds", "jd", "cfa", "obe", "mbe", "dipl",
  ]
}

/// Different given or family names, each once, with what comparing needs of it.
struct NamePool: Sendable {
  /// Steps of a given name, from nothing in common upwards.
  enum Given: Int { case differ, alike, close, initial, nickname, same, crossed }
  /// Steps of a family name.
  enum Family: Int { case differ, initial, alike, part, close, same, crossed }

  private(set) var texts = TextPool()
  /// The same without the spellings in which languages differ.
  private(set) var loose = TextPool()
  /// How many records hold each.
  private(set) var counts: [Int32] = []
  /// How many records hold any.
  private(set) var holders = 0
  private var nicknames: [[Int]] = []
  private var numbers: [String: Int32] = [:]

  /// The number of a plain name; −1 for none.
  mutating func number(of text: String) -> Int32 {
    if text.isEmpty { return -1 }
    if let old = numbers[text] { return old }
    let number = Int32(counts.count)
    numbers[text] = number
    texts.append(text.utf8)
    loose.append(NameParts.loose(Array(text.utf8)))
    nicknames.append(Nicknames.groups(of: text))
    counts.append(0)
    return number
  }

  mutating func count(_ held: Set<Int32>) {
    for number in held where number >= 0 { counts[Int(number)] += 1 }
    if held.contains(where: { $0 >= 0 }) { holders += 1 }
  }

  /// The first name of the group a name belongs to, in loose spelling; brings candidates together.
  func root(_ name: Int) -> [UInt8] {
    guard let group = nicknames[name].first else { return Array(loose[name]) }
    return NameParts.loose(Array(Nicknames.root(group).utf8))
  }

  func given(_ a: Int, _ b: Int) -> Given {
    if a == b { return .same }
    let (short, long) = texts.length(a) <= texts.length(b) ? (a, b) : (b, a)
    if texts.length(short) <= 1 { return texts.first(a) == texts.first(b) ? .initial : .differ }
    if !nicknames[a].isEmpty, nicknames[a].contains(where: { nicknames[b].contains($0) }) { return .nickname }
    if texts.length(short) >= 3, texts.shared(a, b) == texts.length(short) || loose.equal(a, b) { return .nickname }
    guard let edits = edits(a, b) else { return .differ }
    return edits <= (texts.length(long) >= 9 ? 2 : 1) ? .close : .alike
  }

  func family(_ a: Int, _ b: Int) -> Family {
    if a == b { return .same }
    let (short, long) = texts.length(a) <= texts.length(b) ? (a, b) : (b, a)
    if texts.length(short) <= 1 { return texts.first(a) == texts.first(b) ? .initial : .differ }
    if loose.equal(a, b) { return .close }
    let edits = edits(a, b)
    if let edits, edits <= (texts.length(long) >= 9 ? 2 : 1) { return .close }
    // One of the two names of a double name.
    let part = texts.length(short)
    if part >= 4, texts.shared(a, b) == part || texts.sharedAtEnd(a, b) == part { return .part }
    return edits == nil ? .differ : .alike
  }

  /// Edits between two names if they are few for their length.
  private func edits(_ a: Int, _ b: Int) -> Int? {
    let long = max(texts.length(a), texts.length(b))
    return texts.edits(a, b, limit: long >= 7 ? 3 : long >= 5 ? 2 : 1)
  }
}
