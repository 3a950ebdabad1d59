import ArgumentParser
import Flows
import Formats
import Model
import Store

/// The command `kith merge P Q…`.
struct MergeCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Says that persons are one; the first one stays.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The person who stays, and those who are the same.") var persons: [ID<Person>]

  func validate() throws {
    guard Set(persons).count == persons.count, persons.count > 1 else {
      throw ValidationError("name two or more different persons")
    }
  }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let entry = try await MergePeople(store: house.store, gate: house.gate).merge(persons, as: viewer)
    try output.value(["id": JSON(persons.first), "entry": JSON(entry)])
  }
}

/// The command `kith unmerge P`.
struct UnmergeCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmerge", abstract: "Takes the last merge of a person back; later edits stay.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The person.") var person: ID<Person>

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let entry = try await MergePeople(store: house.store, gate: house.gate).unmerge(person, as: viewer)
    try output.value(["id": JSON(person), "entry": JSON(entry)])
  }
}
