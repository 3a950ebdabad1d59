import Glibc

/// One whole response: its line, and its literals with the places where they stand in it.
public struct IMAPFrame: Sendable, Equatable {
  /// A counted string (RFC 3501 §4.3).
  public struct Literal: Sendable, Equatable {
    /// Where its `{n}` (or `~{n}`) begins in `line`; the line goes on behind the `}`.
    public let start: Int
    public let end: Int
    public var bytes: [UInt8]
  }

  /// The bytes outside literals, without the line end; literals are left as their `{n}`.
  public let line: [UInt8]
  public let literals: [Literal]

  public init(line: [UInt8], literals: [Literal] = []) {
    self.line = line
    self.literals = literals
  }
}

/// Cuts a server's bytes into responses, however they come; holds no more than the limits and what was appended.
///
/// A literal's bytes go to their place as they come: what a server announces costs nothing before it is sent.
public struct IMAPFramer: Sendable {
  public let limits: IMAPLimits
  private var line: [UInt8] = []
  private var literals: [IMAPFrame.Literal] = []
  private var body: [UInt8] = []
  /// Bytes that the literal at hand still lacks; nil outside literals.
  private var missing: Int?
  /// Bytes of all literals of the response at hand.
  private var heavy = 0
  private var ready: [IMAPFrame] = []
  private var taken = 0
  private var fault: IMAPFault?

  public init(limits: IMAPLimits = .standard) { self.limits = limits }

  /// Whether a response has begun and not ended.
  public var isInside: Bool { missing != nil || !line.isEmpty || !literals.isEmpty }

  /// Takes bytes as they came from the server; behind a fault nothing is taken any more.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    var at = 0
    while at < bytes.count, fault == nil {
      if let left = missing {
        let part = min(left, bytes.count - at)
        take(UnsafeRawBufferPointer(rebasing: bytes[at..<at + part]), of: left)
        at += part
        continue
      }
      let rest = bytes.count - at
      // Never looks further than the longest line may be.
      let hit = memchr(base + at, 10, rest)
      let end = hit.map { UnsafeRawPointer($0) - base } ?? bytes.count
      grow(UnsafeRawBufferPointer(rebasing: bytes[at..<end]))
      at = end
      if hit != nil {
        at += 1
        if fault == nil { endLine() }
      }
    }
  }

  public mutating func append(_ bytes: some Sequence<UInt8>) {
    if bytes.withContiguousStorageIfAvailable({ append(UnsafeRawBufferPointer($0)) }) == nil {
      Array(bytes).withUnsafeBytes { append($0) }
    }
  }

  /// The next whole response; nil until more bytes come.
  ///
  /// Responses before a fault are given first.
  public mutating func next() throws(IMAPFault) -> IMAPFrame? {
    if taken < ready.count {
      let frame = ready[taken]
      // The place lets go of the bytes, which their reader may want to change.
      ready[taken] = IMAPFrame(line: [])
      taken += 1
      if taken == ready.count {
        ready.removeAll(keepingCapacity: taken <= 256)
        taken = 0
      }
      return frame
    }
    if let fault { throw fault }
    return nil
  }

  private mutating func fail(_ reason: IMAPFault) {
    fault = reason
    (line, literals, body, missing) = ([], [], [], nil)
  }

  // MARK: lines

  private mutating func grow(_ bytes: UnsafeRawBufferPointer) {
    let size = line.count + bytes.count
    if size > limits.line {
      let head = line.count >= 16 ? Array(line.prefix(16)) : line + bytes.prefix(16 - line.count)
      let limit = IMAPFramer.listsNumbers(head) ? max(limits.numbers, limits.line) : limits.line
      if size > limit { return fail(.lineTooLong(limit: limit)) }
    }
    line.append(contentsOf: bytes)
  }

  private static func listsNumbers(_ head: [UInt8]) -> Bool {
    ["* search ", "* esearch ", "* vanished "].contains { name in
      head.count >= name.utf8.count && head.span.equalsFolded(0..<name.utf8.count, name)
    }
  }

  private mutating func endLine() {
    // RFC 3501 §2.2 has CRLF; a lone LF is taken for one.
    if line.last == Byte.cr { line.removeLast() }
    if line.last == 125, let start = openingBrace(), carriesLiterals() {
      announce(start)
    } else {
      finish()
    }
  }

  private mutating func finish() {
    ready.append(IMAPFrame(line: line, literals: literals))
    // The array leaves with the frame: the next line begins its own.
    line = []
    literals = []
    heavy = 0
  }

  /// Where the `{` of a size at the line's end stands, behind the last literal.
  private func openingBrace() -> Int? {
    let floor = literals.last?.end ?? 0
    var at = line.count - 1
    while at > floor {
      at -= 1
      let byte = line[at]
      if byte == 123 { return at }
      // Digits, and the sign of a client's `{n+}`, which no server should send.
      guard Byte.isDigit(byte) || byte == Byte.minus || byte == 43 else { return nil }
    }
    return nil
  }

  /// Free text and open quotes hold no literals (RFC 3501 §9 `resp-text`, `quoted`): else a text could eat what follows.
  private func carriesLiterals() -> Bool {
    guard line.count > 2, line[0] == Byte.star, line[1] == Byte.space else { return false }
    for name in ["ok ", "no ", "bad ", "bye ", "preauth "]
    where line.count >= name.utf8.count + 2 && line.span.equalsFolded(2..<name.utf8.count + 2, name) {
      return false
    }
    var quoted = false
    var at = literals.last?.end ?? 0
    while at < line.count {
      if line[at] == Byte.quote { quoted.toggle() }
      if quoted, line[at] == Byte.backslash { at += 1 }
      at += 1
    }
    return !quoted
  }

  // MARK: literals

  private mutating func announce(_ brace: Int) {
    guard brace + 2 < line.count else { return finish() }
    if line[brace + 1] == Byte.minus { return fail(.literalSize) }
    var size = 0
    let room = min(limits.literal, 1 << 40) - heavy
    for at in (brace + 1)..<(line.count - 1) {
      let byte = line[at]
      if byte == 43, at == line.count - 2, at > brace + 1 { break }
      guard Byte.isDigit(byte) else { return finish() }
      // It stops before it could wrap.
      size = size * 10 + Int(byte &- 48)
      if size > room { return fail(.literalTooLarge(limit: limits.literal)) }
    }
    if literals.count >= limits.literals { return fail(.tooManyLiterals(limit: limits.literals)) }
    heavy += size
    let start = brace > 0 && line[brace - 1] == 126 ? brace - 1 : brace
    literals.append(IMAPFrame.Literal(start: start, end: line.count, bytes: []))
    body = []
    if size == 0 { return }
    missing = size
    body.reserveCapacity(min(size, 64 << 10))
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer, of left: Int) {
    let needed = body.count + bytes.count
    if needed > body.capacity {
      // Doubling, but never beyond what was announced.
      body.reserveCapacity(min(max(needed, body.capacity * 2), body.count + left))
    }
    body.append(contentsOf: bytes)
    missing = left - bytes.count
    if missing == 0 {
      literals[literals.count - 1].bytes = body
      body = []
      missing = nil
    }
  }
}
