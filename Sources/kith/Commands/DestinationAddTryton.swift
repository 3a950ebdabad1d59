import ArgumentParser
import Consent
import Flows
import Formats
import Model
import Store

extension DestinationCommand {
  /// `kith destination add tryton`: parties on a Tryton server.
  struct Tryton: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "tryton", abstract: "A Tryton server, 6.0 or later: people and organisations as parties.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @OptionGroup var options: CRMServerOptions
    @Option(
      name: .customLong("crm-database"), help: "The name of its database; behind this command --database as well.")
    var database: String
    @Option(help: "The user in whose name Kith reads and writes.") var user: String
    @Option(help: "A file that holds the password alone; - for standard input.") var passwordFile: String
    @Option(help: "The relation by which people belong to organisations; made if it is missing.")
    var relation: String?

    func run(in house: House, _ output: Output) async throws {
      var wish = try options.wish(.tryton)
      wish.user = user
      wish.secret = String(decoding: try Secrets.read(passwordFile, "password"), as: UTF8.self)
      wish.database = database
      wish.relation = relation ?? ""
      try await house.add(wish, who, output)
    }
  }

  /// `kith destination add amagi`: contacts of an amagi-crm.
  struct Amagi: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "amagi", abstract: "An amagi-crm: contacts, tasks and appointments.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @OptionGroup var options: CRMServerOptions
    @Option(help: "A file that holds the token of a user alone; - for standard input.") var tokenFile: String

    func run(in house: House, _ output: Output) async throws {
      var wish = try options.wish(.amagi)
      wish.secret = String(decoding: try Secrets.read(tokenFile, "token"), as: UTF8.self)
      try await house.add(wish, who, output)
    }
  }
}
