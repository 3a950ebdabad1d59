import ArgumentParser
import Flows
import Formats
import Insight
import Model
import Store

/// The commands `kith suggest merges` and `kith suggest next`.
struct SuggestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suggest", abstract: "What might be done: merges, whom to be in touch with.",
    subcommands: [Merges.self, Next.self])

  struct Merges: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Pairs of people who may be one.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let found = try await SuggestMerges(store: house.store).suggestions(viewer)
      try output.list(
        found.map { pair in
          [
            "a": JSON(pair.first), "b": JSON(pair.second), "probability": JSON(pair.probability),
            "reasons": JSON(pair.reasons), "doubts": JSON(pair.doubts),
            "weights": .object(pair.weights.map { .init(key: $0.label, value: JSON($0.bits)) }),
          ]
        }, columns: ["a", "b", "probability", "reasons"], empty: "Nothing to suggest.")
    }
  }

  struct Next: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "People to be in touch with, and why.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "How many; 0 for all.") var top: Int = 10
    @Option(help: "Only people without contact in so many days.") var quiet: Int?

    func validate() throws {
      guard top >= 0, quiet ?? 0 >= 0 else { throw ValidationError("--top and --quiet must not be negative") }
    }

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let found = try await SuggestNext(store: house.store).suggestions(viewer, top: top, quietDays: quiet)
      try output.list(
        found.map { one in
          [
            "id": JSON(one.person.id), "name": .text(one.person.name), "score": JSON(one.next.score),
            "parts": .object(one.next.parts.map { .init(key: $0.name, value: JSON($0.value)) }),
            "last_contacted": JSON(one.next.lastContact), "why": .text(one.next.why),
          ]
        }, columns: ["id", "name", "last_contacted", "why"], empty: "Nobody to suggest.")
    }
  }
}

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
