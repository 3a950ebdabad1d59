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
      guard baseUrl.isSecure || baseUrl.isThisMachine else {
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
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let server = try baseUrl.server(ca: ca, in: house)
      let token = String(decoding: try Secrets.read(tokenFile, "token"), as: UTF8.self)
      var chosen = activities.options
      chosen["api-version"] = apiVersion
      if let owner { chosen["owner"] = owner }
      let wanted = Destination(
        id: house.store.ids.next(), member: viewer.member, kind: .hubspot, location: baseUrl.location, server: server,
        options: chosen)
      try output.destination(
        try await AddDestination(house.deliver()).server(
          wanted, Login(user: "", secret: token, kind: .token), as: viewer))
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
      let asker = try await house.asker(who)
      let viewer = try await house.viewer(asker)
      let server = try options.server(in: house)
      let secret = String(decoding: try Secrets.read(secretFile, "secret"), as: UTF8.self)
      guard WebhookCRM.isSecret(secret) else {
        throw Trouble(
          "the secret of the webhook is not one",
          "write whsec_ and 24 to 64 random bytes in Base64: echo whsec_$(head -c 32 /dev/urandom | base64)")
      }
      let wanted = Destination(
        id: house.store.ids.next(), member: viewer.member, kind: .webhook, location: options.location, server: server,
        options: activities.options)
      try output.destination(
        try await AddDestination(house.deliver()).server(wanted, Login(user: "", secret: secret), as: viewer))
    }
  }
}
