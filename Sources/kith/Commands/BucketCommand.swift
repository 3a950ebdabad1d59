import ArgumentParser
import Flows
import Formats
import Model
import Store

/// The command `kith bucket …`.
struct BucketCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bucket", abstract: "Whom you want to be in touch with, how often: add, list, set, remove, put, take.",
    discussion: """
      A bucket may have an interval in days: people in it are due when it has passed without contact. Of several \
      intervals a person's own counts, else the shortest. A word that says what somebody is, and not how often you want \
      to talk, is better a tag ('kith edit P tag').
      """,
    subcommands: [Add.self, List.self, Set.self, Remove.self, Put.self, Take.self, Game.self],
    defaultSubcommand: List.self)

  /// A bucket by its id or its name.
  static func find(_ word: String, _ house: House, _ asker: House.Asker) async throws -> ID<Bucket> {
    let viewer = try await house.viewer(asker)
    let all = try await ShowBuckets(store: house.store).run(viewer).map(\.bucket)
    if let id = ID<Bucket>(word), all.contains(where: { $0.id == id }) { return id }
    guard let found = all.first(where: { fold($0.name) == fold(word) }) else {
      throw Trouble("there is no such bucket", "see 'kith bucket list'")
    }
    return found.id
  }

  /// What was said of several people at once.
  static func json(_ kept: KeptRun) -> JSON {
    [
      "changed": JSON(kept.entries.count), "entries": JSON(kept.entries.map(\.description)),
      "run": .text(kept.run == 0 ? "" : String(kept.run)),
    ]
  }

  struct Add: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Makes a bucket.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "Its name.") var name: String
    @Option(help: "Whole days between two contacts; without it nobody is due.") var days: Int?
    @Option(help: "What it is for.") var goal: String?

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let made = try await EditBucket(store: house.store, gate: house.gate).make(
        name, goal: goal, days: days, as: viewer)
      try output.value(BucketCommand.line(made))
    }
  }

  static func line(_ bucket: Bucket) -> JSON {
    [
      "id": JSON(bucket.id), "name": .text(bucket.name), "goal": bucket.goal.map { .text($0) } ?? .null,
      "days": bucket.days.map { JSON($0) } ?? .null,
    ]
  }

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists buckets, with how it stands with the people in them.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let shown = try await ShowBuckets(store: house.store).run(viewer)
      try output.list(
        shown.map { one in
          [
            "id": JSON(one.bucket.id), "name": .text(one.bucket.name),
            "goal": one.bucket.goal.map { .text($0) } ?? .null,
            "days": one.bucket.days.map { JSON($0) } ?? .null, "people": JSON(one.people),
            "statuses": .object(
              TieStatus.allCases.map { .init(key: $0.rawValue, value: JSON(one.statuses[$0] ?? 0)) }),
          ]
        }, columns: ["id", "name", "days", "people", "statuses"],
        empty: "No buckets; 'kith bucket add NAME --days 30' makes one.")
    }
  }

  struct Set: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Renames a bucket, or sets its interval or goal.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The bucket, by id or name.") var bucket: String
    @Option(help: "Another name.") var name: String?
    @Option(help: "Whole days between two contacts, or none.") var days: String?
    @Option(help: "What it is for; empty for nothing.") var goal: String?

    func validate() throws {
      guard name != nil || days != nil || goal != nil else {
        throw ValidationError("give --name, --days or --goal")
      }
      if let days, days != "none", Int(days) == nil { throw ValidationError("--days is a number, or none") }
    }

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      var change = EditBucket.Change(name: name)
      if let days { change.days = .some(Int(days)) }
      if let goal { change.goal = .some(goal.isEmpty ? nil : goal) }
      let viewer = try await house.viewer(asker)
      let changed = try await EditBucket(store: house.store, gate: house.gate).change(
        try await BucketCommand.find(bucket, house, asker), change, as: viewer)
      try output.value(BucketCommand.line(changed))
    }
  }

  struct Remove: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a bucket away; 'kith undo --run' brings it back with whoever was in it.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The bucket, by id or name.") var bucket: String

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let kept = try await EditBucket(store: house.store, gate: house.gate).remove(
        try await BucketCommand.find(bucket, house, asker), as: viewer)
      try output.value(BucketCommand.json(kept))
    }
  }

  struct Put: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Puts people into a bucket.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The bucket, by id or name.") var bucket: String
    @Argument(help: "The people.") var persons: [ID<Person>]

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let kept = try await SortPeople(store: house.store, gate: house.gate).put(
        persons, into: try await BucketCommand.find(bucket, house, asker), as: viewer)
      try output.value(BucketCommand.json(kept))
    }
  }

  struct Take: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Takes people out of a bucket.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The bucket, by id or name.") var bucket: String
    @Argument(help: "The people.") var persons: [ID<Person>]

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let kept = try await SortPeople(store: house.store, gate: house.gate).take(
        persons, outOf: try await BucketCommand.find(bucket, house, asker), as: viewer)
      try output.value(BucketCommand.json(kept))
    }
  }

  struct Game: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "People without a bucket, most recently in touch first; --skip leaves one for later.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "How many.") var size = 50
    @Option(help: "Leave somebody unsorted for now; they come again when all others are sorted.") var skip: ID<Person>?

    func validate() throws { if size < 0 { throw ValidationError("--size must not be negative") } }

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      if let skip {
        let kept = try await EditFollowUp(store: house.store, gate: house.gate).say(
          .skip(true), about: [skip], as: viewer)
        return try output.value(BucketCommand.json(kept))
      }
      let round = try await PlayBuckets(store: house.store).round(viewer, size: size)
      try output.list(
        round.cards.map { card in
          [
            "id": JSON(card.person.id), "name": .text(card.person.name),
            "last_contacted": JSON(card.person.lastContacted), "skipped": .bool(card.wasSkipped),
          ]
        }, columns: ["id", "name", "last_contacted", "skipped"], empty: "Everybody is sorted.")
      try output.say("\(round.left) people are in no bucket.")
    }
  }
}
