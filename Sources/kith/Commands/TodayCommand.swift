import ArgumentParser
import Flows
import Formats
import Model
import Plans
import Store

/// The command `kith today`.
struct TodayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "today", abstract: "Whom to be in touch with today, and why; 'today set' sets the rules of your day.",
    subcommands: [List.self, Set.self], defaultSubcommand: List.self)

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "The list of the day: birthdays, replies owed, promises, tasks, follow-ups.",
      discussion: """
        A follow-up is done by being in touch and nothing else: mail them, or log what no source tells of by 'kith log'. \
        What is put off, dismissed or done today counts among the lines of the day.
        """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      let list = try await Today(store: house.store, gate: house.gate).list(viewer)
      try output.value(List.json(list), text: List.text(list))
    }

    private static func json(_ list: TodayList) -> JSON {
      [
        "day": .text(list.day.description), "zone": .text(list.zone), "cap": JSON(list.cap),
        "settled": JSON(list.settled), "behind": JSON(list.behind),
        "week": [
          "since": .text(list.goal.week.description), "done": JSON(list.goal.done),
          "goal": list.goal.goal.map { JSON($0) } ?? .null,
        ],
        "items": .list(
          list.lines.map { line in
            [
              "kind": .text(line.item.kind.rawValue), "person": JSON(line.item.person), "name": .text(line.name),
              "task": JSON(line.item.task), "since": .text(line.item.since.description), "why": .text(line.item.why),
            ]
          }),
      ]
    }

    private static func text(_ list: TodayList) -> String {
      var lines = [
        "\(list.day): \(list.settled) of \(list.settled + list.lines.count) done"
          + (list.behind > 0 ? ", \(list.behind) more wait" : "")
      ]
      if let goal = list.goal.goal { lines[0] += "; this week \(list.goal.done) of \(goal) people" }
      for line in list.lines {
        lines.append(
          "\(line.item.kind.rawValue)  \(line.name)  \(line.item.task?.description ?? line.item.person.description)")
        lines.append("  \(line.item.why)")
      }
      return lines.joined(separator: "\n")
    }
  }

  struct Set: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sets your time zone, how many lines a day has, and how many people you want to reach a week.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "As the IANA names it, like Europe/Berlin.") var zone: String?
    @Option(help: "How many lines a day has, from 1 to 100.") var cap: Int?
    @Option(help: "How many people a week, or none.") var goal: String?

    func validate() throws {
      if let goal, goal != "none", Int(goal) == nil { throw ValidationError("--goal is a number, or none") }
    }

    func run(in house: House, _ output: Output) async throws {
      let viewer = try await house.viewer(try await house.asker(who))
      var change = SetDay.Change(zone: zone, cap: cap)
      if let goal { change.goal = .some(Int(goal)) }
      let rules = try await SetDay(store: house.store).run(change, as: viewer)
      try output.value([
        "zone": .text(rules.zone.name), "cap": JSON(rules.cap), "goal": rules.goal.map { JSON($0) } ?? .null,
      ])
    }
  }
}
