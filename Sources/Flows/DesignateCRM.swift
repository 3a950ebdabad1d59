public import Consent
import Foundation
public import Model
import Outlets
import Plans
import Store

extension AddDestination {
  /// A CRM as its owner names it, on the command line or on a page; empty where nothing was said.
  public struct Wish: Sendable {
    public var kind: Destination.Kind
    /// Where it answers; nil for a folder.
    public var place: WebAddress?
    /// The path of a folder.
    public var folder = ""
    /// Whether the folders above it are Kith's to make.
    public var isOurs = false
    /// Folders of Kith itself, which cannot serve as a CRM.
    public var apart: [String] = []
    /// Certificates in PEM that are trusted instead of the system's.
    public var authority: String?
    public var user = ""
    public var secret = ""
    /// Of Tryton: the name of its database, and the relation by which people belong to organisations.
    public var database = ""
    public var relation = ""
    /// Of EspoCRM and HubSpot: the user whose records new ones become.
    public var owner = ""
    /// Of HubSpot: the version of its API.
    public var version = ""
    /// How much of interactions is entered there: `off`, `metadata`, `subject` or `full`.
    public var activities = ""

    public init(_ kind: Destination.Kind) { self.kind = kind }

    /// The address at which a kind answers for everybody; nil where each house has its own.
    public static func usualPlace(_ kind: Destination.Kind) -> WebAddress? {
      kind == .hubspot ? WebAddress(isSecure: true, host: "api.hubapi.com", port: 443) : nil
    }

    /// Whether interactions can be entered there, at a level that the owner chooses when it is added.
    public static func takesActivities(_ kind: Destination.Kind) -> Bool {
      kind == .hubspot || kind == .espo || kind == .webhook
    }

    /// Throws what is missing or cannot be, with what helps.
    func check() throws {
      if kind == .folder { return }
      guard let place else { throw Trouble("an address is missing", "write it with https:// at its beginning") }
      guard place.isSafe else {
        throw Trouble("http:// would send the login in the clear", "write https://; http:// is for this machine only")
      }
      if kind == .tryton || kind == .carddav, AddSource.Wish.fault(inUser: user, forWeb: kind == .carddav) {
        throw Trouble("the login's name is missing, or it is none", "it is mostly the e-mail address")
      }
      guard !secret.isEmpty else { throw Trouble("the password, key or token is missing", "give it") }
      if kind == .tryton, database.isEmpty {
        throw Trouble("the name of Tryton's database is missing", "its sign-in page shows it")
      }
      if kind == .hubspot, !version.isEmpty, !HubSpotCRM.isVersion(version) {
        throw Trouble("this is no version of HubSpot's API", "it is v3, or a year and a month as in 2026-03")
      }
      if kind == .hubspot, !owner.utf8.allSatisfy({ (48...57).contains($0) }) {
        throw Trouble("the owner in HubSpot is a number", "HubSpot shows it under Settings, Users")
      }
      if kind == .webhook, !WebhookCRM.isSecret(secret) {
        throw Trouble(
          "the secret of the webhook is not one",
          "write whsec_ and 24 to 64 random bytes in Base64: echo whsec_$(head -c 32 /dev/urandom | base64)")
      }
      if !activities.isEmpty, ActivityLevel(rawValue: activities) == nil {
        throw Trouble("how much of interactions is entered there is not understood", "choose one of the four levels")
      }
      try Authority.check(authority)
    }

    /// As the kind keeps it; never a secret.
    var options: [String: String] {
      var options: [String: String] = [:]
      if !activities.isEmpty, activities != "off" { options[ActivityLevel.option] = activities }
      switch kind {
      case .tryton:
        options["database"] = database
        if !relation.isEmpty { options["relation"] = relation }
      case .hubspot:
        options["api-version"] = version.isEmpty ? HubSpotCRM.version : version
        if !owner.isEmpty { options["owner"] = owner }
      case .espo: if !owner.isEmpty { options["owner"] = owner }
      case .folder, .amagi, .webhook, .carddav: break
      }
      return options
    }

    var login: Login {
      switch kind {
      case .tryton, .carddav: Login(user: user, secret: secret)
      case .webhook: Login(user: "", secret: secret)
      case .amagi, .hubspot, .espo, .folder: Login(user: "", secret: secret, kind: .token)
      }
    }
  }

  /// Names the CRM; nothing is written there before the owner's yes.
  public func add(_ wish: Wish, as viewer: Viewer) async throws -> Destination {
    try wish.check()
    guard wish.kind != .folder else {
      let kept = try await folder(wish.folder, apartFrom: wish.apart, as: viewer)
      if wish.isOurs { try Files.makeFolder((kept.location as NSString).deletingLastPathComponent) }
      return kept
    }
    guard let place = wish.place else { throw Trouble("an address is missing", "give it") }
    let server = place.server(authority: wish.authority)
    try deliver.outlets.door?.check(server)
    guard wish.kind != .carddav else { return try await addressBook(server, wish.login, as: viewer) }
    let destination = Destination(
      id: deliver.store.ids.next(), member: viewer.member, kind: wish.kind,
      location: place.location + (wish.kind == .tryton ? "/" + wish.database : ""), server: server,
      options: wish.options)
    return try await self.server(destination, wish.login, as: viewer)
  }
}

extension Deliver {
  /// Whether the owner said yes to the rules of a destination as they are now.
  public func isAccepted(_ destination: Destination, _ account: ID<Account>) async throws -> Bool {
    let digest = Deliver.digest(Deliver.standingRules(destination))
    return try await store.approvals(account, destination.id).contains { $0.kind == .standing && $0.covers(digest) }
  }
}

/// Certificates that are trusted for one server instead of the system's.
public enum Authority {
  /// Throws unless it is nil or certificates in PEM of a sensible size.
  public static func check(_ text: String?) throws {
    guard let text else { return }
    guard text.utf8.count < 4 << 20, text.contains("-----BEGIN CERTIFICATE-----") else {
      throw Trouble("there is no certificate in what was given to be trusted", "give a file in PEM")
    }
  }
}
