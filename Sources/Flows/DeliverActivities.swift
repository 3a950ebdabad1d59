import Consent
import Model
import Outlets
import Plans
import Store

/// Enters interactions at a destination, no more of them than the owner allowed, each once for its key.
struct DeliverActivities: Sendable {
  /// So many are looked for and entered at once.
  static let page = 500

  let store: Store
  let gate: Gate
  let crm: any CRM
  let destination: Destination
  let account: ID<Account>
  let level: ActivityLevel
  /// Interactions before this were never allowed to leave.
  let since: Instant

  /// What became of the interactions of a run.
  struct Sent: Sendable {
    var entered = 0
    var calls = 0
    var leastCalls = 0
    var troubles: [String] = []
    var told: [String] = []
    var halted: Trouble?
  }

  /// The next that wait, as candidates.
  func waiting(_ limit: Int) async throws -> [ActivityCandidate] {
    guard level > .off, !crm.capabilities.activities.isEmpty || crm.capabilities.hasNotes else { return [] }
    let (account, id, member, since) = (account, destination.id, destination.member, since)
    let rows = try await store.read(account) { session in
      try Activities.waiting(id, of: member, since: since, limit: limit, account, in: session)
    }
    var found: [ActivityCandidate] = []
    for row in rows {
      if found.last?.interaction == row.interaction {
        found[found.count - 1].remotes.append(row.remote)
      } else {
        found.append(
          ActivityCandidate(
            interaction: row.interaction, kind: row.kind, at: row.at, endsAt: row.endsAt, direction: row.direction,
            remotes: [row.remote], person: row.person, tried: row.tried))
      }
    }
    return found
  }

  func plan(_ candidates: [ActivityCandidate]) -> ActivityPlan {
    ActivityPlan(
      candidates, level: level, native: crm.capabilities.activities, hasNotes: crm.capabilities.hasNotes)
  }

  /// The key of an interaction at a destination.
  func key(_ interaction: ID<Interaction>) -> String {
    String(hex(sha256(Array("kith activity 1\u{0}\(destination.id)\u{0}\(interaction)".utf8))).prefix(32))
  }

  /// Enters all that wait, page by page: posted first, sent, then ended.
  func send(
    under permit: borrowing Permit<SyncToCRM>, digest: String, lease: Lease?, run: Int64,
    pause: @Sendable (Instant) async throws -> Bool
  ) async throws -> Sent {
    var sent = Sent()
    var asNotes: [Interaction.Kind: Int] = [:]
    var last: ID<Interaction>?
    while sent.halted == nil {
      let plan = plan(try await waiting(DeliverActivities.page))
      asNotes.merge(plan.asNotes, uniquingKeysWith: +)
      // What failed waits for the next run: a page that is as before is the end.
      guard let first = plan.entries.first?.candidate.interaction, first != last else { break }
      last = first
      try await send(plan.entries, &sent, under: permit, digest, lease, run, pause)
    }
    var told = ActivityPlan([], level: level, native: [], hasNotes: false)
    told.asNotes = asNotes
    sent.told = told.told
    return sent
  }

  private func send(
    _ entries: [ActivityPlan.Entry], _ sent: inout Sent, under permit: borrowing Permit<SyncToCRM>, _ digest: String,
    _ lease: Lease?, _ run: Int64, _ pause: (Instant) async throws -> Bool
  ) async throws {
    let size = max(1, crm.capabilities.batch)
    let check = store.standingCheck(permit, lease: lease)
    let (account, id, member, now) = (account, destination.id, destination.member, store.clock())
    let posted = entries.map { (interaction: $0.candidate.interaction, key: key($0.candidate.interaction)) }
    try await store.write(under: permit, lease: lease) { session in
      try Activities.post(posted, id, of: member, at: now, account, in: session)
    }
    sent.leastCalls += (entries.count + size - 1) / size
    let texts = try await texts(of: entries, digest)
    let persons = Dictionary(
      entries.compactMap { one in one.candidate.person.map { (one.candidate.interaction, $0) } },
      uniquingKeysWith: { first, _ in first })
    let desks = try await Desk.open(store, account, member, Set(persons.values), under: permit)
    for start in stride(from: 0, to: entries.count, by: size) where sent.halted == nil {
      let batch = entries[start..<min(start + size, entries.count)].map { write($0, texts[$0.candidate.interaction]) }
      let interactions = entries[start..<min(start + size, entries.count)].map(\.candidate.interaction)
      let ended = try await send(batch, interactions, &sent, under: permit, check, pause)
      try await store.write(under: permit, lease: lease) { session in
        try Activities.end(ended.map { ($0.interaction, $0.there?.remote) }, id, account, in: session)
        for one in ended {
          guard let there = one.there, let desk = persons[one.interaction].flatMap({ desks[$0] }) else { continue }
          let entered = Entered(.interaction(one.interaction), there.remote, digest: there.digest)
          try desk.note(entered, at: id, run: run, in: session)
        }
      }
    }
  }

  /// An interaction that is not tried again: what it is called there and how it stands, or nothing if it was not taken.
  private struct Ended: Sendable {
    var interaction: ID<Interaction>
    var there: (remote: String, digest: String)?
  }

  /// Sends one batch; answers what ended.
  private func send(
    _ batch: [ActivityWrite], _ interactions: [ID<Interaction>], _ sent: inout Sent,
    under permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck, _ pause: (Instant) async throws -> Bool
  ) async throws -> [Ended] {
    var waiting = Array(zip(interactions, batch))
    var ended: [Ended] = []
    var tried = 0
    while !waiting.isEmpty {
      tried += 1
      sent.calls += 1
      var answers: [CRMAnswer]
      do {
        answers = try await crm.log(waiting.map(\.1), permit, check: check)
      } catch let trouble as Trouble where DeliverRun.goesOn(trouble) {
        answers = waiting.map { _ in .failed(trouble) }
      }
      var again: [(ID<Interaction>, ActivityWrite)] = []
      var until: Instant?
      for (place, (interaction, write)) in waiting.enumerated() {
        switch place < answers.count ? answers[place] : .changed {
        case .written(let remote, let digest):
          ended.append(Ended(interaction: interaction, there: (remote, digest)))
          sent.entered += 1
        case .refused(_, let why):
          ended.append(Ended(interaction: interaction, there: nil))
          sent.troubles.append("an interaction was not taken there: \(why)")
        case .changed: sent.troubles.append("an interaction had no answer")
        case .failed(let trouble):
          guard case .wait(let instant) = trouble.remedy, tried < DeliverRun.tries else {
            guard DeliverRun.goesOn(trouble) else { throw trouble }
            sent.troubles.append(trouble.description)
            continue
          }
          until = max(until ?? instant, instant)
          var write = write
          write.isRetry = true
          again.append((interaction, write))
        }
      }
      if let until, try await !pause(until) {
        sent.halted = Trouble("the destination asked to wait", remedy: .wait(until: until))
        break
      }
      waiting = again
    }
    return ended
  }

  private func write(_ entry: ActivityPlan.Entry, _ text: ActivityText?) -> ActivityWrite {
    let candidate = entry.candidate
    return ActivityWrite(
      candidate.kind, key: key(candidate.interaction), remotes: candidate.remotes, direction: candidate.direction,
      at: candidate.at, endsAt: candidate.endsAt, subject: level >= .subject ? text?.subject : nil,
      text: level >= .full ? text?.text : nil, isRetry: candidate.tried != nil)
  }
}
