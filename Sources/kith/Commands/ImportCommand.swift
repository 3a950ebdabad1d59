import ArgumentParser
import Flows
import Model
import Store

/// `kith import`: files as a source; run again, it finds what it has.
struct ImportCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Reads mail files, an address book or a calendar; running it again changes nothing.")
  static let isBulk = true
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Option(help: "mbox, maildir, mails, vcard, csv or ics.") var kind: Source.Kind
  @Option(help: "How much is kept: headers, text or whole.") var depth: Depth?
  @Option(help: "Leave out what is older than this date.") var since: Instant?
  @Option(help: "An address of yours in these mails or events; may be given several times.") var owner: [String] = []
  @Flag(help: "You have the right to let this be read.") var warrant = false
  @Argument(help: "A file or a folder.") var path: String

  func validate() throws {
    guard kind.isFile else { throw ValidationError("--kind \(kind.rawValue): add a server by 'kith source add'") }
    for address in owner { try isAddress(address) }
  }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let added = try await AddSource(store: house.store, gate: house.gate).run(
      asker.account, asker.member.id,
      AddSource.Wish(kind, path, depth: depth, since: since, owners: owner, isWarranted: warrant))
    let outcomes = try await house.settle(asker.account, [.pull, .analyse])
    let folders = try await house.store.completeness(asker.account, asker.member.id)
      .filter { $0.source == added.source.id }
    try output.list(folders.map(Lines.folder), columns: Lines.folderColumns, empty: "There is nothing in it.")
    try outcomes.filter { $0.job.subject == added.source.id.rawValue }.require()
    try Lines.requireWhole(folders)
  }
}
