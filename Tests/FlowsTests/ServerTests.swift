import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

@Suite("a mailbox on a server", .serialized) struct ServerTests {
  @Test("a mailbox is read whole, by every kind of server and engine", arguments: StagedDovecot.Offer.allCases)
  func whole(_ offer: StagedDovecot.Offer) async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let stage = try await ServerStage(offer, engine)
      let client = try stage.client()
      for folder in ["Work", "Work/2026", "&AOQ-rger"] { try client.run("CREATE \"\(folder)\"") }
      for number in 0..<60 {
        try client.append(ServerStage.mail(number), to: ["INBOX", "Work", "Work/2026"][number % 3])
      }
      // The same mail in five places is one mail.
      for folder in ["INBOX", "Work", "Work/2026", "&AOQ-rger", "&AOQ-rger"] {
        try client.append(ServerStage.mail(1000), to: folder)
      }
      let source = try await stage.add()
      let report = try await stage.pull(source)
      #expect(report.isWhole && report.stored >= 61 && report.trouble == nil)
      #expect(report.folders.map(\.folder).contains("ärger"))
      let there = try client.everything().map { found in
        var found = found
        found.folder = found.folder.replacing("&AOQ-rger", with: "ärger")
        return found
      }.sorted()
      #expect(try await stage.held(source) == there)
      #expect(try await stage.way.house.count("mail") == 61)
      // Again: nothing is fetched, nothing changes.
      let before = try await stage.way.house.digests(without: [
        "ledger", "ledger_head", "lease", "job", "source", "transcript",
      ])
      try stage.dovecot.log(stage.user)
      #expect(try await stage.pull(source).stored == 0)
      #expect(
        try await stage.way.house.digests(without: ["ledger", "ledger_head", "lease", "job", "source", "transcript"])
          == before)
      let said = try stage.dovecot.commands(stage.user)
      #expect(!said.isEmpty && !said.contains { $0.contains("FETCH") || $0.contains("EXAMINE") })
    }
  }

  @Test("by STARTTLS, and on this machine without TLS", arguments: [MailServer.Security.starttls, .none])
  func secured(_ security: MailServer.Security) async throws {
    let stage = try await ServerStage()
    try stage.client().append(ServerStage.mail(1), to: "INBOX")
    let source = try await stage.add(stage.dovecot.server(security))
    #expect(try await stage.pull(source).stored == 1)
  }

  @Test(
    "P013 P014 nothing is changed at a mail server: flags, counts and numbers of changes stay; only reading is said",
    arguments: StagedDovecot.Offer.allCases)
  func untouched(_ offer: StagedDovecot.Offer) async throws {
    let stage = try await ServerStage(offer)
    let client = try stage.client()
    try client.run("CREATE Work")
    for number in 0..<20 { try client.append(ServerStage.mail(number), to: number % 2 == 0 ? "INBOX" : "Work") }
    try client.run("SELECT INBOX")
    try client.run("UID STORE 1:3 +FLAGS (\\Seen)")
    try client.run("UID STORE 4 +FLAGS (\\Deleted)")
    let looks = try stage.client()
    let before = offer == .little ? try looks.everything().map { "\($0)" } : try looks.picture()
    try stage.dovecot.log(stage.user)
    let source = try await stage.add()
    for _ in 0..<3 { #expect(try await stage.pull(source).isWhole) }
    // Fetched once more, after everything that was known is forgotten.
    let account = stage.way.account
    _ = try await stage.way.store.write(account) { session in
      try session.run("DELETE FROM place WHERE account_id = $1", [Value(account)])
    }
    #expect(try await stage.pull(source).isWhole)
    let said = try stage.dovecot.commands(stage.user)
    #expect((offer == .little ? try looks.everything().map { "\($0)" } : try looks.picture()) == before)
    let reading = [
      "CAPABILITY", "LIST ", "STATUS ", "EXAMINE ", "UID SEARCH ", "UID FETCH ", "LOGOUT", "NOOP", "ID ", "NAMESPACE",
    ]
    for line in said {
      #expect(reading.contains { line.hasPrefix($0) }, "\(line)")
      #expect(!line.contains("BODY["), "\(line)")
    }
    #expect(said.contains { $0.contains("BODY.PEEK[]") })
  }

  @Test("a wrong password, a wrong authority and a closed port are told with what helps")
  func troubles() async throws {
    let stage = try await ServerStage()
    let source = try await stage.add(password: "wrong")
    let words = await trouble { try await stage.pull(source) }
    #expect(words.contains("refused user or password") && words.contains("kith source add imap"))
    #expect(try await stage.way.store.source(stage.way.account, source.id)?.trouble == words)
    // The login given again is another login, of the same source.
    #expect(try await stage.add().id == source.id)
    #expect(try await stage.pull(source).isWhole)
    var server = stage.dovecot.server()
    server.authority = nil
    let other = try await ServerStage()
    let stranger = try await other.add(server)
    #expect(await trouble { try await other.pull(stranger) }.contains("unknown authority"))
    let third = try await ServerStage()
    server = stage.dovecot.server()
    server.port = 1
    let closed = try await third.add(server)
    #expect(await trouble { try await third.pull(closed) }.contains("nothing answers at"))
    let fourth = try await ServerStage()
    server = stage.dovecot.server()
    server.port = stage.dovecot.port
    let plain = try await fourth.add(server)
    #expect(await trouble { try await fourth.pull(plain) }.contains("does not speak TLS"))
  }

  @Test("what a run said is kept for the owner, without the login")
  func transcript() async throws {
    let stage = try await ServerStage()
    try stage.client().append(ServerStage.mail(1), to: "INBOX")
    let source = try await stage.add()
    _ = try await stage.pull(source)
    let lines = try await stage.way.store.transcript(stage.way.account, source.id).map(\.line)
    #expect(lines.contains { $0.contains("AUTHENTICATE PLAIN") } && lines.contains { $0.contains("EXAMINE \"INBOX\"") })
    #expect(!lines.contains { $0.contains(StagedDovecot.password) || $0.contains("letter") })
    let secret = Data("\u{0}\(stage.user)\u{0}\(StagedDovecot.password)".utf8).base64EncodedString()
    #expect(!lines.contains { $0.contains(secret) })
  }

  @Test("spam and trash are left out by rule and counted, until the owner wants them")
  func rules() async throws {
    let stage = try await ServerStage()
    let client = try stage.client()
    for folder in ["Junk", "Trash"] { try client.run("CREATE \(folder)") }
    for number in 0..<5 { try client.append(ServerStage.mail(number), to: ["INBOX", "Junk", "Trash"][number % 3]) }
    var source = try await stage.add()
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.stored == 2)
    #expect(report.folders.first { $0.folder == "Junk" }?.leftOut == ["junk": 2])
    #expect(report.folders.first { $0.folder == "Trash" }?.leftOut == ["trash": 1])
    var server = stage.dovecot.server()
    server.readsJunk = true
    source = try await stage.add(server)
    #expect(try await stage.pull(source).stored == 2)
    server.folders = ["IN*"]
    source = try await stage.add(server)
    let narrowed = try await stage.pull(source)
    #expect(narrowed.folders.map(\.folder) == ["INBOX"] && narrowed.isWhole)
    // The mails stay; only their places are none of Kith's business any more.
    #expect(try await stage.way.house.count("mail") == 4)
  }

  @Test("older mail is left out by rule, counted, not fetched again; another period looks anew")
  func period() async throws {
    let stage = try await ServerStage()
    let client = try stage.client()
    for number in 0..<28 { try client.append(ServerStage.mail(number), to: "INBOX") }
    var source = try await stage.add(since: Instant(year: 2026, month: 6, day: 15))
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.stored == 14 && report.folders.first?.leftOut == ["period": 14])
    try stage.dovecot.log(stage.user)
    #expect(try await stage.pull(source).isWhole)
    #expect(!(try stage.dovecot.commands(stage.user).contains { $0.contains("FETCH") }))
    source = try await stage.add(since: Instant(year: 2026, month: 6, day: 8))
    let wider = try await stage.pull(source)
    #expect(wider.isWhole && wider.stored == 7 && wider.folders.first?.leftOut == ["period": 7])
    source = try await stage.add(depth: .headers, since: Instant(year: 2026, month: 6, day: 8))
    #expect(try await stage.pull(source).stored == 21)
  }

  @Test("a row lost by hand is a gap, and the next run repairs it")
  func repaired() async throws {
    for statement in [
      "DELETE FROM place WHERE account_id = $1 AND uid = 3",
      "UPDATE folder SET cursor_uid = 0, uid_validity = 0, mod_seq = 0 WHERE account_id = $1",
    ] {
      let stage = try await ServerStage()
      let client = try stage.client()
      for number in 0..<9 { try client.append(ServerStage.mail(number), to: "INBOX") }
      let source = try await stage.add()
      _ = try await stage.pull(source)
      let account = stage.way.account
      try await stage.way.store.write(account) { _ = try $0.run(statement, [Value(account)]) }
      if statement.hasPrefix("DELETE") {
        #expect(try await stage.way.store.completeness(account).first?.gap == 1)
      }
      let report = try await stage.pull(source)
      #expect(report.isWhole && report.stored == 0)
      #expect(try await stage.held(source) == client.everything())
      #expect(try await stage.way.house.count("mail") == 9)
    }
  }

  @Test("a generation of uids that changes, or goes back, is read anew, and no mail is taken for a new one")
  func generations() async throws {
    let stage = try await ServerStage()
    let client = try stage.client()
    for number in 0..<9 { try client.append(ServerStage.mail(number), to: "INBOX") }
    let source = try await stage.add()
    _ = try await stage.pull(source)
    for validity in ["2000000000", "1000000"] {
      try await stage.dovecot.administer(
        ["mailbox", "update", "-u", stage.user, "--uid-validity", validity, "INBOX"])
      let report = try await stage.pull(source)
      #expect(report.isWhole && report.stored == 0)
      let there = try stage.client().everything()
      #expect(there.allSatisfy { $0.uidValidity == Int64(validity) })
      #expect(try await stage.held(source) == there)
      #expect(try await stage.way.house.count("mail") == 9)
    }
  }

  private func trouble(_ body: () async throws -> Pulled) async -> String {
    do {
      _ = try await body()
      return ""
    } catch {
      return (error as? Trouble)?.description ?? "\(error)"
    }
  }
}
