import ArgumentParser
import Flows
import Formats
import Model
import Store

/// The command `kith task …`.
struct TaskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "What is to be done about people: add, list, set, done, remove.",
    subcommands: [Add.self, List.self, Set.self, Done.self, Remove.self], defaultSubcommand: List.self)

  /// A day as it is given: `2026-11-30`.
  static func day(_ text: String) throws -> Instant {
    guard text.count == 10, let day = Instant(iso: text) else {
      throw ValidationError("'\(text)' is no day, as 2026-11-30")
    }
    return day
  }

  struct Add: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Notes what is to be done about a person.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The person.") var person: ID<Person>
    @Argument(help: "What is to be done.") var words: [String]
    @Option(help: "By which day, as 2026-11-30.") var due: String?

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let made = try await EditTodo(store: house.store, gate: house.gate).add(
        words.joined(separator: " "), due: try due.map(TaskCommand.day), about: person, as: viewer)
      try output.value(["id": JSON(made.task), "entry": JSON(made.entry)])
    }
  }

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists tasks, open ones first, by day.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "Only those about this person.") var person: ID<Person>?

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let todos = try await ShowTodos(store: house.store, gate: house.gate).run(viewer, of: person)
      try output.list(
        todos.map {
          [
            "id": JSON($0.id), "person": JSON($0.person), "title": .text($0.title),
            "due": JSON($0.due.map(\.date)), "done": .bool($0.isDone), "changed_at": JSON($0.changedAt),
          ]
        }, columns: ["id", "person", "title", "due", "done"], empty: "No tasks.")
    }
  }

  struct Set: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Changes the words of a task, or its day.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The task.") var task: ID<Todo>
    @Option(help: "What is to be done.") var title: String?
    @Option(help: "By which day, as 2026-11-30; none for no day.") var due: String?

    func validate() throws {
      guard title != nil || due != nil else { throw ValidationError("give --title or --due") }
    }

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      var change = EditTodo.Change(title: title)
      if due == "none" { change.due = .some(nil) } else if let due { change.due = try TaskCommand.day(due) }
      let entry = try await EditTodo(store: house.store, gate: house.gate).change(task, change, as: viewer)
      try output.value(["id": JSON(task), "entry": JSON(entry)])
    }
  }

  struct Done: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Says that a task is done, or is not.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The task.") var task: ID<Todo>
    @Flag(help: "It is to be done again.") var not = false

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let entry = try await EditTodo(store: house.store, gate: house.gate).change(
        task, EditTodo.Change(isDone: !not), as: viewer)
      try output.value(["id": JSON(task), "done": .bool(!not), "entry": JSON(entry)])
    }
  }

  struct Remove: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Takes a task away here; in a CRM it stays.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The task.") var task: ID<Todo>

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let entry = try await EditTodo(store: house.store, gate: house.gate).remove(task, as: viewer)
      try output.value(["id": JSON(task), "entry": JSON(entry)])
    }
  }
}
