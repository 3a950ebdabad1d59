/// A text as a bag of words.
struct WordBag {
  /// Words by number, ascending, each once.
  var words: [Int32]
  /// The number of a house, empty without one.
  var house: [UInt8]
  /// All words without spaces.
  var bytes: [UInt8]
}

/// The words of one column: how often each stands there, and so how much it says.
struct WordTable: Sendable {
  let isStreet: Bool
  private var numbers: [String: Int32] = [:]
  private(set) var texts = TextPool()
  private var counts: [Int] = []
  /// What a word says, in sixteenths of a bit.
  private var says: [Int] = []
  /// The bags that were kept, one behind the other.
  private var starts: [Int32] = [0]
  private var words: [Int32] = []
  /// What all words of a bag say.
  private var totals: [Int] = []

  /// Words of a bag at most.
  private static let most = 40

  init(isStreet: Bool) { self.isStreet = isStreet }

  /// Reads a text; nil if it holds no word.
  mutating func read(_ text: String) -> WordBag? {
    let short = isStreet ? WordTable.street : WordTable.firm
    var read = PlainText.words(text).map { short[$0] ?? WordTable.cardinal($0) }.filter { !$0.isEmpty }
    var house: [UInt8] = []
    if isStreet, let at = read.firstIndex(where: { $0.utf8.first.map { $0 >= 48 && $0 <= 57 } ?? false }),
      at == 0 || at == read.count - 1
    {
      house = Array(read.remove(at: at).utf8)
    }
    if read.isEmpty, house.isEmpty { return nil }
    var seen: Set<Int32> = []
    for word in read where seen.count < WordTable.most {
      let number = numbers[word] ?? Int32(counts.count)
      if number == counts.count {
        numbers[word] = number
        texts.append(word.utf8)
        counts.append(0)
      }
      seen.insert(number)
    }
    return WordBag(words: seen.sorted(), house: house, bytes: read.flatMap(\.utf8))
  }

  /// Keeps a bag that was read; bags are numbered in the order of keeping.
  mutating func keep(_ bag: [Int32]) {
    for word in bag { counts[Int(word)] += 1 }
    words += bag
    starts.append(Int32(words.count))
  }

  /// Settles what each word says, once all texts are read.
  mutating func settle(texts count: Int) {
    says = counts.map { Int((Bits.log2(Double(count + 2) / Double($0 + 1)) * 16).rounded()) + 4 }
    totals = (0..<(starts.count - 1)).map { bag in self[bag].reduce(0) { $0 + says[Int($1)] } }
    numbers = [:]
  }

  subscript(_ bag: Int) -> ArraySlice<Int32> { words[Int(starts[bag])..<Int(starts[bag + 1])] }

  func count(_ word: Int32) -> Int { counts[Int(word)] }

  func isEmpty(_ bag: Int) -> Bool { starts[bag] == starts[bag + 1] }

  /// What two bags share, by what the words say: of both together, and of the smaller one, each in hundredths.
  func overlap(_ a: Int, _ b: Int) -> (both: Int, within: Int) {
    if a == b { return (100, 100) }
    let (x, y) = (Int(starts[a])..<Int(starts[a + 1]), Int(starts[b])..<Int(starts[b + 1]))
    var shared = 0
    var (leftOf, rightOf): (UInt64, UInt64) = (0, 0)
    var (i, j) = (x.lowerBound, y.lowerBound)
    while i < x.upperBound, j < y.upperBound {
      if words[i] == words[j] {
        shared += says[Int(words[i])]
        leftOf |= 1 << UInt64(i - x.lowerBound)
        rightOf |= 1 << UInt64(j - y.lowerBound)
        i += 1
        j += 1
      } else if words[i] < words[j] {
        i += 1
      } else {
        j += 1
      }
    }
    for i in x where leftOf & 1 << UInt64(i - x.lowerBound) == 0 {
      for j in y where rightOf & 1 << UInt64(j - y.lowerBound) == 0 && kin(Int(words[i]), Int(words[j])) {
        shared += min(says[Int(words[i])], says[Int(words[j])]) * 7 / 8
        rightOf |= 1 << UInt64(j - y.lowerBound)
        break
      }
    }
    let union = totals[a] + totals[b] - shared
    let least = min(totals[a], totals[b])
    return (union > 0 ? shared * 100 / union : 100, least > 0 ? shared * 100 / least : 0)
  }

  /// A slip of the pen, or a word cut short.
  private func kin(_ a: Int, _ b: Int) -> Bool {
    let (short, long) = (min(texts.length(a), texts.length(b)), max(texts.length(a), texts.length(b)))
    guard short >= 3, texts.first(a) ?? 0 >= 97, texts.first(b) ?? 0 >= 97 else { return false }
    if texts.shared(a, b) == short { return true }
    return short >= 4 && texts.edits(a, b, limit: long >= 8 ? 2 : 1) != nil
  }

  /// `51st` is `51`.
  private static func cardinal(_ word: String) -> String {
    guard word.utf8.count > 2, let first = word.utf8.first, first >= 48, first <= 57 else { return word }
    let number = word.prefix { $0.isANumber }
    return ["st", "nd", "rd", "th"].contains(String(word.dropFirst(number.count))) ? String(number) : word
  }

  private static let street: [String: String] = [
    "street": "st", "str": "st", "saint": "st", "avenue": "ave", "av": "ave", "road": "rd", "boulevard": "blvd",
    "drive": "dr",
    "place": "pl", "court": "ct", "lane": "ln", "square": "sq", "terrace": "tce", "terr": "tce", "parkway": "pkwy",
    "crescent": "cres", "circuit": "cct", "close": "cl", "highway": "hwy", "north": "n", "south": "s", "east": "e",
    "west": "w",
    "northwest": "nw", "northeast": "ne", "southwest": "sw", "southeast": "se", "first": "1", "second": "2",
    "third": "3", "fourth": "4", "fifth": "5", "strasse": "st", "stra": "st", "platz": "pl", "apartment": "apt",
    "suite": "ste",
    "building": "bldg", "floor": "fl", "mount": "mt", "village": "vlge",
  ]

  private static let firm: [String: String] = [
    "association": "assn", "assoc": "assn", "company": "co", "corporation": "corp", "incorporated": "inc",
    "limited": "ltd",
    "center": "ctr", "centre": "ctr", "saint": "st", "community": "comm", "university": "univ", "international": "intl",
    "department": "dept", "brothers": "bros", "and": "", "manufacturing": "mfg", "services": "svc", "service": "svc",
    "academy": "acad", "development": "dev", "management": "mgmt", "group": "grp", "gesellschaft": "ges",
    "zentrum": "ctr",
  ]
}
