import ArgumentParser
import Consent
import Formats
import Foundation
import Model
import Store

/// `kith ledger`: every permit and refusal, the signed head, and the proof that nothing was changed.
struct LedgerCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Every permit and refusal: when, for what, by whom, how much.",
    discussion: "'--verify --head FILE' proves that nothing before a head that you kept was changed.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Flag(help: "Print the signed head; keep it somewhere else.") var head = false
  @Flag(help: "Check every line against the head.") var verify = false
  @Option(help: .hidden) var keptHead: String?

  func validate() throws {
    if keptHead != nil, !verify { throw ValidationError("--head FILE goes with --verify") }
  }

  func run(in house: House, _ output: Output) async throws {
    let account = try await house.asker(who).account
    if verify {
      let kept = try keptHead.map(LedgerHead.read)
      if let kept, kept.account != account { throw Trouble("this head is of another account", "give the right file") }
      let size = try await house.store.verifyLedger(account, kept: kept)
      try output.value(
        ["verified": true, "lines": JSON(size), "consistent_with": kept.map { JSON($0.size) } ?? .null],
        text: "The ledger is whole: \(size) lines"
          + (kept.map { ", and nothing of the first \($0.size) was changed since that head was kept." } ?? "."))
    }
    if head {
      guard let head = try await house.store.ledgerHead(account) else {
        throw Trouble("the ledger has no line yet", "read something first")
      }
      try Console.out(head.json.line)
    }
    guard !verify, !head else { return }
    let lines = try await house.store.ledger(account)
    try output.list(
      lines.map { sequence, line in
        [
          "sequence": JSON(sequence), "at": JSON(line.at), "purpose": .text(line.purpose),
          "by": .text(LedgerCommand.name(line.by)), "owner": .text(LedgerCommand.name(line.owner)),
          "about": .text(LedgerCommand.name(line.about)), "outcome": .text(line.outcome), "count": JSON(line.count),
        ]
      }, columns: ["sequence", "at", "purpose", "by", "about", "outcome", "count"], empty: "No line yet.")
  }

  /// A pseudonym in sixteen digits; nothing for the account itself.
  private static func name(_ pseudonym: UInt64) -> String {
    pseudonym == 0 ? "" : hex((0..<8).map { UInt8(truncatingIfNeeded: pseudonym >> (56 - 8 * $0)) })
  }
}

extension LedgerHead {
  var json: JSON {
    [
      "account": JSON(account), "size": JSON(size), "root": .text(hex(root)), "key": .text(hex(key)),
      "signature": .text(hex(signature)),
    ]
  }

  /// A head as `ledger --head` printed it.
  static func read(_ path: String) throws -> LedgerHead {
    struct Kept: Decodable {
      var account: String
      var size: Int64
      var root: String
      var key: String
      var signature: String
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Trouble("the head cannot be read", "check the path of the file")
    }
    guard let kept = try? JSONDecoder().decode(Kept.self, from: data), let account = ID<Account>(kept.account),
      let root = unhex(kept.root), let key = unhex(kept.key), let signature = unhex(kept.signature)
    else {
      throw Trouble("this file holds no head of a ledger", "give what 'kith ledger --head' printed")
    }
    return LedgerHead(account: account, size: kept.size, root: root, key: key, signature: signature)
  }
}
