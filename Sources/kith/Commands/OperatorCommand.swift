import ArgumentParser
import Formats
import Model
import Store

/// The command `kith operator …`: who runs this installation.
struct OperatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operator", abstract: "Who runs this installation, as every page of the site says.",
    subcommands: [Set.self, Show.self])

  struct Set: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Says who runs this installation.")
    @OptionGroup var global: GlobalOptions
    @Option(help: "The person or company.") var name: String
    @Option(help: "The postal address.") var address: String
    @Option(help: "The e-mail address for questions.") var email: String

    func validate() throws { try isAddress(email) }

    func run(in house: House, _ output: Output) async throws {
      let record = OperatorRecord(name: name, address: address, email: email)
      try await house.store.set(record)
      try output.value(OperatorCommand.json(record))
    }
  }

  struct Show: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Shows who runs this installation.")
    @OptionGroup var global: GlobalOptions

    func run(in house: House, _ output: Output) async throws {
      guard let record = try await house.store.operatorRecord() else {
        throw Trouble(
          "nobody has said yet who runs this installation", "say so: kith operator set --name … --address … --email …")
      }
      try output.value(OperatorCommand.json(record))
    }
  }

  static func json(_ record: OperatorRecord) -> JSON {
    ["name": .text(record.name), "address": .text(record.address), "email": .text(record.email)]
  }
}
