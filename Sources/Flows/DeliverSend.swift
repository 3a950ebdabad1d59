import Consent
import Model
import Outlets
import Plans
import Store

/// What became of the changes of one round.
struct DeliverSent: Sendable {
  var created = 0
  var updated = 0
  var troubles: [String] = []
  /// Values that the destination does not take: each a conflict for the owner.
  var refused: [Conflict] = []
  /// Changes whose record was changed meanwhile: the next round plans them anew.
  var outrun = 0
  /// Calls that wrote, and the least that could have done it.
  var calls = 0
  var leastCalls = 0
  /// What stopped the rest: it is tried again then.
  var halted: Trouble?
  /// Batches in a row that were tried to the end without any answer.
  var inVain = 0
}

extension DeliverSent {
  /// Adds what became of the interactions of the run.
  mutating func add(_ entered: DeliverActivities.Sent, to report: inout DeliverReport) {
    report.entered += entered.entered
    report.told = Array(Set(report.told).union(entered.told)).sorted()
    calls += entered.calls
    leastCalls += entered.leastCalls
    troubles += entered.troubles
    halted = entered.halted
  }

  /// Adds what became of the tasks of the run.
  mutating func add(_ tasks: DeliverTodos.Sent, to report: inout DeliverReport) {
    report.tasksSent += tasks.sent
    report.tasksReceived += tasks.received
    report.conflicts += tasks.conflicts
    report.told = Array(Set(report.told).union(tasks.told)).sorted()
    calls += tasks.calls
    leastCalls += tasks.leastCalls
    troubles += tasks.troubles
    outrun += tasks.outrun
    halted = tasks.halted
  }
}

extension DeliverRun {
  /// So many changes are entered together once they arrived.
  static let batch = 50
  static let tries = 5
  /// After so many batches in vain nobody is there, and the rest waits.
  static let mostInVain = 2

  /// One change on its way.
  private struct Leaving {
    var change: CRMChange
    var delivery: Delivery
    var write: CRMWrite
  }

  /// Sends every change in batches, and enters them as they arrive; what arrived is entered whatever happens next.
  func send(
    _ leaving: [(CRMChange, Delivery)], ending: DeliverEnding, under permit: borrowing Permit<SyncToCRM>, lease: Lease?,
    pause: @Sendable (Instant) async throws -> Bool, progress: @Sendable (Progress) -> Void
  ) async throws -> DeliverSent {
    let check = store.standingCheck(permit, lease: lease)
    let size = max(1, crm.capabilities.batch)
    let kinds = Dictionary(state.people.map { ($0.person, $0.kind) }, uniquingKeysWith: { first, _ in first })
    let tried = Set(state.unsent.map(\.key))
    let all = leaving.map { change, delivery in
      Leaving(
        change: change, delivery: delivery,
        write: CRMWrite(
          change, key: delivery.key, expected: state.record(of: change.person)?.digest ?? recordDigest(change),
          kind: kinds[change.person] ?? .person, isRetry: tried.contains(delivery.key)))
    }
    var sent = DeliverSent()
    sent.leastCalls = (all.count + size - 1) / size
    let entry = Entry(store: store, account: account, stamps: permit.stamps, ending: ending, lease: lease)
    var arrived: [DeliverState.Landed] = []
    // While one batch is under way, the one before is entered.
    var entering = Task<Void, any Error> {}
    var place = 0
    do {
      while place < all.count, sent.halted == nil {
        let these = Array(all[place..<min(place + size, all.count)])
        place += these.count
        try Task.checkCancellation()
        arrived += try await send(these, &sent, kinds, under: permit, check, pause)
        if arrived.count >= DeliverRun.batch || place == all.count || sent.halted != nil {
          try await entering.value
          entering = entry.enter(arrived)
          arrived = []
          progress(Progress(step: "delivering", done: place, total: all.count))
        }
      }
      try await entering.value
    } catch {
      // The first error is the one that says what happened; what arrived is entered all the same.
      try? await entering.value
      try? await entry.enter(arrived).value
      throw error
    }
    return sent
  }

