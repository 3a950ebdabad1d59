import Consent
import Model
import Plans
import Readers
import Store

/// One folder of a server: what is new there is fetched, what is gone is forgotten, and both are counted.
struct PullFolder: Sendable {
  struct Outcome: Sendable {
    var stored = 0
    var complaint: String?
  }

  let run: ServerRun
  let session: IMAPSession
  let folder: IMAPFolder

  /// A portion is stored in one transaction; so many bytes of several may be in memory at once.
  static let portion: Int64 = 4 << 20
  /// So many mails are read again at most when a folder is compared in full.
  static let reread = 200
  /// How often mail that came in meanwhile is looked for before the next run has to.
  static let rounds = 3

  private var store: Store { run.store }

  func run(_ state: FolderState, _ permit: borrowing Permit<ReadMail>) async throws -> Outcome {
    if let status = folder.status {
      switch plan(state, status) {
      case .rest:
        try await rest(state, status, permit)
        run.tally.add(status.count ?? 0)
        return Outcome()
      case .flags, .compare, .startOver: break
      }
    }
    let (opened, reason) = try await session.examine(folder)
    guard let status = opened else {
      // Nobody knows what is in there, so it counts as one that is missing at least.
      try await settle(
        state.id, onServer: max(folder.status?.count ?? 0, state.held + state.allLeftOut.count + 1),
        Cursor(uidValidity: state.cursor.uidValidity), isFull: false, permit)
      return Outcome(complaint: "a folder could not be opened: \(reason)")
    }
    if case .flags(let since) = plan(state, status) {
      try await follow(flagsSince: since, of: state, permit)
      try await rest(state, status, permit)
      run.tally.add(status.count ?? 0)
      return Outcome()
    }
    return try await compare(try await begin(state, status, permit), status, permit)
  }

  private func plan(_ state: FolderState, _ status: MailboxStatus) -> MailboxPlan {
    let age = store.clock().milliseconds - (state.fullAt?.milliseconds ?? 0)
    return MailboxPlan.next(
      after: state.cursor, knowing: state.held + state.allLeftOut.count, seeing: status,
      isDue: state.fullAt != nil && age > MailboxPlan.period(status))
  }

  private func follow(
    flagsSince modSeq: Int64, of state: FolderState, _ permit: borrowing Permit<ReadMail>
  ) async throws {
    try await flag(try await session.flags(since: modSeq), state.id, state.cursor.uidValidity, permit)
  }

  private func flag(
    _ flags: [UInt32: MailFlags], _ folder: ID<Folder>, _ uidValidity: Int64, _ permit: borrowing Permit<ReadMail>
  ) async throws {
    guard !flags.isEmpty else { return }
    let account = run.account
    try await store.write(under: permit, lease: run.lease) { session in
      try Folders.flag(flags, of: folder, uidValidity: uidValidity, account, in: session)
    }
  }

  /// Nothing is new: only what is said of the folder may have changed.
  private func rest(
    _ state: FolderState, _ status: MailboxStatus, _ permit: borrowing Permit<ReadMail>
  ) async throws {
    let cursor = Cursor(
      uidValidity: status.uidValidity, uid: status.lastUID ?? state.cursor.uid, modSeq: status.modSeq)
    guard cursor != state.cursor || state.onServer != status.count || state.noted != state.held else { return }
    try await settle(state.id, onServer: status.count ?? state.onServer, cursor, isFull: false, permit)
  }

  // MARK: - Comparing

  /// What is known of the folder when its uids are compared.
  private struct Known {
    var id: ID<Folder>
    var uidValidity: Int64
    /// Whether the generation begins now, so that all of it is fetched.
    var isNew = false
    var leftOut: UIDSet
    /// Whether those that are held are looked at one by one: by size and flags all of them, by digest a range.
    var isFull = false
    /// From which number of changes on flags are asked for; 0 where the server has none, or all flags are.
    var flagsSince: Int64 = 0
  }

  /// Begins the generation that the server names, where it is another than the one that is held.
  private func begin(
    _ state: FolderState, _ status: MailboxStatus, _ permit: borrowing Permit<ReadMail>
  ) async throws -> Known {
    var known = Known(id: state.id, uidValidity: status.uidValidity, leftOut: state.allLeftOut)
    let isNew = state.cursor.uidValidity == 0
    switch plan(state, status) {
    case .startOver: known.leftOut = UIDSet()
    case .compare(let sizes) where !isNew:
      known.isFull = sizes
      known.flagsSince = sizes ? 0 : state.cursor.modSeq
      return known
    case .rest where !isNew, .flags where !isNew: return known
    case .rest, .flags, .compare: break
    }
    let (id, uidValidity, account) = (state.id, status.uidValidity, run.account)
    try await store.write(under: permit, lease: run.lease) { session in
      try Folders.startOver(id, uidValidity: uidValidity, keeping: isNew, account, in: session)
    }
    if isNew { known.leftOut = UIDSet() }
    known.isNew = true
    return known
  }

