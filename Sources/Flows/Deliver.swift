public import Consent
public import Model
public import Outlets
public import Plans
public import Store

/// Keeps a destination in step with the people known: plan, approval, outbox, write, link and journal.
///
/// Every change is in the outbox with its key before it leaves, and the record at the destination carries the key: a run
/// that was cut off anywhere is finished by the next one, and nothing is there twice (P054, P079).
public struct Deliver: Sendable {
  let store: Store
  let gate: Gate
  let outlets: OutletDoor
  let rules: @Sendable (Destination) -> StandingRules
  let progress: @Sendable (Progress) -> Void

  public init(
    store: Store, gate: Gate, door: ServerDoor? = nil,
    crm: @escaping @Sendable (Destination) throws -> any CRM = Deliver.outlet,
    rules: @escaping @Sendable (Destination) -> StandingRules = Deliver.standingRules,
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    self.store = store
    self.gate = gate
    outlets = OutletDoor(store: store, gate: gate, door: door, local: crm, rules: rules)
    self.rules = rules
    self.progress = progress
  }

  /// What may leave at all: the directory, as the words of the grant say; never notes, birthdays or anything of a mail (P012).
  public static let directory: [FieldKey] = [.name, .given, .family, .email, .phone, .organisation, .title]

  /// The rules of a destination until the owner sets others.
  public static let standingRules: @Sendable (Destination) -> StandingRules = { destination in
    StandingRules(
      destination: destination.id, location: destination.location, options: destination.options,
      mapping: Deliver.directory.map { .init($0, to: $0.name) })
  }

  /// Delivers to a destination, or says what would leave: nothing does without the owner's approval (P013).
  public func run(
    _ destination: ID<Destination>, of member: ID<Member>, in account: ID<Account>, dryRun: Bool = false,
    lease: Lease? = nil
  ) async throws -> DeliverReport {
    let destination = try await live(destination, member, account)
    return try await outlets.open(destination, account) { crm in
      try await rounds(crm, destination, account, dryRun: dryRun, lease: lease)
    }
  }

  private func rounds(
    _ crm: any CRM, _ destination: Destination, _ account: ID<Account>, dryRun: Bool, lease: Lease?
  ) async throws -> DeliverReport {
    let rules = rules(destination)
    var report = DeliverReport(destination: destination.id, dryRun: dryRun, digest: Deliver.digest(rules))
    // A record that somebody changes meanwhile is planned anew, but not for ever.
    for round in 1...3 {
      let run = try await DeliverRun.prepare(store, crm, rules, destination, account)
      let conflicts = run.conflicts()
      if round == 1 { describe(run, in: &report) }
      report.conflicts = conflicts.count
      let digest = try await approved(run, report.digest, &report)
      guard !dryRun, let digest else { return report }
      guard !run.isRest(conflicts) else { break }
      let sent = try await carry(out: run, conflicts, digest, lease, &report)
      report.created += sent.created
      report.updated += sent.updated
      report.failed = sent.troubles.count + sent.outrun
      report.troubles = Array(Set(sent.troubles)).sorted()
      if sent.outrun == 0 { break }
    }
    try await store.note(account, destination.id, trouble: report.troubles.first)
    return report
  }

  /// The digest that `kith destination accept` takes: of mapping, create rules and brake.
  public static func digest(_ rules: StandingRules) -> String { hex(sha256(rules.canonical)) }

  private func describe(_ run: DeliverRun, in report: inout DeliverReport) {
    report.lines = DeliverReport.lines(run.plan.changes, run.destination.id)
    report.unchanged = run.plan.unchanged
    report.leftOut = run.plan.leftOut
    report.leftAlone = run.state.remote.leftAlone
  }

  /// A destination with a live grant; the gate refuses all others, so that the refusal is in the ledger.
  func live(_ id: ID<Destination>, _ member: ID<Member>, _ account: ID<Account>) async throws -> Destination {
    let found = try await store.destination(account, member, id)
    let grants = try await store.grants(account, member: member)
    let live = grants.contains {
      $0.target == .destination(id) && $0.scope == .write && $0.withdrawnAt == nil
        && $0.purposes.contains(SyncToCRM.declaration.name)
    }
    guard let found, live, found.revokedAt == nil else {
      _ = try await gate.permit(
        SyncToCRM.self, for: Request(account: account, member: member, destination: id, count: 0))
      throw Refusal(.withdrawn, promise: 16, "this destination was revoked")
    }
    return found
  }

  /// The digest under which the run may go ahead; nil if the owner has not approved what would leave.
  private func approved(
    _ run: DeliverRun, _ rules: String, _ report: inout DeliverReport
  ) async throws -> String? {
    let approvals = try await store.approvals(run.account, run.destination.id)
    report.planDigest = run.isHeld ? run.planDigest : nil
    let standing = approvals.contains { $0.kind == .standing && $0.covers(rules) }
    let once = approvals.contains { $0.kind == .oneUse && $0.covers(run.planDigest) }
    report.approved = standing && (!run.isHeld || once)
    if !standing { report.planDigest = nil }
    guard report.approved else { return nil }
    return run.isHeld ? run.planDigest : rules
  }

  private func carry(
    out run: DeliverRun, _ conflicts: [Conflict], _ digest: String, _ lease: Lease?, _ report: inout DeliverReport
  ) async throws -> DeliverRun.Sent {
    let permit = try await gate.permit(
      SyncToCRM.self,
      for: Request(
        account: run.account, member: run.destination.member, destination: run.destination.id, digest: digest,
        count: run.plan.changes.count))
    let concerned = Set(run.plan.changes.map(\.person)).union(run.state.landed.map(\.delivery.person))
    let handles = Dictionary(
      run.state.people.filter { concerned.contains($0.person) }.map { ($0.person, $0.handles) },
      uniquingKeysWith: { first, _ in first })
    let sealer = try await permit.sealer(for: handles.values.flatMap { $0 })
    let ending = DeliverEnding(account: run.account, sealer: sealer, handles: handles, now: store.clock())
    // Somebody who is being erased right now is sent nowhere any more (P120).
    let leaving = zip(run.plan.changes, run.deliveries).filter { change, _ in
      !(handles[change.person] ?? []).contains(where: sealer.isErased)
    }
    try await run.post(
      leaving.map(\.1), spending: run.isHeld ? digest : nil, conflicts: conflicts, ending: ending, under: permit,
      lease: lease)
    let sent = try await run.send(leaving, ending: ending, under: permit, lease: lease, progress: progress)
    do {
      try await run.crm.tidy(permit, check: store.standingCheck(permit, lease: lease))
    } catch let trouble as Trouble {
      guard case .skip = trouble.remedy else { throw trouble }
    }
    _ = permit.close()
    return sent
  }
}
