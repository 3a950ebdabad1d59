import Consent
import Model
import Outlets
import Plans
import Store

/// One round of a delivery: the plan over both sides as they stood, and the steps that carry it out.
struct DeliverRun: Sendable {
  let store: Store
  let crm: any CRM
  let account: ID<Account>
  let destination: Destination
  let rules: StandingRules
  let reading: DeliverReading
  let details: DeliverDetails
  let state: DeliverState
  let history: DeliverHistory
  let plan: CRMPlan
  let id: ID<Delivery>
  /// The changes of the plan as rows of the outbox, in its order.
  let deliveries: [Delivery]
  /// Whether the plan is beyond the brake; what an earlier run was allowed and did not finish is not counted again.
  let isHeld: Bool

  static func prepare(
    _ store: Store, _ crm: any CRM, _ rules: StandingRules, _ destination: Destination, _ account: ID<Account>,
    _ reading: DeliverReading, _ details: DeliverDetails
  ) async throws -> DeliverRun {
    let state = try await DeliverState.read(store, reading.remote, destination, account, details)
    let dated = rules.mapping.contains { $0.rule == .latest } ? Array(state.links.keys) : []
    var history = try await DeliverHistory.read(store, dated.sorted(), account, details)
    let plan = CRMPlan(
      state.candidates({ crm.shaped($0, of: $1) }, fields: rules.fields, history: history), unlinked: state.unlinked,
      linked: state.linked, rules: rules)
    let concerned = Set((plan.conflicts + plan.ruled).map(\.person)).subtracting(dated).sorted()
    history.changes.merge(try await DeliverHistory.read(store, concerned, account, details).changes) { held, _ in held }
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
    let verdict = rules.brake.judge(new, incoming: plan.incoming, linked: state.links.count)
    return DeliverRun(
      store: store, crm: crm, account: account, destination: destination, rules: rules, reading: reading,
      details: details, state: state, history: history, plan: plan, id: run, deliveries: deliveries,
      isHeld: verdict != .free)
  }

  /// The same round once what came in was entered: what stands there is known, what is held here is read anew.
  func again(_ details: DeliverDetails) async throws -> DeliverRun {
    try await DeliverRun.prepare(store, crm, rules, destination, account, reading, details)
  }

  /// The key of a change: the same change to the same version of a record has the same, whoever tries it and when.
  static func key(_ destination: ID<Destination>, _ version: String, _ change: CRMChange) -> String {
    let head = Array("kith delivery 1\u{0}\(destination)\u{0}\(version)\u{0}".utf8)
    return String(hex(sha256(head + change.canonical)).prefix(32))
  }

  private static func values(_ change: CRMChange, _ side: KeyPath<FieldChange, [String]>) -> FieldValues {
    Dictionary(uniqueKeysWithValues: change.fields.map { ($0.field, $0[keyPath: side]) }).filter { !$0.value.isEmpty }
  }

  /// Whose handles are needed: of those who change, and where details are kept, of everybody.
  var concerned: Set<ID<Person>> {
    details.isEmpty
      ? Set(plan.changes.map(\.person)).union(state.landed.map(\.delivery.person)) : Set(state.people.map(\.person))
  }

  var planDigest: String { hex(sha256(plan.canonical)) }

  // MARK: what is kept here

  /// What comes in, with the records it stands in and the links there are.
  var intake: [DeliverIntake.Item] {
    plan.incoming.compactMap { intake in
      let record = state.record(of: intake.person) ?? state.record(named: intake.remote)
      return record.map { DeliverIntake.Item(intake: intake, record: $0, link: state.links[intake.person]) }
    }
  }

