import ArgumentParser
import Flows
import Formats
import Insight
import Model
import Store

/// The command `kith suggest …`.
struct SuggestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suggest", abstract: "What might be done: merges, next, replies, buckets, introductions, recipients.",
    subcommands: [Merges.self, Next.self, Replies.self, Buckets.self, Ways.self, Recipients.self])

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

  struct Replies: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Whom you owe an answer, or what you promised, and since when.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "How many; 0 for all.") var top: Int = 0
    @Option(help: "What was owed at this instant.") var at: Instant?

    func validate() throws { try SuggestCommand.check(top) }

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let found = try await SuggestReplies(store: house.store, gate: house.gate).owed(viewer, at: at)
      try output.list(
        (top > 0 ? found.owed.prefix(top) : found.owed[...]).map { one in
          [
            "id": JSON(one.person.id), "name": .text(one.person.name), "kind": .text(one.owed.kind.rawValue),
            "since": JSON(one.owed.since), "mail": JSON(one.mail), "why": .text(one.owed.why),
          ]
        }, columns: ["id", "name", "since", "why"], empty: "Nothing is owed.")
      guard found.closed > 0 else { return }
      try output.say(
        "\(found.closed) mails stayed closed: the grant to read them was withdrawn, or they are damaged (kith doctor).")
    }
  }

  struct Buckets: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "How often you are in touch with people, and the bucket that fits.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "How many; 0 for all.") var top: Int = 0

    func validate() throws { try SuggestCommand.check(top) }

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let found = try await AdviseContact(store: house.store, gate: house.gate).buckets(viewer, top: top)
      try output.list(
        found.map { one in
          [
            "id": JSON(one.person.id), "name": .text(one.person.name), "bucket": .text(one.suggestion.bucket.name),
            "days": JSON(one.suggestion.bucket.days), "rhythm": JSON(one.rhythm.days), "why": .text(one.suggestion.why),
          ]
        }, columns: ["id", "name", "bucket", "days", "why"], empty: "Nobody is in touch with you often enough to tell.")
    }
  }

  struct Ways: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "introductions", abstract: "Who can introduce you to somebody, the warmest way first.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "To whom.") var person: ID<Person>
    @Option(help: "How many; 0 for all.") var top: Int = 3

    func validate() throws { try SuggestCommand.check(top) }

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let found = try await SuggestIntroductions(store: house.store).ways(to: person, top: top, as: viewer)
      try output.list(
        found.map { one in
          [
            "id": JSON(one.via.id), "name": .text(one.via.name), "score": JSON(one.path.score),
            "why": .text(one.path.why),
          ]
        }, columns: ["id", "name", "score", "why"], empty: "Nobody you know leads to them.")
    }
  }

  struct Recipients: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Who is missing among recipients, by whom you usually write to together.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The recipients so far, two or more.") var persons: [ID<Person>]

    func validate() throws {
      guard Swift.Set(persons).count == persons.count, persons.count > 1 else {
        throw ValidationError("name two or more different persons")
      }
    }

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let found = try await SuggestIntroductions(store: house.store).forgotten(among: persons, as: viewer)
      try output.list(
        found.map { one in
          [
            "id": JSON(one.person.id), "name": .text(one.person.name), "share": JSON(one.forgotten.share),
            "why": .text(one.forgotten.why),
          ]
        }, columns: ["id", "name", "share", "why"], empty: "Nobody is missing.")
    }
  }

  private static func check(_ top: Int) throws {
    guard top >= 0 else { throw ValidationError("--top must not be negative") }
  }
}
