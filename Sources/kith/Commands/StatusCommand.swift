import ArgumentParser
import Formats
import Model
import Store

/// `kith status`: the completeness ledger, the last run, and what is in the way.
struct StatusCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "What is there, what is held, what is left out by which rule.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let (account, member) = (asker.account, asker.member.id)
    let sources = try await house.store.sources(account, member: member)
    let folders = try await house.store.completeness(account, member)
    let lines = folders.map { folder -> JSON in
      let state = sources.first { $0.source.id == folder.source }
      guard case .object(let pairs) = Lines.folder(folder) else { return .null }
      return .object(
        pairs + [
          .init(key: "kind", value: JSON(state?.source.kind.rawValue)),
          .init(key: "last_run_at", value: JSON(state?.lastRunAt)),
          .init(key: "trouble", value: JSON(state?.trouble)),
          .init(key: "revoked_at", value: JSON(state?.source.revokedAt)),
        ])
    }
    // A source that could not be read at all has no folder yet, and must be seen all the same.
    let empty = sources.filter { state in !folders.contains { $0.source == state.source.id } }.map { state -> JSON in
      [
        "source": JSON(state.source.id), "folder": nil, "on_server": nil, "held": nil, "left_out": .object([]),
        "gap": nil, "kind": .text(state.source.kind.rawValue), "last_run_at": JSON(state.lastRunAt),
        "trouble": JSON(state.trouble), "revoked_at": JSON(state.source.revokedAt),
      ]
    }
    try output.list(
      lines + empty, columns: ["source", "folder", "on_server", "held", "left_out", "gap", "last_run_at", "trouble"],
      empty: "Nothing is read yet. See 'kith import --help'.")
    let jobs = try await house.store.jobs(account)
    if jobs.due + jobs.stopped > 0 {
      try output.say("\n\(jobs.due) steps wait, \(jobs.stopped) were stopped; 'kith sync' goes on.")
    }
    try Lines.requireWhole(
      folders.filter { folder in sources.contains { $0.source.id == folder.source && $0.source.revokedAt == nil } })
  }
}
