import Consent
import Model
import Outlets
import Plans
import Store

/// One round of a delivery: the plan over both sides as they stood, and the steps that carry it out.
struct DeliverRun: Sendable {
  /// So many changes are entered together once they arrived.
  static let batch = 50
  static let tries = 3

  let store: Store
  let crm: any CRM
  let account: ID<Account>
  let destination: Destination
  let state: DeliverState
  let plan: CRMPlan
  /// The changes of the plan as rows of the outbox, in its order.
  let deliveries: [Delivery]
  /// Whether the plan is beyond the brake; what an earlier run was allowed and did not finish is not counted again.
  let isHeld: Bool

  static func prepare(
    _ store: Store, _ crm: any CRM, _ rules: StandingRules, _ destination: Destination, _ account: ID<Account>
  ) async throws -> DeliverRun {
    let state = try await DeliverState.read(store, crm, destination, account)
    let plan = CRMPlan(
      state.candidates(crm.shaped, fields: rules.fields), unlinked: state.unlinked, rules: rules)
    let run: ID<Delivery> = store.ids.next()
    let allowed = Dictionary(
      state.unsent.filter { $0.state == .due }.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    let deliveries = plan.changes.map { change in
      let key = DeliverRun.key(destination.id, state.links[change.person]?.key ?? "", change)
      return allowed[key]
        ?? Delivery(
          id: store.ids.next(), member: destination.member, destination: destination.id, person: change.person,
          key: key, verb: change.kind == .create ? .create : .update, run: run.rawValue,
          before: values(change, \.old), after: values(change, \.new),
          base: plan.settled[change.person]?.base ?? [:])
    }
    let new = zip(plan.changes, deliveries).filter { allowed[$0.1.key] == nil }.map(\.0)
    return DeliverRun(
      store: store, crm: crm, account: account, destination: destination, state: state, plan: plan,
      deliveries: deliveries, isHeld: rules.brake.judge(new, linked: state.links.count) != .free)
  }

  /// The key of a change: the same change to the same version of a record has the same, whoever tries it and when.
  static func key(_ destination: ID<Destination>, _ version: String, _ change: CRMChange) -> String {
    let head = Array("kith delivery 1\u{0}\(destination)\u{0}\(version)\u{0}".utf8)
    return String(hex(sha256(head + change.canonical)).prefix(32))
  }

  private static func values(_ change: CRMChange, _ side: KeyPath<FieldChange, [String]>) -> FieldValues {
    Dictionary(uniqueKeysWithValues: change.fields.map { ($0.field, $0[keyPath: side]) }).filter { !$0.value.isEmpty }
  }

  var planDigest: String { hex(sha256(plan.canonical)) }

  // MARK: what is kept here

  /// Links of records that need nothing there, but are not known here as they stand.
  var settledLinks: [Link] {
    let leaving = Set(plan.changes.map(\.person))
    return plan.settled.keys.sorted().compactMap { person in
      guard !leaving.contains(person), let settled = plan.settled[person],
        let record = state.record(of: person) ?? adopted(settled)
      else { return nil }
      let held = state.links[person]
      if let held, held.remote == record.remote, held.base == settled.base { return nil }
      return Link(
        person: person, member: destination.member, remote: record.remote, key: held?.key ?? "",
        remoteDigest: held?.remoteDigest ?? record.digest, base: settled.base)
    }
  }

  private func adopted(_ settled: CRMPlan.Settled) -> RemoteRecord? {
    settled.remote.flatMap { remote in state.remote.records.first { $0.remote == remote } }
  }

  /// The conflicts as they stand now.
  func conflicts() -> [Conflict] {
    func conflict(_ person: ID<Person>, _ matter: Conflict.Matter) -> Conflict {
      Conflict(
        id: store.ids.next(), member: destination.member, destination: destination.id, person: person, matter: matter)
    }
    let fields = plan.conflicts.map { found in
      var made = conflict(found.person, .field(found.conflict.field))
      made.base = found.conflict.base.first ?? ""
      made.ours = found.conflict.ours.first ?? ""
      made.theirs = found.conflict.theirs.first ?? ""
      return made
    }
    return fields + state.deletedThere.map { conflict($0, .deletedThere) }
  }

  /// True if neither side has anything to write.
  func isRest(_ conflicts: [Conflict]) -> Bool {
    func matters(_ conflicts: [Conflict]) -> Set<[String]> {
      Set(conflicts.map { [$0.person.description, $0.matter.name, $0.base, $0.ours, $0.theirs] })
    }
    return plan.changes.isEmpty && state.landed.isEmpty && state.unsent.isEmpty && state.remote.isTidy
      && state.restored.isEmpty && settledLinks.isEmpty && matters(conflicts) == matters(state.openConflicts)
  }

  /// Enters what is known without sending anything, and puts everything that will leave into the outbox: one transaction.
  func post(
    _ leaving: [Delivery], spending digest: String?, conflicts: [Conflict], ending: DeliverEnding,
    under permit: borrowing Permit<SyncToCRM>, lease: Lease?
  ) async throws {
    let (links, landed, restored) = (settledLinks, state.landed, state.restored)
    let kept = Set(leaving.map(\.key))
    let dropped = state.unsent.filter { !kept.contains($0.key) || $0.state != .due }.map(\.id)
    let landedConflicts: [ID<Conflict>] = landed.map { _ in store.ids.next() }
    let (id, account, now) = (destination.id, account, ending.now)
    try await store.write(under: permit, lease: lease) { session in
      if let digest, try !Store.spend(account, id, digest: digest, at: now, in: session) {
        throw Refusal(.notApproved, promise: 15, "this approval was used already")
      }
      for (landed, conflict) in zip(landed, landedConflicts) {
        try ending.end(landed, conflict: conflict, in: session)
      }
      try Deliveries.drop(dropped, account, in: session)
      try Links.keep(links, id, at: now, account, in: session)
      for person in restored { try Conflicts.forgetDeletion(person, id, account, in: session) }
      try Conflicts.settle(conflicts, id, at: now, account, in: session)
      try Deliveries.post(leaving, at: now, account, in: session)
    }
  }

  // MARK: what leaves

  /// What became of the changes of one round.
  struct Sent: Sendable {
    var created = 0
    var updated = 0
    var troubles: [String] = []
    /// Changes whose record was changed meanwhile: the next round plans them anew.
    var outrun = 0
  }

  /// Sends every change, and enters them in batches as they arrive; what arrived is entered whatever happens next.
  func send(
    _ leaving: [(CRMChange, Delivery)], ending: DeliverEnding, under permit: borrowing Permit<SyncToCRM>, lease: Lease?,
    progress: @Sendable (Progress) -> Void
  ) async throws -> Sent {
    let check = store.standingCheck(permit, lease: lease)
    var sent = Sent()
    var arrived: [DeliverState.Landed] = []
    for (place, (change, delivery)) in leaving.enumerated() {
      do {
        try Task.checkCancellation()
        switch try await send(change, delivery, under: permit, check) {
        case .written(let remote, let digest):
          arrived.append(landed(delivery, remote, digest))
          if change.kind == .create { sent.created += 1 } else { sent.updated += 1 }
        case .changed: sent.outrun += 1
        case .refused(let field, let why):
          sent.troubles.append("not taken there\(field.map { ", field \($0.name)" } ?? ""): \(why)")
        case .failed(let trouble): sent.troubles.append(trouble.description)
        }
      } catch let trouble as Trouble where DeliverRun.goesOn(trouble) {
        sent.troubles.append(trouble.description)
      } catch {
        // The first error is the one that says what happened.
        try? await enter(arrived, ending, under: permit, lease)
        throw error
      }
      if arrived.count == DeliverRun.batch || place == leaving.count - 1 {
        try await enter(arrived, ending, under: permit, lease)
        arrived = []
        progress(Progress(step: "delivering", done: place + 1, total: leaving.count))
      }
    }
    return sent
  }

  /// Sends one change; an answer that did not come is asked for again under the same key.
  private func send(
    _ change: CRMChange, _ delivery: Delivery, under permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    var write = CRMWrite(
      change, key: delivery.key, expected: state.record(of: change.person)?.digest ?? recordDigest(change))
    var tried = 0
    while true {
      do {
        return try await crm.apply(write, permit, check: check)
      } catch let trouble as Trouble {
        tried += 1
        write.isRetry = true
        guard case .wait = trouble.remedy, tried < DeliverRun.tries else { throw trouble }
      }
    }
  }

  /// The digest of a record that is adopted by this change: no link leads to it yet.
  private func recordDigest(_ change: CRMChange) -> String? {
    change.remote.flatMap { remote in state.remote.records.first { $0.remote == remote }?.digest }
  }

  private static func goesOn(_ trouble: Trouble) -> Bool {
    switch trouble.remedy {
    case .wait, .skip: true
    case .askOwnerToSignIn, .stop: false
    }
  }

  private func landed(_ delivery: Delivery, _ remote: String, _ digest: String) -> DeliverState.Landed {
    DeliverState.Landed(
      delivery: delivery,
      link: Link(
        person: delivery.person, member: delivery.member, remote: remote, key: delivery.key, remoteDigest: digest,
        base: delivery.base))
  }

  private func enter(
    _ arrived: [DeliverState.Landed], _ ending: DeliverEnding, under permit: borrowing Permit<SyncToCRM>,
    _ lease: Lease?
  ) async throws {
    guard !arrived.isEmpty else { return }
    let conflicts: [ID<Conflict>] = arrived.map { _ in store.ids.next() }
    try await store.write(under: permit, lease: lease) { session in
      for (landed, conflict) in zip(arrived, conflicts) { try ending.end(landed, conflict: conflict, in: session) }
    }
  }
}
