import Consent
import Flows
import Foundation
import Model
import Programs
import Stage
import Store
import Testing
import Wire

@Suite("promises about mail servers", .serialized) struct ServerPromiseTests {
  @Test(
    "P016 a mail source that is revoked while it is connected: closed within 5 seconds, never dialled again, its login gone",
    arguments: StagedHouse.EngineKind.allCases)
  func revoked(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    // It falls silent in the middle of a mail, and the connection stays open.
    let server = try StagedIMAP(.stall(after: 1500), mails: ServerFaultTests.mails)
    let source = try await add(way, server)
    let account = way.account
    let stored = try #require(try await way.store.login(account, source.id)).bytes
    let door = door(way)
    let run = Task { try await way.pull(source.id, door: door) }
    while server.dials == 0 { try await Task.sleep(for: .milliseconds(20)) }
    try await Task.sleep(for: .milliseconds(800))
    #expect(server.ended == 0)
    let clock = FairClock()
    async let closing = {
      while server.ended == 0 { try await Task.sleep(for: .milliseconds(20)) }
      return clock.seconds
    }()
    try await Revoke(store: way.store, gate: way.house.gate).run(account, way.house.ada, source.id)
    let revoked = clock.seconds
    #expect(try await closing - revoked < 5)
    let result = await run.result
    let refusal = #expect(throws: Refusal.self) { try result.get() }
    #expect(refusal?.promise == 16 || refusal?.promise == 21)
    let dials = server.dials
    await #expect(throws: Refusal.self) { try await way.pull(source.id, door: door) }
    await #expect(throws: Refusal.self) { _ = try await door.tryOut(source, account) }
    await #expect(throws: Refusal.self) { _ = try await self.add(way, server) }
    #expect(server.dials == dials)
    #expect(try await way.house.count("credential") == 0)
    let keys = try await way.store.engine.read(.keyring) { session in
      try session.row(
        "SELECT COUNT(*) FROM wrapped_key WHERE kind = $1 AND account_id = $2",
        [Value(WrappedKey.Kind.credential.rawValue), Value(account)])?.int(0)
    }
    #expect(keys == 0)
    if engine == .sqlite {
      // Neither open nor sealed does the login lie in any file.
      let bytes = Data(Household.bytes(below: way.house.data))
      #expect(bytes.range(of: Data(stored)) == nil)
      #expect(bytes.range(of: Data("the-secret-of-ada".utf8)) == nil)
    }
  }

  @Test("P021 a grant withdrawn during a pull from a server: nothing more is stored")
  func withdrawn() async throws {
    let way = try await WayIn()
    let server = try StagedIMAP(.none, mails: (1...60).map { ServerStage.mail($0) })
    let source = try await add(way, server)
    let (store, clock, account, ada, count) = (way.store, way.house.clock, way.account, way.house.ada, Counter())
    let grant = try #require(try await store.readable(account, source.id)?.grant)
    let gate = Gate(
      vault: way.house.vault, standing: { try await store.standing($0) },
      append: { line, signer in
        let receipt = try await store.append(line, signer: signer)
        if line.purpose == "read-mail", count.next() == 4 { _ = try await store.withdraw(account, ada, grant.id) }
        return receipt
      }, clock: { clock.now })
    await #expect(throws: (any Error).self) {
      _ = try await way.pull(source.id, door: self.door(way), gate: gate, batch: 5)
    }
    #expect(try await way.house.count("mail") <= 15)
  }

  @Test("P038 every mail of a server knows the source, the grant and the place it came from")
  func provenance() async throws {
    let way = try await WayIn()
    let server = try StagedIMAP(.none, mails: ServerFaultTests.mails)
    let source = try await add(way, server)
    _ = try await way.pull(source.id, door: door(way))
    let account = way.account
    let known = try await way.store.read(account) { session in
      try session.row(
        """
        SELECT COUNT(*) FROM mail m
        JOIN source s ON s.account_id = m.account_id AND s.id = m.source_id AND s.kind = 'imap'
        JOIN consent_grant g ON g.account_id = m.account_id AND g.id = m.grant_id AND g.source_id = s.id
        JOIN place p ON p.account_id = m.account_id AND p.mail_id = m.id AND p.uid_validity = 7
        WHERE m.account_id = $1
        """, [Value(account)])?.int(0)
    }
    #expect(known == 12)
  }

  @Test("P081 a login is asked for reading alone, goes to its own server, and is never stored open")
  func login() async throws {
    let way = try await WayIn()
    let server = try StagedIMAP(.none, mails: ServerFaultTests.mails)
    let source = try await add(way, server)
    let grant = try #require(try await way.store.readable(way.account, source.id)?.grant)
    #expect(grant.scope == .read && grant.purposes == ["build-index", "connect", "find-people", "read-mail"])
    #expect(Data(Household.bytes(below: way.house.data)).range(of: Data("the-secret-of-ada".utf8)) == nil)
    // The grant names one host and port; another one is not dialled, whatever stands in the settings then.
    let other = try StagedIMAP(.none, mails: [])
    var changed = source
    changed.server?.port = other.port
    let door = door(way)
    await #expect(throws: Refusal.self) { _ = try await door.tryOut(changed, way.account) }
    #expect(other.dials == 0)
  }

  @Test("P098 a fault of the server is shown as the server's, with the last run and what is held")
  func shown() async throws {
    let way = try await WayIn()
    let server = try StagedIMAP(.drop(after: 700), mails: ServerFaultTests.mails)
    let source = try await add(way, server)
    _ = try? await way.pull(source.id, door: door(way))
    let state = try #require(try await way.store.source(way.account, source.id))
    #expect(state.trouble?.contains("the server closed the connection") == true)
    #expect(state.trouble?.contains("tried again") == true && state.lastRunAt != nil)
  }

  private func add(_ way: WayIn, _ server: StagedIMAP) async throws -> Source {
    try await AddSource(store: way.store, gate: way.house.gate).run(
      way.account, way.house.ada,
      AddSource.Wish(
        MailServer(host: "127.0.0.1", port: server.port, security: .none),
        Login(user: "ada", secret: "the-secret-of-ada"), isWarranted: true)
    ).source
  }

  private func door(_ way: WayIn) -> ServerDoor {
    ServerDoor(store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true), quiet: 8)
  }
}
