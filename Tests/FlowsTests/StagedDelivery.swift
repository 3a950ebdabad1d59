import Consent
import Flows
import Model
import Outlets
import Plans
import Stage
import Store
import Synchronization

/// A household whose CRM is the staged one: everything that the engine can do, without a server.
struct StagedDelivery: Sendable {
  let home: DeliverHousehold
  let destination: Destination
  let crm: StagedCRM
  let rules: @Sendable (Destination) -> StandingRules
  let pauses = Pauses()

  /// Instants that a delivery was asked to wait until.
  final class Pauses: Sendable {
    private let all = Mutex<[Instant]>([])
    var held: [Instant] { all.withLock { $0 } }
    func add(_ instant: Instant) { all.withLock { $0.append(instant) } }
  }

  init(
    _ engine: StagedHouse.EngineKind = .sqlite, capabilities: CRMCapabilities? = nil, behind other: StagedCRM? = nil,
    rules: @escaping @Sendable (Destination) -> StandingRules = Deliver.standingRules,
    fault: @escaping @Sendable (Int, StagedCRM.Moment) throws -> Void = { _, _ in },
    refusing: @escaping StagedCRM.Refusing = { _ in nil }, options: [String: String] = [:]
  ) async throws {
    home = try await DeliverHousehold(engine)
    let home = home
    let added = try await AddDestination(home.deliver()).folder(home.folder, as: home.viewer)
    destination =
      options.isEmpty ? added : try await AddDestination(home.deliver()).set(options, of: added.id, as: home.viewer)
    self.rules = rules
    let digest = Deliver.digest(rules(destination))
    try await home.store.approve(home.account, home.viewer.member, destination.id, kind: .standing, digest: digest)
    crm = StagedCRM(
      destination.id, capabilities: capabilities ?? CRMCapabilities(fields: Set(Fact.Field.allCases)), behind: other,
      fault: fault, refusing: refusing, now: { home.house.clock.now })
  }

  var deliver: Deliver {
    let (crm, pauses) = (crm, pauses)
    return Deliver(
      store: home.store, gate: home.house.gate, crm: { _ in crm }, rules: rules,
      pause: { until in
        pauses.add(until)
        return until.milliseconds - home.house.clock.now.milliseconds < 60_000
      })
  }

  @discardableResult
  func run(dryRun: Bool = false) async throws -> DeliverReport {
    try await home.run(destination.id, dryRun: dryRun, by: deliver)
  }

  var decide: DecideConflict { DecideConflict(store: home.store, gate: home.house.gate) }

  /// The record that holds an address.
  func record(_ email: String) -> RemoteRecord? { crm.held.first { $0.values[.email]?.contains(email) == true } }

  /// A person as it shows here.
  func values(_ person: ID<Person>) async throws -> FieldValues {
    let account = home.account
    return try await home.store.read(account) { try Links.values(of: [person], account, in: $0)[person] ?? [:] }
  }

  func type(_ person: ID<Person>, _ edit: Edit) async throws {
    _ = try await EditPerson(store: home.store, gate: home.house.gate).edit(person, edit, as: home.viewer)
  }

  func journal() async throws -> [JournalEntry] { try await home.store.journal(home.viewer) }
}
