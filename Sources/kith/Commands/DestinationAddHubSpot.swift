import ArgumentParser
import Consent
import Flows
import Model
import Outlets
import Store

extension DestinationCommand {
  /// `kith destination add hubspot`: contacts and companies of a HubSpot account.
  struct HubSpot: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "hubspot", abstract: "A HubSpot account: people as contacts, organisations as companies.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "Where its API answers. http:// only on this machine.")
    var baseUrl = WebAddress(isSecure: true, host: "api.hubapi.com", port: 443)
    @Option(help: "A file of certificates (PEM) to trust instead of the system's.") var ca: String?
    @Option(help: "A file that holds the token of a private app alone; - for standard input.") var tokenFile: String
    @Option(help: "The version of its API: v3, or a year and a month.") var apiVersion = HubSpotCRM.version
    @Option(help: "The number of the HubSpot user whose records new ones become.") var owner: String?
    @OptionGroup var activities: ActivityOptions

    func validate() throws {
      guard baseUrl.isSafe else {
        throw ValidationError("http:// sends the login in the clear: it is for this machine only")
      }
      guard HubSpotCRM.isVersion(apiVersion) else {
        throw ValidationError("--api-version is v3, or a year and a month as in 2026-03")
      }
      if let owner, owner.isEmpty || !owner.utf8.allSatisfy({ (48...57).contains($0) }) {
        throw ValidationError("--owner is a number; HubSpot shows it under Settings, Users")
      }
    }

    func run(in house: House, _ output: Output) async throws {
      var wish = try baseUrl.wish(.hubspot, ca: ca)
      wish.secret = String(decoding: try Secrets.read(tokenFile, "token"), as: UTF8.self)
      wish.version = apiVersion
      wish.owner = owner ?? ""
      wish.activities = activities.activities
      try await house.add(wish, who, output)
    }
  }

  /// `kith destination add webhook`: an address that is told each change as a signed event.
  struct Webhook: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "webhook", abstract: "An address that is told each change as a signed event (Standard Webhooks).")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @OptionGroup var options: CRMServerOptions
    @Option(help: "A file that holds the signing secret alone, whsec_ and Base64; - for standard input.")
    var secretFile: String
    @OptionGroup var activities: ActivityOptions

    func run(in house: House, _ output: Output) async throws {
      var wish = try options.wish(.webhook)
      wish.secret = String(decoding: try Secrets.read(secretFile, "secret"), as: UTF8.self)
      wish.activities = activities.activities
      try await house.add(wish, who, output)
    }
  }
}
