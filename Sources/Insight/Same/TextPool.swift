/// Many short texts in one run of bytes, each by its number; compares them without making anything.
///
/// All comparing is of bytes, so that no locale has a say.
struct TextPool: Sendable {
  private var bytes: [UInt8] = []
  private var starts: [Int32] = [0]
  /// Which letters and digits a text holds: two texts that differ in many of these need many edits.
  private var masks: [UInt64] = []

  var count: Int { masks.count }

  mutating func append(_ text: some Sequence<UInt8>) {
    var mask: UInt64 = 0
    for byte in text {
      bytes.append(byte)
      mask |= 1 << UInt64(byte & 63)
    }
    masks.append(mask)
    starts.append(Int32(bytes.count))
  }

  subscript(_ text: Int) -> ArraySlice<UInt8> { bytes[Int(starts[text])..<Int(starts[text + 1])] }

  func length(_ text: Int) -> Int { Int(starts[text + 1] - starts[text]) }

  func first(_ text: Int) -> UInt8? { length(text) > 0 ? bytes[Int(starts[text])] : nil }

  func equal(_ a: Int, _ b: Int) -> Bool {
    a == b || masks[a] == masks[b] && length(a) == length(b) && shared(a, b) == length(a)
  }

  /// How many bytes two texts share at their beginning.
  func shared(_ a: Int, _ b: Int) -> Int {
    let (x, y, most) = (Int(starts[a]), Int(starts[b]), min(length(a), length(b)))
    return bytes.withUnsafeBufferPointer { bytes in
      var at = 0
      while at < most, bytes[x + at] == bytes[y + at] { at += 1 }
      return at
    }
  }

  /// How many bytes two texts share at their end.
  func sharedAtEnd(_ a: Int, _ b: Int) -> Int {
    let (x, y, most) = (Int(starts[a + 1]), Int(starts[b + 1]), min(length(a), length(b)))
    return bytes.withUnsafeBufferPointer { bytes in
      var at = 0
      while at < most, bytes[x - 1 - at] == bytes[y - 1 - at] { at += 1 }
      return at
    }
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), or nil above `limit`.
  func edits(_ a: Int, _ b: Int, limit: Int) -> Int? {
    if a == b { return 0 }
    let (short, long) = length(a) <= length(b) ? (a, b) : (b, a)
    guard length(long) - length(short) <= limit, length(long) <= 64, limit > 0 else { return nil }
    // An edit takes away one kind of letter at most, and brings one.
    let (x, y) = (masks[a], masks[b])
    if max((x & ~y).nonzeroBitCount, (y & ~x).nonzeroBitCount) > limit { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      var (x, y) = (Int(starts[short])..<Int(starts[short + 1]), Int(starts[long])..<Int(starts[long + 1]))
      // What both begin and end with needs no edit.
      while let first = x.first, !y.isEmpty, bytes[first] == bytes[y.lowerBound] {
        x.removeFirst()
        y.removeFirst()
      }
      while let last = x.last, !y.isEmpty, bytes[last] == bytes[y.upperBound - 1] {
        x.removeLast()
        y.removeLast()
      }
      return TextPool.edits(
        UnsafeBufferPointer(rebasing: bytes[x]), UnsafeBufferPointer(rebasing: bytes[y]), limit)
    }
  }

  /// Agreement from 0 to 100: the share of the longer text that needs no edit; 0 if under `least`.
  func likeness(_ a: Int, _ b: Int, least: Int) -> Int {
    let long = max(length(a), length(b))
    guard long > 0 else { return 100 }
    guard let edits = edits(a, b, limit: long * (100 - least) / 100) else { return 0 }
    return (long - edits) * 100 / long
  }

  /// Only what lies near the diagonal is worked out: a path that leaves it by more than `limit` is too long.
  private static func edits(
    _ short: UnsafeBufferPointer<UInt8>, _ long: UnsafeBufferPointer<UInt8>, _ limit: Int
  ) -> Int? {
    if short.isEmpty { return long.count <= limit ? long.count : nil }
    let width = short.count + 1
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: width * 3) { rows -> Int? in
      var (before, last, now) = (0, width, 2 * width)
      for column in 0..<width { (rows[before + column], rows[last + column], rows[now + column]) = (0, column, 0) }
      for row in 0..<long.count {
        let letter = long[row]
        let (from, to) = (max(0, row - limit), min(short.count, row + limit + 1))
        if from >= to { return nil }
        rows[now + from] = from == 0 ? row + 1 : limit + 1
        var least = rows[now + from]
        for column in from..<to {
          let other = short[column]
          var best = rows[last + column] + (letter == other ? 0 : 1)
          // Beyond the diagonal's neighbourhood nothing was worked out in the row before.
          if column + 1 < to || row + limit + 1 > short.count { best = min(best, rows[last + column + 1] + 1) }
          best = min(best, rows[now + column] + 1)
          if row > 0, column > 0, letter == short[column - 1], long[row - 1] == other {
            best = min(best, rows[before + column - 1] + 1)
          }
          rows[now + column + 1] = best
          least = min(least, best)
        }
        if least > limit { return nil }
        (before, last, now) = (last, now, before)
      }
      let edits = rows[last + short.count]
      return edits <= limit ? edits : nil
    }
  }

  /// A rough sound of a word, for finding candidates and never for judging: consonants in classes, vowels dropped.
  static func sound(_ word: some Sequence<UInt8>) -> [UInt8] {
    var sound: [UInt8] = []
    for byte in word {
      let kind: UInt8
      switch byte {
      case 97, 101, 105, 111, 117, 121, 104, 119: kind = 0
      case 98, 112, 102, 118: kind = 1
      case 99, 103, 106, 107, 113, 115, 120, 122: kind = 2
      case 100, 116: kind = 3
      case 108: kind = 4
      case 109, 110: kind = 5
      case 114: kind = 6
      default: kind = 7
      }
      if kind != 0, sound.last != kind { sound.append(kind) }
      if sound.count == 5 { break }
    }
    return sound
  }
}
