import Consent
import Model
import Plans
import Readers
import Store
import Synchronization

/// Takes mail in from a server: lists its folders, compares each with what is held, fetches what is new.
///
/// What is held is known by (folder, UIDVALIDITY, UID) and by the digest of the whole mail, so a run that is cut short at
/// any point loses nothing, and one that begins anew doubles nothing.
struct PullServer: Sendable {
  let store: Store
  let gate: Gate
  let door: ServerDoor
  let batch: Int
  let inFlight: Int
  let progress: @Sendable (Progress) -> Void

  /// Runs until every folder is held or left out by rule; ends `job` with the last of its effects.
  func run(
    _ source: Source, _ grant: Grant?, of account: ID<Account>, lease: Lease, job: Job?
  ) async throws -> PullReport {
    guard let grant else { throw Pull.changed }
    let owners = try await store.owners(account, source.member)
    let report = try await store.recording(source, account, lease) { lines in
      let work = ServerRun(
        store: store, gate: gate, account: account, source: source, grant: grant, lease: lease, owners: owners,
        batch: batch, inFlight: inFlight, tally: Tally(progress)
      ) { body in
        try await door.open(source, grant, account, lines.begin(), body)
      }
      return try await work.read(job)
    }
    try await store.sweepBlobs(account)
    return report
  }
}

extension Store {
  /// Keeps what `body` says to a server, over however many lines, and however it ends.
  func recording<Result: Sendable>(
    _ source: Source, _ account: ID<Account>, _ lease: Lease, _ body: (Transcripts) async throws -> Result
  ) async throws -> Result {
    let transcripts = Transcripts(clock: clock)
    func keep() async throws {
      let lines = transcripts.all.map { TranscriptLine(at: $0.at, line: $0.text) }
      try await self.keep(lines, of: source, account, lease: lease)
    }
    do {
      let result = try await body(transcripts)
      try await keep()
      return result
    } catch {
      try? await keep()
      throw error
    }
  }
}

/// One run over the folders of a server.
struct ServerRun: Sendable {
  let store: Store
  let gate: Gate
  let account: ID<Account>
  let source: Source
  let grant: Grant
  let lease: Lease
  let owners: Set<String>
  let batch: Int
  let inFlight: Int
  let tally: Tally
  /// Opens a conversation with the server under the source's grant.
  let converse: @Sendable (_ body: (IMAPSession) async throws -> Void) async throws -> Void

  /// So many folders are read side by side, each over a connection of its own, where there is much to fetch.
  static let connections = 2
  /// A connection more is worth its login from so many mails on.
  static let much = 500

  func permit(_ count: Int = 0) async throws -> Permit<ReadMail> {
    let permit = try await gate.permit(
      ReadMail.self, for: Request(account: account, member: source.member, sources: [source.id], count: count))
    guard permit.stamps == [grant.stamp] else { throw Pull.changed }
    return permit
  }

  /// All folders, over one conversation, or over several where there is much to fetch.
  func read(_ job: Job?) async throws -> PullReport {
    let result = Mutex(PullReport(source: source.id))
    try await converse { session in
      let report = try await read(session, job)
      result.withLock { $0 = report }
    }
    return result.withLock { $0 }
  }

  private func read(_ session: IMAPSession, _ job: Job?) async throws -> PullReport {
    guard let server = source.server else { throw Pull.changed }
    let permit = try await permit()
    let listed = try await session.folders().map { (folder: $0, step: FolderPlan.step($0.listed, server)) }
      .filter { $0.step != .ignore }
    guard !listed.isEmpty else {
      // A server that suddenly shows nothing is broken; what is held of it is not forgotten for that.
      throw Trouble("the server lists no folder that is to be read", "look at --folder and at the server")
    }
    let known = try await enter(listed.map(\.folder), permit)
    tally.expect(listed.reduce(0) { $0 + ($1.folder.status?.count ?? 0) })
    var reading: [Reading] = []
    for (folder, step) in listed {
      guard let state = known[folder.listed.name] else { continue }
      switch step {
      case .ignore: continue
      case .leaveOut(let rule):
        try await leaveOut(folder, state, rule, permit)
        tally.add(folder.status?.count ?? 0)
      case .read: reading.append(Reading(folder: folder, state: state))
      }
    }
    let queue = FolderQueue(reading)
    try await work(on: queue, session)
    tally.end()
    let (stored, complaints) = queue.outcome
    var report = PullReport(source: source.id)
    report.stored = stored
    report.trouble = complaints.isEmpty ? nil : complaints.joined(separator: "; ")
    let names = Set(listed.map(\.folder.listed.name))
    let gone = known.values.filter { !names.contains($0.name) }.map(\.id).sorted()
    try await finish(gone, report, job, permit)
    return report
  }

