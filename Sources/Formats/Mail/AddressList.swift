/// Address lists of header fields (RFC 5322 §3.4), read leniently in one pass without recursion.
public enum AddressList {
  /// Reads addresses; those that are no `local@domain` are left out, and so is what comes after `limit` of them.
  ///
  /// Groups give their members, however they nest. Also read: `local at domain (Name)` of list archives, semicolons as
  /// separators, names with a bare comma (`Lovelace, Ada <ada@example.test>`), missing closing signs.
  public static func parse(_ text: String, limit: Int = MailLimits.standard.addresses) -> [MailAddress] {
    parse(text.utf8.span, limit: limit)
  }

  public static func parse(_ bytes: Span<UInt8>, limit: Int = MailLimits.standard.addresses) -> [MailAddress] {
    var reader = AddressReader(limit: limit)
    reader.read(bytes, 0..<bytes.count)
    return reader.found
  }
}

/// The state of reading one or more address lists: the tokens of the mailbox at hand.
struct AddressReader {
  struct Token {
    enum Kind { case atom, quoted, comment, at, literal }
    var kind: Kind
    var range: Range<Int>
    /// White space came before it.
    var spaced: Bool
  }

  var found: [MailAddress] = []
  let limit: Int
  /// There were more addresses than the limit.
  var cut = false
  /// Something that was no address.
  var bad = false

  private var tokens: [Token] = []
  private var angle = -1
  private var angleEnd = -1
  private var spaced = false
  /// Tokens of `Lovelace` in `Lovelace, Ada <…>`, kept for the name that follows.
  private var carried = 0
  private var quotes = true
  private var comments = true

  init(limit: Int) { self.limit = limit }

  mutating func read(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    quotes = true
    comments = true
    reset()
    var at = range.lowerBound
    while at < range.upperBound {
      if found.count >= limit {
        cut = true
        return
      }
      at = step(bytes, at, range.upperBound)
    }
    flush(bytes)
  }

  private mutating func reset() {
    tokens.removeAll(keepingCapacity: true)
    angle = -1
    angleEnd = -1
    spaced = false
    carried = 0
  }

