import Consent
import Model
import Plans
import Readers
import Store

/// Takes a calendar of files in: what changed since the last run, what took place since, and what is gone.
struct PullCalendar: Sendable {
  let store: Store
  let gate: Gate
  let batch: Int
  let progress: @Sendable (Progress) -> Void

  func run(
    _ source: Source, _ grant: Grant?, of account: ID<Account>, lease: Lease, job: Job?
  ) async throws -> PullReport {
    guard let grant else { throw Pull.changed }
    let run = EventRun(
      store: store, gate: gate, account: account, source: source, grant: grant, lease: lease,
      owners: try await store.owners(account, source.member))
    let permit = try await run.permit()
    let now = store.clock()
    let book = try CalendarBook(at: source.location, since: grant.since, now: now)
    let newIDs = store.ids
    let folders = try await store.write(under: permit, lease: lease) { session in
      let folders = try Folders.keep([book.name], of: source, newID: { newIDs.next() }, account, in: session)
      try Folders.expect(
        folders.filter { $0.key == book.name }
          .map { FolderCount(folder: $0.value, onServer: book.onServer, leftOut: [:]) }, account, in: session)
      return folders
    }
    let folder = folders[book.name] ?? ID(0)
    let held = try await store.heldEvents(account, source.id, at: now)
    let plan = AddressBookPlan(
      held: held.mapValues { hex($0.digest) },
      seen: book.events.map { .init(uid: run.identity($0.seen.uid), digest: $0.seen.digest) },
      complete: book.isComplete)
    let wanted = Set(plan.added + plan.changed + plan.unchanged.filter { held[$0]?.isDue == true })
    let new = book.events.filter { wanted.contains(run.identity($0.seen.uid)) }
    var report = PullReport(source: source.id)
    for start in stride(from: 0, to: new.count, by: batch) {
      try Task.checkCancellation()
      report.stored += try await run.keep(Array(new[start..<min(new.count, start + batch)]), in: folder)
      progress(Progress(step: "reading events", done: min(new.count, start + batch), total: new.count))
    }
    report.trouble = try await finish(run, folder, book, plan, permit, job)
    return report
  }

  /// Notes what is gone, compares the calendar with what is held, and ends the job.
  private func finish(
    _ run: EventRun, _ folder: ID<Folder>, _ book: CalendarBook, _ plan: AddressBookPlan,
    _ permit: borrowing Permit<ReadCalendar>, _ job: Job?
  ) async throws -> String? {
    let count = FolderCount(
      folder: folder, onServer: book.onServer,
      leftOut: Dictionary(uniqueKeysWithValues: book.leftOut.map { ($0.key.rawValue, $0.value) }))
    let trouble =
      plan.emptied
      ? "the calendar is empty now; what is held of it stays, in case this is a fault of the source"
      : book.isComplete
        ? nil : "\(book.leftOut[.unreadable] ?? 0) files cannot be read; give this user the right to, and import again"
    let leaving = run.leaving(permit)
    let (account, source, grant) = (run.account, run.source, run.grant)
    try await store.write(under: permit, lease: run.lease) { session in
      try leaving.leave(plan.gone, in: session)
      try Folders.compare([count], of: source, depth: grant.depth, at: leaving.now, account, in: session)
      try Sources.ran(source.id, at: leaving.now, trouble: trouble, account, in: session)
      if let job { try Jobs.finish(job, account, in: session) }
    }
    return trouble
  }
}