  /// Whose keys the images of persons lie under.
  func handles(of persons: Set<ID<Person>>) -> [ID<Person>: [Handle]] {
    Dictionary(
      state.people.filter { persons.contains($0.person) }.map { ($0.person, $0.handles) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Links of records that need nothing there, but are not known here as they stand.
  var settledLinks: [Link] {
    let leaving = Set(plan.changes.map(\.person))
    return plan.settled.keys.sorted().compactMap { person in
      guard !leaving.contains(person), let settled = plan.settled[person],
        let record = state.record(of: person) ?? settled.remote.flatMap(state.record)
      else { return nil }
      let held = state.links[person]
      if let held, held.remote == record.remote, held.base == settled.base { return nil }
      return Link(
        person: person, member: destination.member, remote: record.remote, key: held?.key ?? "",
        remoteDigest: held?.remoteDigest ?? "", base: settled.base)
    }
  }

  /// The conflicts as they stand now.
  func conflicts() -> [Conflict] {
    let accepted = state.accepted
    let questions = plan.questions.filter { $0.kind == .match || !accepted.contains($0.person) }.map { question in
      let matter: Conflict.Matter =
        switch question.kind {
        case .match: .match
        case .merged: .mergedThere
        case .deleted: .deletedThere
        }
      var made = conflict(question.person, matter)
      made.theirs = Conflict.text(question.candidates)
      return made
    }
    return plan.conflicts.map(field) + questions
  }

  /// What rules decided in this round, as entries that are closed already.
  var ruled: [Conflict] {
    guard !plan.ruled.isEmpty else { return [] }
    let known = Set(state.decided.map(\.words))
    return plan.ruled.map { found in
      var made = field(found)
      made.resolvedAt = store.clock()
      return made
    }.filter { !known.contains($0.words) }
  }

  func conflict(_ person: ID<Person>, _ matter: Conflict.Matter) -> Conflict {
    Conflict(
      id: store.ids.next(), member: destination.member, destination: destination.id, person: person, matter: matter)
  }

  private func field(_ found: CRMPlan.Conflict) -> Conflict {
    var made = conflict(found.person, .field(found.conflict.field))
    made.base = Conflict.text(found.conflict.base)
    made.ours = Conflict.text(found.conflict.ours)
    made.theirs = Conflict.text(found.conflict.theirs)
    switch found.conflict.cause {
    case .bothChanged: made.cause = "both-changed"
    case .insisted: made.cause = "insisted"
    case .refused(let why): made.cause = Conflict.refused + why
    case .notTaken(let why): made.cause = Conflict.notTaken + why
    case .ruled(let side):
      made.cause = "ruled-" + side.rawValue
      made.taken = side.rawValue
    }
    let said = history.changes[found.person]?[found.conflict.field]
    made.oursAt = said?.at
    made.oursFrom = said?.from
    made.theirsAt = state.record(of: found.person)?.changedAt
    return made
  }

  /// True if neither side has anything to write.
  func isRest(_ conflicts: [Conflict]) -> Bool {
    plan.changes.isEmpty && plan.incoming.isEmpty && plan.ruled.isEmpty && state.landed.isEmpty
      && state.unsent.isEmpty && state.remote.isTidy && state.restored.isEmpty && state.inherited.isEmpty
      && settledLinks.isEmpty && reading.shadows(state).isEmpty && !reading.isNew
      && Set(conflicts.map(\.words)) == Set(state.openConflicts.map(\.words))
  }

  /// Enters what is known without sending anything, and puts everything that will leave into the outbox: one transaction.
  func post(
    _ leaving: [Delivery], spending digest: String?, conflicts: [Conflict], ending: DeliverEnding,
    under permit: borrowing Permit<SyncToCRM>, lease: Lease?
  ) async throws {
    let (links, landed, restored, inherited) = (settledLinks, state.landed, state.restored, state.inherited)
    let kept = Set(leaving.map(\.key))
    let dropped = state.unsent.filter { !kept.contains($0.key) || $0.state != .due }.map(\.id)
    let landedConflicts: [ID<Conflict>] = landed.map { _ in store.ids.next() }
    let (id, account, now, ruled, reading, state) = (destination.id, account, ending.now, ruled, reading, state)
    let member = destination.member
    let (closer, known) = (ending.closer, state.keptConflicts)
    try await store.write(under: permit, lease: lease) { session in
      if let digest, try !Store.spend(account, id, digest: digest, at: now, in: session) {
        throw Refusal(.notApproved, promise: 15, "this approval was used already")
      }
      for inheritance in inherited { try Links.forget(inheritance.from, id, account, in: session) }
      try Links.keep(try inherited.map { try closer.closed($0.link) }, id, at: now, account, in: session)
      for (landed, conflict) in zip(landed, landedConflicts) {
        try ending.end(landed, conflict: conflict, in: session)
      }
      try Deliveries.drop(dropped, account, in: session)
      try Links.keep(try links.map(closer.closed), id, at: now, account, in: session)
      for person in restored { try Conflicts.forgetDeletion(person, id, account, in: session) }
      try Conflicts.settle(
        try conflicts.map { try closer.closed($0, among: known) }, id, at: now, account, in: session)
      for entry in ruled { try Conflicts.insert(closer.closed(entry), at: now, account, in: session) }
      try Deliveries.post(try leaving.map(closer.closed), at: now, account, in: session)
      try reading.keep(state, links, of: id, member, account, closer, in: session)
    }
  }
}
