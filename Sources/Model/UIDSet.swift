/// A set of mail numbers of a folder (RFC 3501 §2.3.1.1) as sorted ranges that neither touch nor overlap.
///
/// It is never expanded: `1:4294967295` is one range. Sizes are counts of ranges, not of numbers.
public struct UIDSet: Hashable, Sendable {
  /// The ranges, ascending, with at least one number between two of them.
  public private(set) var ranges: [ClosedRange<UInt32>] = []

  public init() {}
  public init(_ range: ClosedRange<UInt32>) { ranges = [range] }
  public init(_ uid: UInt32) { ranges = [uid...uid] }

  /// Every number from `first` on; printed with the highest number instead of `*`, which would always name one mail.
  public static func from(_ first: UInt32) -> UIDSet { UIDSet(first...UInt32.max) }

  /// Numbers in any order, doubles allowed.
  public init(_ uids: some Sequence<UInt32>) { self.init(ranges: uids.map { $0...$0 }) }

  /// Ranges in any order, overlaps allowed.
  public init(ranges unsorted: [ClosedRange<UInt32>]) {
    var sorted = unsorted
    // What servers send is sorted nearly always.
    if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0.lowerBound <= $1.lowerBound }) {
      sorted.sort { $0.lowerBound < $1.lowerBound }
    }
    for range in sorted { add(range) }
  }

  public var isEmpty: Bool { ranges.isEmpty }
  public var count: Int { ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } }
  public var min: UInt32? { ranges.first?.lowerBound }
  public var max: UInt32? { ranges.last?.upperBound }

  public func contains(_ uid: UInt32) -> Bool {
    let at = UIDSet.lower(ranges, uid)
    return at < ranges.count && ranges[at].contains(uid)
  }

  public mutating func insert(_ uid: UInt32) {
    if let last = ranges.last, uid > last.upperBound {
      add(uid...uid)
    } else if !contains(uid) {
      self = union(UIDSet(uid))
    }
  }

  public func union(_ other: UIDSet) -> UIDSet {
    if isEmpty { return other }
    if other.isEmpty { return self }
    var merged = UIDSet()
    merged.ranges.reserveCapacity(ranges.count + other.ranges.count)
    var a = 0
    var b = 0
    while a < ranges.count || b < other.ranges.count {
      let left = b == other.ranges.count || (a < ranges.count && ranges[a].lowerBound <= other.ranges[b].lowerBound)
      merged.add(left ? ranges[a] : other.ranges[b])
      if left { a += 1 } else { b += 1 }
    }
    return merged
  }

  public func intersection(_ other: UIDSet) -> UIDSet {
    var common = UIDSet()
    var a = 0
    var b = 0
    while a < ranges.count, b < other.ranges.count {
      let low = Swift.max(ranges[a].lowerBound, other.ranges[b].lowerBound)
      let high = Swift.min(ranges[a].upperBound, other.ranges[b].upperBound)
      if low <= high { common.add(low...high) }
      if ranges[a].upperBound < other.ranges[b].upperBound { a += 1 } else { b += 1 }
    }
    return common
  }

  public func subtracting(_ other: UIDSet) -> UIDSet {
    var rest = UIDSet()
    var b = 0
    for range in ranges {
      // One more than the highest number must be sayable.
      var low = UInt64(range.lowerBound)
      while b < other.ranges.count, other.ranges[b].upperBound < range.lowerBound { b += 1 }
      var at = b
      while at < other.ranges.count, other.ranges[at].lowerBound <= range.upperBound {
        if UInt64(other.ranges[at].lowerBound) > low { rest.add(UInt32(low)...(other.ranges[at].lowerBound - 1)) }
        low = UInt64(other.ranges[at].upperBound) + 1
        at += 1
      }
      if low <= UInt64(range.upperBound) { rest.add(UInt32(low)...range.upperBound) }
    }
    return rest
  }

  /// The `count` lowest numbers and all others, in time that grows with the ranges alone.
  public func split(first count: Int) -> (first: UIDSet, rest: UIDSet) {
    var first = UIDSet()
    var left = Swift.max(0, count)
    for (index, range) in ranges.enumerated() {
      let size = Int(range.upperBound - range.lowerBound) + 1
      if size <= left {
        first.ranges.append(range)
        left -= size
        continue
      }
      var rest = UIDSet()
      let cut = UInt32(UInt64(range.lowerBound) + UInt64(left))
      if left > 0 { first.ranges.append(range.lowerBound...(cut - 1)) }
      rest.ranges.append(cut...range.upperBound)
      rest.ranges.append(contentsOf: ranges[(index + 1)...])
      return (first, rest)
    }
    return (first, UIDSet())
  }

  /// Pieces that print as at most `ranges` ranges and `bytes` bytes, so that each fits a command line.
  public func pieces(ranges most: Int = 500, bytes: Int = 7_000) -> [UIDSet] {
    var pieces: [UIDSet] = []
    var piece = UIDSet()
    var size = 0
    for range in ranges {
      let length = UIDSet.printedSize(range) + 1
      if !piece.isEmpty, piece.ranges.count >= most || size + length > bytes {
        pieces.append(piece)
        piece = UIDSet()
        size = 0
      }
      piece.ranges.append(range)
      size += length
    }
    if !piece.isEmpty { pieces.append(piece) }
    return pieces
  }

  /// Adds a range that begins at or above the last one's begin.
  private mutating func add(_ range: ClosedRange<UInt32>) {
    guard let last = ranges.last else {
      ranges.append(range)
      return
    }
    // Ranges that touch become one; the highest number has no successor.
    if last.upperBound == UInt32.max || range.lowerBound <= last.upperBound + 1 {
      ranges[ranges.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
    } else {
      ranges.append(range)
    }
  }

  /// The first range that ends at or above `uid`.
  private static func lower(_ ranges: [ClosedRange<UInt32>], _ uid: UInt32) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < uid { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension UIDSet: Sequence {
  /// Every number, ascending, made one at a time.
  public func makeIterator() -> AnyIterator<UInt32> {
    var numbers = ranges.lazy.joined().makeIterator()
    return AnyIterator { numbers.next() }
  }
}

extension UIDSet: CustomStringConvertible {
  /// As a command has it: `1:5,7`; empty for the empty set, which no command may hold.
  public var description: String {
    var text = ""
    for range in ranges {
      if !text.isEmpty { text += "," }
      text += String(range.lowerBound)
      if range.count > 1 { text += ":" + String(range.upperBound) }
    }
    return text
  }

  /// Reads `1:5,7` (RFC 9051 `sequence-set`), in any order; nil for 0, `*`, what does not fit 32 bits, or nothing.
  public init?(_ text: String) { self.init(Array(text.utf8)[...]) }

  public init?(_ bytes: ArraySlice<UInt8>) {
    var found: [ClosedRange<UInt32>] = []
    var first: UInt32?
    var number: UInt32 = 0
    for at in bytes.startIndex...bytes.endIndex {
      let byte = at < bytes.endIndex ? bytes[at] : 44
      if byte &- 48 < 10 {
        let (tens, over) = number.multipliedReportingOverflow(by: 10)
        let (sum, more) = tens.addingReportingOverflow(UInt32(byte &- 48))
        if over || more { return nil }
        number = sum
        continue
      }
      guard number > 0 else { return nil }
      if byte == 58, first == nil {
        first = number
      } else if byte == 44 {
        // RFC 3501 §9: `5:2` is `2:5`.
        let other = first ?? number
        found.append(Swift.min(number, other)...Swift.max(number, other))
        first = nil
      } else {
        return nil
      }
      number = 0
    }
    self.init(ranges: found)
  }

  private static func printedSize(_ range: ClosedRange<UInt32>) -> Int {
    digits(range.lowerBound) + (range.count > 1 ? 1 + digits(range.upperBound) : 0)
  }

  private static func digits(_ number: UInt32) -> Int {
    var rest = number
    var digits = 1
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    return digits
  }
}
