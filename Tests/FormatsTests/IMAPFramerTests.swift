import Formats
import Testing

/// What a server sent, cut into responses and read.
func imap(_ text: String, limits: IMAPLimits = .standard) throws -> [IMAPResponse] {
  var framer = IMAPFramer(limits: limits)
  framer.append(text.utf8)
  var found: [IMAPResponse] = []
  while let frame = try framer.next() { found.append(try IMAPResponse(frame, limits: limits)) }
  return found
}

@Suite("Responses cut out of a server's bytes") struct IMAPFramerTests {
  static func frames(_ pieces: [ArraySlice<UInt8>], limits: IMAPLimits = .standard) throws -> [IMAPFrame] {
    var framer = IMAPFramer(limits: limits)
    var found: [IMAPFrame] = []
    for piece in pieces {
      framer.append(piece)
      while let frame = try framer.next() { found.append(frame) }
    }
    return found
  }

  static let session =
    "* OK [CAPABILITY IMAP4rev1 IDLE] Ready {5}\r\n* 3 EXISTS\r\n"
    + "* 1 FETCH (UID 7 BODY[] {11}\r\nHello\r\n)\r\n{ FLAGS (\\Seen) BODY[HEADER] ~{0}\r\n)\r\n"
    + "* LIST () \"/\" {6}\r\nJ\"(na)\r\n+ \r\n\r\n* 2 FETCH (BODY[] {3+}\r\nabc)\nK1 OK done {3}\r\n"

  @Test("bytes split at any point give the same responses")
  func splits() throws {
    let bytes = Array(Self.session.utf8)
    let whole = try Self.frames([bytes[...]])
    #expect(whole.count == 8)
    #expect(whole[2].literals.map(\.bytes) == [Array("Hello\r\n)\r\n{".utf8), []])
    for cut in 0...bytes.count { #expect(try Self.frames([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)") }
    for size in 1...16 {
      let pieces = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min(bytes.count, $0 + size)] }
      #expect(try Self.frames(pieces) == whole, "pieces of \(size)")
    }
  }

  @Test("free text and open quotes announce no literal")
  func noLiteral() throws {
    for line in ["* NO [ALERT] wait {5}", "K7 BAD what {4}", "+ go {9}", "* bye {1}", "* LIST () \"/\" \"a{5}"] {
      let frames = try Self.frames([Array((line + "\r\n* 1 EXISTS\r\n").utf8)[...]])
      #expect(frames.map(\.line) == [Array(line.utf8), Array("* 1 EXISTS".utf8)])
    }
  }

  @Test(
    "a size that is no size ends in a named fault",
    arguments: [
      ("{-1}", IMAPFault.literalSize), ("{-9223372036854775808}", .literalSize),
      ("{4294967296}", .literalTooLarge(limit: 64 << 20)), ("{9223372036854775808}", .literalTooLarge(limit: 64 << 20)),
      ("{67108865}", .literalTooLarge(limit: 64 << 20)),
      ("{" + String(repeating: "9", count: 60_000) + "}", .literalTooLarge(limit: 64 << 20)),
    ])
  func sizes(size: String, fault: IMAPFault) throws {
    #expect(throws: fault) { try Self.frames([Array("* 1 FETCH (BODY[] \(size)\r\nabc".utf8)[...]]) }
  }

  @Test("sizes without digits are text", arguments: ["{}", "{+}", "{a}", "{1-}", "{1 2}", "}", "{1++}"])
  func text(size: String) throws {
    #expect(try Self.frames([Array("* X \(size)\r\n".utf8)[...]]).count == 1)
  }

  @Test("literals of one response are bounded together, in bytes and in number")
  func together() throws {
    var limits = IMAPLimits()
    limits.literal = 10
    #expect(throws: IMAPFault.literalTooLarge(limit: 10)) { try imap("* X {6}\r\nabcdef {5}\r\n", limits: limits) }
    #expect(try imap("* X {6}\r\nabcdef\r\n* X {6}\r\nabcdef\r\n", limits: limits).count == 2)
    let many = "* X" + String(repeating: " {0}\r\n", count: 65)
    #expect(throws: IMAPFault.tooManyLiterals(limit: 64)) { try imap(many) }
    limits.literal = .max
    #expect(throws: IMAPFault.literalTooLarge(limit: .max)) {
      try imap("* X {9223372036854775807}\r\n", limits: limits)
    }
  }

  @Test("an endless line ends at the limit, and costs no more than that")
  func endless() {
    var framer = IMAPFramer()
    let piece = [UInt8](repeating: 65, count: 4_096)
    for _ in 0..<16 { framer.append(piece) }
    #expect(throws: Never.self) { _ = try framer.next() }
    framer.append(piece)
    #expect(throws: IMAPFault.lineTooLong(limit: 64 << 10)) { try framer.next() }
    #expect(!framer.isInside)
    framer.append("\r\n* 1 EXISTS\r\n".utf8)
    #expect(throws: IMAPFault.lineTooLong(limit: 64 << 10)) { try framer.next() }
  }

  @Test(
    "a list of numbers may be as long as a folder is large", arguments: ["SEARCH", "search", "VANISHED", "ESEARCH"])
  func numbers(name: String) throws {
    let line = Array(("* \(name) " + String(repeating: "1 ", count: 100_000) + "\r\n").utf8)
    #expect(try Self.frames([line[..<5], line[5...]]).count == 1)
    var limits = IMAPLimits()
    limits.numbers = 100_000
    #expect(throws: IMAPFault.lineTooLong(limit: 100_000)) { try Self.frames([line[...]], limits: limits) }
  }

  @Test("responses before a fault are given first; the fault stays")
  func order() throws {
    var framer = IMAPFramer()
    framer.append("* 1 EXISTS\r\n* 1 FETCH (BODY[] {-1}\r\n".utf8)
    #expect(try framer.next()?.line == Array("* 1 EXISTS".utf8))
    for _ in 0..<2 { #expect(throws: IMAPFault.literalSize) { try framer.next() } }
  }

  @Test("a large literal comes whole, in pieces of any size")
  func large() throws {
    let mail = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let bytes = Array("* 1 FETCH (UID 1 BODY[] {3000000}\r\n".utf8) + mail + Array(")\r\n".utf8)
    let pieces = stride(from: 0, to: bytes.count, by: 65_521).map { bytes[$0..<min(bytes.count, $0 + 65_521)] }
    let frame = try #require(try Self.frames(pieces).first)
    guard case .fetch(let fetched) = try IMAPResponse(frame) else { throw IMAPFault.malformed("FETCH") }
    #expect(fetched.section("") == mail)
  }
}
