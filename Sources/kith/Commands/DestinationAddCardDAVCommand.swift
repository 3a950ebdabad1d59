import ArgumentParser
import Consent
import Flows
import Model

extension DestinationCommand {
  /// `kith destination add carddav`: one address book on a server as the CRM that is kept in step.
  struct CardDAV: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "carddav", abstract: "An address book on a server; with --url of the server alone, its only one.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @OptionGroup var options: CRMServerOptions
    @Option(help: "The login's name, mostly the e-mail address.") var user: String
    @Option(name: .customLong("password-file"), help: "A file with the password; - for standard input.")
    var passwordFile: String

    func validate() throws {
      if user.isEmpty || user.contains(":") || user.utf8.contains(where: { $0 < 32 }) {
        throw ValidationError("--user is no login")
      }
    }

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let server = try options.server(in: house)
      let secret = try Secrets.read(passwordFile, "password")
      let login = Login(user: user, secret: String(decoding: secret, as: UTF8.self))
      let added = try await AddDestination(house.deliver()).addressBook(server, login, as: viewer)
      try output.destination(added)
    }
  }
}
