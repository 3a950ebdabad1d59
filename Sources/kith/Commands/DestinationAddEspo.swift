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
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let server = try options.server(in: house)
      let key = String(decoding: try Secrets.read(keyFile, "key"), as: UTF8.self)
      var chosen = activities.options
      if let owner { chosen["owner"] = owner }
      let wanted = Destination(
        id: house.store.ids.next(), member: viewer.member, kind: .espo, location: options.location, server: server,
        options: chosen)
      try output.destination(
        try await AddDestination(house.deliver()).server(
          wanted, Login(user: "", secret: key, kind: .token), as: viewer))
    }
  }
}
