import Flows
import Foundation
import Model
import Stage
import Store
import Testing

/// What the counts of a folder do not tell: flags, and mails that are not what they are held as.
@Suite("full comparisons of a mailbox", .serialized) struct FullComparisonTests {
  private static let week: Int64 = 7 * 86_400_000
  /// What every run writes.
  private static let still: Set<String> = ["ledger", "ledger_head", "lease", "job", "source", "transcript"]
  private static let flags = "SELECT flags FROM place WHERE account_id = $1 ORDER BY folder_id, uid"

  private func flags(_ stage: ServerStage) async throws -> [MailFlags] {
    try await stage.way.column(Self.flags).compactMap {
      if case .integer(let raw) = $0 { MailFlags(rawValue: raw) } else { nil }
    }
  }

  @Test(
    "P082 flags at the server are followed: at once where changes are numbered, else by the next full comparison",
    arguments: StagedDovecot.Offer.allCases)
  func flags(_ offer: StagedDovecot.Offer) async throws {
    for engine in StagedHouse.EngineKind.allCases {
      let stage = try await ServerStage(offer, engine)
      let client = try stage.client()
      for number in 0..<4 { try client.append(ServerStage.mail(number), to: "INBOX") }
      try client.run("SELECT INBOX")
      try client.run("UID STORE 1 +FLAGS (\\Seen \\Answered $Label1)")
      let source = try await stage.add()
      #expect(try await stage.pull(source).stored == 4)
      #expect(try await flags(stage) == [[.seen, .answered], [], [], []])
      try client.run("UID STORE 2 +FLAGS (\\Flagged \\Deleted)")
      try client.run("UID STORE 1 -FLAGS (\\Answered)")
      #expect(try await stage.pull(source).stored == 0)
      let followed: [MailFlags] = [.seen, [.flagged, .deleted], [], []]
      if offer == .little {
        #expect(try await flags(stage) == [[.seen, .answered], [], [], []])
        stage.way.house.clock.advance(milliseconds: Self.week / 7 + 1)
        #expect(try await stage.pull(source).stored == 0)
      }
      #expect(try await flags(stage) == followed)
      // Together with new mail.
      try client.run("UID STORE 3 +FLAGS (\\Draft)")
      try client.append(ServerStage.mail(9), to: "INBOX")
      #expect(try await stage.pull(source).stored == 1)
      if offer != .little { #expect(try await flags(stage) == [.seen, [.flagged, .deleted], [.draft], [], []]) }
      // Flags that are followed change nothing else, and rest afterwards.
      let before = try await stage.way.house.digests(without: Self.still)
      #expect(try await stage.pull(source).stored == 0)
      #expect(try await stage.way.house.digests(without: Self.still) == before)
    }
  }

  @Test(
    "mails that are held under each other's uids look right by every count; the weekly comparison of digests mends it",
    arguments: StagedHouse.EngineKind.allCases)
  func swapped(_ engine: StagedHouse.EngineKind) async throws {
    let stage = try await ServerStage(.everything, engine)
    let client = try stage.client()
    for number in 1...6 { try client.append(ServerStage.mail(number), to: "INBOX") }
    let source = try await stage.add()
    #expect(try await stage.pull(source).stored == 6)
    let mails = "SELECT mail_id FROM place WHERE account_id = $1 ORDER BY folder_id, uid"
    let right = try await stage.way.column(mails)
    let account = stage.way.account
    _ = try await stage.way.store.write(account) { session in
      try session.run(
        "UPDATE place SET mail_id = (SELECT MAX(mail_id) FROM place WHERE account_id = $1) WHERE account_id = $1 AND uid = 2",
        [Value(account)])
    }
    #expect(try await stage.pull(source).isWhole)
    #expect(try await stage.way.column(mails) != right)
    stage.way.house.clock.advance(milliseconds: Self.week + 1)
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.stored == 0)
    #expect(try await stage.way.column(mails) == right)
    // It is not done again before another week.
    _ = try stage.dovecot.log(stage.user)
    _ = try await stage.pull(source)
    let lines = try await stage.way.store.transcript(account, source.id).map(\.line)
    #expect(lines.last { $0.contains("UID FETCH") } == lines.last { $0.contains("BODY.PEEK") })
  }
}
