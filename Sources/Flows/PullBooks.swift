import Consent
import Formats
import Model
import Plans
import Readers
import Store
import Wire

/// Takes address books or calendars in from a server: finds them, compares each with what is held, fetches what is new.
///
/// What is held is known by where it lies and by its etag, so a run that is cut short at any point loses nothing, and one
/// that begins anew doubles nothing.
struct PullBooks: Sendable {
  let store: Store
  let gate: Gate
  let door: ServerDoor
  let progress: @Sendable (Progress) -> Void

  /// Runs until every card is held or left out by rule; ends `job` with the last of its effects.
  func run(
    _ source: Source, _ grant: Grant?, of account: ID<Account>, lease: Lease, job: Job?
  ) async throws -> PullReport {
    guard let grant else { throw Pull.changed }
    let owners = try await store.owners(account, source.member)
    guard source.kind == .caldav else {
      let run = CardRun(
        store: store, gate: gate, account: account, source: source, grant: grant, lease: lease, owners: owners)
      return try await read(BookRun(run: run, progress: progress), source, grant, account, lease, job)
    }
    let run = EventRun(
      store: store, gate: gate, account: account, source: source, grant: grant, lease: lease, owners: owners)
    return try await read(BookRun(run: run, progress: progress), source, grant, account, lease, job)
  }

  private func read<Run: CollectionRun>(
    _ books: BookRun<Run>, _ source: Source, _ grant: Grant, _ account: ID<Account>, _ lease: Lease, _ job: Job?
  ) async throws -> PullReport {
    let door = door
    return try await store.recording(source, account, lease) { transcripts in
      try await door.openBooks(source, grant, account, transcripts.begin()) { try await books.read($0, job) }
    }
  }
}

/// One run over the books of a server.
struct BookRun<Run: CollectionRun>: Sendable {
  let run: Run
  let progress: @Sendable (Progress) -> Void

  private var store: Store { run.store }

  /// All books, one after the other, over one conversation.
  func read(_ session: DAVSession, _ job: Job?) async throws -> PullReport {
    let permit = try await run.permit(0)
    let books = try await session.books(at: run.source.server?.path, of: run.content)
    guard !books.isEmpty else {
      // A server that suddenly shows nothing is broken; what is held of it is not forgotten for that.
      throw Trouble("the server shows no \(run.content.words) to this login", "look at --url and at the server")
    }
    let known = try await enter(books, permit)
    var report = PullReport(source: run.source.id)
    for (number, book) in books.enumerated() {
      try Task.checkCancellation()
      guard let state = known[book.href.key] else { continue }
      let pull = PullBook(run: run, session: session, book: book, folder: state.folder, progress: progress)
      report.stored += try await pull.run(state, permit)
      progress(Progress(step: "reading \(run.content.words)s", done: number + 1, total: books.count))
    }
    let seen = Set(books.map(\.href.key))
    var gone: [CollectionState] = []
    for state in known.values.sorted(by: { $0.folder < $1.folder }) where !seen.contains(state.path) {
      // It is not among them; only a plain no from where it lay makes it gone.
      if try await session.isGone(state.path, of: run.content) {
        gone.append(state)
      } else {
        report.trouble =
          "\(run.content == .cards ? "a book" : "a calendar") is not shown any more, and cannot be asked for; what is held of it stays"
      }
    }
    try await finish(gone, report.trouble, job, permit)
    return report
  }

  /// Enters books that are new.
  private func enter(
    _ books: [DAVBook], _ permit: borrowing Permit<Run.Reading>
  ) async throws -> [String: CollectionState] {
    let (ids, source, account) = (store.ids, run.source, run.account)
    let seen = books.map { (path: $0.href.key, name: $0.name) }
    try await store.write(under: permit, lease: run.lease) { session in
      try Collections.enter(seen, of: source, newID: { ids.next() }, account, in: session)
    }
    return Dictionary(
      try await store.collections(account, of: source).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Forgets books that are gone with their cards, and ends the job.
  private func finish(
    _ gone: [CollectionState], _ trouble: String?, _ job: Job?, _ permit: borrowing Permit<Run.Reading>
  ) async throws {
    var places: [(folder: ID<Folder>, places: [String])] = []
    for state in gone {
      places.append((state.folder, try await store.resources(run.account, state.folder).all.sorted()))
    }
    let (account, source, leaving, left, now) = (
      run.account, run.source, run.leaving(permit), places, store.clock()
    )
    try await store.write(under: permit, lease: run.lease) { session in
      for (folder, places) in left {
        let orphans = try Collections.leave(places, of: folder, source.member, account, in: session)
        try leaving.leave(orphans, in: session)
      }
      try Folders.forget(left.map(\.folder), account, in: session)
      try Sources.ran(source.id, at: now, trouble: trouble, account, in: session)
      if let job { try Jobs.finish(job, account, in: session) }
    }
  }
}
