import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing
import Wire

/// What is found out before a mail server is kept as a source.
@Suite("a mail server is tried before it is kept", .serialized) struct TrialTests {
  @Test("what is wrong is told at once, and nothing is kept", arguments: StagedHouse.EngineKind.allCases)
  func wrong(_ engine: StagedHouse.EngineKind) async throws {
    let stage = try await ServerStage(.everything, engine)
    var strange = stage.dovecot.server()
    strange.authority = nil
    var plain = stage.dovecot.server()
    plain.port = stage.dovecot.port
    var closed = stage.dovecot.server()
    closed.port = 1
    for (server, password, words) in [
      (stage.dovecot.server(), "the-wrong-secret", ["refused user or password"]),
      (strange, "the-wrong-secret", ["unknown authority", "--ca"]),
      (plain, "the-wrong-secret", ["does not speak TLS"]),
      (closed, "the-wrong-secret", ["nothing answers at", "--no-check"]),
    ] {
      let trouble = await #expect(throws: Trouble.self) { _ = try await `try`(stage, server, password) }
      for word in words { #expect(trouble?.description.contains(word) == true, "\(trouble?.description ?? "")") }
    }
    for table in ["source", "source_server", "consent_grant", "credential", "job", "transcript"] {
      #expect(try await stage.way.house.count(table) == 0, "\(table)")
    }
    #expect(try await credentialKeys(stage) == 0)
    if engine == .sqlite {
      let bytes = Data(Household.bytes(below: stage.way.house.data))
      #expect(bytes.range(of: Data("the-wrong-secret".utf8)) == nil)
    }
    // That it was tried is in the ledger.
    #expect(try await stage.way.store.ledger(stage.way.account).contains { $0.line.purpose == "connect" })
  }

  @Test("what is right is kept, and can be read; a wrong login later leaves the right one")
  func right() async throws {
    let stage = try await ServerStage()
    try stage.client().append(ServerStage.mail(1), to: "INBOX")
    let source = try await `try`(stage, stage.dovecot.server(), StagedDovecot.password)
    #expect(try await stage.pull(source).stored == 1)
    await #expect(throws: Trouble.self) { _ = try await `try`(stage, stage.dovecot.server(), "wrong") }
    try stage.client().append(ServerStage.mail(2), to: "INBOX")
    #expect(try await stage.pull(source).stored == 1)
    #expect(try await credentialKeys(stage) == 1)
  }

  @Test("P016 P039 without the warranty, or once it was revoked, a server is not even tried")
  func refused() async throws {
    let way = try await WayIn()
    let server = try StagedIMAP(.none, mails: ServerFaultTests.mails)
    let door = ServerDoor(store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true))
    let adding = AddSource(store: way.store, gate: way.house.gate, tryingAt: door)
    func add(warranted: Bool) async throws -> Source {
      try await adding.run(
        way.account, way.house.ada,
        AddSource.Wish(
          MailServer(host: "127.0.0.1", port: server.port, security: .none), Login(user: "ada", secret: "pw"),
          isWarranted: warranted)
      ).source
    }
    await #expect(throws: Refusal.self) { _ = try await add(warranted: false) }
    #expect(server.dials == 0)
    let source = try await add(warranted: true)
    #expect(server.dials == 1)
    try await Revoke(store: way.store, gate: way.house.gate).run(way.account, way.house.ada, source.id)
    await #expect(throws: Refusal.self) { _ = try await add(warranted: true) }
    #expect(server.dials == 1)
  }

  private func `try`(_ stage: ServerStage, _ server: MailServer, _ password: String) async throws -> Source {
    try await AddSource(store: stage.way.store, gate: stage.way.house.gate, tryingAt: stage.door).run(
      stage.way.account, stage.way.house.ada,
      AddSource.Wish(server, Login(user: stage.user, secret: password), isWarranted: true)
    ).source
  }

  private func credentialKeys(_ stage: ServerStage) async throws -> Int64? {
    let account = stage.way.account
    return try await stage.way.store.engine.read(.keyring) { session in
      try session.row(
        "SELECT COUNT(*) FROM wrapped_key WHERE kind = $1 AND account_id = $2",
        [Value(WrappedKey.Kind.credential.rawValue), Value(account)])?.int(0)
    }
  }
}
