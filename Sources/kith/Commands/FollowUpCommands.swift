import ArgumentParser
import Flows
import Formats
import Model
import Store

extension House {
  /// Says one word of how people are followed up.
  fileprivate func say(
    _ word: EditFollowUp.Word, about persons: [ID<Person>], _ who: AccountOptions, _ output: Output
  ) async throws {
    let viewer = try await viewer(try await asker(who))
    let kept = try await EditFollowUp(store: store, gate: gate).say(word, about: persons, as: viewer)
    try output.value(BucketCommand.json(kept))
  }
}

/// The command `kith snooze P…`.
struct SnoozeCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "snooze", abstract: "No reminder about people before a day; being in touch ends it.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The people.") var persons: [ID<Person>]
  @Option(help: "For so many days.") var days = 7
  @Option(help: "Until this day instead, as 2026-11-30.") var until: String?
  @Flag(help: "Remind again.") var off = false

  func validate() throws {
    guard (1...3650).contains(days) else { throw ValidationError("--days is from 1 to 3650") }
    if let until, Day(iso: until) == nil { throw ValidationError("'\(until)' is no day, as 2026-11-30") }
  }

  func run(in house: House, _ output: Output) async throws {
    let viewer = try await house.viewer(try await house.asker(who))
    let rules = try await SetDay(store: house.store).rules(viewer)
    let day = until.flatMap { Day(iso: $0) } ?? rules.zone.day(house.store.clock()) + days
    try await house.say(.snooze(until: off ? nil : day), about: persons, who, output)
  }
}

/// The command `kith dismiss P…`.
struct DismissCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "dismiss", abstract: "Not this time: what stands about people in the day's list goes.",
    discussion: "A follow-up comes again when its interval has passed once more; their status does not change.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The people.") var persons: [ID<Person>]

  func run(in house: House, _ output: Output) async throws {
    try await house.say(.dismiss, about: persons, who, output)
  }
}

/// The command `kith mute P…`.
struct MuteCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "mute", abstract: "No reminder about people at all; --off reminds again.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The people.") var persons: [ID<Person>]
  @Flag(help: "Remind again.") var off = false

  func run(in house: House, _ output: Output) async throws {
    try await house.say(.mute(!off), about: persons, who, output)
  }
}

/// The command `kith interval P…`.
struct IntervalCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "interval", abstract: "How often you want to be in touch with people, whatever their buckets say.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The people.") var persons: [ID<Person>]
  @Option(help: "Whole days, or none: their buckets count again.") var days: String

  func validate() throws {
    guard days == "none" || Int(days) != nil else { throw ValidationError("--days is a number, or none") }
  }

  func run(in house: House, _ output: Output) async throws {
    try await house.say(.interval(Int(days)), about: persons, who, output)
  }
}

/// The command `kith archive P…`.
struct ArchiveCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive", abstract: "Puts people out of the way: in no list of the day, in no game; --off ends it.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The people.") var persons: [ID<Person>]
  @Flag(help: "Back among the others.") var off = false

  func run(in house: House, _ output: Output) async throws {
    try await house.say(.archive(!off), about: persons, who, output)
  }
}

/// The command `kith delete P…`.
struct DeleteCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes people from your lists; no sync brings them back, 'kith undo' does.",
    discussion: """
      They are shown nowhere, looked into nowhere and delivered nowhere any more; a record in a CRM stays as it is. What \
      is stored of them stays, unseen: 'kith erase' takes it away for good.
      """)
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The people.") var persons: [ID<Person>]

  func run(in house: House, _ output: Output) async throws {
    try await house.say(.delete, about: persons, who, output)
  }
}
