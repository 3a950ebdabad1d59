import ArgumentParser
import Consent
import Flows
import Formats
import Model
import Store

extension DestinationCommand {
  /// `kith destination add espo`: contacts and accounts of an EspoCRM.
  struct Espo: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "espo", abstract: "An EspoCRM: people as contacts, organisations as accounts.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @OptionGroup var options: CRMServerOptions
    @Option(help: "A file that holds the key of an API user alone; - for standard input.") var keyFile: String
    @Option(help: "The id of the user whose meetings and calls they become; without it they are posted as notes.")
    var owner: String?
    @OptionGroup var activities: ActivityOptions

    func run(in house: House, _ output: Output) async throws {
      var wish = try options.wish(.espo)
      wish.secret = String(decoding: try Secrets.read(keyFile, "key"), as: UTF8.self)
      wish.owner = owner ?? ""
      wish.activities = activities.activities
      try await house.add(wish, who, output)
    }
  }
}
