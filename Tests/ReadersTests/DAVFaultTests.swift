import Formats
import Model
import Readers
import Stage
import Testing

/// Against a server that does what real ones will not do on demand.
@Suite(.timeLimit(.minutes(5))) struct DAVFaultTests {
  typealias Answer = FaultyDAV.Answer

  private static let card = "BEGIN:VCARD\nVERSION:3.0\nUID:u\nFN:Bob\nEND:VCARD\n"
  private static let many = (1...60).map { "/b/\($0).vcf" }

  /// A server with one book at `/b/`; `script` is asked first.
  private static func server(_ script: @escaping @Sendable (String, String) -> Answer?) async throws -> FaultyDAV {
    try await FaultyDAV { line, request in
      if let answer = script(line, request) { return answer }
      switch line {
      case "PROPFIND /b/": return FaultyDAV.multistatus(FaultyDAV.book("/b/", inner: "<d:sync-token>t1</d:sync-token>"))
      case _ where line.hasPrefix("GET /b/"): return Answer(status: 200, fields: "ETag: \"g\"\r\n", body: card)
      default: return Answer(status: 404)
      }
    }
  }

  private func fetch(_ server: FaultyDAV, _ paths: [String] = many) async throws -> [DAVItem<CardBook.Card>] {
    try await DAVDesk().open(server.port) { session in
      guard let book = try await session.books(at: "/b/").first else { throw Trouble("no book", "") }
      return try await session.cards(paths.compactMap { DAVHref(path: $0) }, in: book)
    }
  }

  private func isCard(_ card: DAVItem<CardBook.Card>) -> Bool {
    if case .items = card.outcome { return true }
    return false
  }

  static let answers: [(String, @Sendable (String) -> Answer?)] = [
    ("refuses to send many", { _ in Answer(status: 501) }),
    ("does not know the question", { _ in Answer(status: 403) }),
    ("sends XML that is torn", { _ in Answer(body: "<d:multistatus xmlns:d='DAV:'><d:response>") }),
    ("sends a document type", { _ in Answer(body: "<!DOCTYPE x><x/>") }),
    ("swallows all of them", { _ in FaultyDAV.multistatus() }),
    ("answers for others", { _ in FaultyDAV.multistatus(FaultyDAV.item("/c/9.vcf", etag: "x", data: card)) }),
    (
      "swallows all but one",
      { _ in FaultyDAV.multistatus(FaultyDAV.item("/b/1.vcf", etag: "\"m\"", data: DAVFaultTests.card)) }
    ),
    ("fails for each", { _ in FaultyDAV.multistatus(FaultyDAV.item("/b/1.vcf", status: 500)) }),
  ]

  @Test("no card is lost to a server that answers badly for many: each is asked for by itself", arguments: answers)
  func swallowed(_ row: (what: String, answer: @Sendable (String) -> Answer?)) async throws {
    let server = try await DAVFaultTests.server { line, request in line == "REPORT /b/" ? row.answer(request) : nil }
    let cards = try await fetch(server)
    #expect(cards.map(\.href.path) == DAVFaultTests.many)
    #expect(cards.allSatisfy(isCard))
    try await server.stop()
  }

  @Test("what went meanwhile is gone, what may not be read or is no card is left out, and nothing of it is silent")
  func outcomes() async throws {
    let server = try await DAVFaultTests.server { line, _ in
      switch line {
      case "GET /b/1.vcf": Answer(status: 404)
      case "GET /b/2.vcf": Answer(status: 403)
      case "GET /b/3.vcf": Answer(status: 200, body: "<html>Sign in</html>")
      case "GET /b/4.vcf": Answer(status: 200, body: "BEGIN:VCARD\nVERSION:3.0\nKIND:group\nFN:All\nEND:VCARD\n")
      default: nil
      }
    }
    let cards = try await fetch(server, Array(DAVFaultTests.many.prefix(5)))
    let told = cards.map { card in
      switch card.outcome {
      case .gone: "gone"
      case .leftOut(let rule): rule.rawValue
      case .items: "card"
      }
    }
    #expect(told == ["gone", "unreadable", "unreadable", "group", "card"])
    try await server.stop()
  }

  @Test("an answer that is too long for many is asked for card by card, and a card that is too long is left out")
  func tooLong() async throws {
    let long = "BEGIN:VCARD\nFN:Bob\nPHOTO:" + String(repeating: "x", count: 25 << 20)
    let server = try await DAVFaultTests.server { line, _ in
      line == "REPORT /b/" || line == "GET /b/2.vcf" ? Answer(body: long) : nil
    }
    let cards = try await fetch(server, Array(DAVFaultTests.many.prefix(3)))
    #expect(cards.map(isCard) == [true, false, true])
    if case .leftOut(let rule) = cards[1].outcome { #expect(rule == .tooBig) }
    try await server.stop()
  }

  @Test("changes that come in portions are one whole; a server that goes round in circles is compared with")
  func portions() async throws {
    let server = try await DAVFaultTests.server { line, request in
      guard line == "REPORT /b/" else { return nil }
      let full = FaultyDAV.item("/b/", status: 507)
      if request.contains(">t1<") {
        return FaultyDAV.multistatus(FaultyDAV.item("/b/1.vcf", etag: "1"), full, token: "t2")
      }
      if request.contains(">t2<") {
        return FaultyDAV.multistatus(
          FaultyDAV.item("/b/2.vcf", status: 404), FaultyDAV.item("/b/1.vcf", etag: "3"),
          FaultyDAV.item("https://other.example.test/b/9.vcf", etag: "1"), token: "t3")
      }
      if request.contains(">loop<") { return FaultyDAV.multistatus(full, token: "loop") }
      if request.contains(">none<") { return FaultyDAV.multistatus() }
      return Answer(status: 410)
    }
    try await DAVDesk().open(server.port) { session in
      guard let book = try await session.books(at: "/b/").first else { throw Trouble("no book", "") }
      let changes = try #require(try await session.changes(in: book, since: "t1"))
      #expect(Dictionary(uniqueKeysWithValues: changes.changed.map { ($0.key.path, $0.value) }) == ["/b/1.vcf": "3"])
      #expect(changes.removed.map(\.path) == ["/b/2.vcf"])
      #expect(changes.unreadable == 1)
      #expect(changes.syncToken == "t3")
      for token in ["loop", "none", "lost"] { #expect(try await session.changes(in: book, since: token) == nil) }
    }
    try await server.stop()
  }

  @Test("a listing that the server cut short, or that names what cannot be asked for, is not complete")
  func listing() async throws {
    let server = try await DAVFaultTests.server { line, request in
      guard line == "PROPFIND /b/", request.contains("getetag") else { return nil }
      return FaultyDAV.multistatus(
        FaultyDAV.item("/b", status: 507), FaultyDAV.item("/b/1.vcf", etag: "1"),
        FaultyDAV.item("/b/../2.vcf", etag: "1"),
        FaultyDAV.item("/elsewhere/3.vcf", etag: "1"), FaultyDAV.item("/b/4.vcf"))
    }
    let listing = try await DAVDesk().open(server.port) { session in
      guard let book = try await session.books(at: "/b/").first else { throw Trouble("no book", "") }
      return try await session.members(of: book)
    }
    #expect(!listing.isComplete)
    #expect(listing.unreadable == 2)
    #expect(
      Dictionary(uniqueKeysWithValues: listing.etags.map { ($0.key.path, $0.value) }) == [
        "/b/1.vcf": "1", "/b/4.vcf": "",
      ])
    try await server.stop()
  }

  @Test(
    "P082 only a plain answer makes anything gone: a listing that does not name its book proves nothing, nor does a 500",
    arguments: [
      (FaultyDAV.multistatus(), false), (FaultyDAV.multistatus(FaultyDAV.item("/b/", status: 500)), false),
      (FaultyDAV.multistatus(FaultyDAV.item("/b/", status: 404)), false),
      (FaultyDAV.multistatus(FaultyDAV.item("/b/", etag: "1")), true),
    ])
  func proof(_ answer: Answer, _ isComplete: Bool) async throws {
    let server = try await DAVFaultTests.server { line, request in
      switch line {
      case "PROPFIND /b/": request.contains("getetag") ? answer : nil
      case "PROPFIND /forbidden/": Answer(status: 403)
      case "PROPFIND /broken/": Answer(status: 500)
      case "PROPFIND /gone/": Answer(status: 410)
      case "PROPFIND /other/": FaultyDAV.multistatus(FaultyDAV.item("/other/", etag: "1"))
      default: nil
      }
    }
    let (listing, gone) = try await DAVDesk().open(server.port) { session in
      guard let book = try await session.books(at: "/b/").first else { throw Trouble("no book", "") }
      var gone: [String] = []
      for path in ["/b/", "/forbidden/", "/broken/", "/gone/", "/missing/", "/other/"] {
        if try await session.isGone(path) { gone.append(path) }
      }
      return (try await session.members(of: book), gone)
    }
    #expect(listing.isComplete == isComplete && listing.etags.isEmpty)
    #expect(gone == ["/gone/", "/missing/", "/other/"])
    try await server.stop()
  }

  @Test("P080 a server that sends us on to another host gets no further, whether by redirect, principal or home")
  func elsewhere() async throws {
    let other = try await FaultyDAV { _, _ in Answer(status: 200) }
    let away = "http://127.0.0.1:\(other.port)/b/"
    let principal = "<d:current-user-principal><d:href>\(away)</d:href></d:current-user-principal>"
    let home = "<a:addressbook-home-set><d:href>\(away)</d:href></a:addressbook-home-set>"
    @Sendable func found(_ inner: String) -> Answer {
      FaultyDAV.multistatus(
        "<d:response><d:href>/</d:href><d:propstat><d:prop>\(inner)</d:prop><d:status>HTTP/1.1 200 OK</d:status>"
          + "</d:propstat></d:response>")
    }
    let scripts: [@Sendable (String, String) -> Answer] = [
      { _, _ in Answer(status: 302, fields: "Location: \(away)\r\n") },
      { _, _ in found(principal) },
      { _, request in
        request.contains("home-set")
          ? found(home) : found("<d:current-user-principal><d:href>/me/</d:href></d:current-user-principal>")
      },
    ]
    for script in scripts {
      let server = try await FaultyDAV(script)
      let trouble = await #expect(throws: Trouble.self) {
        try await DAVDesk().open(server.port) { try await $0.books() }
      }
      #expect(trouble?.what.contains("another address") == true)
      try await server.stop()
    }
    #expect(other.requests.isEmpty)
    try await other.stop()
  }

  @Test("redirects in circles end, and a server that is busy is asked again when it says")
  func circles() async throws {
    let round = try await FaultyDAV { _, _ in Answer(status: 301, fields: "Location: /again\r\n") }
    await #expect(throws: Trouble.self) { try await DAVDesk().open(round.port) { try await $0.books() } }
    #expect(round.requests.count == 6)
    try await round.stop()
    let busy = try await FaultyDAV { _, _ in Answer(status: 503, fields: "Retry-After: 900\r\n") }
    let trouble = await #expect(throws: Trouble.self) {
      try await DAVDesk().open(busy.port) { try await $0.books() }
    }
    #expect(trouble?.remedy == .wait(until: Instant(seconds: 1_700_000_900)))
    try await busy.stop()
  }
}
