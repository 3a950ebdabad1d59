/// A byte rendering with exactly one form for each value, for digests over what leaves.
///
/// Every text is written as its length in bytes, a colon, the bytes and a comma (a netstring), and every list with its
/// count before it, so that no two values render alike whatever they hold.
struct Canonical {
  private(set) var bytes: [UInt8] = []

  /// `what` names the kind of value and the version of its rendering.
  init(_ what: String) { text(what) }

  mutating func text(_ text: String) {
    let utf8 = Array(text.utf8)
    bytes += Array(String(utf8.count).utf8)
    bytes.append(UInt8(ascii: ":"))
    bytes += utf8
    bytes.append(UInt8(ascii: ","))
  }

  mutating func number(_ number: Int64) { text(String(number)) }

  mutating func list(_ texts: [String]) {
    number(Int64(texts.count))
    for item in texts { text(item) }
  }

  /// A value that may be missing: a missing one differs from an empty one.
  mutating func optional(_ value: String?) { list(value.map { [$0] } ?? []) }

  mutating func nested(_ other: [UInt8]) {
    number(Int64(other.count))
    bytes += other
  }
}
