import ArgumentParser
import Flows
import Formats
import Model
import Store

/// The command `kith senders …`.
struct SendersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "senders",
    abstract: "Whom you never want read, and who is a person whatever Kith takes them for: list, block, keep, forget.",
    subcommands: [List.self, Block.self, Keep.self, Forget.self])

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists whom you block and keep.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let rules = try await house.store.senderRules(asker.account, asker.member.id)
      try output.list(
        rules.map {
          ["sender": .text($0.rule.pattern), "rule": .text($0.rule.kind.rawValue), "since": JSON($0.madeAt)]
        }, columns: ["sender", "rule", "since"],
        empty: "Nobody is blocked or kept; 'kith senders block ADDRESS' or '@DOMAIN' leaves their mail out.")
    }
  }

  struct Block: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Leaves mail from somebody out, and mail to them alone.",
      discussion: """
        What comes from now on is not stored: 'kith status' counts it as left out by the rule 'blocked'. They are nobody \
        among your people any more. What is held already stays, unseen; 'kith erase' takes it away.
        """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "An address, or a domain with everything below it.") var sender: String

    func run(in house: House, _ output: Output) async throws {
      try await SendersCommand.put(sender, .block, who, house, output)
    }
  }

  struct Keep: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes somebody a person, whatever their mails look like.",
      discussion: "An address goes before its domain: so one of a blocked domain can be kept.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "An address, or a domain with everything below it.") var sender: String

    func run(in house: House, _ output: Output) async throws {
      try await SendersCommand.put(sender, .keep, who, house, output)
    }
  }

  struct Forget: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a rule away.",
      discussion: """
        What a block left out at a server is read by the next 'kith sync'; files have to be imported again.
        """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The address or domain.") var sender: String

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let pattern = try SendersCommand.rule(sender, .block).pattern
      guard try await house.store.removeSenderRule(pattern, asker.account, asker.member.id) else {
        throw Trouble("\(pattern) is neither blocked nor kept", "see 'kith senders list'")
      }
      try output.value(["sender": .text(pattern), "rule": .null])
    }
  }

  private static func put(
    _ sender: String, _ kind: SenderRule.Kind, _ who: AccountOptions, _ house: House, _ output: Output
  ) async throws {
    let asker = try await house.asker(who)
    let rule = try rule(sender, kind)
    if kind == .block {
      let owners = try await house.store.owners(asker.account, asker.member.id)
      if owners.contains(rule.pattern) {
        throw Trouble(
          "\(rule.pattern) is your own address", "block somebody else; your own mail is read by leave of its source")
      }
    }
    let changed = try await house.store.put(rule, asker.account, asker.member.id)
    try output.value(
      ["sender": .text(rule.pattern), "rule": .text(kind.rawValue), "changed": .bool(changed)])
  }

  private static func rule(_ sender: String, _ kind: SenderRule.Kind) throws -> SenderRule {
    guard let rule = SenderRule(sender, kind) else {
      throw Trouble("'\(sender)' is neither an address nor a domain", "write ada@example.test or @example.test")
    }
    return rule
  }
}
