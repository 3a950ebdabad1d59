import ArgumentParser
import Flows
import Formats
import Model
import Store

/// The command `kith note …`.
struct NoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "What is to be remembered of people: add, list, set, remove.",
    subcommands: [Add.self, List.self, Set.self, Remove.self], defaultSubcommand: Add.self)

  struct Add: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Writes a note about a person.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The person.") var person: ID<Person>
    @Argument(help: "What is to be remembered.") var words: [String]

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let made = try await WriteNote(store: house.store, gate: house.gate).add(
        words.joined(separator: " "), about: person, as: viewer)
      try output.value(["id": JSON(made.note), "entry": JSON(made.entry)])
    }
  }

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists what was written down of a person, newest first.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The person.") var person: ID<Person>

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let notes = try await ShowNotes(store: house.store, gate: house.gate).run(viewer, of: person)
      try output.list(
        notes.map {
          [
            "id": JSON($0.id), "at": JSON($0.at), "author": JSON($0.author), "touch": JSON($0.interaction),
            "words": .text($0.words),
          ]
        }, columns: ["id", "at", "touch", "words"], empty: "Nothing was written down.")
    }
  }

  struct Set: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Changes the words of a note.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The note.") var note: ID<Note>
    @Argument(help: "What it says from now on.") var words: [String]

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let entry = try await WriteNote(store: house.store, gate: house.gate).change(
        note, to: words.joined(separator: " "), as: viewer)
      try output.value(["id": JSON(note), "entry": JSON(entry)])
    }
  }

  struct Remove: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Takes a note away.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The note.") var note: ID<Note>

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let entry = try await WriteNote(store: house.store, gate: house.gate).remove(note, as: viewer)
      try output.value(["id": JSON(note), "entry": JSON(entry)])
    }
  }
}

/// The command `kith log P KIND`.
struct LogCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Logs a touch that no source tells of: a call, a meeting, a text, a letter.",
    discussion: "It counts as contact: what was due is done by it.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The person.") var person: ID<Person>
  @Argument(help: "call, meeting, text or mail.") var kind: Interaction.Kind
  @Argument(help: "What it was about.") var words: [String] = []
  @Option(help: "When it was; default now.") var at: Instant?
  @Flag(help: "They called, or wrote.") var inward = false

  func run(in house: House, _ output: Output) async throws {
    let viewer = try await house.viewer(try await house.asker(who))
    let made = try await LogTouch(store: house.store, gate: house.gate).log(
      kind, with: person, direction: inward ? .inward : .outward, at: at, words: words.joined(separator: " "),
      as: viewer)
    try output.value(["id": JSON(made.note), "entry": JSON(made.entry)])
  }
}
