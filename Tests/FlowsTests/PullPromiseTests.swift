import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

@Suite struct PullPromiseTests {
  @Test(
    "P013 P014 nothing is changed at the source: bytes, names and times stay",
    arguments: ["maildir", "mails", "mbox", "vcard", "csv", "ics"])
  func untouched(_ word: String) async throws {
    let way = try await WayIn()
    let kind = try #require(Source.Kind(rawValue: word))
    let path = way.house.files + "/there"
    switch kind {
    case .maildir: try Cast.writeMaildir(path)
    case .mails: try Cast.writeMails(path)
    case .mbox: try Cast.writeMbox(path)
    case .vcard: try Cast.writeCards(path)
    case .csv: try Cast.writeCSV(path)
    case .ics: try Cast.write(Cast.calendar(Cast.events), path)
    case .imap, .carddav, .caldav: Issue.record("a server has no files")
    }
    let before = try picture(of: way.house.files)
    #expect(try await way.take(kind, path).isWhole)
    #expect(try await way.take(kind, path).isWhole)
    #expect(try picture(of: way.house.files) == before)
  }

  @Test("P016 a revoked source is never read again, and its login is gone", arguments: StagedHouse.EngineKind.allCases)
  func revoked(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/mail"
    try Cast.writeMaildir(path)
    let added = try await way.add(.maildir, path)
    _ = try await way.pull(added.source.id)
    try await Revoke(store: way.store, gate: way.house.gate).run(way.account, way.house.ada, added.source.id)
    let before = try await way.house.digests()
    await refused(.withdrawn, promise: 16) { try await way.pull(added.source.id) }
    await refused(.withdrawn, promise: 16) { _ = try await way.add(.maildir, path) }
    #expect(
      try await way.house.digests(without: ["ledger", "ledger_head", "lease", "job", "source"])
        == before.filter { $0.key != "source" })
    #expect(try await way.store.jobs(way.account).due == 0)
    #expect(try await way.store.grants(way.account).allSatisfy { $0.withdrawnAt != nil })
    // Nobody else can cut it off.
    let cyd = try await way.house.addCyd()
    await refused(.notYours, promise: 7) {
      try await Revoke(store: way.store, gate: way.house.gate).run(way.account, cyd, added.source.id)
    }
  }

  @Test(
    "P021 a grant withdrawn during an import: the running batch stores nothing more",
    arguments: StagedHouse.EngineKind.allCases)
  func withdrawnMeanwhile(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/mail"
    try Cast.writeMaildir(path)
    let added = try await way.add(.maildir, path)
    let (store, clock, account, ada, grant) = (way.store, way.house.clock, way.account, way.house.ada, added.grant.id)
    let (count, held) = (Counter(), Counter())
    // The withdrawal falls between the permit of the third batch and its transaction.
    let gate = Gate(
      vault: way.house.vault, standing: { try await store.standing($0) },
      append: { line, signer in
        let receipt = try await store.append(line, signer: signer)
        if line.purpose == "read-mail", count.next() == 4 {
          _ = try await store.withdraw(account, ada, grant)
          let rows = try await store.read(account) {
            try $0.row("SELECT COUNT(*) FROM mail WHERE account_id = $1", [Value(account)])?.int(0) ?? 0
          }
          for _ in 0..<rows { _ = held.next() }
        }
        return receipt
      }, clock: { clock.now })
    await refused(.withdrawn, promise: 21, or: 16) { try await way.pull(added.source.id, batch: 10, gate: gate) }
    #expect(try await way.house.count("mail") == held.next() - 1)
    #expect(try await way.house.count("mail") < Cast.letters.count)
    // Nor does the next run, until the owner allows it anew.
    await refused(.withdrawn, promise: 16) { try await way.pull(added.source.id) }
    #expect(try await way.take(.maildir, path).isWhole)
    #expect(try await way.house.count("mail") == Cast.letters.count)
  }

  @Test("P021 other terms during an import: what runs under the old ones stores nothing more")
  func changedMeanwhile() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    try Cast.writeMaildir(path)
    let added = try await way.add(.maildir, path, depth: .whole)
    let (store, clock, count) = (way.store, way.house.clock, Counter())
    let gate = Gate(
      vault: way.house.vault, standing: { try await store.standing($0) },
      append: { line, signer in
        if line.purpose == "read-mail", count.next() == 3 { _ = try await way.add(.maildir, path, depth: .headers) }
        return try await store.append(line, signer: signer)
      }, clock: { clock.now })
    await refused(.withdrawn, promise: 21) { try await way.pull(added.source.id, batch: 10, gate: gate) }
    let wholes = try await way.column("SELECT COUNT(*) FROM mail WHERE account_id = $1 AND depth = 'whole'")
    #expect(wholes != [.integer(Int64(Cast.letters.count))])
    #expect(try await way.pull(added.source.id).isWhole)
    #expect(try await way.column("SELECT DISTINCT depth FROM mail WHERE account_id = $1") == [.text("headers")])
  }

  @Test("P023 the words of a grant tell folders, period, bodies and attachments, and their digest is stored")
  func words() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    try Cast.writeMaildir(path)
    let since = Instant(year: 2026, month: 3, day: 1)
    var epochs: [Int64] = []
    for (depth, said) in [
      (Depth.headers, "no bodies and no attachments"), (.text, "of attachments only name, type, size and hash"),
      (.whole, "everything: headers, the full text (bodies) and attachments"),
    ] {
      let added = try await way.add(.maildir, path, depth: depth, since: since)
      #expect(added.grant.words.contains(said))
      #expect(added.grant.words.contains("all folders"))
      #expect(added.grant.words.contains("from 2026-03-01 on"))
      #expect(added.grant.words.contains("Nothing is changed there"))
      #expect(added.isChanged)
      epochs.append(added.grant.epoch)
      let stored = try #require(try await way.store.grants(way.account).last)
      #expect(stored == added.grant)
      #expect(
        try await way.column("SELECT words_digest FROM consent_grant WHERE account_id = $1")
          == [.text(hex(sha256(Array(stored.words.utf8))))])
    }
    #expect(epochs == [1, 2, 3])
    #expect(try await way.add(.maildir, path).isChanged == false)
    #expect(try await way.store.grants(way.account).count == 1)
  }

  @Test("P038 every content row joins its grant and its source", arguments: StagedHouse.EngineKind.allCases)
  func provenance(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    try Cast.writeMaildir(way.house.files + "/mail")
    try Cast.writeCards(way.house.files + "/cards.vcf")
    _ = try await way.take(.maildir, way.house.files + "/mail")
    _ = try await way.take(.vcard, way.house.files + "/cards.vcf")
    for (table, condition) in [("mail", ""), ("record", " AND t.kind = 'card'")] {
      let all = try await way.column("SELECT COUNT(*) FROM \(table) t WHERE t.account_id = $1\(condition)")
      let joined = try await way.column(
        """
        SELECT COUNT(*) FROM \(table) t
        JOIN consent_grant g ON g.account_id = t.account_id AND g.id = t.grant_id AND g.source_id = t.source_id
        JOIN source s ON s.account_id = t.account_id AND s.id = t.source_id AND s.member_id = t.member_id
        WHERE t.account_id = $1\(condition)
        """)
      #expect(all == joined)
      #expect(all != [.integer(0)])
    }
  }

  @Test("P039 without the statement of the right nothing is added", arguments: StagedHouse.EngineKind.allCases)
  func warranty(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    try Cast.writeMaildir(way.house.files + "/mail")
    await refused(.noWarranty, promise: 39) {
      _ = try await AddSource(store: way.store, gate: way.house.gate).run(
        way.account, way.house.ada, .init(.maildir, way.house.files + "/mail", isWarranted: false))
    }
    #expect(try await way.house.count("source") == 0)
    #expect(try await way.house.count("consent_grant") == 0)
    #expect(try await way.house.count("job") == 0)
  }

  @Test(
    "P120 a mail with somebody who was erased is counted and holds nothing", arguments: StagedHouse.EngineKind.allCases)
  func erased(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    try Cast.writeMaildir(way.house.files + "/mail")
    try Cast.writeCards(way.house.files + "/cards.vcf")
    let dee = Handle(.email, Cast.dee.address)
    let permit = try await way.house.gate.permit(
      EraseData.self, for: Request(account: way.account, member: way.house.ada))
    let keys = try await permit.keyIDs([dee])
    let erasure = try await way.store.beginErasure(way.account, of: way.house.ada, keys: keys)
    try await way.store.finishErasure(way.account, erasure)
    let mails = try await way.take(.maildir, way.house.files + "/mail")
    #expect(mails.isWhole)
    let with = Cast.letters.count { ([$0.from] + $0.to + $0.cc).contains(Cast.dee) }
    #expect(with > 3)
    #expect(
      try await way.column(
        """
        SELECT COUNT(*) FROM mail WHERE account_id = $1 AND erased = 1 AND subject IS NULL AND content IS NULL
          AND blob_id IS NULL AND key_id = 0
        """) == [.integer(Int64(with))])
    #expect(
      try await way.column("SELECT COUNT(*) FROM mail WHERE account_id = $1 AND erased = 1") == [.integer(Int64(with))])
    let cards = try await way.take(.vcard, way.house.files + "/cards.vcf")
    #expect(cards.isWhole)
    #expect(cards.stored == Cast.cards.count - 1)
    #expect(cards.folders.first?.leftOut == ["erased": 1])
    #expect(try await way.column("SELECT value FROM handle WHERE account_id = $1 AND value LIKE '%dee%'").isEmpty)
    // Again, and with the gate unchanged: still nothing of her.
    let before = try await way.house.digests()
    #expect(try await way.take(.maildir, way.house.files + "/mail").stored == 0)
    #expect(try await way.take(.vcard, way.house.files + "/cards.vcf").stored == 0)
    #expect(try await way.house.digests() == before)
  }

  @Test("what is stored of a mail opens under its permit, at the depth of the grant and not beyond")
  func opens() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    let mail = """
      From: Bob <bob@example.test>
      To: ada@example.test
      Subject: With a plan
      Content-Type: multipart/mixed; boundary=b

      --b
      Content-Type: text/plain

      The plan is attached.
      --b
      Content-Type: application/pdf; name="plan of the house.pdf"
      Content-Transfer-Encoding: base64

      UERGIGNvbnRlbnQ=
      --b--

      """
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Cast.write(Array(mail.utf8), path + "/one")
    let added = try await way.add(.mails, path)
    _ = try await way.pull(added.source.id)
    let account = way.account
    let row = try #require(
      try await way.store.read(account) {
        try $0.row("SELECT id, key_id, content, subject FROM mail WHERE account_id = $1", [Value(account)])
      })
    let permit = try await way.house.gate.permit(
      ShowToOwner.self,
      for: Request(
        account: account, member: way.house.ada, sources: [added.source.id], handles: [KeyID(stored: row.int(1))]))
    let content = try #require(Sealed(stored: row.bytes(2)))
    let shown = try text(of: content, in: Slot(account, "mail", "content", row: row.int(0)), permit)
    #expect(shown.contains("The plan is attached."))
    #expect(!shown.contains("UERGIGNvbnRlbnQ"))
    let subject = try #require(Sealed(stored: row.bytes(3)))
    #expect(
      try text(of: subject, in: Slot(account, "mail", "subject", row: row.int(0)), permit) == "With a plan")
    let listed = try #require(
      try await way.store.read(account) {
        try $0.row("SELECT name, type, size, digest FROM attachment WHERE account_id = $1", [Value(account)])
      })
    #expect(listed.text(1) == "application/pdf")
    #expect(listed.int(2) == 11)
    #expect(listed.bytes(3) == sha256(Array("PDF content".utf8)))
    let name = try #require(Sealed(stored: listed.bytes(0)))
    #expect(
      try text(of: name, in: Slot(account, "attachment", "name", row: row.int(0)), permit) == "plan of the house.pdf")
  }
}

/// Opens sealed content as a page would show it.
private func text(of sealed: Sealed, in slot: Slot, _ permit: borrowing Permit<ShowToOwner>) throws -> String {
  try sealed.open(in: slot, permit) {
    PageText(String(decoding: $0.withUnsafeBufferPointer { Array($0) }, as: UTF8.self))
  }.text
}

/// Expects a refusal for one reason, naming the promise.
func refused(
  _ reason: Refusal.Reason, promise: Int, or other: Int? = nil, _ body: () async throws -> some Any,
  sourceLocation: SourceLocation = #_sourceLocation
) async {
  do {
    _ = try await body()
    Issue.record("nothing was refused", sourceLocation: sourceLocation)
  } catch let refusal as Refusal {
    #expect(refusal.reason == reason, sourceLocation: sourceLocation)
    #expect(refusal.promise == promise || refusal.promise == other, sourceLocation: sourceLocation)
  } catch {
    Issue.record("another error: \(error)", sourceLocation: sourceLocation)
  }
}