  private func compare(
    _ known: Known, _ status: MailboxStatus, _ permit: borrowing Permit<ReadMail>
  ) async throws -> Outcome {
    var outcome = Outcome()
    var seen = try await session.uids()
    let held = try await held(known, sizes: known.isFull)
    let changed = known.isFull ? try await changed(held.uids.intersection(seen), held.sizes, known, permit) : UIDSet()
    if known.flagsSince > 0 {
      try await flag(try await session.flags(since: known.flagsSince), known.id, known.uidValidity, permit)
    }
    var leftOut = known.leftOut
    var asked = UIDSet()
    for _ in 0..<PullFolder.rounds {
      let new = MailboxDifference(seen: seen, held: held.uids, leftOut: leftOut, changed: changed).new
        .subtracting(asked)
      if new.isEmpty { break }
      asked = asked.union(new)
      let brought = try await fetch(new, known, permit)
      outcome.stored += brought.stored
      leftOut = leftOut.union(brought.leftOut)
      // What came, or went, while that was fetched.
      seen = try await session.uids()
    }
    let gone = MailboxDifference(seen: seen, held: try await self.held(known, sizes: false).uids, leftOut: leftOut).gone
    let (id, uidValidity, account) = (known.id, known.uidValidity, run.account)
    if !gone.isEmpty {
      try await store.write(under: permit, lease: run.lease) { session in
        try Folders.leave(gone, of: id, uidValidity: uidValidity, account, in: session)
      }
    }
    let last = max(status.lastUID ?? 0, seen.intersection(asked).max.map(Int64.init) ?? 0)
    try await settle(
      id, onServer: seen.count, Cursor(uidValidity: uidValidity, uid: last, modSeq: status.modSeq),
      isFull: known.isFull || known.isNew, permit)
    return outcome
  }

  private func held(
    _ known: Known, sizes: Bool
  ) async throws -> (uids: UIDSet, sizes: [UInt32: (size: Int64, flags: MailFlags)]) {
    try await store.heldUIDs(
      run.account, known.id, uidValidity: known.uidValidity, depth: run.grant.depth, sizes: sizes)
  }

  /// Those that are to be fetched again, while flags are followed.
  ///
  /// With another size there than they are held with, another mail has their uid; and the digests of a range are compared.
  private func changed(
    _ uids: UIDSet, _ held: [UInt32: (size: Int64, flags: MailFlags)], _ known: Known,
    _ permit: borrowing Permit<ReadMail>
  ) async throws -> UIDSet {
    guard !uids.isEmpty else { return UIDSet() }
    let there = try await session.sizes(of: uids)
    let flags = there.filter { held[$0.uid]?.flags != $0.flags }
    try await flag(
      Dictionary(flags.map { ($0.uid, $0.flags) }) { $1 }, known.id, known.uidValidity, permit)
    let reread = MailboxPlan.reread(there, on: store.clock(), most: PullFolder.reread, bytes: PullFolder.portion)
    return UIDSet(there.filter { held[$0.uid]?.size != $0.size }.map(\.uid)).union(reread)
  }

  private func settle(
    _ id: ID<Folder>, onServer: Int, _ cursor: Cursor, isFull: Bool, _ permit: borrowing Permit<ReadMail>
  ) async throws {
    let (now, account) = (store.clock(), run.account)
    try await store.write(under: permit, lease: run.lease) { session in
      try Folders.settle(id, onServer: onServer, cursor: cursor, isFull: isFull, at: now, account, in: session)
    }
  }

  // MARK: - Fetching

  private struct Brought {
    var stored = 0
    var leftOut = UIDSet()
  }

  /// Fetches mails and stores them, batch by batch; the next one is on its way while one is stored.
  private func fetch(_ new: UIDSet, _ known: Known, _ permit: borrowing Permit<ReadMail>) async throws -> Brought {
    let sizes = try await session.sizes(of: new)
    let plan = FetchPlan(
      sizes, mails: run.batch, bytes: PullFolder.portion, largest: Int64(MailReader.largestMail))
    var brought = Brought(leftOut: plan.tooBig.union(plan.empty))
    if !brought.leftOut.isEmpty {
      let rules = [LeftOut.tooBig.rawValue: plan.tooBig, LeftOut.empty.rawValue: plan.empty]
      let step = FolderStep(folder: known.id, uidValidity: known.uidValidity, uid: 0, leftOut: rules)
      let (account, member) = (run.account, run.source.member)
      try await store.write(under: permit, lease: run.lease) { session in
        _ = try Folders.advance(step, of: member, account, in: session)
      }
    }
    let keeping = MailRun(
      store: store, gate: run.gate, account: run.account, source: run.source, grant: run.grant, lease: run.lease,
      folders: [known.id], owners: run.owners)
    let flags = Dictionary(sizes.map { ($0.uid, $0.flags) }) { $1 }
    await session.begin(plan.portions, announced: sizes)
    try await withThrowingTaskGroup(of: MailRun.Outcome.self) { group in
      var running = 0
      func settle(_ outcome: MailRun.Outcome) {
        brought.stored += outcome.stored
        brought.leftOut = brought.leftOut.union(UIDSet(outcome.leftOut.compactMap { UInt32(exactly: $0.uid) }))
        running -= 1
      }
      while let portion = try await session.nextPortion() {
        try Task.checkCancellation()
        if running == run.inFlight, let outcome = try await group.next() { settle(outcome) }
        var step = FolderStep(
          folder: known.id, uidValidity: known.uidValidity, uid: Int64(portion.given.max ?? 0))
        if !portion.empty.isEmpty { step.leftOut[LeftOut.empty.rawValue] = portion.empty }
        brought.leftOut = brought.leftOut.union(portion.empty)
        group.addTask { [step] in try await keeping.keep(portion.batch, step, flags: flags) }
        running += 1
        run.tally.add(portion.asked.count)
      }
      while let outcome = try await group.next() { settle(outcome) }
    }
    return brought
  }
}
