import ArgumentParser
import Flows
import Model
import Plans
import Store

/// The command `kith journal`.
struct JournalCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Everything that changed a person or a CRM, newest first.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Option(help: "How many at most.") var limit: Int = 200
  @Option(help: "The last entry of the page before.") var after: ID<JournalEntry>?

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let entries = try await house.store.journal(viewer, before: after, limit: max(0, limit))
    try output.list(
      entries.map {
        [
          "id": JSON($0.id), "at": JSON($0.at), "verb": .text($0.verb.rawValue), "person": JSON($0.person),
          "destination": JSON($0.destination), "source": JSON($0.source), "undone_at": JSON($0.undoneAt),
          "undoes": JSON($0.undoes),
        ]
      }, columns: ["id", "at", "verb", "person", "destination", "undone_at"], empty: "Nothing was changed yet.")
  }
}

/// The command `kith undo ENTRY`.
struct UndoCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Takes one entry of the journal back.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The entry.") var entry: ID<JournalEntry>
  @Option(help: "The digest that a first try printed: removing a record needs a yes of its own.") var approve: String?
  @Flag(name: .customLong("dry-run"), help: "Print what would leave; nothing leaves.") var dryRun = false

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let report = try await Undo(house.deliver()).run(entry, as: viewer, approve: approve, dryRun: dryRun)
    try output.value([
      "id": JSON(report.entry), "entry": JSON(report.undoing), "undone": .bool(report.undoing != nil),
      "lines": .list(report.lines.map(Lines.change)), "edited": JSON(report.edited.map(\.name)),
      "digest": JSON(report.digest),
    ])
    if dryRun || report.isComplete { return }
    if let digest = report.digest, report.undoing == nil {
      throw Incomplete("this needs a yes of its own: look at the lines, then add --approve \(digest)")
    }
    throw Incomplete("fields that were changed at the destination since are left as they are")
  }
}

/// The command `kith conflicts …`.
struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "What changed on both sides: list, resolve.",
    subcommands: [List.self, Resolve.self], defaultSubcommand: List.self)

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the conflicts that wait for you.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let open = try await DecideConflict(store: house.store).list(viewer)
      try output.list(
        open.map {
          [
            "id": JSON($0.id), "destination": JSON($0.destination), "person": JSON($0.person),
            "field": .text($0.matter.name), "base": .text($0.base), "ours": .text($0.ours), "theirs": .text($0.theirs),
          ]
        }, columns: ["id", "person", "field", "base", "ours", "theirs"], empty: "No conflicts.")
    }
  }

  /// Which side stands.
  enum Side: String, ExpressibleByArgument, CaseIterable { case ours, theirs }

  struct Resolve: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Takes one side; the next delivery carries it out.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The conflict.") var conflict: ID<Conflict>
    @Option(help: "ours or theirs.") var take: Side

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let side: FieldConflict.Side = take == .ours ? .ours : .theirs
      try await DecideConflict(store: house.store).decide(conflict, taking: side, as: viewer)
      try output.value(["id": JSON(conflict), "taken": .text(take.rawValue)])
    }
  }
}
