import Consent
import Formats
import Foundation
import Model
import Plans
import Readers
import Stage
import Testing

/// Against real servers.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DAVReaderTests {
  private static func card(_ number: Int, _ more: String = "") -> String {
    """
    BEGIN:VCARD\r\nVERSION:3.0\r\nUID:card-\(number)\r\nFN:Bob Nr. \(number) & <Söhne>\r\nN:Nr. \(number);Bob;;;\r\n\
    EMAIL:bob\(number)@example.test\r\n\(more)END:VCARD\r\n
    """
  }

  private static func put(_ numbers: Range<Int>, in book: String, _ more: String = "") -> [StagedDAV.Change] {
    numbers.map { .init("PUT", "\(book)\($0) x.vcf".replacing(" ", with: "%20"), card($0, more)) }
  }

  private func uids(_ cards: [DAVItem<CardBook.Card>]) -> [String] {
    cards.flatMap { card -> [String] in
      if case .items(let found) = card.outcome { return found.map(\.seen.uid) }
      return []
    }
  }

  @Test("the books of a login are found by the host alone, and by an address on it", arguments: StagedDAV.Kind.allCases)
  func discovery(_ kind: StagedDAV.Kind) async throws {
    let (desk, server) = (try await DAVDesk(), try await StagedDAV.start(kind))
    for path in [nil, "/ada/", server.book, String(server.book.dropLast())] {
      let books = try await desk.open(server.port) { try await $0.books(at: path) }
      #expect(books.map(\.href.path) == [server.book])
      #expect(books.map(\.name) == [kind == .radicale ? "People" : "addressbook"])
      #expect(books.first?.status.tellsChanges == true)
      #expect(books.first?.status.syncToken != nil)
    }
    #expect(desk.transcript.lines.allSatisfy { !$0.text.contains(StagedDAV.password) })
  }

  @Test(
    "P082 a book is read whole, and what is added, changed and removed there is followed, by token and by comparison",
    arguments: StagedDAV.Kind.allCases)
  func following(_ kind: StagedDAV.Kind) async throws {
    let (desk, server) = (try await DAVDesk(), try await StagedDAV.start(kind))
    try server.change(DAVReaderTests.put(0..<120, in: server.book))
    let (book, listing, cards) = try await desk.open(server.port) { session in
      guard let book = try await session.books().first else { throw Trouble("no book", "") }
      let listing = try await session.members(of: book)
      return (book, listing, try await session.cards(Array(listing.etags.keys), in: book))
    }
    #expect(listing.etags.count == 120 && listing.isComplete && listing.unreadable == 0)
    #expect(Set(uids(cards)) == Set((0..<120).map { "card-\($0)" }))
    #expect(cards.allSatisfy { $0.etag == listing.etags[$0.href] && !$0.etag.isEmpty })
    // Each portion is one question, not one for each card.
    #expect(try server.requests().count { $0.hasPrefix("GET") } == 0)

    let held = Dictionary(uniqueKeysWithValues: cards.map { ($0.href.key, $0.etag) })
    try server.change(
      DAVReaderTests.put(3..<5, in: server.book, "TITLE:Agent\r\n") + DAVReaderTests.put(200..<203, in: server.book)
        + [.init("DELETE", "\(server.book)7%20x.vcf"), .init("DELETE", "\(server.book)8%20x.vcf")])
    let token = try #require(book.status.syncToken)
    let (now, changes, lost, after) = try await desk.open(server.port) { session in
      let now = try await session.look(at: book)
      return (
        now, try await session.changes(in: now, since: token),
        try await session.changes(in: now, since: "gone-\(token)"),
        try await session.members(of: now)
      )
    }
    let cursor = BookCursor(syncToken: token, ctag: book.status.ctag)
    #expect(ServerBookPlan.next(after: cursor, seeing: now.status) == .changes(since: token))
    #expect(lost == nil)
    let told = try #require(changes)
    #expect(told.syncToken == now.status.syncToken)
    func keys(_ etags: [DAVHref: String]) -> [String: String] {
      Dictionary(uniqueKeysWithValues: etags.map { ($0.key.key, $0.value) })
    }
    let byToken = BookDifference(
      held: held,
      seen: BookDifference.listing(held, changed: keys(told.changed), removed: told.removed.map(\.key)))
    let byComparison = BookDifference(held: held, seen: keys(after.etags), isComplete: after.isComplete)
    #expect(byToken == byComparison)
    #expect(byToken.fetch.count == 5 && byToken.gone.count == 2)
    let fetched = try await desk.open(server.port) {
      try await $0.cards(
        byToken.fetch.compactMap { DAVHref(path: $0) } + byToken.gone.compactMap { DAVHref(path: $0) }, in: now)
    }
    #expect(Set(uids(fetched)) == ["card-3", "card-4", "card-200", "card-201", "card-202"])
    #expect(fetched.count { if case .gone = $0.outcome { true } else { false } } == 2)
  }

  @Test(
    "P013 an address book's server is only asked: three readings later its etags are as they were",
    arguments: StagedDAV.Kind.allCases)
  func nothingChanges(_ kind: StagedDAV.Kind) async throws {
    let (desk, server) = (try await DAVDesk(), try await StagedDAV.start(kind))
    try server.change(DAVReaderTests.put(0..<10, in: server.book))
    let before = try server.requests().count
    var seen: [[DAVHref: String]] = []
    var tokens: Set<String?> = []
    for _ in 0..<3 {
      let (book, listing) = try await desk.open(server.port) { session in
        guard let book = try await session.books().first else { throw Trouble("no book", "") }
        let listing = try await session.members(of: book)
        _ = try await session.cards(Array(listing.etags.keys), in: book)
        _ = try await session.cards(Array(listing.etags.keys.prefix(1)), in: book)
        _ = try await session.changes(in: book, since: book.status.syncToken ?? "")
        return (book, listing)
      }
      seen.append(listing.etags)
      tokens.insert(book.status.syncToken)
    }
    #expect(seen[0].count == 10 && seen[1] == seen[0] && seen[2] == seen[0])
    #expect(tokens.count == 1)
    let asked = try server.requests().dropFirst(before)
    #expect(asked.count >= 24)
    #expect(Set(asked.map { $0.prefix { $0 != " " } }).subtracting(["PROPFIND", "REPORT", "GET", "OPTIONS"]) == [])
  }

  @Test("a wrong password is told as such, and cards go the way of every card: sealed, with their addresses open")
  func passwordAndTaking() async throws {
    let (desk, server) = (try await DAVDesk(), try await StagedDAV.start(.radicale))
    try server.change(DAVReaderTests.put(1..<3, in: server.book, "NOTE:met in Bath\r\n"))
    let cards = try await desk.open(server.port) { session in
      guard let book = try await session.books().first else { throw Trouble("no book", "") }
      return try await session.cards(Array(try await session.members(of: book).etags.keys), in: book)
    }
    let read = cards.flatMap { card -> [CardBook.Card] in
      if case .items(let found) = card.outcome { return found }
      return []
    }
    let permit = try await desk.gate.permit(ReadAddressBook.self, for: desk.request)
    let taken = try await CardTaking(source: DAVDesk.book, newID: { ID(1) }).take(read, permit)
    #expect(
      Set(taken.flatMap { $0.facts.filter { $0.field == .email }.map(\.value) }) == [
        "bob1@example.test", "bob2@example.test",
      ])
    #expect(taken.allSatisfy { $0.facts.contains { $0.field == .note && $0.value == nil && $0.detail != nil } })
    try "ada:other".write(toFile: server.folder + "/users", atomically: true, encoding: .utf8)
    let trouble = await #expect(throws: Trouble.self) {
      try await desk.open(server.port) { try await $0.books() }
    }
    #expect(trouble?.what == "the server refused user or password")
  }
}
