import ArgumentParser
import Flows
import Formats
import Model
import Store

/// The command `kith analysis …`.
struct AnalysisCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analysis",
    abstract: "What is worked out about you and your people, each with its switch: list, on, off.",
    subcommands: [List.self, On.self, Off.self])

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists every method: what it takes, what it gives, whether it is on.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let off = try await house.store.analysesOff(asker.account, asker.member.id)
      try output.list(
        Analysis.allCases.map { analysis in
          let declaration = analysis.declaration
          return [
            "name": .text(analysis.rawValue), "on": .bool(!off.contains(analysis)),
            "function": .text(declaration.function.rawValue), "inputs": .text(declaration.inputs),
            "outputs": .text(declaration.outputs), "purpose": .text(declaration.purpose),
            "without": .text(declaration.without),
          ]
        }, columns: ["name", "on", "inputs", "outputs", "without"], empty: "")
    }
  }

  struct On: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Switches a method on; the next 'kith sync' makes up for it.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The method; see 'kith analysis list'.") var name: Analysis

    func run(in house: House, _ output: Output) async throws {
      try await AnalysisCommand.turn(name, on: true, who, house, output)
    }
  }

  struct Off: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Switches a method off, and takes away what it made.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The method; see 'kith analysis list'.") var name: Analysis

    func run(in house: House, _ output: Output) async throws {
      try await AnalysisCommand.turn(name, on: false, who, house, output)
    }
  }

  private static func turn(
    _ analysis: Analysis, on isOn: Bool, _ who: AccountOptions, _ house: House, _ output: Output
  ) async throws {
    let asker = try await house.asker(who)
    let changed = try await SwitchAnalysis(store: house.store).turn(
      analysis, on: isOn, as: try await house.viewer(asker))
    try output.value(["name": .text(analysis.rawValue), "on": .bool(isOn), "changed": .bool(changed)])
  }
}
