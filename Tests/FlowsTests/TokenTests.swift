import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing
import Wire

@Suite("sign-ins that last", .serialized) struct TokenTests {
  @Test(
    "P081 a token that is refused or has run out is renewed at its own endpoint, and the login that rotates is kept",
    arguments: StagedHouse.EngineKind.allCases)
  func renewed(_ engine: StagedHouse.EngineKind) async throws {
    let stage = try await TokenStage(engine)
    let source = try await stage.add()
    #expect(try await stage.pull(source).stored == 12)
    #expect(stage.web.asked.isEmpty)
    // Refused: when it runs out was never said.
    stage.outdate()
    #expect(try await stage.pull(source).isWhole)
    #expect(stage.web.asked.count == 1 && stage.mail.dials == 3)
    // Good for an hour from now.
    #expect(try await stage.pull(source).isWhole)
    #expect(stage.web.asked.count == 1 && stage.mail.dials == 4)
    // A minute before its end it is renewed before it is used, with the refresh token that came last.
    stage.way.house.clock.advance(milliseconds: 3_545_000)
    #expect(try await stage.pull(source).isWhole)
    #expect(stage.web.asked.count == 2 && stage.mail.dials == 5)
    let asked = stage.web.asked
    #expect(asked.allSatisfy { $0.method == "POST" && $0.path == "/token" && !$0.head.contains("refresh-") })
    #expect(asked.map { $0.body.contains("refresh_token=refresh-0&") } == [true, false])
    #expect(asked[1].body.contains("refresh_token=refresh-1&") && asked[1].body.contains("scope=mail"))
    // Nothing of it lies open anywhere.
    if engine == .sqlite {
      let bytes = Data(Household.bytes(below: stage.way.house.data))
      for secret in ["access-1", "access-2", "refresh-1", "refresh-2", "client-secret-canary"] {
        #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret)")
      }
    }
  }

  @Test("P081 a rotated refresh token is kept before the new access token is used, so that none is lost")
  func rotated() async throws {
    let stage = try await TokenStage()
    let source = try await stage.add()
    // The mail server takes no token, however fresh.
    stage.desk.set { $0.taken = nil }
    let trouble = await #expect(throws: Trouble.self) { _ = try await stage.pull(source) }
    #expect(trouble?.what.contains("refused the token") == true)
    // One renewal, no loop.
    #expect(stage.web.asked.count == 1 && stage.mail.dials == 2)
    stage.desk.set { $0.taken = 99 }
    #expect(try await stage.pull(source).stored == 12)
    #expect(stage.web.asked.map { $0.body.contains("refresh-1") } == [false, true])
  }

