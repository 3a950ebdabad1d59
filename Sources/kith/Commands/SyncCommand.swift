import ArgumentParser
import Consent
import Flows
import Model
import Store

/// `kith sync`: runs what is due until nothing is; `--dry-run` says what would leave.
struct SyncCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Reads the sources, works out people, keeps the CRM in step.")
  static let isBulk = true
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Flag(help: "Only read and understand.") var pull = false
  @Flag(help: "Only keep the CRM in step.") var deliver = false
  @Flag(name: .customLong("dry-run"), help: "Print each change that would leave; nothing leaves.") var dryRun = false

  func validate() throws { if pull, deliver { throw ValidationError("give --pull or --deliver, not both") } }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    if dryRun { return try await tellWhatWouldLeave(house, asker, output) }
    let grants = try await house.store.grants(asker.account, member: asker.member.id)
    // The leave to write back to a source is none to read it.
    let live = Set(
      grants.filter { grant in
        guard case .source = grant.target else { return grant.withdrawnAt == nil }
        return grant.withdrawnAt == nil && grant.scope == .read
      }.map(\.target))
    if !deliver { try await causePulls(house, asker, live) }
    if !pull { try await causeDeliveries(house, asker, live) }
    let kinds: Set<Job.Kind> = pull ? [.pull, .analyse] : deliver ? [.deliver] : [.pull, .analyse, .deliver]
    let outcomes = try await house.settle(asker.account, kinds).filter { $0.job.member == asker.member.id }
    try await tell(outcomes, house, asker, output)
  }

  private func causePulls(_ house: House, _ asker: House.Asker, _ live: Set<Grant.Target>) async throws {
    let sources = try await house.store.sources(asker.account, member: asker.member.id).map(\.source)
    let readable = sources.filter { $0.revokedAt == nil && live.contains(.source($0.id)) }
    if pull, readable.isEmpty, !sources.isEmpty { throw SyncCommand.withdrawn("source") }
    for source in readable {
      try await house.store.enqueue(.pull, source.id.rawValue, asker.member.id, asker.account)
    }
  }

  private func causeDeliveries(_ house: House, _ asker: House.Asker, _ live: Set<Grant.Target>) async throws {
    let all = try await house.store.destinations(asker.account, member: asker.member.id)
    let open = all.filter { $0.revokedAt == nil && live.contains(.destination($0.id)) }
    if deliver, open.isEmpty, !all.isEmpty { throw SyncCommand.withdrawn("destination") }
    for destination in open {
      try await house.store.enqueue(.deliver, destination.id.rawValue, asker.member.id, asker.account)
    }
  }

  private static func withdrawn(_ what: String) -> Refusal {
    Refusal(.withdrawn, promise: 16, "every \(what) was revoked or its grant withdrawn; see 'kith grant list'")
  }

  private func tell(
    _ outcomes: [JobOutcome], _ house: House, _ asker: House.Asker, _ output: Output
  ) async throws {
    var folders: [Completeness] = []
    if !deliver {
      folders = try await house.store.completeness(asker.account, asker.member.id)
      try output.list(folders.map(Lines.folder), columns: Lines.folderColumns, empty: "Nothing is read yet.")
    }
    let reports = outcomes.deliveries
    if !reports.isEmpty {
      if !deliver { try output.say("") }
      try output.list(reports.map(Lines.delivery), columns: Lines.deliveryColumns, empty: "")
    }
    try outcomes.require()
    try Lines.requireWhole(folders)
    for report in reports {
      if !report.approved, !report.lines.isEmpty { throw Incomplete(report.remedy ?? "not approved") }
      if !report.isComplete {
        throw Incomplete(
          "\(report.conflicts) conflicts and \(report.failed) failed changes are left; see 'kith conflicts list'")
      }
    }
  }

  private func tellWhatWouldLeave(_ house: House, _ asker: House.Asker, _ output: Output) async throws {
    let flow = house.deliver()
    let all = try await house.store.destinations(asker.account, member: asker.member.id)
    let open = all.filter { $0.revokedAt == nil }
    if open.isEmpty, !all.isEmpty { throw SyncCommand.withdrawn("destination") }
    if open.isEmpty { try output.say("No destination yet. See 'kith destination add folder --help'.") }
    for destination in open {
      let report = try await flow.run(destination.id, of: asker.member.id, in: asker.account, dryRun: true)
      try output.list(report.lines.map(Lines.change), columns: Lines.changeColumns, empty: "Nothing would leave.")
      try output.say("")
      try output.list([Lines.delivery(report)], columns: Lines.deliveryColumns, empty: "")
      if !report.approved {
        try output.say(
          "To allow it: kith destination accept \(report.destination) \(report.planDigest ?? report.digest)")
      }
    }
  }
}
