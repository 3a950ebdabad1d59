import Consent
import Flows
import Foundation
import Model
import Plans
import Stage
import Store
import Wire

/// The cast's household with a CRM on a server that was accepted before the first letter was written.
struct ActivityStage: Sendable {
  let household: Household
  let deliver: Deliver
  private let destination: ID<Destination>

  init(
    _ level: ActivityLevel, _ kind: Destination.Kind, _ server: MailServer, _ login: Login,
    _ options: [String: String] = [:], events: [String] = []
  ) async throws {
    household = try await Household.made(.sqlite)
    if !events.isEmpty { try await household.read(events: events) }
    let (store, house) = (household.store, household.house)
    deliver = Deliver(
      store: store, gate: house.gate,
      door: ServerDoor(store: store, gate: house.gate, rules: AddressRules(allowsThisMachine: true)),
      pause: { until in
        house.clock.set(max(until, house.clock.now))
        return true
      })
    let viewer = try await house.gate.viewer(household.account, household.ada)
    let wanted = Destination(
      id: store.ids.next(), member: household.ada, kind: kind, location: "http://\(server.host):\(server.port)",
      server: server, options: options.merging([ActivityLevel.option: level.rawValue]) { $1 })
    let kept = try await AddDestination(deliver).server(wanted, login, as: viewer)
    destination = kept.id
    let now = house.clock.now
    house.clock.set(Instant(year: 2020, month: 1, day: 1))
    try await store.approve(
      household.account, household.ada, kept.id, kind: .standing, digest: Deliver.digest(Deliver.standingRules(kept)))
    house.clock.set(now)
  }

  func run() async throws -> DeliverReport {
    try await deliver.run(destination, of: household.ada, in: household.account)
  }
}
