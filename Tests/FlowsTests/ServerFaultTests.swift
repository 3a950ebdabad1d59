import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing
import Wire

@Suite("hostile mail servers", .serialized) struct ServerFaultTests {
  static let mails = (1...12).map { ServerStage.mail($0) }

  /// Adds the staged server as a source of a house of its own, and pulls it once.
  private func pull(
    _ fault: StagedIMAP.Fault, mails: [[UInt8]] = mails, quiet: Double = 1
  ) async throws -> (way: WayIn, source: Source, result: Result<Pulled, any Error>) {
    let way = try await WayIn()
    let server = try StagedIMAP(fault, mails: mails)
    let source = try await AddSource(store: way.store, gate: way.house.gate).run(
      way.account, way.house.ada,
      AddSource.Wish(
        MailServer(host: "127.0.0.1", port: server.port, security: .none), Login(user: "ada", secret: "pw"),
        isWarranted: true)
    ).source
    let door = ServerDoor(
      store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true), quiet: quiet)
    do {
      let report = try await way.pull(source.id, door: door)
      return (way, source, .success(report))
    } catch {
      return (way, source, .failure(error))
    }
  }

  @Test("a sound one is read whole")
  func sound() async throws {
    let (way, _, result) = try await pull(.none)
    let report = try result.get()
    #expect(report.isWhole)
    #expect(report.stored == 12)
    #expect(try await way.house.count("mail") == 12)
  }

  static let faults: [StagedIMAP.Fault] =
    [
      .literal("4294967296"), .literal("99999999999999999999999999"), .literal("-5"), .literal("9223372036854775807"),
      .parentheses(400_000), .endlessLine, .mute, .preauthenticated, .garbage, .strangeTag, .folders(30_000),
    ] + [0, 1, 40, 100, 250, 400, 700, 1200, 2500].flatMap { [.stall(after: $0), .drop(after: $0)] }

  @Test("each ends in a trouble that names what helps", .timeLimit(.minutes(3)), arguments: faults)
  func faulty(_ fault: StagedIMAP.Fault) async throws {
    let (way, source, result) = try await pull(fault)
    guard case .failure(let error) = result else {
      Issue.record("\(fault): no trouble")
      return
    }
    let trouble = try #require(error as? Trouble, "\(fault): \(error)")
    #expect(!trouble.what.isEmpty)
    switch trouble.remedy {
    case .stop(let help): #expect(!help.isEmpty, "\(fault)")
    case .wait, .askOwnerToSignIn, .skip: break
    }
    // The owner sees it, and what was stored before is whole.
    #expect(try await way.store.source(way.account, source.id)?.trouble == trouble.description)
    for folder in try await way.store.completeness(way.account) {
      #expect(folder.gap == folder.onServer - folder.held, "\(fault)")
    }
  }

  @Test("mails that are much larger than told end the run, before they fill the memory")
  func larger() async throws {
    let large = (1...4).map { ServerStage.mail($0, bytes: 3 << 20) }
    let (_, _, result) = try await pull(.largerThanTold, mails: large)
    let error = #expect(throws: Trouble.self) { try result.get() }
    #expect(error?.what.contains("more bytes than the sizes it told") == true)
  }

  @Test("a swallowed answer is a gap, not a success; what was swallowed comes when the server gives it")
  func swallowed() async throws {
    let (way, source, result) = try await pull(.swallow(uid: 5))
    let report = try result.get()
    #expect(!report.isWhole)
    #expect(report.folders.first?.gap == 1)
    #expect(try await way.house.count("mail") == 11)
    let lines = try await way.store.transcript(way.account, source.id).map(\.line)
    #expect(lines.contains { $0.contains("not given: 5") })
    #expect(try await way.store.completeness(way.account).first?.gap == 1)
  }

  @Test("a server that chatters without end ends with the run", .timeLimit(.minutes(3)))
  func chatter() async throws {
    let run = Task { try await pull(.chatter) }
    try await Task.sleep(for: .seconds(1))
    run.cancel()
    // On a busy machine it may end before the server was even dialled.
    let ended = await run.result
    #expect(throws: (any Error).self) { _ = try ended.get().2.get() }
  }
}
