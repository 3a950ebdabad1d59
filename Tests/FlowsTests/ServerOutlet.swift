import Consent
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Wire

@testable import Flows

/// Ada's household with a CRM on a staged server that she accepted, and Kith's way to it.
struct ServerOutlet: Sendable {
  let home: DeliverHousehold
  let destination: Destination
  /// The servers behind it: they end with it.
  private let kept: [any Sendable]

  /// `tryton` and `amagi` may be reached by a proxy that spoils answers.
  static func tryton(_ server: StagedTryton, by proxy: StagedFaults? = nil, relation: String? = nil) async throws
    -> ServerOutlet
  {
    var options = ["database": StagedTryton.database]
    options["relation"] = relation
    return try await ServerOutlet(
      .tryton, proxy?.server ?? server.server, options,
      Login(user: StagedTryton.user, secret: StagedTryton.password), keeping: [server, proxy as any Sendable])
  }

  static func amagi(_ server: StagedAmagi, by proxy: StagedFaults? = nil) async throws -> ServerOutlet {
    try await ServerOutlet(
      .amagi, proxy?.server ?? server.server, [:], Login(user: "", secret: server.token, kind: .token),
      keeping: [server, proxy as any Sendable])
  }

  private init(
    _ kind: Destination.Kind, _ server: MailServer, _ options: [String: String], _ login: Login,
    keeping kept: [any Sendable]
  ) async throws {
    self.kept = kept
    home = try await DeliverHousehold(.sqlite)
    let wanted = Destination(
      id: home.store.ids.next(), member: home.house.ada, kind: kind, location: "http://\(server.host):\(server.port)",
      server: server, options: options)
    let added = try await AddDestination(home.deliver()).server(wanted, login, as: home.viewer)
    destination = added
    try await home.store.approve(
      home.account, home.viewer.member, added.id, kind: .standing, digest: Deliver.digest(ServerOutlet.rules(added)))
  }

  /// Without the brake: these tests change everything at once.
  static let rules: @Sendable (Destination) -> StandingRules = { destination in
    var rules = Deliver.standingRules(destination)
    rules.brake = Brake(percent: 100, always: .max, most: .max)
    return rules
  }

  var door: ServerDoor {
    ServerDoor(store: home.store, gate: home.house.gate, rules: AddressRules(allowsThisMachine: true))
  }

  /// Delivers by the rules that were accepted.
  var deliver: Deliver {
    Deliver(store: home.store, gate: home.house.gate, door: door, rules: ServerOutlet.rules)
  }

  /// Its outlet with everything mapped that it has a place for, and a permit to write there.
  func outlet<Result: Sendable>(
    _ body: @escaping @Sendable (any CRM, borrowing Permit<SyncToCRM>) async throws -> Result
  ) async throws -> Result {
    let (home, destination) = (home, destination)
    return try await door.open(destination, home.account) { session in
      let mapping = StandingRules.plainMapping
      let clock: @Sendable () -> Instant = { home.house.clock.now }
      let crm: any CRM =
        destination.kind == .tryton
        ? TrytonCRM(destination, session, mapping: mapping, now: clock)
        : AmagiCRM(destination, session, mapping: mapping, now: clock)
      let permit = try await home.house.gate.permit(
        SyncToCRM.self,
        for: Request(
          account: home.account, member: home.viewer.member, destination: destination.id,
          digest: Deliver.digest(ServerOutlet.rules(destination))))
      return try await body(crm, permit)
    }
  }

  /// Somebody nobody has met yet.
  func stranger() -> ID<Person> { ID(Int64.random(in: 1...Int64.max)) }

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
