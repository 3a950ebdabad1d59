import ArgumentParser
import Consent
import Flows
import Formats
import Model
import Store

/// The command `kith grant …`.
struct GrantCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grant", abstract: "What you allowed: list, withdraw.", subcommands: [List.self, Withdraw.self])

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists every grant with its words.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let grants = try await house.store.grants(asker.account, member: asker.member.id)
      try output.list(
        grants.map(GrantCommand.row),
        columns: ["id", "scope", "depth", "since", "given_at", "withdrawn_at", "words"],
        empty: "Nothing is allowed yet.")
    }
  }

  struct Withdraw: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Withdraws a grant, at once.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The grant.") var grant: ID<Grant>

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      try await Flows.Withdraw(store: house.store, gate: house.gate).grant(grant, as: viewer)
      try output.value(["id": JSON(grant), "withdrawn": true])
    }
  }

  private static func row(_ grant: Grant) -> JSON {
    let (source, destination): (ID<Source>?, ID<Destination>?) =
      switch grant.target {
      case .source(let id): (id, nil)
      case .destination(let id): (nil, id)
      }
    return [
      "id": JSON(grant.id), "source": JSON(source), "destination": JSON(destination),
      "scope": .text(grant.scope.rawValue), "purposes": JSON(grant.purposes), "depth": .text(grant.depth.rawValue),
      "since": JSON(grant.since), "words": .text(grant.words), "warranty": .bool(grant.warranty != nil),
      "policy_version": .text(grant.policyVersion), "given_at": JSON(grant.givenAt),
      "withdrawn_at": JSON(grant.withdrawnAt),
    ]
  }
}
