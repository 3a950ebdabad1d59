import Consent

/// Which keys what leaves for a destination may hold, made from the mapping that the owner approved (P077).
///
/// One key more, at any depth, and nothing leaves.
public struct PayloadSchema: Sendable, Equatable {
  public enum Form: Sendable, Equatable {
    /// No body at all.
    case empty
    /// RFC 8259: the names of all members.
    case json
    /// RFC 6350: the names of all properties.
    case card
  }

  public let form: Form
  public let keys: Set<String>

  public init(_ form: Form, keys: Set<String> = []) {
    self.form = form
    self.keys = form == .card ? Set(keys.map { $0.uppercased() }) : keys
  }

  /// A card that may hold these properties, and those that stood in it before.
  public init(card properties: Set<String>, over held: [UInt8] = []) {
    self.init(.card, keys: properties.union(PayloadSchema.properties(of: held)))
  }

  /// Throws a refusal that names no value if the body holds anything beyond the schema.
  public func check(_ body: [UInt8]) throws {
    let found: Set<String>
    switch form {
    case .empty:
      guard body.isEmpty else { throw PayloadSchema.refusal("a body where none is approved") }
      return
    case .json: found = try PayloadSchema.members(of: body)
    case .card: found = PayloadSchema.properties(of: body)
    }
    guard let extra = found.subtracting(keys).min() else { return }
    throw PayloadSchema.refusal("the field '\(extra.prefix(40))', which is not in the approved mapping")
  }

  private static func refusal(_ what: String) -> Refusal {
    Refusal(.notApproved, promise: 77, "nothing was sent: it holds \(what)")
  }

  /// Every string that a colon follows; a name with an escape in it is none that we would write.
  private static func members(of body: [UInt8]) throws -> Set<String> {
    var found: Set<String> = []
    var place = 0
    while place < body.count {
      guard body[place] == UInt8(ascii: "\"") else {
        place += 1
        continue
      }
      let start = place + 1
      var (end, isPlain) = (start, true)
      while end < body.count, body[end] != UInt8(ascii: "\"") {
        if body[end] == UInt8(ascii: "\\") {
          isPlain = false
          end += 1
        }
        end += 1
      }
      guard end < body.count else { throw refusal("a text without an end") }
      place = end + 1
      while place < body.count, [9, 10, 13, 32].contains(body[place]) { place += 1 }
      guard place < body.count, body[place] == UInt8(ascii: ":") else { continue }
      guard isPlain else { throw refusal("a field with an escaped name") }
      found.insert(String(decoding: body[start..<end], as: UTF8.self))
    }
    return found
  }

  /// The name at the head of each line that is no continuation, without its group (RFC 6350 §3.2, §3.3).
  private static func properties(of body: [UInt8]) -> Set<String> {
    var found: Set<String> = []
    for line in body.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      guard let first = line.first, first != 32, first != 9 else { continue }
      let name = line.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ";") }
      let own = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).last ?? name
      found.insert(String(decoding: own, as: UTF8.self).uppercased())
    }
    return found
  }
}
