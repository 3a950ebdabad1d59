import Consent
import Formats
import Model
import Plans
import Readers
import Store

/// One address book or calendar of a server: what is new there is fetched, what is gone is noted, and both are counted.
struct PullBook<Run: CollectionRun>: Sendable {
  let run: Run
  let session: DAVSession
  let book: DAVBook
  let folder: ID<Folder>
  let progress: @Sendable (Progress) -> Void

  /// How often what is still missing is asked for before the next run has to.
  private static var rounds: Int { 3 }
  /// After so long the whole is compared, whatever tokens say: a week.
  private static var due: Int64 { 7 * 86_400_000 }

  private var store: Store { run.store }

  /// What the server has, as far as this run knows.
  private struct Sight {
    var etags: [String: String] = [:]
    var hrefs: [String: DAVHref] = [:]
    var unreadable = 0
    /// Whether what is held and not in it is gone.
    var isComplete = true
    var syncToken: String?
    var listedAt: Instant?

    /// Notes resources by the digest of where they lie.
    mutating func see(_ found: [DAVHref: String]) {
      for (href, etag) in found {
        let place = PullBook.place(href)
        etags[place] = etag
        hrefs[place] = href
      }
    }
  }

  /// What came of a comparison.
  private struct Outcome {
    var stored = 0
    /// Whether something is there that could not be asked for, since it was only told of what changed.
    var isMissing = false
  }

  /// Answers how many cards were stored.
  func run(_ state: CollectionState, _ permit: borrowing Permit<Run.Reading>) async throws -> Int {
    let isDue = state.listedAt.map { store.clock().milliseconds - $0.milliseconds >= PullBook.due } ?? true
    // A gap, from whatever cause, is found by comparing; so is an event that took place again meanwhile.
    let cursor = BookCursor(
      syncToken: state.syncToken, ctag: state.ctag, isWhole: state.isWhole && state.gap == 0 && !state.isDue)
    switch ServerBookPlan.next(after: cursor, seeing: book.status, isDue: isDue) {
    case .rest: return 0
    case .changes(let token):
      guard let sight = try await follow(token) else { break }
      let told = try await compare(sight, permit)
      guard told.isMissing else { return told.stored }
      return told.stored + (try await compare(try await list(state), permit)).stored
    case .compare: break
    }
    return try await compare(try await list(state), permit).stored
  }

  /// What is held, with what the server says has changed since; nil if it cannot tell.
  private func follow(_ token: String) async throws -> Sight? {
    guard let changes = try await session.changes(in: book, since: token), changes.unreadable == 0 else { return nil }
    let held = try await store.resources(run.account, folder).told
    var sight = Sight(syncToken: changes.syncToken)
    sight.see(changes.changed)
    sight.etags = BookDifference.listing(held, changed: sight.etags, removed: changes.removed.map(PullBook.place))
    return sight
  }

  /// Every resource of the book; an empty answer for a book that had some is asked for twice.
  private func list(_ state: CollectionState) async throws -> Sight {
    var listing = try await session.members(of: book)
    if listing.etags.isEmpty, state.onServer > 0 { listing = try await session.members(of: book) }
    var sight = Sight(
      unreadable: listing.unreadable, isComplete: listing.isComplete && listing.unreadable == 0,
      syncToken: book.status.syncToken, listedAt: store.clock())
    sight.see(listing.etags)
    return sight
  }

  /// Fetches what is not held as it is there, until nothing is left or the server gives no more.
  private func compare(_ sight: Sight, _ permit: borrowing Permit<Run.Reading>) async throws -> Outcome {
    var sight = sight
    var outcome = Outcome()
    let (account, folder, count) = (run.account, folder, sight.etags.count + sight.unreadable)
    try await store.write(under: permit, lease: run.lease) { session in
      try Folders.expect([FolderCount(folder: folder, onServer: count, leftOut: [:])], account, in: session)
    }
    var asked: Set<String> = []
    for _ in 0..<PullBook.rounds {
      let held = try await store.resources(account, folder).held
      let wanted = BookDifference(held: held, seen: sight.etags).fetch.filter {
        asked.insert($0).inserted || held[$0] == nil
      }
      let hrefs = wanted.compactMap { sight.hrefs[$0] }
      for start in stride(from: 0, to: hrefs.count, by: DAVSession.portion) {
        try Task.checkCancellation()
        let portion = Array(hrefs[start..<min(start + DAVSession.portion, hrefs.count)])
        outcome.stored += try await fetch(portion, &sight)
        progress(Progress(step: "reading \(run.content.rawValue)", done: start + portion.count, total: hrefs.count))
      }
      // After what is new: a card that moved to another place is never gone in between.
      let hasLeft = try await leave(sight, permit)
      if wanted.isEmpty, !hasLeft { break }
    }
    try await settle(sight, permit)
    let held = try await store.resources(account, folder).held
    outcome.isMissing = sight.etags.keys.contains { held[$0] == nil }
    return outcome
  }

  private func fetch(_ hrefs: [DAVHref], _ sight: inout Sight) async throws -> Int {
    var found: [FoundPlace<Run.Item>] = []
    for item in try await run.fetch(hrefs, session, in: book) {
      let place = PullBook.place(item.href)
      var one = FoundPlace<Run.Item>(place: place, etag: item.etag.isEmpty ? sight.etags[place] ?? "" : item.etag)
      switch item.outcome {
      case .gone:
        sight.etags[place] = nil
        continue
      case .items(let items): one.items = items
      case .leftOut(let rule): one.rule = rule
      }
      found.append(one)
    }
    // The same card or event in two places of a book is one: the last counts.
    var last: [String: Run.Item] = [:]
    for item in found.flatMap(\.items) { last[run.uid(item)] = item }
    return try await run.keep(last.sorted { $0.key < $1.key }.map(\.value), in: folder, of: book, found: found)
  }

  /// Notes what is gone; false if nothing is.
  private func leave(_ sight: Sight, _ permit: borrowing Permit<Run.Reading>) async throws -> Bool {
    let all = try await store.resources(run.account, folder).all
    let gone = BookDifference(
      held: Dictionary(uniqueKeysWithValues: all.map { ($0, "") }), seen: sight.etags, isComplete: sight.isComplete
    ).gone
    if gone.isEmpty { return false }
    let (account, source, folder, leaving) = (run.account, run.source, folder, run.leaving(permit))
    try await store.write(under: permit, lease: run.lease) { session in
      let orphans = try Collections.leave(gone, of: folder, source.member, account, in: session)
      try leaving.leave(orphans, in: session)
    }
    return true
  }

  /// Notes how far this came.
  private func settle(_ sight: Sight, _ permit: borrowing Permit<Run.Reading>) async throws {
    let cursor = CollectionCursor(
      syncToken: sight.syncToken, ctag: book.status.ctag, isWhole: sight.isComplete, listedAt: sight.listedAt)
    let (account, member, folder, now) = (run.account, run.source.member, folder, store.clock())
    try await store.write(under: permit, lease: run.lease) { session in
      try Collections.settle(
        folder, onServer: sight.etags.count + sight.unreadable, unreadable: sight.unreadable, cursor, of: member,
        at: now, account, in: session)
    }
  }

  /// Where a resource lies, without its name: that may be somebody's.
  static func place(_ href: DAVHref) -> String { hex(sha256(Array(href.key.utf8))) }
}
