import ArgumentParser
import Consent
import Flows
import Formats
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
          "id": JSON($0.id), "run": .text($0.run == 0 ? "" : String($0.run)), "at": JSON($0.at),
          "verb": .text($0.verb.rawValue), "person": JSON($0.person),
          "destination": JSON($0.destination), "source": JSON($0.source), "undone_at": JSON($0.undoneAt),
          "undoes": JSON($0.undoes),
        ]
      }, columns: ["id", "at", "verb", "person", "destination", "undone_at"], empty: "Nothing was changed yet.")
  }
}

/// The command `kith undo ENTRY`, or of a run or a day.
struct UndoCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Takes one entry of the journal back, or all of a run or a day.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The entry.") var entry: ID<JournalEntry>?
  @Option(help: "All of this run, as 'kith journal' lists it.") var run: Int64?
  @Option(help: "All of this day (UTC), as 2026-11-27.") var day: String?
  @Option(help: "The digest that a first try printed: removing a record needs a yes of its own.") var approve: String?
  @Flag(name: .customLong("dry-run"), help: "Print what would leave; nothing leaves.") var dryRun = false

  func validate() throws {
    guard [entry != nil, run != nil, day != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("give one of an entry, --run, --day")
    }
    if day != nil, scope == nil { throw ValidationError("--day is a date, as 2026-11-27") }
  }

  private var scope: UndoScope? {
    if let run { return .run(run) }
    guard let day, day.count == 10, let start = Instant(iso: day) else { return nil }
    return .time(start..<start.advanced(byDays: 1))
  }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    if let entry { return try await undo(entry, house, viewer, output) }
    guard let scope else { return }
    let report = try await Undo(house.deliver()).run(scope, as: viewer, approve: approve, dryRun: dryRun)
    try output.list(
      report.undone.map(UndoCommand.line)
        + report.left.map { ["id": JSON($0.entry), "undone": .bool(false), "why": .text($0.why)] },
      columns: ["id", "undone", "edited", "why"], empty: "Nothing was taken back.")
    if let digest = report.digest {
      throw Incomplete("records would be removed: look with --dry-run, then add --approve \(digest)")
    }
    if !dryRun, !report.isComplete { throw Incomplete("what was changed at the destination since is left as it is") }
  }

  private static func line(_ report: UndoReport) -> JSON {
    [
      "id": JSON(report.entry), "entry": JSON(report.undoing), "undone": .bool(report.undoing != nil),
      "lines": .list(report.lines.map(Lines.change)), "edited": JSON(report.edited.map(\.name)),
      "digest": JSON(report.digest),
    ]
  }

  private func undo(_ entry: ID<JournalEntry>, _ house: House, _ viewer: Viewer, _ output: Output) async throws {
    let report = try await Undo(house.deliver()).run(entry, as: viewer, approve: approve, dryRun: dryRun)
    try output.value(UndoCommand.line(report))
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
    @Flag(help: "Those that were decided, by you or by a rule, with the value that lost.") var settled = false

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let open = try await DecideConflict(store: house.store, gate: house.gate).list(viewer, settled: settled)
      try output.list(
        open.map {
          [
            "id": JSON($0.id), "destination": JSON($0.destination), "person": JSON($0.person),
            "field": .text($0.matter.name), "cause": .text($0.cause), "base": .text($0.base), "ours": .text($0.ours),
            "ours_at": JSON($0.oursAt), "ours_from": JSON($0.oursFrom.map { "\($0)" }), "theirs": .text($0.theirs),
            "theirs_at": JSON($0.theirsAt), "at": JSON($0.at), "taken": JSON($0.taken),
          ]
        }, columns: ["id", "person", "field", "cause", "base", "ours", "theirs"], empty: "No conflicts.")
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
    @Option(help: "Which of the records that are listed is meant.") var record: String?

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let side: FieldConflict.Side = take == .ours ? .ours : .theirs
      try await DecideConflict(store: house.store, gate: house.gate).decide(
        conflict, taking: side, remote: record, as: viewer)
      try output.value(["id": JSON(conflict), "taken": .text(take.rawValue)])
    }
  }
}
