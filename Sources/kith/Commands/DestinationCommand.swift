import ArgumentParser
import Consent
import Flows
import Formats
import Model
import Store

/// The command `kith destination …`.
struct DestinationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "destination", abstract: "The CRM that is kept in step: add, list, set, accept, revoke.",
    subcommands: [Add.self, List.self, Set.self, Accept.self, Revoke.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds a CRM.",
      subcommands: [Folder.self, Tryton.self, Amagi.self, HubSpot.self, Espo.self, Webhook.self, CardDAV.self])
  }

  struct Folder: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "A folder of vCards and a CSV.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "The folder; it may be new.") var path: String

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let own = house.settings.database == nil ? [house.settings.data] : []
      let destination = try await AddDestination(house.deliver()).folder(path, apartFrom: own, as: viewer)
      try output.value(["id": JSON(destination.id), "location": .text(destination.location)])
      try output.say("\nNothing is written before you accept it: kith sync --deliver --dry-run")
    }
  }

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists destinations.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      var rows: [JSON] = []
      for destination in try await house.store.destinations(asker.account, member: asker.member.id) {
        let digest = Deliver.digest(Deliver.standingRules(destination))
        let accepted = try await house.deliver().isAccepted(destination, asker.account)
        rows.append([
          "id": JSON(destination.id), "kind": .text(destination.kind.rawValue), "location": .text(destination.location),
          "accepted": .bool(accepted), "digest": .text(digest), "revoked_at": JSON(destination.revokedAt),
        ])
      }
      try output.list(
        rows, columns: ["id", "kind", "location", "accepted", "revoked_at"],
        empty: "No destination yet. See 'kith destination add folder --help'.")
    }
  }

  struct Set: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sets whose value stands, what else leaves, and how much of interactions; voids the approval.",
      discussion: """
        rule.FIELD=both|latest|ours|theirs|fill|none, field.tag=NAME, field.custom:LABEL=NAME, type.FIELD=TYPE,
        field.address=NAME, field.birthday=NAME, field.note=NAME, field.url=NAME,
        activities=off|metadata|subject|full, tasks=on|off. A name without a value takes the option back.
        """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The destination.") var destination: ID<Destination>
    @Argument(help: "NAME=VALUE.") var options: [String]

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      var wanted: [String: String] = [:]
      for option in options {
        guard let equals = option.firstIndex(of: "=") else { throw ValidationError("'\(option)' is not NAME=VALUE") }
        wanted[String(option[..<equals])] = String(option[option.index(after: equals)...])
      }
      let kept = try await AddDestination(house.deliver()).set(wanted, of: destination, as: viewer)
      try output.value([
        "id": JSON(kept.id),
        "options": .list(kept.options.sorted { $0.key < $1.key }.map { .text("\($0.key)=\($0.value)") }),
        "digest": .text(Deliver.digest(Deliver.standingRules(kept))),
      ])
      try output.say("\nNothing leaves before you accept it: kith sync --deliver --dry-run")
    }
  }

  struct Accept: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Accepts what 'kith sync --deliver --dry-run' showed, by its digest.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The destination.") var destination: ID<Destination>
    @Argument(help: "The digest that the dry run printed.") var digest: String

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let kind = try await AddDestination(house.deliver()).accept(destination, digest: digest, as: viewer)
      try output.value([
        "id": JSON(destination), "accepted": true, "approval": kind == .standing ? "standing" : "once",
      ])
    }
  }

  struct Revoke: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Cuts a CRM off; what stands there stays.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The destination.") var destination: ID<Destination>

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      try await Withdraw(store: house.store, gate: house.gate).destination(destination, as: viewer)
      try output.value(["id": JSON(destination), "revoked": true])
    }
  }
}
