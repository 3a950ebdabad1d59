import Formats
import Model

extension FuzzTarget {
  /// A server's talk: cut anywhere it is the same, it is read or refused, and no name in it can become a command.
  static func imap(_ bytes: [UInt8]) throws {
    let whole = responses(bytes, by: max(1, bytes.count))
    for size in [1, 5] { try hold("pieces do not matter", responses(bytes, by: size) == whole) }
    try hold("responses are no more than their bytes", whole.frames.reduce(0) { $0 + $1.line.count } <= bytes.count)
    for frame in whole.frames {
      let held = frame.literals.reduce(0) { $0 + $1.bytes.count }
      try hold("literals are within their limit", held <= limits.literal && frame.literals.count <= limits.literals)
      try hold("lines are within their limit", frame.line.count <= limits.numbers)
      guard let response = try? IMAPResponse(frame, limits: limits) else { continue }
      try read(response)
    }
    try names(bytes)
    if let set = UIDSet(bytes[...]) { try numbers(set) }
  }

  /// Small, so that the fuzzer meets each of them.
  private static let limits: IMAPLimits = {
    var limits = IMAPLimits()
    (limits.line, limits.numbers, limits.literal, limits.literals, limits.depth) = (2_000, 4_000, 1_000, 5, 6)
    return limits
  }()

  private struct Talk: Equatable {
    var frames: [IMAPFrame] = []
    var fault: IMAPFault?
  }

  private static func responses(_ bytes: [UInt8], by size: Int) -> Talk {
    var framer = IMAPFramer(limits: limits)
    var talk = Talk()
    do throws(IMAPFault) {
      for start in stride(from: 0, to: bytes.count, by: size) {
        framer.append(bytes[start..<min(bytes.count, start + size)])
        while let frame = try framer.next() { talk.frames.append(frame) }
      }
    } catch {
      talk.fault = error
    }
    return talk
  }

  private static func read(_ response: IMAPResponse) throws {
    switch response {
    case .list(let listed): try names(listed.name.raw)
    case .mailbox(let status):
      try names(status.name.raw)
      try hold("counts are not negative", (status.messages ?? 0) >= 0 && (status.highestModSeq ?? 0) >= 0)
    case .search(let set, _), .vanished(_, let set): try numbers(set)
    case .extendedSearch(let found): if let set = found.all { try numbers(set) }
    case .fetch(let mail): try hold("a mail has a place and a number", mail.sequence >= 0 && mail.uid != 0)
    default: break
    }
  }

  private static func numbers(_ set: UIDSet) throws {
    guard !set.isEmpty else { return }
    try hold("a set survives being written", UIDSet(set.description) == set)
    let (first, rest) = set.split(first: 3)
    try hold("a set is the sum of its parts", first.union(rest) == set && first.intersection(rest).isEmpty)
    try hold("a set less a part is the rest", set.subtracting(first) == rest && !set.contains(0))
    let pieces = set.pieces(ranges: 4, bytes: 40)
    try hold("pieces are small", pieces.allSatisfy { $0.ranges.count <= 4 && $0.description.utf8.count <= 40 })
    try hold("pieces are all", pieces.reduce(UIDSet()) { $0.union($1) } == set)
  }

  /// A name, a password or a search is one string of the command: a framer like the server's finds nothing behind it.
  private static func names(_ raw: [UInt8]) throws {
    let name = IMAPName(raw: raw)
    let text = name.text()
    try hold("a text survives being a name", name.isInbox || IMAPName(text).text() == text || IMAPName(text).isInbox)
    for literals in [IMAPLiterals.waiting, .anySize] {
      guard let parts = try? IMAPCommand.examine(name).encoded(tag: 1, literals: literals).parts else {
        try hold("only NUL is refused", raw.contains(0))
        continue
      }
      let sent = Array(parts.joined())
      let plain = sent.filter { $0 != 92 }.count + name.raw.filter { $0 == 92 }.count
      try hold("a command holds its name and no more", plain <= name.raw.count + 32)
      let lines = sent.filter { $0 == 10 }.count - name.raw.filter { $0 == 10 }.count
      try hold("a line end of a name is inside a literal", lines == 1 || (lines == 2 && sent.contains(123)))
    }
  }
}
