import ArgumentParser
import Flows
import Formats
import Model
import Store

/// `kith people`: whom you know, the strongest tie first.
struct PeopleCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "people", abstract: "Lists people, the strongest tie first.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Option(help: "Part of a name, an address or a phone number.") var query: String = ""
  @Option(help: "person, organisation or machine.") var kind: Person.Kind?
  @Option(help: "contact: only those you are in touch with; discovered: only those you merely came across.")
  var standing: Person.Standing?
  @Option(help: "How many at most.") var limit: Int = 100
  @Option(help: "The last person of the page before.") var after: ID<Person>?

  func validate() throws { if limit < 0 { throw ValidationError("--limit must not be negative") } }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let people = try await Show(store: house.store, gate: house.gate).people(
      PeopleQuery(text: query, kind: kind, limit: limit, after: after), standing: standing, as: viewer)
    try output.list(
      people.map(Lines.person),
      columns: [
        "id", "name", "kind", "standing", "emails", "organisation", "strength", "last_contacted", "interactions",
      ],
      empty: "Nobody found.")
  }
}
