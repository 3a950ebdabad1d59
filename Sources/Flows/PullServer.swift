import Consent
import Model
import Plans
import Readers
import Store
import Wire

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
    let work = ServerRun(
      store: store, gate: gate, account: account, source: source, grant: grant, lease: lease, owners: owners,
      batch: batch, inFlight: inFlight, progress: progress)
    var report = try await store.recording(source, account, lease) { transcript in
      try await door.open(source, grant, account, transcript) { try await work.read($0, job) }
    }
    try await store.sweepBlobs(account)
    report.folders = try await store.completeness(account, source.member).filter { $0.source == source.id }
    return report
  }
}

extension Store {
  /// Keeps what `body` says to a server, however it ends.
  func recording<Result: Sendable>(
    _ source: Source, _ account: ID<Account>, _ lease: Lease, _ body: (Transcript) async throws -> Result
  ) async throws -> Result {
    let transcript = Transcript(clock: clock)
    func keep() async throws {
      let lines = transcript.lines.map { TranscriptLine(at: $0.at, line: $0.text) }
      try await self.keep(lines, of: source, account, lease: lease)
    }
    do {
      let result = try await body(transcript)
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
  let progress: @Sendable (Progress) -> Void

  func permit(_ count: Int = 0) async throws -> Permit<ReadMail> {
    let permit = try await gate.permit(
      ReadMail.self, for: Request(account: account, member: source.member, sources: [source.id], count: count))
    guard permit.stamps == [grant.stamp] else { throw Pull.changed }
    return permit
  }

  /// All folders, one after the other, over one conversation.
  func read(_ session: IMAPSession, _ job: Job?) async throws -> PullReport {
    guard let server = source.server else { throw Pull.changed }
    let permit = try await permit()
    let listed = try await session.folders().map { (folder: $0, step: FolderPlan.step($0.listed, server)) }
      .filter { $0.step != .ignore }
    guard !listed.isEmpty else {
      // A server that suddenly shows nothing is broken; what is held of it is not forgotten for that.
      throw Trouble("the server lists no folder that is to be read", "look at --folder and at the server")
    }
    let known = try await enter(listed.map(\.folder), permit)
    var report = PullReport(source: source.id)
    var (done, complaints) = (0, [String]())
    let total = listed.reduce(0) { $0 + ($1.folder.status?.count ?? 0) }
    for (folder, step) in listed {
      try Task.checkCancellation()
      guard let state = known[folder.listed.name] else { continue }
      switch step {
      case .ignore: continue
      case .leaveOut(let rule): try await leaveOut(folder, state, rule, permit)
      case .read:
        let pull = PullFolder(run: self, session: session, folder: folder, done: done, total: total)
        let outcome = try await pull.run(state, permit)
        report.stored += outcome.stored
        if let complaint = outcome.complaint { complaints.append(complaint) }
      }
      done += folder.status?.count ?? 0
      progress(Progress(step: "reading mails", done: min(done, total), total: total))
    }
    let names = Set(listed.map(\.folder.listed.name))
    report.trouble = complaints.isEmpty ? nil : complaints.joined(separator: "; ")
    try await finish(known.values.filter { !names.contains($0.name) }.map(\.id).sorted(), report.trouble, job, permit)
    return report
  }

  /// Enters folders and how many mails each has, before the first is stored, so that a run that is cut short shows a gap.
  private func enter(
    _ folders: [IMAPFolder], _ permit: borrowing Permit<ReadMail>
  ) async throws -> [String: FolderState] {
    let (ids, source, account) = (store.ids, source, account)
    let held = Set(try await store.folders(account, of: source).map(\.name))
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
    }
    return Dictionary(
      try await store.folders(account, of: source).map { ($0.name, $0) }, uniquingKeysWith: { old, _ in old })
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
    _ gone: [ID<Folder>], _ trouble: String?, _ job: Job?, _ permit: borrowing Permit<ReadMail>
  ) async throws {
    let (now, account, id) = (store.clock(), account, source.id)
    try await store.write(under: permit, lease: lease) { session in
      try Folders.forget(gone, account, in: session)
      try Sources.ran(id, at: now, trouble: trouble, account, in: session)
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