  @Test("P081 a sign-in that the provider ended is told with its remedy; the mail server is not dialled with it again")
  func ended() async throws {
    let stage = try await TokenStage()
    let source = try await stage.add(token: "")
    stage.desk.set { $0.number = 7 }
    let trouble = await #expect(throws: Trouble.self) { _ = try await stage.pull(source) }
    #expect(trouble?.what.contains("ended this sign-in") == true)
    if case .stop(let help)? = trouble?.remedy { #expect(help.contains("--oauth-token-file")) }
    #expect(stage.mail.dials == 0 && stage.web.asked.count == 1)
    // As a job of the worker: it stops, and is not begun again by itself.
    let (store, gate, account, door) = (stage.way.store, stage.way.house.gate, stage.way.account, stage.door)
    let worker = Worker(store: store, gate: gate) { job, lease in
      .pulled(
        try await Pull(store: store, gate: gate, door: door).run(
          ID(job.subject), of: account, lease: lease, job: job))
    }
    _ = try await worker.work(on: account)
    let asked = stage.web.asked.count
    stage.way.house.clock.advance(milliseconds: 86_400_000)
    _ = try await worker.work(on: account)
    #expect(stage.web.asked.count == asked && stage.mail.dials == 0)
    #expect(try await store.source(account, source.id)?.trouble?.contains("ended this sign-in") == true)
    #expect(try await store.listenable(account).isEmpty)
  }

  @Test("P081 a wider scope than was asked for is told and not used; one that is narrower is")
  func scope() async throws {
    let stage = try await TokenStage()
    let source = try await stage.add(token: "", scope: "mail offline")
    let before = try #require(try await stage.way.store.login(stage.way.account, source.id)).bytes
    stage.desk.set { $0.more = ",\"scope\":\"mail contacts\"" }
    let trouble = await #expect(throws: Trouble.self) { _ = try await stage.pull(source) }
    #expect(trouble?.what.contains("more than was asked for") == true && stage.mail.dials == 0)
    #expect(try await stage.way.store.login(stage.way.account, source.id)?.bytes == before)
    stage.desk.set { ($0.more, $0.number) = (",\"scope\":\"mail\"", 0) }
    #expect(try await stage.pull(source).stored == 12)
  }

  @Test("P081 a refresh token goes to its own endpoint alone: to no other host, and after no redirect")
  func elsewhere() async throws {
    let stage = try await TokenStage()
    let source = try await stage.add(token: "")
    let other = try StagedWeb { _ in .init(200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}") }
    var changed = source
    changed.server?.tokens?.port = other.port
    await #expect(throws: Refusal.self) { _ = try await stage.door.tryOut(changed, stage.way.account) }
    stage.desk.set { $0.instead = .init(307, fields: ["Location: http://127.0.0.1:\(other.port)/token"]) }
    await #expect(throws: Trouble.self) { _ = try await stage.pull(source) }
    #expect(other.asked.isEmpty && stage.mail.dials == 0)
  }

  @Test("answers that cannot be used end in a trouble that shows nothing of them; what may pass is tried later")
  func answers() async throws {
    let stage = try await TokenStage()
    let source = try await stage.add(token: "")
    for (answer, words, waits) in [
      (StagedWeb.Answer(200, "{\"access_token\":\"canary\\r\\nX: y\"}"), "no token that can be used", false),
      (.init(200, "{\"access_token\":\"canary\",\"token_type\":\"mac\"}"), "no token that can be used", false),
      (.init(200, String(repeating: "[", count: 40_000)), "no token that can be used", false),
      (.init(200, String(repeating: "x", count: 70_000)), "longer than allowed", false),
      (
        .init(401, "{\"error\":\"invalid_client\",\"error_description\":\"canary\"}"), "does not know this client",
        false
      ),
      (.init(400, "{\"error\":\"invalid_scope\"}"), "does not grant the scope", false),
      (.init(404, "canary"), "answers 404", false), (.init(503, "canary"), "renews no token now", true),
      (.init(429), "renews no token now", true),
    ] {
      stage.desk.set { $0.instead = answer }
      let trouble = await #expect(throws: Trouble.self) { _ = try await stage.pull(source) }
      #expect(trouble?.what.contains(words) == true, "\(trouble?.what ?? "")")
      #expect(trouble?.description.contains("canary") == false)
      if case .wait? = trouble?.remedy { #expect(waits) } else { #expect(!waits) }
    }
    #expect(stage.mail.dials == 0)
    stage.desk.set { ($0.instead, $0.expiresIn) = (nil, "\"3600\"") }
    #expect(try await stage.pull(source).stored == 12)
  }

  @Test("several conversations at once renew a login once")
  func together() async throws {
    let stage = try await TokenStage()
    let source = try await stage.add(token: "")
    let (door, account) = (stage.door, stage.way.account)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<6 { group.addTask { try await door.tryOut(source, account) } }
      for try await folders in group { #expect(folders == 1) }
    }
    #expect(stage.web.asked.count == 1)
    // Two processes: the one that comes too late takes what the other kept.
    stage.outdate()
    let others = [stage.door, stage.door]
    try await withThrowingTaskGroup(of: Int.self) { group in
      for door in others { group.addTask { try await door.tryOut(source, account) } }
      for try await folders in group { #expect(folders == 1) }
    }
  }

  @Test("P016 a source that is revoked while its token is renewed: nothing new is kept, no key comes back")
  func revoked() async throws {
    let stage = try await TokenStage()
    let source = try await stage.add(token: "")
    stage.desk.set { $0.isSlow = true }
    let run = Task { try await stage.pull(source) }
    while stage.web.asked.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    try await Revoke(store: stage.way.store, gate: stage.way.house.gate)
      .run(stage.way.account, stage.way.house.ada, source.id)
    stage.desk.set { $0.isSlow = false }
    let result = await run.result
    #expect(throws: Refusal.self) { try result.get() }
    #expect(stage.mail.dials == 0)
    #expect(try await stage.way.house.count("credential") == 0)
    let account = stage.way.account
    let keys = try await stage.way.store.engine.read(.keyring) { session in
      try session.row(
        "SELECT COUNT(*) FROM wrapped_key WHERE kind = $1 AND account_id = $2",
        [Value(WrappedKey.Kind.credential.rawValue), Value(account)])?.int(0)
    }
    #expect(keys == 0)
  }

  @Test("a sign-in is tried before it is kept, and kept as it was renewed then")
  func tried() async throws {
    let stage = try await TokenStage()
    let source = try await stage.add(token: "", tried: true)
    #expect(stage.web.asked.count == 1)
    #expect(try await stage.pull(source).stored == 12)
    #expect(stage.web.asked.count == 1)
    stage.outdate()
    #expect(try await stage.pull(source).isWhole)
    #expect(stage.web.asked.last?.body.contains("refresh_token=refresh-1&") == true)
  }
}
