/// Which pairs of records are worth a comparison: those that share a key of some kind.
///
/// A key that many share is walked in the order of what else its records say, each record with its next few, so that
/// the work stays linear in the records.
struct SameBlocks {
  /// All pairs of a key up to this many records; above it, a window.
  static let whole = 30
  static let window = 4
  /// A key of one word that more records share says nothing.
  static let common = 60

  /// Pairs as `first << 32 | second`, ascending, each once.
  static func pairs(_ table: SameTable) -> [UInt64] {
    var keys: [(key: UInt64, record: UInt32)] = []
    keys.reserveCapacity(table.count * 12)
    for record in 0..<table.count {
      for key in SameKeys(table, record).keys { keys.append((key, UInt32(record))) }
    }
    keys.sort { $0.key == $1.key ? $0.record < $1.record : $0.key < $1.key }
    let order = SameBlocks.order(table)
    var pairs: [UInt64] = []
    var start = 0
    while start < keys.count {
      var end = start + 1
      while end < keys.count, keys[end].key == keys[start].key { end += 1 }
      // A record may have a key twice.
      var group: [UInt32] = []
      for entry in keys[start..<end] where entry.record != group.last { group.append(entry.record) }
      if group.count > 1 { append(group, order, to: &pairs) }
      start = end
    }
    pairs.sort()
    var last: UInt64?
    pairs.removeAll { pair in
      defer { last = pair }
      return pair == last
    }
    return pairs
  }

  private static func append(_ group: [UInt32], _ order: [UInt32], to pairs: inout [UInt64]) {
    guard group.count > whole else {
      for (index, a) in group.enumerated() {
        for b in group[(index + 1)...] { pairs.append(UInt64(a) << 32 | UInt64(b)) }
      }
      return
    }
    let sorted = group.sorted { order[Int($0)] < order[Int($1)] }
    for (index, a) in sorted.enumerated() {
      for b in sorted[(index + 1)...].prefix(window) { pairs.append(UInt64(min(a, b)) << 32 | UInt64(max(a, b))) }
    }
  }

  /// The place of each record among all, sorted by name and by whatever else is there.
  private static func order(_ table: SameTable) -> [UInt32] {
    let texts = (0..<table.count).map { record -> [UInt8] in
      var text: [UInt8] = []
      if let name = table.names.entries(of: record).first {
        if name.family >= 0 { text += table.names.names.texts[Int(name.family)] }
        text.append(32)
        if name.given >= 0 { text += table.names.names.texts[Int(name.given)] }
      }
      for column in table.columns {
        guard let id = column.ids(of: record).first else { continue }
        text.append(32)
        text += column.texts[Int(id)].prefix(12)
      }
      return text
    }
    let sorted = (0..<table.count).sorted { a, b in
      texts[a] == texts[b] ? a < b : texts[a].lexicographicallyPrecedes(texts[b])
    }
    var order = [UInt32](repeating: 0, count: table.count)
    for (place, record) in sorted.enumerated() { order[record] = UInt32(place) }
    return order
  }
}

/// The keys of one record.
struct SameKeys {
  private(set) var keys: [UInt64] = []
  /// The rarest word of each organisation.
  private var firms: [ArraySlice<UInt8>] = []
  private let table: SameTable

  init(_ table: SameTable, _ record: Int) {
    self.table = table
    var days: [ArraySlice<UInt8>] = []
    var places: [ArraySlice<UInt8>] = []
    for column in table.columns {
      for id in column.ids(of: record) { add(column, Int(id), &days, &places) }
    }
    for name in table.names.entries(of: record) { add(name, days, places) }
  }

  private mutating func add(
    _ column: SameColumn, _ id: Int, _ days: inout [ArraySlice<UInt8>], _ places: inout [ArraySlice<UInt8>]
  ) {
    let text = column.texts[id]
    switch column.kind {
    case .email:
      let (local, letters) = (column.parts[id], column.letters[id])
      key("e", text)
      if local.count >= 4 { key("l", local) }
      if letters.count >= 5 { key("s", letters, text.dropFirst(local.count).prefix(3)) }
      key("d", text.dropFirst(local.count), local.prefix(3))
    case .phone: key("p", text.suffix(7))
    case .birthday:
      days.append(text)
      key("b", text)
    case .code: if column.trait == .postcode { places.append(text) } else { key(column.trait.label, text) }
    case .place: if column.trait == .city { places.append(text) }
    case .words:
      // Among people a firm brings together those of like names, and a title nobody.
      if table.named == 0 {
        add(column.trait.label, column.words[id], column.words)
      } else if column.trait == .organisation, let rare = SameKeys.rare(column.words[id], column.words, 1).first {
        firms.append(column.words.texts[Int(rare)])
      }
    case .street:
      guard let rare = SameKeys.rare(column.words[id], column.words, 1).first else { return }
      key("h", column.parts[id], column.words.texts[Int(rare)])
      if table.named == 0, column.words.count(rare) <= SameBlocks.common { key("w", column.words.texts[Int(rare)]) }
    }
  }

  /// The rarest words, alone if they are rare enough and in pairs.
  private mutating func add(_ label: String, _ bag: ArraySlice<Int32>, _ words: WordTable) {
    let rare = SameKeys.rare(bag, words, 3)
    for word in rare where words.count(word) <= SameBlocks.common { key(label, words.texts[Int(word)]) }
    for (index, word) in rare.enumerated() {
      for other in rare[(index + 1)...] { key(label, words.texts[Int(word)], words.texts[Int(other)]) }
    }
  }

  private static func rare(_ bag: ArraySlice<Int32>, _ words: WordTable, _ count: Int) -> [Int32] {
    Array(bag.sorted { (words.count($0), $0) < (words.count($1), $1) }.prefix(count)).sorted()
  }

  private mutating func add(
    _ name: SameNameColumn.Entry, _ days: [ArraySlice<UInt8>], _ places: [ArraySlice<UInt8>]
  ) {
    let names = table.names.names
    if name.given >= 0, name.family >= 0 {
      let (given, family) = (names.loose[Int(name.given)], names.loose[Int(name.family)])
      // The sounds of both parts without an order, so that exchanged columns meet.
      let sounds = [TextPool.sound(given), TextPool.sound(family)]
      let ordered = sounds[0].lexicographicallyPrecedes(sounds[1]) ? sounds : [sounds[1], sounds[0]]
      key("n", ordered[0][...], ordered[1][...])
      key("r", names.root(Int(name.given))[...], family.prefix(3))
      key("f", family, given.prefix(1))
    }
    for number in [name.given, name.family] where number >= 0 && names.texts.length(Int(number)) > 1 {
      let word = names.loose[Int(number)]
      for day in days {
        key("y", word, day.prefix(4))
        key("m", word, day.suffix(4))
        key("v", word.prefix(2), day.prefix(6))
      }
      for place in places { key("c", word, place.prefix(5)) }
      for firm in firms { key("o", word.prefix(2), firm) }
    }
  }

  /// FNV-1a over the kind and the parts.
  private mutating func key(_ kind: String, _ parts: ArraySlice<UInt8>...) {
    guard parts.contains(where: { !$0.isEmpty }) else { return }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    kind.utf8.forEach(mix)
    for part in parts {
      mix(0)
      part.forEach(mix)
    }
    keys.append(hash)
  }
}
