import Consent
import Model
import Plans
import Readers
import Store

/// Takes an address book in: what changed since the last run is sealed and stored, what is gone is noted.
struct PullCards: Sendable {
  let store: Store
  let gate: Gate
  let batch: Int
  let progress: @Sendable (Progress) -> Void

  func run(
    _ source: Source, _ grant: Grant?, of account: ID<Account>, lease: Lease, job: Job?
  ) async throws -> PullReport {
    guard let grant else { throw Pull.changed }
    let run = CardRun(
      store: store, gate: gate, account: account, source: source, grant: grant, lease: lease,
      owners: try await store.owners(account, source.member))
    let permit = try await run.permit()
    let book = try CardBook(source.kind, at: source.location)
    let newIDs = store.ids
    let folders = try await store.write(under: permit, lease: lease) { session in
      let folders = try Folders.keep([book.name], of: source, newID: { newIDs.next() }, account, in: session)
      try Folders.expect(
        folders.filter { $0.key == book.name }
          .map { FolderCount(folder: $0.value, onServer: book.onServer, leftOut: [:]) }, account, in: session)
      return folders
    }
    let folder = folders[book.name] ?? ID(0)
    let held = try await store.heldCards(account, source.id)
    let plan = AddressBookPlan(
      held: held.mapValues { hex($0) },
      seen: book.cards.map { .init(uid: run.identity($0.seen.uid), digest: $0.seen.digest) }, complete: book.isComplete)
    let wanted = Set(plan.added + plan.changed)
    let new = book.cards.filter { wanted.contains(run.identity($0.seen.uid)) }
    var report = PullReport(source: source.id)
    var erased = 0
    for start in stride(from: 0, to: new.count, by: batch) {
      let cards = Array(new[start..<min(new.count, start + batch)])
      let stored = try await run.keep(cards, in: folder)
      report.stored += stored
      erased += cards.count - stored
      progress(Progress(step: "reading cards", done: min(new.count, start + batch), total: new.count))
    }
    report.trouble = try await finish(run, folder, book, plan, erased, permit, job)
    return report
  }

  /// Notes what is gone, compares the book with what is held, and ends the job.
  private func finish(
    _ run: CardRun, _ folder: ID<Folder>, _ book: CardBook, _ plan: AddressBookPlan, _ erased: Int,
    _ permit: borrowing Permit<ReadAddressBook>,
    _ job: Job?
  ) async throws -> String? {
    var rules = book.leftOut
    if erased > 0 { rules[.erased] = erased }
    let count = FolderCount(
      folder: folder, onServer: book.onServer,
      leftOut: Dictionary(uniqueKeysWithValues: rules.map { ($0.key.rawValue, $0.value) }))
    let trouble =
      plan.emptied
      ? "the book is empty now; what is held of it stays, in case this is a fault of the source"
      : book.isComplete
        ? nil : "\(rules[.unreadable] ?? 0) files cannot be read; give this user the right to, and import again"
    let leaving = run.leaving(permit)
    let (account, source, grant, now) = (run.account, run.source, run.grant, leaving.know.now)
    try await store.write(under: permit, lease: run.lease) { session in
      try leaving.leave(plan.gone, in: session)
      try Folders.compare([count], of: source, depth: grant.depth, at: now, account, in: session)
      try Sources.ran(source.id, at: now, trouble: trouble, account, in: session)
      if let job { try Jobs.finish(job, account, in: session) }
    }
    return trouble
  }
}
