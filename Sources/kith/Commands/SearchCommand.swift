import ArgumentParser
import Flows
import Formats
import Model
import Store

/// The command `kith search WORDS`.
struct SearchCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Finds mails and people by words; \"words in quotes\" must follow one another.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Option(help: "How many mails at most.") var limit: Int = 100_000
  @Argument(help: "The words.") var words: [String]

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    // An argument with spaces was quoted in the shell, which does not make it a phrase: quotes within it do.
    let found = try await Search(store: house.store, gate: house.gate).search(
      words.joined(separator: " "), limit: max(0, limit), as: viewer)
    let mails: [JSON] = found.mails.map {
      ["id": JSON($0.mail), "at": JSON($0.at), "people": .list($0.people.map { JSON($0) }), "owner": JSON($0.owner)]
    }
    let people: [JSON] = found.people.map {
      [
        "id": JSON($0.person.id), "at": JSON($0.person.lastContacted), "people": [JSON($0.person.id)],
        "owner": JSON($0.owner),
      ]
    }
    try output.list(mails + people, columns: ["id", "at", "people"], empty: "Nothing found.")
  }
}
