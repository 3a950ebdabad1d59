import Model

/// A place in a response: reads the words of IMAP's grammar without recursion.
///
/// Every step stops where a literal stands, so that the next literal is always the next of the frame.
struct IMAPCursor {
  let line: [UInt8]
  private let literals: [IMAPFrame.Literal]
  private var nextLiteral = 0
  private let depth: Int
  var at = 0
  /// What is read, for a fault to name.
  var kind = "unknown"

  init(_ frame: IMAPFrame, depth: Int) {
    line = frame.line
    literals = frame.literals
    self.depth = depth
  }

  init(_ line: ArraySlice<UInt8>) {
    self.init(IMAPFrame(line: Array(line)), depth: 1)
  }

  var bad: IMAPFault { .malformed(kind) }
  var atEnd: Bool { at >= line.count }
  private var here: UInt8? { at < line.count ? line[at] : nil }
  private var literalStart: Int { nextLiteral < literals.count ? literals[nextLiteral].start : line.count }

  // MARK: signs

  mutating func skipSpaces() { while here == Byte.space || here == Byte.tab { at += 1 } }

  mutating func take(_ byte: UInt8) -> Bool {
    guard here == byte else { return false }
    at += 1
    return true
  }

  mutating func need(_ byte: UInt8) throws(IMAPFault) {
    skipSpaces()
    if !take(byte) { throw bad }
  }

  /// Whether a list goes on; its end is taken.
  mutating func more() throws(IMAPFault) -> Bool {
    skipSpaces()
    if take(Byte.close) { return false }
    if atEnd { throw bad }
    return true
  }

  // MARK: words and numbers

  private mutating func run(_ goesOn: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = at
    let end = literalStart
    while at < end, goesOn(line[at]) { at += 1 }
    return line[start..<at]
  }

  /// Letters up to a space, bracket, parenthesis or quote; maybe none.
  mutating func word() -> String {
    String(
      decoding: run {
        $0 != Byte.space && $0 != Byte.open && $0 != Byte.close && $0 != Byte.quote && $0 != Byte.bracket
          && $0 != Byte.closeBracket
      }, as: UTF8.self)
  }

  private mutating func atom() -> ArraySlice<UInt8> {
    run { $0 != Byte.space && $0 != Byte.open && $0 != Byte.close && $0 != Byte.quote }
  }

  /// All that is left, parted by spaces.
  mutating func words() -> [String] {
    let rest = line[at...].split(separator: Byte.space)
    at = line.count
    return rest.map { String(decoding: $0, as: UTF8.self) }
  }

  mutating func restText() -> String {
    let rest = line[min(at, line.count)...]
    at = line.count
    return String(decoding: rest, as: UTF8.self)
  }

  /// A number; nil where none begins, -1 if it does not fit 63 bits (RFC 7162 §7 has none larger).
  mutating func digits() -> Int64? {
    guard let first = here, Byte.isDigit(first) else { return nil }
    var value: Int64 = 0
    var fits = true
    while let byte = here, Byte.isDigit(byte) {
      let (tens, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, more) = tens.addingReportingOverflow(Int64(byte &- 48))
      if over || more { fits = false }
      value = fits ? sum : 0
      at += 1
    }
    return fits ? value : -1
  }

  func checked(_ number: Int64) throws(IMAPFault) -> Int64 {
    if number < 0 { throw bad }
    return number
  }

  mutating func number() throws(IMAPFault) -> Int64 {
    guard let number = digits() else { throw bad }
    return try checked(number)
  }

  /// RFC 9051 §2.3.1.1: 32 bits, never 0.
  mutating func uid() throws(IMAPFault) -> UInt32 {
    guard let uid = UInt32(exactly: try number()), uid > 0 else { throw bad }
    return uid
  }

  mutating func set() throws(IMAPFault) -> UIDSet {
    guard let set = UIDSet(atom()) else { throw bad }
    return set
  }

  // MARK: strings

  /// A quoted string, a literal or an atom; nil for NIL.
  mutating func string() throws(IMAPFault) -> [UInt8]? {
    if let string = try counted() { return string }
    let atom = atom()
    if atom.isEmpty { throw bad }
    return line.span.equalsFolded(atom.startIndex..<atom.endIndex, "nil") ? nil : Array(atom)
  }

  /// A folder's name; servers send names with parentheses bare.
  mutating func name() throws(IMAPFault) -> [UInt8] {
    if let name = try counted() { return name }
    let name = run { $0 != Byte.space }
    if name.isEmpty { throw bad }
    return Array(name)
  }

  /// A quoted string or a literal, if one begins here.
  private mutating func counted() throws(IMAPFault) -> [UInt8]? {
    if at == literalStart, nextLiteral < literals.count {
      let literal = literals[nextLiteral]
      nextLiteral += 1
      at = literal.end
      return literal.bytes
    }
    return here == Byte.quote ? try quoted() : nil
  }

  private mutating func quoted() throws(IMAPFault) -> [UInt8] {
    var out: [UInt8] = []
    at += 1
    let end = literalStart
    while at < end {
      let byte = line[at]
      at += 1
      if byte == Byte.quote { return out }
      if byte == Byte.backslash, at < end {
        out.append(line[at])
        at += 1
      } else {
        out.append(byte)
      }
    }
    throw bad
  }

  /// A list of strings, or one alone; empty for NIL.
  mutating func strings() throws(IMAPFault) -> [[UInt8]] {
    guard take(Byte.open) else { return try string().map { [$0] } ?? [] }
    var all: [[UInt8]] = []
    while try more() { if let one = try string() { all.append(one) } }
    return all
  }

  /// A list of flags or attributes.
  mutating func flags() throws(IMAPFault) -> [String] {
    skipSpaces()
    var flags: [String] = []
    for flag in try strings() { flags.append(String(decoding: flag, as: UTF8.self)) }
    return flags
  }

  // MARK: values that nobody asked for

  /// Passes one value: a string, an atom, or a list with all that is in it.
  mutating func skipValue() throws(IMAPFault) {
    var open = 0
    repeat {
      skipSpaces()
      if take(Byte.open) {
        open += 1
        if open > depth { throw .tooDeep(limit: depth) }
      } else if take(Byte.close) {
        open -= 1
        if open < 0 { throw bad }
      } else if try counted() == nil, atom().isEmpty {
        throw bad
      }
    } while open > 0
  }

  /// Passes `[…]` behind a section's name and gives what is in it; nil if none begins here.
  mutating func section() throws(IMAPFault) -> String? {
    guard take(Byte.bracket) else { return nil }
    let start = at
    while let byte = here, byte != Byte.closeBracket {
      if try counted() == nil { at += 1 }
    }
    let name = line[start..<at]
    if !take(Byte.closeBracket) { throw bad }
    return String(decoding: name, as: UTF8.self).uppercased()
  }
}
