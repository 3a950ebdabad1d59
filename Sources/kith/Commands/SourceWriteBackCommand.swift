import ArgumentParser
import Consent
import Flows
import Formats
import Model

extension SourceCommand {
  /// `kith source allow-write S`: the leave to write corrections back into cards of a source.
  struct AllowWrite: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "allow-write",
      abstract: "Lets cards of a source be changed, each change by its own approval; 'kith grant withdraw' ends it.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The source, of kind carddav.") var source: ID<Source>

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let grant = try await house.writeBack().allow(source, as: viewer)
      try output.value(["id": JSON(grant.id), "source": JSON(source), "words": .text(grant.words)])
      try output.say("\nNothing is changed yet: kith source write-back \(source) --dry-run")
    }
  }

  /// `kith source write-back S`: what the owner typed, into the cards that it corrects.
  struct WriteBack: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "write-back",
      abstract: "Shows which cards your corrections would change; with --approve writes exactly those.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The source, of kind carddav.") var source: ID<Source>
    @Flag(name: .customLong("dry-run"), help: "Show each change with its digest; nothing is written.") var dryRun =
      false
    @Option(help: "The digest of one change, as it was shown; may be given several times.") var approve: [String] = []

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let lines = try await house.writeBack().run(source, approve: approve, dryRun: dryRun, as: viewer)
      try output.list(
        lines.map { line in
          [
            "source": JSON(source), "person": JSON(line.person), "record": JSON(line.record),
            "field": .text(line.field.name), "old": JSON(line.old), "new": JSON(line.new),
            "digest": .text(line.digest), "state": .text(line.state.rawValue), "entry": JSON(line.entry),
            "why": JSON(line.why),
          ]
        }, columns: ["person", "field", "old", "new", "digest", "state"],
        empty: "Nothing that you typed differs from the cards there.")
      if dryRun { return }
      if lines.contains(where: { $0.state == .changed || $0.state == .refused }) {
        throw Incomplete("a card was changed there meanwhile, or is not taken; look again by --dry-run")
      }
      if approve.isEmpty, !lines.isEmpty {
        throw Incomplete("nothing is written before it was approved (P013): add --approve DIGEST for each change")
      }
    }
  }
}

extension House {
  fileprivate func writeBack() -> Flows.WriteBack { Flows.WriteBack(store: store, gate: gate, door: door) }
}
