import Consent
import Foundation
import Model
import Programs
import Stage
import Store
import Testing

@testable import Flows

/// Finding mails by words that nobody can read back.
@Suite struct SearchTests {
  @Test("all words must be there; a phrase is checked in the opened mail", arguments: StagedHouse.EngineKind.allCases)
  func words(_ kind: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: kind)
    let letters = [
      letter(1, Cast.bob, [Cast.ada], "The garden", "A red house with a garden."),
      letter(2, Cast.bob, [Cast.ada], "The house", "A house with a red door."),
      letter(3, Cast.eli, [Cast.ada], "Café", "Über allem."),
    ]
    try await house.take(.mails, try house.write(letters, "mail"))
    let viewer = try await house.viewer()
    func count(_ query: String) async throws -> Int { try await house.searching.search(query, as: viewer).mails.count }
    #expect(try await count("house") == 2)
    #expect(try await count("HOUSE red") == 2)
    #expect(try await count("house garden") == 1)
    #expect(try await count("\"red house\"") == 1)
    #expect(try await count("\"red door\" garden") == 0)
    #expect(try await count("cafe uber") == 1)
    #expect(try await count("eli") == 1)
    #expect(try await count("absent") == 0)
    #expect(try await count("") == 0)
    #expect(try await count("\"'; DROP TABLE mail; --") == 0)
    let found = try await house.searching.search("garden", as: viewer)
    #expect(found.mails.first?.people == [try await house.person(Cast.bob.address).id])
    #expect(try await house.searching.search("brown", as: viewer).people.count == 1)
  }

  @Test("of HTML only what is seen is a word")
  func html() {
    let text = MailWords.visible(
      "<html><style>p {color: scarlet}</style><!-- hidden --><p class=\"x>y\">fine&nbsp;gr&uuml;n</p><script>evil()</script>"
    )
    #expect(text.split(separator: " ") == ["fine", "grün"])
    #expect(MailWords.visible("a < b & c &").contains("a"))
    #expect(MailWords.visible("<") == " ")
  }

  private static let data = ProcessInfo.processInfo.environment["KITH_TEST_DATA"].map { $0 + "/enron-inboxes/maildir" }

  @Test(
    "the mails found for single words are those that notmuch finds",
    .enabled(
      if: data != nil && FileManager.default.isExecutableFile(atPath: "/usr/bin/notmuch"),
      "skipped: KITH_TEST_DATA or notmuch is not present"))
  func likeNotmuch() async throws {
    let data = try #require(SearchTests.data)
    let house = try await Office(bulk: true)
    let copy = house.files + "/copy"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: data).sorted().prefix(3) {
      try FileManager.default.copyItem(atPath: data + "/" + name, toPath: copy + "/" + name)
    }
    let config = house.files + "/notmuch"
    try Cast.write(Array("[database]\npath=\(copy)\n[user]\nprimary_email=ada@example.test\n".utf8), config)
    _ = try notmuch(["new", "--quiet"], config)
    // notmuch takes some files for no mail; what it knows is compared, by the digest of the file.
    let known = try digests(of: notmuch(["search", "--output=files", "--exclude=false", "*"], config))
    try await house.take(.mails, copy)
    let mails = try await house.rows("SELECT id, digest FROM mail")
    let digestOf = Dictionary(uniqueKeysWithValues: mails.map { ($0[0], $0[1]) })
    let viewer = try await house.viewer()
    var (hits, more, fewer) = (0, 0, 0)
    for word in SearchTests.words {
      let ours = Set(
        try await house.searching.search(word, as: viewer).mails.compactMap { digestOf[Value($0.mail)] }
      ).intersection(known)
      let theirs = try digests(
        of: notmuch(["search", "--output=files", "--exclude=false", "\"\(word)\""], config))
      hits += theirs.count
      more += ours.subtracting(theirs).count
      fewer += theirs.subtracting(ours).count
    }
    // notmuch keeps "Friday's" as one word, reads no name before an address with a dot in front, and loses some words:
    // what is found besides is there. Nothing that it finds may be missing.
    #expect(fewer == 0, "of \(hits) hits in \(mails.count) mails")
    #expect(more * 33 <= hits, "\(more) more than \(hits) hits in \(mails.count) mails")
  }

  private static let words = [
    "meeting", "gas", "friday", "contract", "power", "lunch", "price", "attached", "california", "agreement", "trading",
    "conference", "questions", "market", "houston", "thanks", "schedule", "pipeline", "review", "monday",
  ]

  private func digests(of paths: [Substring]) throws -> Set<Value> {
    Set(try paths.map { .bytes(sha256([UInt8](try Data(contentsOf: URL(fileURLWithPath: String($0)))))) })
  }

  private func notmuch(_ arguments: [String], _ config: String) throws -> [Substring] {
    try ChildProcess.run(["/usr/bin/notmuch", "--config=" + config] + arguments).out.split(separator: "\n")
  }
}
