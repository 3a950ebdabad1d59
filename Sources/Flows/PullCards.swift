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

  /// What the batches of one run share.
  private struct Run: Sendable {
    var account: ID<Account>
    var source: Source
    var grant: Grant
    var folder: ID<Folder>
    var owners: Set<String>
    var lease: Lease
  }

  func run(
    _ source: Source, _ grant: Grant?, of account: ID<Account>, lease: Lease, job: Job?
  ) async throws -> PullReport {
    let permit = try await permit(source, account, count: 0)
    guard let grant, permit.stamps == [grant.stamp] else { throw Pull.changed }
    let book = try CardBook(source.kind, at: source.location)
    let newIDs = store.ids
    let folders = try await store.write(under: permit, lease: lease) { session in
      let folders = try Folders.keep([book.name], of: source, newID: { newIDs.next() }, account, in: session)
      try Folders.expect(
        folders.filter { $0.key == book.name }
          .map { FolderCount(folder: $0.value, onServer: book.onServer, leftOut: [:]) }, account, in: session)
      return folders
    }
    let run = Run(
      account: account, source: source, grant: grant, folder: folders[book.name] ?? ID(0),
      owners: try await store.owners(account, source.member), lease: lease)
    let taking = CardTaking(source: source.id, newID: { newIDs.next() })
    let held = try await store.heldCards(account, source.id)
    let plan = AddressBookPlan(
      held: held.mapValues { hex($0) }, seen: book.cards.map { named($0, taking) }, complete: book.isComplete)
    let wanted = Set(plan.added + plan.changed)
    let new = book.cards.filter { wanted.contains(taking.identity($0.seen.uid)) }
    var report = PullReport(source: source.id)
    var erased = 0
    for start in stride(from: 0, to: new.count, by: batch) {
      let cards = Array(new[start..<min(new.count, start + batch)])
      let stored = try await keep(cards, taking, run)
      report.stored += stored
      erased += cards.count - stored
      progress(Progress(step: "reading cards", done: min(new.count, start + batch), total: new.count))
    }
    report.trouble = try await finish(run, book, plan, erased, permit, job)
    return report
  }

  private func permit(
    _ source: Source, _ account: ID<Account>, count: Int
  ) async throws -> Permit<ReadAddressBook> {
    try await gate.permit(
      ReadAddressBook.self, for: Request(account: account, member: source.member, sources: [source.id], count: count))
  }

  /// A card under the identity its record has.
  private func named(_ card: CardBook.Card, _ taking: CardTaking) -> AddressBookPlan.Seen {
    .init(uid: taking.identity(card.seen.uid), digest: card.seen.digest)
  }

  /// Permit, sealing and one transaction that stores the batch, folds its persons and causes what follows.
  private func keep(_ cards: [CardBook.Card], _ taking: CardTaking, _ run: Run) async throws -> Int {
    let permit = try await permit(run.source, run.account, count: cards.count)
    guard permit.stamps == [run.grant.stamp] else { throw Pull.changed }
    let taken = try await taking.take(cards, permit)
    let now = store.clock()
    let new = taken.filter { !$0.isErased }.map { card(from: $0, taking, at: now) }
    let gone = taken.filter(\.isErased).map { taking.identity($0.uid) }
    let know = KnowPeople(
      account: run.account, member: run.source.member, owners: run.owners, now: now, blind: permit.blind,
      ids: store.ids)
    let (ids, job): (IDMaker, ID<Job>) = (store.ids, store.ids.next())
    let (account, source, grant, folder) = (run.account, run.source, run.grant.id, run.folder)
    try await store.write(under: permit, lease: run.lease) { session in
      let persons =
        try Cards.keep(new, of: source, grant: grant, folder: folder, at: now, ids: ids, account, in: session)
        + Cards.leave(gone, of: source, at: now, account, in: session)
      try know.refold(persons, in: session)
      try Jobs.enqueue(.analyse, source.id.rawValue, source.member, id: job, at: now, account, in: session)
    }
    return new.count
  }

  private func card(from taken: TakenCard, _ taking: CardTaking, at now: Instant) -> NewCard {
    let record: ID<Record> = store.ids.next()
    return NewCard(
      record: record, person: store.ids.next(), identity: taking.identity(taken.uid), digest: taken.digest,
      handle: taken.handle, key: taken.key,
      facts: taken.facts.map { said in
        NewFact(
          id: said.id,
          fact: Fact(
            field: said.field, label: said.label, value: said.value ?? "", origin: .card, record: record,
            firstSeen: now, lastSeen: now),
          key: said.key, detail: said.detail)
      })
  }

  /// Notes what is gone, compares the book with what is held, and ends the job.
  private func finish(
    _ run: Run, _ book: CardBook, _ plan: AddressBookPlan, _ erased: Int, _ permit: borrowing Permit<ReadAddressBook>,
    _ job: Job?
  ) async throws -> String? {
    var rules = book.leftOut
    if erased > 0 { rules[.erased] = erased }
    let count = FolderCount(
      folder: run.folder, onServer: book.onServer,
      leftOut: Dictionary(uniqueKeysWithValues: rules.map { ($0.key.rawValue, $0.value) }))
    let trouble =
      plan.emptied
      ? "the book is empty now; what is held of it stays, in case this is a fault of the source"
      : book.isComplete
        ? nil : "\(rules[.unreadable] ?? 0) files cannot be read; give this user the right to, and import again"
    let know = KnowPeople(
      account: run.account, member: run.source.member, owners: run.owners, now: store.clock(), blind: permit.blind,
      ids: store.ids)
    let next: ID<Job> = store.ids.next()
    let (account, source, grant) = (run.account, run.source, run.grant)
    try await store.write(under: permit, lease: run.lease) { session in
      let persons = try Cards.leave(plan.gone, of: source, at: know.now, account, in: session)
      try know.refold(persons, in: session)
      if !persons.isEmpty {
        try Jobs.enqueue(.analyse, source.id.rawValue, source.member, id: next, at: know.now, account, in: session)
      }
      try Folders.compare([count], of: source, depth: grant.depth, at: know.now, account, in: session)
      try Sources.ran(source.id, at: know.now, trouble: trouble, account, in: session)
      if let job { try Jobs.finish(job, account, in: session) }
    }
    return trouble
  }
}
