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
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let server = try options.server(in: house)
      let secret = String(decoding: try Secrets.read(passwordFile, "password"), as: UTF8.self)
      var chosen = ["database": database]
      if let relation { chosen["relation"] = relation }
      let wanted = Destination(
        id: house.store.ids.next(), member: viewer.member, kind: .tryton,
        location: options.location + "/" + database, server: server, options: chosen)
      try output.destination(
        try await AddDestination(house.deliver()).server(wanted, Login(user: user, secret: secret), as: viewer))
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
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let server = try options.server(in: house)
      let token = String(decoding: try Secrets.read(tokenFile, "token"), as: UTF8.self)
      let wanted = Destination(
        id: house.store.ids.next(), member: viewer.member, kind: .amagi, location: options.location, server: server)
      try output.destination(
        try await AddDestination(house.deliver()).server(
          wanted, Login(user: "", secret: token, kind: .token), as: viewer))
    }
  }
}
