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
  let pause: Pause

  /// Waits until an instant, if that is worth it; false if the job is rather put off.
  public typealias Pause = @Sendable (Instant) async throws -> Bool

  public init(
    store: Store, gate: Gate, door: ServerDoor? = nil,
    crm: @escaping @Sendable (Destination) throws -> any CRM = Deliver.outlet,
    rules: @escaping @Sendable (Destination) -> StandingRules = Deliver.standingRules,
    progress: @escaping @Sendable (Progress) -> Void = { _ in },
    pause: Pause? = nil
  ) {
    self.store = store
    self.gate = gate
    self.rules = rules
    self.progress = progress
    let pause = pause ?? { try await Deliver.wait(until: $0, from: store.clock()) }
    self.pause = pause
    outlets = OutletDoor(store: store, gate: gate, door: door, local: crm, pause: pause)
  }

  /// The longest time that a run waits for a destination that asked it to; beyond, its job is put off.
  static let patience: Int64 = 30_000
  /// A job that is put off rests so long at least, in milliseconds: it was tried often enough just now.
  static let rest: Int64 = 60_000

  static func wait(until: Instant, from now: Instant) async throws -> Bool {
    let left = until.milliseconds - now.milliseconds
    guard left <= patience else { return false }
    if left > 0 { try await Task.sleep(for: .milliseconds(left)) }
    return true
  }

  /// What may leave at all: the directory, as the words of the grant say; never notes, birthdays or anything of a mail (P012).
  public static let directory: [FieldKey] = [.name, .given, .family, .email, .phone, .organisation, .title]

  /// The rules of a destination until the owner sets others.
  public static let standingRules: @Sendable (Destination) -> StandingRules = { destination in
    StandingRules(
      destination: destination.id, location: destination.location, options: destination.options,
      mapping: StandingRules.mapping(Deliver.directory, destination.options))
  }

  /// Delivers to a destination, or says what would leave: nothing does without the owner's approval (P013).
  public func run(
    _ destination: ID<Destination>, of member: ID<Member>, in account: ID<Account>, dryRun: Bool = false,
    lease: Lease? = nil
  ) async throws -> DeliverReport {
    let destination = try await live(destination, member, account)
    do {
      return try await outlets.open(destination, account) { crm in
        try await rounds(crm, destination, account, dryRun: dryRun, lease: lease)
      }
    } catch let trouble as Trouble {
      if !dryRun { try await store.note(account, destination.id, trouble: trouble.description) }
      guard case .wait(let until) = trouble.remedy else { throw trouble }
      let earliest = Instant(milliseconds: store.clock().milliseconds &+ Deliver.rest)
      throw Trouble(trouble.what, remedy: .wait(until: max(until, earliest)))
    }
  }

  private func rounds(
    _ crm: any CRM, _ destination: Destination, _ account: ID<Account>, dryRun: Bool, lease: Lease?
  ) async throws -> DeliverReport {
    let rules = rules(destination)
    var report = DeliverReport(destination: destination.id, dryRun: dryRun, digest: Deliver.digest(rules))
    // A record that somebody changes meanwhile is planned anew, but not for ever.
    for round in 1...3 {
      let limited = rules.limited(by: crm.capabilities)
      let details = try await DeliverDetails.open(store, gate, destination, account, limited.mapping)
      let reading = try await DeliverReading.read(store, crm, destination, account, rules.create, details)
      let run = try await DeliverRun.prepare(store, crm, limited, destination, account, reading, details)
      let todos = todos(crm, destination, account, rules)
      let tasks = try await dryRun && todos.isOn ? todos.shown() : look(at: todos, report.digest)
      if round == 1 {
        describe(run, in: &report)
        report.told = rules.told(of: crm.capabilities)
        try await describe(try await activities(crm, destination, account), in: &report)
        if let tasks { report.lines += todos.lines(tasks) }
      }
      report.conflicts = run.conflicts().count
      let held = Held(run, tasks.flatMap { $0.isHeld ? todos.digest($0) : nil })
      let digest = try await approved(run, held, report.digest, &report)
      guard !dryRun, let digest else { return report }
      let activities = try await activities(crm, destination, account)
      let isQuiet = try await activities.waiting(1).isEmpty && tasks?.isRest ?? true
      guard !isQuiet || !run.isRest(run.conflicts()) else {
        report.conflicts += tasks?.openConflicts.count ?? 0
        break
      }
      let sent = try await carry(
        out: run, activities, (todos, tasks?.remote), held.isHeld ? digest : nil, digest, lease, &report)
      report.created += sent.created
      report.updated += sent.updated
      report.calls += sent.calls
      report.leastCalls += sent.leastCalls
      report.failed = sent.troubles.count + sent.outrun
      report.troubles = Array(Set(sent.troubles)).sorted()
      if let halted = sent.halted { throw halted }
      if sent.outrun == 0 { break }
    }
    try await store.note(account, destination.id, trouble: report.troubles.first)
    return report
  }

  /// The interactions that may be entered there, since the owner first said yes.
  private func activities(
    _ crm: any CRM, _ destination: Destination, _ account: ID<Account>
  ) async throws -> DeliverActivities {
    let accepted = try await store.approvals(account, destination.id).filter { $0.kind == .standing }.map(\.givenAt)
    return DeliverActivities(
      store: store, gate: gate, crm: crm, destination: destination, account: account,
      level: ActivityLevel(options: destination.options), since: accepted.min() ?? store.clock())
  }

  private func todos(
    _ crm: any CRM, _ destination: Destination, _ account: ID<Account>, _ rules: StandingRules
  ) -> DeliverTodos {
    DeliverTodos(store: store, gate: gate, crm: crm, destination: destination, account: account, brake: rules.brake)
  }

  /// The tasks of both sides as they stand; nil if they are not kept in step, or nothing was approved yet.
  private func look(at todos: DeliverTodos, _ digest: String) async throws -> DeliverTodos.Round? {
    guard todos.isOn else { return nil }
    let approvals = try await store.approvals(todos.account, todos.destination.id)
    guard approvals.contains(where: { $0.kind == .standing && $0.covers(digest) }) else { return nil }
    let permit = try await gate.permit(
      SyncToCRM.self,
      for: Request(
        account: todos.account, member: todos.destination.member, destination: todos.destination.id, digest: digest,
        count: 0))
    return try await todos.round(permit.blind)
  }

  /// What is beyond the brake, and the digest of all of it.
  private struct Held {
    var isHeld: Bool
    var digest: String

    /// `tasks` is the digest of what is to be done about tasks, if that is beyond the brake.
    init(_ run: DeliverRun, _ tasks: String?) {
      isHeld = run.isHeld || tasks != nil
      digest = tasks.map { hex(sha256(Array((run.planDigest + $0).utf8))) } ?? run.planDigest
    }
  }

  /// The digest that `kith destination accept` takes: of mapping, create rules and brake.
  public static func digest(_ rules: StandingRules) -> String { hex(sha256(rules.canonical)) }

  private func describe(_ run: DeliverRun, in report: inout DeliverReport) {
    report.lines =
      DeliverReport.lines(run.plan.changes, run.destination.id)
      + DeliverReport.lines(run.plan.incoming, run.destination.id)
    report.unchanged = run.plan.unchanged
    report.leftOut = run.plan.leftOut
    report.leftAlone = run.state.remote.leftAlone
  }

  private func describe(_ activities: DeliverActivities, in report: inout DeliverReport) async throws {
    let plan = activities.plan(try await activities.waiting(DeliverActivities.page))
    report.lines += plan.entries.map { entry in
      DeliverReport.Line(
        destination: activities.destination.id.description, person: "", kind: "enter", field: entry.kind.rawValue,
        old: [], new: [entry.candidate.at.description] + entry.candidate.remotes)
    }
    report.told += plan.told
  }

  /// A destination with a live grant; the gate refuses all others, so that the refusal is in the ledger.
  func live(_ id: ID<Destination>, _ member: ID<Member>, _ account: ID<Account>) async throws -> Destination {
    guard let found = try await store.destination(account, member, id) else {
      throw Refusal(.notYours, promise: 7, "there is no such destination")
    }
    let grants = try await store.grants(account, member: member)
    let live = grants.contains {
      $0.target == .destination(id) && $0.scope == .write && $0.withdrawnAt == nil
        && $0.purposes.contains(SyncToCRM.declaration.name)
    }
    guard live, found.revokedAt == nil else {
      _ = try await gate.permit(
        SyncToCRM.self, for: Request(account: account, member: member, destination: id, count: 0))
      throw Refusal(.withdrawn, promise: 16, "this destination was revoked")
    }
    return found
  }

  /// The digest under which the run may go ahead; nil if the owner has not approved what would leave.
  private func approved(
    _ run: DeliverRun, _ held: Held, _ rules: String, _ report: inout DeliverReport
  ) async throws -> String? {
    let approvals = try await store.approvals(run.account, run.destination.id)
    report.planDigest = held.isHeld ? held.digest : nil
    let standing = approvals.contains { $0.kind == .standing && $0.covers(rules) }
    let once = approvals.contains { $0.kind == .oneUse && $0.covers(held.digest) }
    report.approved = standing && (!held.isHeld || once)
    if !standing { report.planDigest = nil }
    guard report.approved else { return nil }
    return held.isHeld ? held.digest : rules
  }

  /// Enters what comes in, then posts, sends and enters what goes out; `spending` is a digest that is approved once.
  private func carry(
    out planned: DeliverRun, _ activities: DeliverActivities, _ tasks: (todos: DeliverTodos, read: [RemoteTodo]?),
    _ spending: String?, _ digest: String, _ lease: Lease?, _ report: inout DeliverReport
  ) async throws -> DeliverSent {
    let permit = try await gate.permit(
      SyncToCRM.self,
      for: Request(
        account: planned.account, member: planned.destination.member, destination: planned.destination.id,
        digest: digest, count: planned.plan.changes.count + planned.plan.incoming.count))
    var run = planned
    let rulesDigest = report.digest
    var once = spending
    if !run.plan.incoming.isEmpty {
      report.received += try await receive(planned, spending: once, under: permit, lease)
      once = nil
      run = try await planned.again(
        try await DeliverDetails.open(store, gate, planned.destination, planned.account, planned.rules.mapping))
    }
    let conflicts = run.conflicts()
    let handles = run.handles(of: run.concerned)
    let sealer = try await permit.sealer(for: handles.values.flatMap { $0 })
    let ending = DeliverEnding(
      account: run.account, sealer: sealer, handles: handles, details: run.details, now: store.clock())
    // Somebody who is being erased right now is sent nowhere any more (P120).
    let leaving = zip(run.plan.changes, run.deliveries).filter { change, _ in
      !(handles[change.person] ?? []).contains(where: sealer.isErased)
    }
    try await run.post(
      leaving.map(\.1), spending: once, conflicts: conflicts, ending: ending, under: permit, lease: lease)
    var sent = try await run.send(
      leaving, ending: ending, under: permit, lease: lease, pause: pause, progress: progress)
    try await run.enter(refused: sent.refused, ending.closer, under: permit, lease)
    if sent.halted == nil {
      sent.add(
        try await activities.send(
          under: permit, digest: rulesDigest, lease: lease, run: run.id.rawValue, pause: pause), to: &report)
    }
    report.conflicts = conflicts.count + sent.refused.count
    if sent.halted == nil {
      sent.add(
        try await tasks.todos.send(
          tasks.read, under: permit, digest: rulesDigest, lease: lease, run: run.id.rawValue, pause: pause),
        to: &report)
    }
    do {
      try await run.crm.tidy(permit, check: store.standingCheck(permit, lease: lease))
    } catch let trouble as Trouble {
      guard case .skip = trouble.remedy else { throw trouble }
    }
    _ = permit.close()
    return sent
  }

  /// So many persons are entered in one transaction.
  private static let batch = 100

  /// Enters what comes in; answers how many persons it reached.
  private func receive(
    _ run: DeliverRun, spending digest: String?, under permit: borrowing Permit<SyncToCRM>, _ lease: Lease?
  ) async throws -> Int {
    let (account, destination) = (run.account, run.destination)
    let handles = run.handles(of: run.details.isEmpty ? Set(run.plan.incoming.map(\.person)) : run.concerned)
    let others = DeliverIntake.handles(of: run.plan.incoming)
    let sealer = try await permit.sealer(for: handles.values.flatMap { $0 } + others)
    let know = KnowPeople(
      account: account, member: destination.member, owners: try await store.owners(account, destination.member),
      now: store.clock(), blind: permit.blind, ids: store.ids)
    let crm = run.crm
    let intake = DeliverIntake(
      destination: destination, know: know, sealer: sealer, handles: handles, details: run.details,
      run: run.id.rawValue, shaped: { crm.shaped($0, of: $1) })
    let (items, closer) = (run.intake, DetailCloser(details: run.details, sealer: sealer, handles: handles))
    let ruled = run.ruled.filter { $0.taken == FieldConflict.Side.theirs.rawValue }
    var reached = 0
    for start in stride(from: 0, to: items.count, by: Deliver.batch) {
      let these = Array(items[start..<min(start + Deliver.batch, items.count)])
      reached += try await store.write(under: permit, lease: lease) { session in
        if start == 0 {
          if let digest, try !Store.spend(account, destination.id, digest: digest, at: know.now, in: session) {
            throw Refusal(.notApproved, promise: 15, "this approval was used already")
          }
          for entry in ruled { try Conflicts.insert(closer.closed(entry), at: know.now, account, in: session) }
        }
        return try intake.enter(these, in: session)
      }
    }
    return reached
  }
}
