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

/// Ada's household with a CRM on a staged server that she accepted, and Kith's way to it.
struct OutletStage: Sendable {
  let home: DeliverHousehold
  let destination: Destination
  /// The servers behind it: they end with it.
  private let kept: [any Sendable]

  /// Adds a HubSpot and accepts its rules.
  init(_ hub: StagedHubSpot, owner: String? = nil, _ options: [String: String] = [:]) async throws {
    var options = options
    options["api-version"] = hub.version
    options["owner"] = owner
    try await self.init(
      .hubspot, OutletStage.local(hub.port), options, Login(user: "", secret: StagedHubSpot.token, kind: .token))
  }

  /// Adds a webhook and accepts its rules.
  init(_ hook: StagedWebhook, secret: String = StagedWebhook.secret) async throws {
    try await self.init(
      .webhook, OutletStage.local(hook.port, path: "/hooks/kith"), [:], Login(user: "", secret: secret))
    hook.keepTime(by: home.house.clock)
  }

  /// Real servers may be reached by a proxy that spoils answers.
  static func tryton(
    _ server: StagedTryton, by proxy: StagedFaults? = nil, _ options: [String: String] = [:]
  ) async throws -> OutletStage {
    try await OutletStage(
      .tryton, proxy?.server ?? server.server, options.merging(["database": StagedTryton.database]) { $1 },
      Login(user: StagedTryton.user, secret: StagedTryton.password), keeping: [server, proxy as any Sendable])
  }

  static func amagi(
    _ server: StagedAmagi, by proxy: StagedFaults? = nil, _ options: [String: String] = [:]
  ) async throws -> OutletStage {
    try await OutletStage(
      .amagi, proxy?.server ?? server.server, options, Login(user: "", secret: server.token, kind: .token),
      keeping: [server, proxy as any Sendable])
  }

  static func carddav(
    _ server: StagedDAV, by proxy: StagedFaults? = nil, _ options: [String: String] = [:]
  ) async throws -> OutletStage {
    var there = proxy?.server ?? server.server
    there.path = server.book
    return try await OutletStage(
      .carddav, there, options, Login(user: StagedDAV.user, secret: StagedDAV.password),
      keeping: [server, proxy as any Sendable])
  }

  init(
    _ kind: Destination.Kind, _ server: MailServer, _ options: [String: String], _ login: Login,
    keeping kept: [any Sendable] = []
  ) async throws {
    self.kept = kept
    home = try await DeliverHousehold(.sqlite)
    let wanted = Destination(
      id: home.store.ids.next(), member: home.viewer.member, kind: kind,
      location: "http://\(server.host):\(server.port)\(server.path ?? "")", server: server, options: options)
    let added = try await AddDestination(home.deliver()).server(wanted, login, as: home.viewer)
    destination = added
    try await home.store.approve(
      home.account, home.viewer.member, added.id, kind: .standing, digest: Deliver.digest(OutletStage.unbraked(added)))
  }

  static func local(_ port: Int, path: String? = nil) -> MailServer {
    MailServer(host: "127.0.0.1", port: port, path: path, security: .none)
  }

  /// Without the brake: these tests change everything at once.
  @Sendable static func unbraked(_ destination: Destination) -> StandingRules {
    var rules = Deliver.standingRules(destination)
    rules.brake = Brake(percent: 100, always: .max, most: .max)
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
          trouble.description.contains("HubSpot") || trouble.description.contains("EspoCRM")
            || trouble.description.contains("webhook")
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
    mapping: [StandingRules.Mapping]? = nil,
    _ body: @escaping @Sendable (any CRM, borrowing Permit<SyncToCRM>, StandingCheck) async throws -> Result
  ) async throws -> Result {
    let (store, gate, destination, account) = (home.store, home.house.gate, destination, home.account)
    let digest = Deliver.digest(OutletStage.unbraked(destination))
    return try await door.open(destination, account) { session in
      let crm = try Deliver.outlet(
        destination, session, mapping: mapping ?? Deliver.standingRules(destination).mapping, now: store.clock,
        pause: { _ in true })
      let permit = try await gate.permit(
        SyncToCRM.self,
        for: Request(account: account, member: destination.member, destination: destination.id, digest: digest))
      let result = try await body(crm, permit, store.standingCheck(permit))
      _ = permit.close()
      return result
    }
  }

  /// The same with everything mapped that the system has a place for.
  func outlet<Result: Sendable>(
    _ body: @escaping @Sendable (any CRM, borrowing Permit<SyncToCRM>) async throws -> Result
  ) async throws -> Result {
    try await lend(mapping: StandingRules.plainMapping) { crm, permit, _ in try await body(crm, permit) }
  }

  /// Somebody nobody has met yet.
  func stranger() -> ID<Person> { ID(Int64.random(in: 1...Int64.max)) }

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

extension CRMWrite {
  /// The change that makes somebody there.
  static func making(_ person: ID<Person>, _ values: FieldValues, isRetry: Bool = false) -> CRMWrite {
    CRMWrite(
      CRMChange(
        .create, person: person, remote: nil, fields: values.map { FieldChange(field: $0.key, old: [], new: $0.value) }),
      key: "key", isRetry: isRetry)
  }

  /// The change that makes a record say this.
  static func changing(_ record: RemoteRecord, _ person: ID<Person>, _ values: FieldValues, isRetry: Bool = false)
    -> CRMWrite
  {
    CRMWrite(
      CRMChange(
        .update, person: person, remote: record.remote,
        fields: values.map { FieldChange(field: $0.key, old: record.values[$0.key] ?? [], new: $0.value) }),
      key: "key", expected: record.digest, isRetry: isRetry)
  }
}

extension CRMAnswer {
  /// What it is called there; nil for what was not written.
  var remote: String? { if case .written(let remote, _) = self { remote } else { nil } }
  var digest: String? { if case .written(_, let digest) = self { digest } else { nil } }
}