  /// Reads the folders of a queue, over this conversation and those that are worth opening.
  private func work(on queue: FolderQueue, _ session: IMAPSession) async throws {
    let others = queue.missing >= ServerRun.much ? min(ServerRun.connections, queue.count) - 1 : 0
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<max(0, others) {
        group.addTask {
          let begun = Mutex(false)
          do {
            try await converse { session in
              begun.withLock { $0 = true }
              try await drain(queue, session)
            }
          } catch let trouble as Trouble {
            // A server may allow one connection alone: then all is read over that.
            if begun.withLock({ $0 }) { throw trouble }
          }
        }
      }
      group.addTask { try await drain(queue, session) }
      try await group.waitForAll()
    }
  }

  private func drain(_ queue: FolderQueue, _ session: IMAPSession) async throws {
    let permit = try await permit()
    while let next = queue.next() {
      try Task.checkCancellation()
      let outcome = try await PullFolder(run: self, session: session, folder: next.folder).run(next.state, permit)
      queue.note(outcome)
    }
  }

  /// Enters folders and how many mails each has, before the first is stored, so that a run that is cut short shows a gap.
  private func enter(
    _ folders: [IMAPFolder], _ permit: borrowing Permit<ReadMail>
  ) async throws -> [String: FolderState] {
    let (ids, source, account) = (store.ids, source, account)
    var states = try await store.folders(account, of: source)
    let held = Set(states.map(\.name))
    let new = folders.filter { !held.contains($0.listed.name) }
    if !new.isEmpty {
      try await store.write(under: permit, lease: lease) { session in
        let entered = try Folders.keep(
          new.map(\.listed.name), of: source, newID: { ids.next() }, account, in: session)
        try Folders.expect(
          new.compactMap { folder in
            entered[folder.listed.name].map {
              FolderCount(folder: $0, onServer: folder.status?.count ?? 0, leftOut: [:])
            }
          }, account, in: session)
      }
      states = try await store.folders(account, of: source)
    }
    return Dictionary(states.map { ($0.name, $0) }, uniquingKeysWith: { old, _ in old })
  }

  private func leaveOut(
    _ folder: IMAPFolder, _ state: FolderState, _ rule: FolderPlan.Rule, _ permit: borrowing Permit<ReadMail>
  ) async throws {
    let (count, now, account, member) = (folder.status?.count ?? 0, store.clock(), account, source.member)
    try await store.write(under: permit, lease: lease) { session in
      try Folders.leaveOut(
        state.id, rule: rule.rawValue, items: count, of: member, at: now, account, in: session)
    }
  }

  /// Forgets folders that are gone, and ends the job.
  private func finish(
    _ gone: [ID<Folder>], _ report: PullReport, _ job: Job?, _ permit: borrowing Permit<ReadMail>
  ) async throws {
    let (now, account, id) = (store.clock(), account, source.id)
    try await store.write(under: permit, lease: lease) { session in
      try Folders.forget(gone, account, in: session)
      try Sources.ran(id, at: now, trouble: report.trouble, account, in: session)
      if report.stored > 0 { try Folders.recountMails(of: id, account, in: session) }
      if let job { try Jobs.finish(job, account, in: session) }
    }
  }
}

extension FolderStep {
  /// With what turned out to be left out when the mails were looked at.
  func leavingOut(_ found: [(folder: Int, uid: Int64, rule: LeftOut)]) -> FolderStep {
    var step = self
    for (_, uid, rule) in found {
      guard let uid = UInt32(exactly: uid) else { continue }
      step.leftOut[rule.rawValue, default: UIDSet()].insert(uid)
    }
    return step
  }
}
