import Consent
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing
import Wire

@testable import Flows

/// Ada's household with a CRM on a staged server.
struct OutletStage: Sendable {
  let home: DeliverHousehold
  let destination: Destination

  private init(_ home: DeliverHousehold, _ destination: Destination) {
    self.home = home
    self.destination = destination
  }

  /// Adds a HubSpot and accepts its rules.
  init(_ hub: StagedHubSpot, owner: String? = nil, _ options: [String: String] = [:]) async throws {
    var options = options
    options["api-version"] = hub.version
    options["owner"] = owner
    try await self.init(
      .hubspot, hub.port, options, Login(user: "", secret: StagedHubSpot.token, kind: .token))
  }

  /// Adds a webhook and accepts its rules.
  init(_ hook: StagedWebhook, secret: String = StagedWebhook.secret) async throws {
    try await self.init(.webhook, hook.port, [:], Login(user: "", secret: secret), path: "/hooks/kith")
    hook.keepTime(by: home.house.clock)
  }

  init(
    _ kind: Destination.Kind, _ port: Int, _ options: [String: String], _ login: Login, path: String? = nil
  ) async throws {
    home = try await DeliverHousehold(.sqlite)
    let wanted = Destination(
      id: home.store.ids.next(), member: home.viewer.member, kind: kind,
      location: "http://127.0.0.1:\(port)\(path ?? "")",
      server: MailServer(host: "127.0.0.1", port: port, path: path, security: .none), options: options)
    let added = try await AddDestination(Deliver(store: home.store, gate: home.house.gate))
      .server(wanted, login, as: home.viewer)
    destination = added
    try await home.store.approve(
      home.account, home.viewer.member, added.id, kind: .standing, digest: Deliver.digest(OutletStage.unbraked(added)))
  }

  @Sendable static func unbraked(_ destination: Destination) -> StandingRules {
    var rules = Deliver.standingRules(destination)
    rules.brake.always = 100_000
    rules.brake.most = 100_000
    return rules
  }

  var door: ServerDoor {
    ServerDoor(store: home.store, gate: home.house.gate, rules: AddressRules(allowsThisMachine: true))
  }

  /// Waits that the CRM asks for take no time but on the stage's clock.
  func deliver() -> Deliver {
    let clock = home.house.clock
    return Deliver(
      store: home.store, gate: home.house.gate, door: door, rules: OutletStage.unbraked,
      pause: { until in
        clock.set(max(until, clock.now))
        return true
      })
  }

  @discardableResult
  func run() async throws -> DeliverReport {
    try await deliver().run(destination.id, of: home.viewer.member, in: home.account)
  }

  /// Runs until a run ends by itself; answers how many it took.
  func struggle(_ most: Int = 60) async throws -> Int {
    for round in 1...most {
      do {
        if try await run().isComplete { return round }
      } catch let trouble as Trouble {
        // What stops a run is tried again by the next job.
        guard
          trouble.description.contains("HubSpot") || trouble.description.contains("webhook")
            || trouble.description.contains("wait") || trouble.description.contains("server")
            || trouble.description.contains("connection")
        else { throw trouble }
      }
    }
    Issue.record("the deliveries never ended")
    return most
  }

  /// Lends the outlet itself with a permit to write, as a run has them.
  func lend<Result: Sendable>(
    _ body: @escaping @Sendable (any CRM, borrowing Permit<SyncToCRM>, StandingCheck) async throws -> Result
  ) async throws -> Result {
    let (store, gate, destination, account) = (home.store, home.house.gate, destination, home.account)
    let digest = Deliver.digest(OutletStage.unbraked(destination))
    return try await door.open(destination, account) { session in
      let crm = try Deliver.outlet(destination, session, now: store.clock)
      let permit = try await gate.permit(
        SyncToCRM.self,
        for: Request(account: account, member: destination.member, destination: destination.id, digest: digest))
      let result = try await body(crm, permit, store.standingCheck(permit))
      _ = permit.close()
      return result
    }
  }

  /// So many persons with a title and two addresses each.
  @discardableResult
  func people(_ count: Int) async throws -> [ID<Person>] {
    var people: [ID<Person>] = []
    for number in 0..<count {
      people.append(
        try await home.person(
          "Given\(number) Family\(number)", "p\(number)@example.org", "q\(number)@example.org", title: "First"))
    }
    return people
  }

  /// Gives everybody another title.
  func title(_ title: String) async throws {
    let account = home.account
    _ = try await home.store.write(account) {
      try $0.run("UPDATE person SET title = $1 WHERE account_id = $2", [.text(title), Value(account)])
    }
  }
}
