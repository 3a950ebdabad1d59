import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

/// Random lives of a mailbox: after each turn what is held is what the server has, to the uid and the byte.
@Suite("histories of a mailbox", .serialized) struct ServerHistoryTests {
  /// `KITH_SEEDS` more for `make soak`.
  static let seeds = 0..<(ProcessInfo.processInfo.environment["KITH_SEEDS"].flatMap { Int($0) } ?? 40)

  @Test(
    "P079 P082 what is appended, deleted, moved, copied and renamed at the server is followed; nothing is missing or doubled"
  )
  func histories() async throws {
    try await run(.everything, Self.seeds.filter { $0 % 2 == 0 })
    try await run(.condstore, Self.seeds.filter { $0 % 2 == 1 })
  }

  private func run(_ offer: StagedDovecot.Offer, _ seeds: [Int]) async throws {
    for seed in seeds {
      let stage = try await ServerStage(offer)
      var life = try Life(stage, seed: UInt64(seed))
      let source = try await stage.add()
      for turn in 0..<4 {
        for _ in 0..<Int.random(in: 1...6, using: &life.dice) { try life.live() }
        if Int.random(in: 0..<4, using: &life.dice) == 0 {
          // Cut short in the middle: by a gate that ends after some permits.
          _ = try? await stage.pull(
            source, gate: stage.way.gate(after: Int.random(in: 1...4, using: &life.dice)), batch: 2)
        }
        let report = try await stage.pull(source, batch: Int.random(in: 1...9, using: &life.dice))
        let there = try stage.client().everything()
        #expect(try await stage.held(source) == there, "seed \(seed), turn \(turn)")
        #expect(report.isWhole, "seed \(seed), turn \(turn): \(report.folders)")
        // Never more mails than were ever sent: what came again was recognised.
        let mails = try await stage.way.house.count("mail")
        #expect(mails <= life.sent, "seed \(seed), turn \(turn): doubled")
        #expect(mails >= Set(there.map(\.digest)).count, "seed \(seed), turn \(turn)")
        #expect(try await stage.pull(source).stored == 0, "seed \(seed), turn \(turn): replayed")
      }
    }
  }

  /// The owner's mail program in random hands.
  private struct Life {
    var dice: Dice
    var client: StagedMailClient
    /// How many different mails there ever were.
    var sent = 0
    private let stage: ServerStage
    private var made = 0

    init(_ stage: ServerStage, seed: UInt64) throws {
      dice = Dice(seed: seed)
      client = try stage.client()
      self.stage = stage
    }

    /// One turn of the mail program, which comes back when the server hangs up on it.
    ///
    /// Dovecot does that to whoever has a folder open that was deleted or renamed.
    mutating func live() throws {
      do {
        try act()
      } catch let trouble as Trouble where trouble.what.contains("is gone") {
        client = try stage.client()
      }
    }

    private mutating func act() throws {
      let folders = try client.folders()
      let folder = folders.randomElement(using: &dice) ?? "INBOX"
      let other = folders.randomElement(using: &dice) ?? "INBOX"
      switch Int.random(in: 0..<11, using: &dice) {
      case 0...3: for _ in 0..<Int.random(in: 1...5, using: &dice) { try append(folder) }
      case 4: try some(folder) { "UID COPY \($0) \"\(other)\"" }
      case 5: try some(folder) { "UID MOVE \($0) \"\(other)\"" }
      case 6:
        try some(folder) { "UID STORE \($0) +FLAGS (\\Deleted)" }
        try client.run("EXPUNGE")
      case 7: try some(folder) { "UID STORE \($0) FLAGS (\\Seen \\Flagged)" }
      case 8:
        made += 1
        try client.run("CREATE \"box \(made)\"")
        try append("box \(made)")
      case 9:
        guard folder != "INBOX" else { return }
        made += 1
        try client.run("RENAME \"\(folder)\" \"named \(made)\"")
      default:
        // Deleted and made again under its name: another generation of uids (RFC 3501 §2.3.1.1).
        guard folder != "INBOX" else { return }
        try client.run("DELETE \"\(folder)\"")
        if Bool.random(using: &dice) {
          try client.run("CREATE \"\(folder)\"")
          try append(folder)
        }
      }
    }

    private mutating func append(_ folder: String) throws {
      sent += 1
      try client.append(ServerStage.mail(sent, bytes: Int.random(in: 0..<2000, using: &dice)), to: folder)
    }

    private mutating func some(_ folder: String, _ command: (Int64) -> String) throws {
      let (_, uids) = try client.select(folder)
      for uid in uids where Int.random(in: 0..<3, using: &dice) == 0 { try client.run(command(uid)) }
    }
  }

  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }

    /// SplitMix64.
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }
}

extension WayIn {
  /// A gate that gives so many permits and then breaks, as a machine that stops would.
  func gate(after permits: Int) -> Gate {
    let (store, clock, count) = (store, house.clock, Counter())
    return Gate(
      vault: house.vault, standing: { try await store.standing($0) },
      append: { line, signer in
        guard count.next() <= permits else { throw Trouble("the machine stopped", "") }
        return try await store.append(line, signer: signer)
      }, clock: { clock.now })
  }
}
