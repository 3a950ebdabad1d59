import Model
import Testing

/// Random numbers that are the same in every run (splitmix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

@Suite("Sets of mail numbers") struct IMAPUIDSetTests {
  @Test(
    "sets are read in any order and printed in one",
    arguments: [
      ("1", "1"), ("1:5,7", "1:5,7"), ("7,5:1", "1:5,7"), ("1,2,3", "1:3"), ("3,1,2,2", "1:3"), ("1:4,2:9", "1:9"),
      ("4294967295", "4294967295"), ("4294967294,4294967295", "4294967294:4294967295"),
      ("1:4294967295", "1:4294967295"), ("1:4294967295,5,4294967295", "1:4294967295"), ("007", "7"),
    ])
  func read(text: String, printed: String) { #expect(UIDSet(text)?.description == printed) }

  @Test(
    "what is no set is none",
    arguments: [
      "", ",", "1,", ",1", "0", "1:0", "*", "1:*", "-1", "1:2:3", ":", "4294967296", "99999999999999999999", "1 2", "a",
    ])
  func none(text: String) { #expect(UIDSet(text) == nil) }

  @Test("a set of all numbers costs one range")
  func all() {
    let all = UIDSet.from(1)
    #expect(all.count == 4_294_967_295 && all.ranges.count == 1 && all.contains(.max) && !all.contains(0))
    let rest = all.subtracting(UIDSet([5, 4_294_967_295]))
    #expect(rest.description == "1:4,6:4294967294" && rest.union(all) == all && rest.intersection(all) == rest)
    #expect(all.subtracting(all).isEmpty && all.union(all) == all)
    let (first, others) = all.split(first: 500)
    #expect(first.description == "1:500" && others.description == "501:4294967295")
    #expect(all.split(first: .max).rest.isEmpty && all.split(first: -1).first.isEmpty)
    #expect(Array(all.prefix(2)) == [1, 2] && UIDSet(.max).pieces().count == 1 && all.min == 1 && all.max == .max)
  }

  @Test("sets agree with plain sets over random histories", arguments: 0..<60)
  func model(seed: UInt64) {
    var random = SeededNumbers(state: seed)
    // Near the ends of the numbers too, where arithmetic could wrap.
    let base: UInt32 = seed % 3 == 0 ? .max - 80 : seed % 3 == 1 ? 1 : 1_000
    func draw() -> Set<UInt32> {
      Set((0..<Int.random(in: 0...50, using: &random)).map { _ in base + UInt32.random(in: 0...80, using: &random) })
    }
    for _ in 0..<20 {
      let (a, b) = (draw(), draw())
      let (x, y) = (UIDSet(a), UIDSet(b.sorted()))
      #expect(Array(x) == a.sorted() && x.count == a.count && x.isEmpty == a.isEmpty)
      #expect(Set(x.union(y)) == a.union(b) && Set(x.subtracting(y)) == a.subtracting(b))
      #expect(Set(x.intersection(y)) == a.intersection(b) && x.union(y) == UIDSet(a.union(b)))
      #expect(x.min == a.min() && x.max == a.max())
      if !a.isEmpty { #expect(UIDSet(x.description) == x) }
      var grown = UIDSet()
      for uid in a { grown.insert(uid) }
      #expect(grown == x)
      for uid in base...(base + 80) { #expect(x.contains(uid) == a.contains(uid)) }
      let count = Int.random(in: 0...60, using: &random)
      let (first, rest) = x.split(first: count)
      #expect(Array(first) == Array(a.sorted().prefix(count)) && Array(rest) == Array(a.sorted().dropFirst(count)))
      let pieces = x.pieces(ranges: 3, bytes: 30)
      #expect(pieces.allSatisfy { $0.ranges.count <= 3 && $0.description.utf8.count <= 30 && !$0.isEmpty })
      #expect(pieces.flatMap { Array($0) } == a.sorted())
      for (left, right) in zip(x.ranges, x.ranges.dropFirst()) { #expect(right.lowerBound - left.upperBound > 1) }
    }
  }
}
