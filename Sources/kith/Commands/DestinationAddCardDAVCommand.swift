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
      var wish = try options.wish(.carddav)
      wish.user = user
      wish.secret = String(decoding: try Secrets.read(passwordFile, "password"), as: UTF8.self)
      try await house.add(wish, who, output)
    }
  }
}
