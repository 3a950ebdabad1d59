import ArgumentParser
import Consent
import Flows
import Formats
import Model
import Store

/// The command `kith share …`.
struct ShareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "share", abstract: "What colleagues see: add, list, remove. Private is the default.",
    subcommands: [Add.self, List.self, Remove.self])

  struct Add: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Shows people to colleagues.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(name: .customLong("with"), help: "A colleague, by id or e-mail; default every colleague.") var with: String?
    @Option(help: "One person; default every person.") var person: ID<Person>?
    @Option(help: "directory, interactions or content.") var level: ShareLevel = .directory

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let colleague = try with.map { word in
        guard let found = House.member(word, of: asker.members) else {
          throw Trouble("there is no such member of this account", "see 'kith member list'")
        }
        return found.id
      }
      let share = try await SharePeople(store: house.store).share(person, with: colleague, at: level, as: viewer)
      try output.value(["id": JSON(share)])
    }
  }

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Who sees what, by which rule.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let shares = try await house.store.shares(viewer)
      try output.list(
        shares.map {
          [
            "id": JSON($0.id), "member": JSON($0.member), "with": JSON($0.with), "person": JSON($0.person),
            "level": .text("\($0.level)"),
          ]
        }, columns: ["id", "member", "with", "person", "level"], empty: "Nothing is shared.")
    }
  }

  struct Remove: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Takes a share back, at once.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The share.") var share: ID<Share>

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      guard try await house.store.unshare(asker.account, asker.member.id, share) else {
        throw Trouble("there is no such share of yours", "see 'kith share list'")
      }
      try output.value(["id": JSON(share), "removed": true])
    }
  }
}
