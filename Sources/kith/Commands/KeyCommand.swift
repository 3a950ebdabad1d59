import ArgumentParser
import Consent
import Flows
import Formats
import Model
import Store

/// The command `kith key rotate`.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "The operator's key: rotate.", subcommands: [Rotate.self])

  struct Rotate: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Wraps every account's roots by a new operator key; nothing below them is touched.",
      discussion: "If it is cut short, run it again with the old key still named.")
    @OptionGroup var global: GlobalOptions
    @Option(name: .customLong("new-file"), help: "The file of the new key; it is made if it is not there.")
    var newFile: String

    func run(in house: House, _ output: Output) async throws {
      let file = try OperatorKeyFile(
        path: newFile, dataFolder: house.settings.database == nil ? house.settings.data : nil)
      let new = try file.read() ?? file.create()
      let accounts = try await house.engine.accounts()
      for account in accounts { try await house.vault.rewrap(account, by: new) }
      try output.value(["accounts": JSON(accounts.count), "key_file": .text(newFile)])
      try output.say("\nFrom now on name the new file by KITH_OPERATOR_KEY_FILE, and destroy the old one.")
    }
  }
}