  /// Sends one batch until each of its changes has an answer; what got none is asked for again under the same keys.
  private func send(
    _ batch: [Leaving], _ sent: inout DeliverSent, _ kinds: [ID<Person>: Person.Kind],
    under permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck, _ pause: (Instant) async throws -> Bool
  ) async throws -> [DeliverState.Landed] {
    var arrived: [DeliverState.Landed] = []
    var waiting = batch
    var tried = 0
    var silent = 0
    var last = store.clock()
    while !waiting.isEmpty {
      tried += 1
      sent.calls += 1
      var answers: [CRMAnswer]
      do {
        answers = try await crm.apply(waiting.map(\.write), permit, check: check)
      } catch let trouble as Trouble where DeliverRun.goesOn(trouble) {
        answers = waiting.map { _ in .failed(trouble) }
      }
      while answers.count < waiting.count {
        let none = Trouble("the destination did not answer to all that was sent", remedy: .wait(until: store.clock()))
        answers.append(.failed(none))
      }
      var again: [Leaving] = []
      var until: Instant?
      for (var one, answer) in zip(waiting, answers) {
        switch answer {
        case .written(let remote, let digest):
          arrived.append(landed(one.delivery, remote, digest, kinds[one.change.person] ?? .person))
          if one.change.kind == .create { sent.created += 1 } else { sent.updated += 1 }
        case .changed: sent.outrun += 1
        case .refused(let field, let why):
          if let part = one.change.fields.first(where: { $0.field == field }) {
            sent.refused.append(refusal(one.change.person, part, Conflict.notTaken + why))
          } else if let largest = one.change.fields.max(by: { $0.size < $1.size }) {
            // Nobody said which field: it is told of by what takes most room, and all of it is tried again.
            sent.refused.append(refusal(one.change.person, largest, Conflict.refused + why))
          } else {
            sent.troubles.append("a record was not taken there: \(why)")
          }
        case .failed(let trouble):
          guard case .wait(let instant) = trouble.remedy, tried < DeliverRun.tries else {
            guard DeliverRun.goesOn(trouble) else { throw trouble }
            if case .wait(let instant) = trouble.remedy {
              silent += 1
              last = max(last, instant)
            }
            sent.troubles.append(trouble.description)
            continue
          }
          until = max(until ?? instant, instant)
          one.write.isRetry = true
          again.append(one)
        }
      }
      if let until, try await !pause(until) {
        sent.halted = Trouble("the destination asked to wait", remedy: .wait(until: until))
        return arrived
      }
      waiting = again
    }
    sent.inVain = silent == batch.count ? sent.inVain + 1 : 0
    if sent.inVain == DeliverRun.mostInVain {
      sent.halted = Trouble("the destination does not answer", remedy: .wait(until: last))
    }
    return arrived
  }

  /// A value that was not taken there, as a conflict that names it.
  private func refusal(_ person: ID<Person>, _ part: FieldChange, _ cause: String) -> Conflict {
    var made = conflict(person, .field(part.field))
    made.cause = cause
    made.base = Conflict.text(state.links[person]?.base[part.field] ?? [])
    made.ours = Conflict.text(part.new)
    made.theirs = Conflict.text(part.old)
    return made
  }

  /// Enters what was not taken there, for the owner to see.
  func enter(
    refused: [Conflict], _ closer: DetailCloser, under permit: borrowing Permit<SyncToCRM>, _ lease: Lease?
  ) async throws {
    guard !refused.isEmpty else { return }
    let (account, now) = (account, store.clock())
    try await store.write(under: permit, lease: lease) { session in
      for conflict in refused { try Conflicts.insert(closer.closed(conflict), at: now, account, in: session) }
    }
  }

  /// The digest of a record that is adopted by this change: no link leads to it yet.
  private func recordDigest(_ change: CRMChange) -> String? { change.remote.flatMap(state.record)?.digest }

  static func goesOn(_ trouble: Trouble) -> Bool {
    switch trouble.remedy {
    case .wait, .skip: true
    case .askOwnerToSignIn, .stop: false
    }
  }

  private func landed(
    _ delivery: Delivery, _ remote: String, _ digest: String, _ kind: Person.Kind
  ) -> DeliverState.Landed {
    let old = state.record(of: delivery.person) ?? state.record(named: remote)
    return DeliverState.Landed(
      delivery: delivery,
      link: Link(
        person: delivery.person, member: delivery.member, remote: remote, key: delivery.key, remoteDigest: digest,
        base: delivery.base),
      shadow: reading.shadow(after: delivery, kind, remote, digest, over: old))
  }

  /// Enters what arrived, while the next batch may be under way already.
  private struct Entry: Sendable {
    let store: Store
    let account: ID<Account>
    let stamps: [Grant.Stamp]
    let ending: DeliverEnding
    let lease: Lease?

    /// A task of its own, since what arrived is entered even if the run is cancelled.
    func enter(_ arrived: [DeliverState.Landed]) -> Task<Void, any Error> {
      guard !arrived.isEmpty else { return Task {} }
      let conflicts: [ID<Conflict>] = arrived.map { _ in store.ids.next() }
      return Task {
        try await store.write(account, under: stamps, lease: lease) { session in
          for (landed, conflict) in zip(arrived, conflicts) {
            try ending.end(landed, conflict: conflict, in: session)
          }
        }
      }
    }
  }
}

extension FieldChange {
  /// Bytes of what it would write.
  fileprivate var size: Int { new.map(\.utf8.count).reduce(0, +) }
}
