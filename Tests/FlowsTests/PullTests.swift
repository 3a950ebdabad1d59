import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Synchronization
import Testing

@Suite struct PullTests {
  @Test("a Maildir is read whole: every mail is held, nothing is missing", arguments: StagedHouse.EngineKind.allCases)
  func whole(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    try Cast.writeMaildir(way.house.files + "/mail")
    let report = try await way.take(.maildir, way.house.files + "/mail")
    #expect(report.isWhole)
    #expect(report.stored == Cast.letters.count)
    #expect(report.folders.map(\.folder) == ["INBOX", "Sent"])
    #expect(report.folders.reduce(0) { $0 + $1.held } == Cast.letters.count)
    #expect(report.folders.allSatisfy { $0.gap == 0 && $0.leftOut.isEmpty })
    #expect(try await way.house.count("mail") == Cast.letters.count)
    let jobs = try await way.column("SELECT kind FROM job WHERE account_id = $1 ORDER BY kind")
    #expect(jobs == [.text("analyse")])
  }

  @Test(
    "importing the same files again changes nothing", arguments: StagedHouse.EngineKind.allCases,
    ["maildir", "mails", "mbox"])
  func again(_ engine: StagedHouse.EngineKind, _ kind: String) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/mail"
    let source = try #require(Source.Kind(rawValue: kind))
    switch source {
    case .maildir: try Cast.writeMaildir(path)
    case .mails: try Cast.writeMails(path)
    default: try Cast.writeMbox(path)
    }
    let first = try await way.take(source, path)
    #expect(first.stored == Cast.letters.count)
    let before = try await way.house.digests()
    let second = try await way.take(source, path)
    #expect(second.stored == 0)
    #expect(second.isWhole)
    #expect(try await way.house.digests() == before)
  }

  @Test("the same letters are the same set as a Maildir, as a folder of mails and as a mailbox file")
  func equalSets() async throws {
    var sets: [Set<Value>] = []
    for kind in [Source.Kind.maildir, .mails, .mbox] {
      let way = try await WayIn()
      let path = way.house.files + "/mail"
      switch kind {
      case .maildir: try Cast.writeMaildir(path)
      case .mails: try Cast.writeMails(path)
      default: try Cast.writeMbox(path)
      }
      let report = try await way.take(kind, path)
      #expect(report.isWhole)
      sets.append(Set(try await way.column("SELECT digest FROM mail WHERE account_id = $1")))
    }
    #expect(sets[0].count == Cast.letters.count)
    #expect(sets[0] == sets[1])
    #expect(sets[0] == sets[2])
  }

  @Test(
    "what is older than the period is left out, counted and never stored", arguments: StagedHouse.EngineKind.allCases)
  func period(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/mail"
    try Cast.writeMails(path)
    // Without a date, and with one that cannot be: neither is left out by its date.
    try Cast.write(Array("From: x@example.test\n\nno date".utf8), path + "/undated")
    try Cast.write(
      Array("From: x@example.test\nDate: Tue, 1 Jan 1980 00:00:00 +0000\n\nreset clock".utf8), path + "/clock")
    let since = Instant(year: 2026, month: 6, day: 1)
    let old = Cast.letters.count { $0.sentAt < since }
    let report = try await way.take(.mails, path, since: since)
    #expect(report.isWhole)
    #expect(report.stored == Cast.letters.count - old + 2)
    #expect(report.folders.reduce(0) { $0 + ($1.leftOut["period"] ?? 0) } == old)
    #expect(
      try await way.column("SELECT COUNT(*) FROM mail WHERE account_id = $1 AND at <> 0 AND at < \(since.milliseconds)")
        == [.integer(0)])
    // A wider period is another grant, and brings the rest.
    let wider = try await way.take(.mails, path, since: Instant(year: 2020, month: 1, day: 1))
    #expect(wider.stored == old)
    #expect(wider.folders.allSatisfy { $0.leftOut.isEmpty && $0.gap == 0 })
  }

  @Test("another depth reads the mails again, and holds each once", arguments: StagedHouse.EngineKind.allCases)
  func depth(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/mail"
    try Cast.writeMails(path)
    #expect(try await way.take(.mails, path, depth: .headers).stored == Cast.letters.count)
    let sizes = "SELECT SUM(LENGTH(content)) FROM mail WHERE account_id = $1"
    let headers = try await way.column(sizes)
    let deeper = try await way.take(.mails, path, depth: .whole)
    #expect(deeper.stored == Cast.letters.count)
    #expect(deeper.isWhole)
    #expect(try await way.house.count("mail") == Cast.letters.count)
    #expect(try await way.column("SELECT DISTINCT depth FROM mail WHERE account_id = $1") == [.text("whole")])
    #expect(try await way.column(sizes) != headers)
    #expect(try await way.take(.mails, path).stored == 0)
    // And back: what is beyond the grant does not stay.
    #expect(try await way.take(.mails, path, depth: .headers).stored == Cast.letters.count)
    #expect(try await way.column(sizes) == headers)
  }

  @Test("a run that was cut short goes on where it was", arguments: StagedHouse.EngineKind.allCases)
  func cutShort(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/mail"
    try Cast.writeMaildir(path)
    let added = try await way.add(.maildir, path)
    let other = try await WayIn(engine)
    try Cast.writeMaildir(other.house.files + "/mail")
    // The third permit of the run cannot be written to the ledger: the disk is full, say.
    let count = Counter()
    let (store, clock) = (way.store, way.house.clock)
    let failing = Gate(
      vault: way.house.vault, standing: { try await store.standing($0) },
      append: { line, signer in
        if count.next() == 4 { throw Trouble("the disk is full", "free some space") }
        return try await store.append(line, signer: signer)
      }, clock: { clock.now })
    await #expect(throws: Trouble.self) { try await way.pull(added.source.id, batch: 10, gate: failing) }
    let held = try await way.house.count("mail")
    #expect(held < Cast.letters.count)
    let states = try await way.store.sources(way.account)
    #expect(states.first?.trouble?.contains("disk is full") == true)
    let gap = try await way.store.completeness(way.account).reduce(0) { $0 + $1.gap }
    #expect(gap > 0)
    let report = try await way.pull(added.source.id, batch: 10)
    #expect(report.stored == Cast.letters.count - held)
    #expect(report.isWhole)
    #expect(try await way.store.sources(way.account).first?.trouble == nil)
    // The same as a run that nobody disturbed.
    _ = try await other.take(.maildir, other.house.files + "/mail")
    let digests = "SELECT digest FROM mail WHERE account_id = $1 ORDER BY digest"
    #expect(try await way.column(digests) == (try await other.column(digests)))
    #expect(try await way.house.count("place") == Cast.letters.count)
  }

  @Test("what left a folder is no longer counted there, and its mail stays", arguments: StagedHouse.EngineKind.allCases)
  func vanished(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/mail"
    try Cast.writeMails(path)
    _ = try await way.take(.mails, path)
    let month = try #require(try FileManager.default.contentsOfDirectory(atPath: path).first)
    try FileManager.default.removeItem(atPath: path + "/" + month)
    let report = try await way.take(.mails, path)
    #expect(report.isWhole)
    #expect(!report.folders.map(\.folder).contains(month))
    #expect(try await way.house.count("mail") == Cast.letters.count)
    #expect(try await way.house.count("place") < Cast.letters.count)
  }

  @Test("a mail that lies in two folders is one mail at two places")
  func twoPlaces() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    try Cast.writeMails(path, Array(Cast.letters.prefix(3)))
    try Cast.writeMails(path + "/copies", Array(Cast.letters.prefix(3)))
    let report = try await way.take(.mails, path)
    #expect(report.isWhole)
    #expect(try await way.house.count("mail") == 3)
    #expect(try await way.house.count("place") == 6)
    // And replaced at both places at once by another depth.
    #expect(try await way.take(.mails, path, depth: .headers).isWhole)
    #expect(try await way.house.count("place") == 6)
  }

  @Test("a changed flag of a Maildir is no new mail")
  func flags() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    try Cast.writeMaildir(path)
    _ = try await way.take(.maildir, path)
    let names = try FileManager.default.contentsOfDirectory(atPath: path + "/new")
    #expect(!names.isEmpty)
    for name in names {
      try FileManager.default.moveItem(atPath: "\(path)/new/\(name)", toPath: "\(path)/cur/\(name):2,RS")
    }
    let again = try await way.take(.maildir, path)
    #expect(again.stored == 0)
    #expect(again.isWhole)
  }

  @Test("large content lies sealed beside the rows and opens from there", arguments: StagedHouse.EngineKind.allCases)
  func blobs(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/mail"
    try Cast.writeMails(path, Array(Cast.letters.prefix(2)))
    let body = String(repeating: "a long walk through Mill Lane\n", count: 100_000)
    try Cast.write(Array("From: bob@example.test\nSubject: long\n\n\(body)".utf8), path + "/long")
    #expect(try await way.take(.mails, path).isWhole)
    let rows = try await way.column("SELECT blob_id FROM mail WHERE account_id = $1 AND blob_id IS NOT NULL")
    guard case .integer(let blob)? = rows.first else { return #expect(Bool(false), "no blob") }
    let sealed = try #require(try await way.store.content(way.account, blob: blob))
    #expect(sealed.contentCount > body.utf8.count)
    #expect(try await way.take(.mails, path).stored == 0)
    // At another depth there is no large content any more, nor anything left of it.
    _ = try await way.take(.mails, path, depth: .headers)
    #expect(try await way.store.content(way.account, blob: blob) == nil)
    #expect(try await way.house.count("blob_frame") == 0)
  }
}

/// Counts calls.
final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
