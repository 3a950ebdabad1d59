import ArgumentParser
import Flows
import Formats
import Model
import Store

/// The command `kith source …`.
struct SourceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "source", abstract: "What is read: add, list, revoke, transcript, allow-write, write-back.",
    subcommands: [Add.self, List.self, Revoke.self, Transcript.self, AllowWrite.self, WriteBack.self])

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists sources.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let sources = try await house.store.sources(asker.account, member: asker.member.id)
      try output.list(
        sources.map { state in
          let source = state.source
          return [
            "id": JSON(source.id), "kind": .text(source.kind.rawValue), "location": .text(source.location),
            "depth": .text(source.depth.rawValue), "since": JSON(source.since), "owners": JSON(source.owners),
            "last_run_at": JSON(state.lastRunAt), "trouble": JSON(state.trouble),
            "revoked_at": JSON(source.revokedAt),
          ]
        }, columns: ["id", "kind", "location", "depth", "last_run_at", "revoked_at", "trouble"],
        empty: "Nothing is read yet. See 'kith import --help' and 'kith source add --help'.")
    }
  }

  struct Revoke: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cuts a source off, at once and for good; --dry-run shows what stops, and revokes nothing.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Flag(name: .customLong("dry-run"), help: "Show what would stop, and revoke nothing.") var dryRun = false
    @Argument(help: "The source.") var source: ID<Source>

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let revoke = Flows.Revoke(store: house.store, gate: house.gate)
      let found = try await revoke.preview(asker.account, asker.member.id, source)
      if !dryRun { try await revoke.run(asker.account, asker.member.id, source) }
      try output.value([
        "id": JSON(source), "revoked": .bool(!dryRun), "mails_stay": .int(Int64(found.mails)),
        "cards_stay": .int(Int64(found.cards)), "people_without_news": .int(Int64(found.people)),
        "sources_go_on": .int(Int64(found.others)),
      ])
      if dryRun, !global.json {
        try output.say(
          """
          Nothing is read there any more, its login is destroyed, and what waits for it is cancelled. What is held stays \
          until you erase it; 'kith source revoke \(source)' does it.
          """)
      }
    }
  }
}
