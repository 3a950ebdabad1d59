/// The values of one trait over all records, each value once and prepared for comparing; an object, so that no
/// comparison copies it.
final class SameColumn: Sendable {
  enum Kind: Sendable { case email, phone, birthday, code, place, words, street }

  let trait: SameTrait
  let kind: Kind
  /// Where each record's values begin in `ids`; one more than records.
  let starts: [Int32]
  let ids: [Int32]
  /// How many records hold each value.
  let counts: [Int32]
  /// How many records hold any value.
  let holders: Int
  /// The values as they are compared: folded addresses, digits, eight digits of a day, words without spaces.
  let texts: TextPool
  /// Local parts of addresses; numbers of houses.
  let parts: TextPool
  /// Letters of local parts.
  let letters: TextPool
  /// Domains of addresses.
  let domains: TextPool
  /// Numbers that were written with their country.
  let isWhole: [Bool]
  let words: WordTable
  /// The step on which two same values stand.
  let same: Int

  /// Reads the texts of every record.
  ///
  /// A text that has not the form of its field is left out: an `email` without `@` is a slip of columns.
  init(_ trait: SameTrait, _ records: [SameRecord], _ texts: (SameRecord) -> [String]) {
    let read = ColumnReading(trait, records, texts)
    self.trait = trait
    kind = read.kind
    starts = read.starts
    ids = read.ids
    counts = read.counts
    holders = read.holders
    self.texts = read.texts
    parts = read.parts
    letters = read.letters
    domains = read.domains
    isWhole = read.isWhole
    words = read.words
    same = trait.same
  }

  func ids(of record: Int) -> ArraySlice<Int32> { ids[Int(starts[record])..<Int(starts[record + 1])] }

  /// The step of two records: the best that any two of their values reach; nil if one says nothing.
  func step(_ a: Int, _ b: Int) -> Int? {
    let (left, right) = (Int(starts[a])..<Int(starts[a + 1]), Int(starts[b])..<Int(starts[b + 1]))
    if left.isEmpty || right.isEmpty { return nil }
    var best = 0
    for x in left { for y in right where ids[x] == ids[y] { return same } }
    for x in left { for y in right { best = max(best, step(value: Int(ids[x]), Int(ids[y]))) } }
    return best
  }

  private func step(value a: Int, _ b: Int) -> Int {
    switch kind {
    case .email: email(a, b)
    case .phone: phone(a, b)
    case .birthday: birthday(a, b)
    case .code: code(a, b)
    case .place: place(a, b)
    case .words: bag(a, b)
    case .street: street(a, b)
    }
  }

  /// The rarest value that both records hold; nil if they share none.
  func shared(_ a: Int, _ b: Int) -> Int? {
    var best: Int?
    for x in ids(of: a) {
      for y in ids(of: b) where x == y {
        if let old = best, (counts[old], Int32(old)) < (counts[Int(x)], x) { continue }
        best = Int(x)
      }
    }
    return best
  }
}

/// A column while it is read.
private struct ColumnReading {

  let kind: SameColumn.Kind
  private(set) var starts: [Int32] = [0]
  private(set) var ids: [Int32] = []
  private(set) var counts: [Int32] = []
  private(set) var holders = 0

  private(set) var texts = TextPool()
  private(set) var parts = TextPool()
  private(set) var letters = TextPool()
  private(set) var domains = TextPool()
  private(set) var isWhole: [Bool] = []
  private(set) var words: WordTable
  private var numbers: [String: Int32] = [:]

  init(_ trait: SameTrait, _ records: [SameRecord], _ texts: (SameRecord) -> [String]) {
    kind =
      switch trait {
      case .email: .email
      case .phone: .phone
      case .birthday: .birthday
      case .postcode, .code: .code
      case .city, .country: .place
      case .street: .street
      default: .words
      }
    words = WordTable(isStreet: trait == .street)
    starts.reserveCapacity(records.count + 1)
    var known: [String: Int32] = [:]
    for record in records {
      let begin = ids.count
      for text in texts(record).prefix(8) where !text.isEmpty {
        let id = known[text] ?? add(text)
        known[text] = id
        if id >= 0, !ids[begin...].contains(id) { ids.append(id) }
      }
      for id in ids[begin...] { counts[Int(id)] += 1 }
      if ids.count > begin { holders += 1 }
      starts.append(Int32(ids.count))
    }
    words.settle(texts: counts.count)
    numbers = [:]
  }

  /// The number of a value, −1 if it is none.
  ///
  /// Values of one reading (`St.` and `Street`) share a number.
  private mutating func add(_ text: String) -> Int32 {
    switch kind {
    case .email:
      guard let value = EmailForm(text) else { return -1 }
      return keep(value.whole) {
        $0.parts.append(value.local)
        $0.letters.append(value.letters)
        $0.domains.append(value.whole.dropFirst(value.local.count + 1))
      }
    case .phone:
      guard let value = PhoneForm(text) else { return -1 }
      return keep(value.digits) { $0.isWhole.append(value.isWhole) }
    case .birthday:
      guard let value = BirthdayForm(text) else { return -1 }
      return keep(value.written)
    case .code:
      guard let value = CodeForm(text) else { return -1 }
      return keep(value.bytes)
    case .place:
      let bytes = Array(PlainText.of(text).utf8)
      guard bytes.contains(where: { $0 >= 97 }), bytes.count <= 60 else { return -1 }
      return keep(bytes)
    case .words, .street:
      guard let bag = words.read(text) else { return -1 }
      let key = bag.words.map { "\($0)" }.joined(separator: " ").utf8 + Array("#".utf8) + bag.house
      return keep(Array(key), text: bag.bytes) {
        $0.parts.append(bag.house)
        $0.words.keep(bag.words)
      }
    }
  }

  private mutating func keep(
    _ key: [UInt8], text: [UInt8]? = nil, _ more: (inout ColumnReading) -> Void = { _ in }
  ) -> Int32 {
    let key = String(decoding: key, as: UTF8.self)
    if let old = numbers[key] { return old }
    let number = Int32(counts.count)
    numbers[key] = number
    counts.append(0)
    if let text { texts.append(text) } else { texts.append(key.utf8) }
    more(&self)
    return number
  }
}
