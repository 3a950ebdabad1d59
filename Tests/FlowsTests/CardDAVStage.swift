import Consent
import Flows
import Foundation
import Model
import Plans
import Stage
import Store
import Wire

/// Ada's household, and an address book on a real server as the CRM that is kept in step.
struct CardDAVStage {
  let home: DeliverHousehold
  let server: StagedDAV
  /// What Kith dials: the server, or something before it.
  let dialled: MailServer

  init(
    _ kind: StagedDAV.Kind = .radicale, _ engine: StagedHouse.EngineKind = .sqlite,
    before: (StagedDAV) throws -> MailServer = { $0.server }
  ) async throws {
    home = try await DeliverHousehold(engine)
    server = try await StagedDAV.start(kind)
    dialled = try before(server)
  }

  func deliver(
    quiet: Double = 30, rules: @escaping @Sendable (Destination) -> StandingRules = Deliver.standingRules
  ) -> Deliver {
    let door = ServerDoor(
      store: home.store, gate: home.house.gate, rules: AddressRules(allowsThisMachine: true), quiet: quiet)
    return Deliver(store: home.store, gate: home.house.gate, door: door, rules: rules, pause: { _ in true })
  }

  func add(
    path: String? = nil, password: String = StagedDAV.password, by deliver: Deliver? = nil
  ) async throws -> Destination {
    var there = dialled
    there.path = path
    return try await AddDestination(deliver ?? self.deliver()).addressBook(
      there, Login(user: StagedDAV.user, secret: password), as: home.viewer)
  }

  /// Adds the book and accepts its rules.
  func accepted(by deliver: Deliver? = nil) async throws -> Destination {
    let deliver = deliver ?? self.deliver()
    let destination = try await add(by: deliver)
    let digest = try await deliver.run(
      destination.id, of: home.viewer.member, in: home.account, dryRun: true
    ).digest
    _ = try await AddDestination(deliver).accept(destination.id, digest: digest, as: home.viewer)
    return destination
  }

  @discardableResult
  func run(_ destination: Destination, dryRun: Bool = false, by deliver: Deliver? = nil) async throws -> DeliverReport {
    try await home.run(destination.id, dryRun: dryRun, by: deliver ?? self.deliver())
  }

  /// The path and the text of the card that holds a text.
  func card(with text: String) throws -> (path: String, text: String)? {
    try server.contents().first { $0.value.text.contains(text) }.map { ($0.key, $0.value.text) }
  }

  /// Edits a card as another program would.
  func edit(_ text: String, _ new: String) throws {
    guard let card = try card(with: text) else { throw Trouble("there is no such card", "") }
    try server.change([.init("PUT", card.path, card.text.replacing(text, with: new))])
  }

  /// Requests since the start that change something.
  func writes() throws -> [String] { try server.requests().filter { !CardDAVStage.asks($0) } }

  static func asks(_ request: String) -> Bool {
    ["GET ", "PROPFIND ", "REPORT ", "OPTIONS "].contains { request.hasPrefix($0) }
  }
}