  /// Reads one token or sign and tells where the next begins.
  private mutating func step(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> Int {
    switch bytes[at] {
    case Byte.space, Byte.tab, Byte.cr, Byte.lf:
      spaced = true
    case Byte.quote:
      if quotes {
        if let close = AddressReader.quoteEnd(bytes, at + 1, end) {
          add(.quoted, at + 1..<close)
          return close + 1
        }
        // Never closed: it and all later quotes stand for nothing, so nobody looks twice.
        quotes = false
      }
    case Byte.open:
      if comments {
        if let close = AddressReader.commentEnd(bytes, at + 1, end) {
          add(.comment, at + 1..<close)
          spaced = true
          return close + 1
        }
        comments = false
      }
      spaced = true
    case Byte.less: openAngle(bytes)
    case Byte.greater:
      if angle >= 0, angleEnd < 0 { angleEnd = tokens.count }
    case Byte.comma:
      // RFC 5322 §4.4: an obsolete route has commas before its colon.
      if inAngle, angle < tokens.count, tokens[angle].kind == .at {
        tokens.removeLast(tokens.count - angle)
      } else {
        comma(bytes)
      }
    case Byte.semicolon: flush(bytes)
    case Byte.colon:
      // In angles the end of a route, outside the name of a group: neither is kept.
      tokens.removeLast(inAngle ? tokens.count - angle : tokens.count)
      if !inAngle { reset() }
    case Byte.at: add(.at, at..<at + 1)
    case Byte.bracket:
      let close = bytes.position(of: Byte.closeBracket, from: at, to: min(end, at + 256))
      if close < min(end, at + 256) {
        add(.literal, at..<close + 1)
        return close + 1
      }
    case Byte.close, Byte.closeBracket: spaced = true
    default:
      let close = AddressReader.atomEnd(bytes, at, end)
      add(.atom, at..<close)
      return close
    }
    return at + 1
  }

  private var inAngle: Bool { angle >= 0 && angleEnd < 0 }

  private mutating func add(_ kind: Token.Kind, _ range: Range<Int>) {
    tokens.append(Token(kind: kind, range: range, spaced: spaced))
    spaced = false
  }

  private mutating func openAngle(_ bytes: Span<UInt8>) {
    if angleEnd >= 0 {
      // `A <a@b> B <c@d>`: the comma is missing; what stands between is the next name.
      let rest = Array(tokens[angleEnd...])
      tokens.removeLast(rest.count)
      flush(bytes)
      tokens = rest
    }
    if angle < 0 { angle = tokens.count }
    spaced = false
  }

  /// A comma ends a mailbox, unless only a few words came before it: then they are the first half of a name.
  private mutating func comma(_ bytes: Span<UInt8>) {
    let words = tokens.allSatisfy { $0.kind == .atom || $0.kind == .quoted }
    if angle < 0, carried == 0, words, !tokens.isEmpty, tokens.count <= 3, atForm(bytes, tokens[...]) == nil {
      carried = tokens.count
      spaced = true
    } else {
      flush(bytes)
    }
  }

  /// Ends the mailbox at hand and keeps it if it has an address.
  private mutating func flush(_ bytes: Span<UInt8>) {
    defer { reset() }
    guard !tokens.isEmpty else { return }
    let found = angle >= 0 ? angled(bytes) : bare(bytes)
    if let found {
      self.found.append(found)
    } else if tokens.contains(where: { $0.kind == .at }) {
      bad = true
    }
  }

  private func angled(_ bytes: Span<UInt8>) -> MailAddress? {
    let end = angleEnd >= 0 ? angleEnd : tokens.count
    guard let at = tokens[angle..<end].lastIndex(where: { $0.kind == .at }) else {
      if let found = atForm(bytes, tokens[angle..<end]) { return found }
      // `ada@example.test <>`
      return tokens[..<angle].contains { $0.kind == .at } ? bare(bytes) : nil
    }
    guard let address = address(bytes, tokens[angle..<at], tokens[(at + 1)..<end]) else { return nil }
    var name = self.name(bytes, carried < angle ? 0..<angle : carried..<angle, comments: false)
    if name.isEmpty { name = self.name(bytes, end..<tokens.count, comments: false) }
    if name.isEmpty { name = self.name(bytes, 0..<tokens.count, comments: true) }
    return MailAddress(name: name, address: address)
  }

  /// Without angles: the tokens that touch the `@`; words before and a comment are the name.
  private func bare(_ bytes: Span<UInt8>) -> MailAddress? {
    let end = angle >= 0 ? angle : tokens.count
    guard let at = tokens[..<end].lastIndex(where: { $0.kind == .at }) else {
      return atForm(bytes, tokens[carried..<end])
    }
    if isScrambled(bytes, tokens[..<at]) { return nil }
    var low = at
    while low > carried, tokens[low - 1].kind != .comment, joined(bytes, low - 1, low) { low -= 1 }
    var high = at + 1
    while high < end, tokens[high].kind != .comment, joined(bytes, high - 1, high) { high += 1 }
    guard let address = address(bytes, tokens[low..<at], tokens[(at + 1)..<high]) else { return nil }
    var name = self.name(bytes, carried..<low, comments: false)
    if name.isEmpty { name = self.name(bytes, 0..<tokens.count, comments: true) }
    return MailAddress(name: name, address: address)
  }

  /// Archives garble addresses beyond repair (`edd @end|ng |rom deb|@n@org`): no part of that is an address.
  private func isScrambled(_ bytes: Span<UInt8>, _ before: ArraySlice<Token>) -> Bool {
    guard before.contains(where: { $0.kind == .at }) else { return false }
    return before.contains { token in
      bytes.position(of: 124, from: token.range.lowerBound, to: token.range.upperBound) < token.range.upperBound
    }
  }

  /// Whether two neighbours belong to one address: RFC 5322 §4.4 allows white space around `@` and dots.
  private func joined(_ bytes: Span<UInt8>, _ left: Int, _ right: Int) -> Bool {
    if !tokens[right].spaced || tokens[left].kind == .at || tokens[right].kind == .at { return true }
    return bytes[tokens[left].range.upperBound - 1] == Byte.dot || bytes[tokens[right].range.lowerBound] == Byte.dot
  }

  /// `user at host (Name)`, as list archives write it.
  private func atForm(_ bytes: Span<UInt8>, _ part: ArraySlice<Token>) -> MailAddress? {
    let words = part.prefix { $0.kind != .comment }
    guard words.count == 3, let first = words.first, let last = words.last, first.kind == .atom, last.kind == .atom,
      bytes.equalsFolded(words[words.startIndex + 1].range, "at"),
      let address = address(bytes, words.prefix(1), words.suffix(1))
    else { return nil }
    return MailAddress(name: name(bytes, part.startIndex..<part.endIndex, comments: true), address: address)
  }

  /// The phrase of some tokens, or their comments, decoded.
  private func name(_ bytes: Span<UInt8>, _ part: Range<Int>, comments: Bool) -> String {
    var out: [UInt8] = []
    for index in part where (tokens[index].kind == .comment) == comments {
      let token = tokens[index]
      if index == carried, carried > 0, !out.isEmpty {
        out += [Byte.comma, Byte.space]
      } else if token.spaced || comments, !out.isEmpty {
        out.append(Byte.space)
      }
      AddressReader.unescape(bytes, token.range, &out)
    }
    return out.isEmpty ? "" : EncodedWord.text(out.span, 0..<out.count)
  }

  /// `local@domain`; nil if either side is missing or the domain has signs that no domain has.
  private func address(
    _ bytes: Span<UInt8>, _ local: ArraySlice<Token>, _ domain: ArraySlice<Token>
  ) -> String? {
    var out: [UInt8] = []
    for token in local where token.kind != .comment {
      if token.spaced, !out.isEmpty, token.kind == .atom, out.last != Byte.dot,
        bytes[token.range.lowerBound] != Byte.dot
      {
        out.append(Byte.space)
      }
      AddressReader.unescape(bytes, token.range, &out)
    }
    guard !out.isEmpty, out.count <= 1_000 else { return nil }
    if out.contains(where: AddressReader.needsQuotes) { out = AddressReader.quoted(out) }
    out.append(Byte.at)
    let start = out.count
    for token in domain where token.kind != .comment {
      for i in token.range { out.append(Byte.lower(bytes[i])) }
    }
    while out.count > start, out.last == Byte.dot { out.removeLast() }
    guard out.count > start, out.count - start <= 255, AddressReader.isDomain(out[start...]) else { return nil }
    return Charset.guess(out.span)
  }
}
