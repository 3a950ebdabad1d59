import Consent
import Formats
import Model
import Plans
import Readers
import Store

/// One run over the cards of a source: what all its batches share.
struct CardRun: CollectionRun {
  let store: Store
  let gate: Gate
  let account: ID<Account>
  let source: Source
  let grant: Grant
  let lease: Lease
  let owners: Set<String>

  var content: DAVContent { .cards }

  func permit(_ count: Int = 0) async throws -> Permit<ReadAddressBook> {
    let permit = try await gate.permit(
      ReadAddressBook.self, for: Request(account: account, member: source.member, sources: [source.id], count: count))
    guard permit.stamps == [grant.stamp] else { throw Pull.changed }
    return permit
  }

  private var taking: CardTaking {
    let ids = store.ids
    return CardTaking(source: source.id, newID: { ids.next() })
  }

  /// What a card of this source is known by.
  func identity(_ uid: String) -> String { taking.identity(uid) }

  func uid(_ card: CardBook.Card) -> String { card.seen.uid }

  func fetch(_ hrefs: [DAVHref], _ session: DAVSession, in book: DAVBook) async throws -> [DAVItem<CardBook.Card>] {
    try await session.cards(hrefs, in: book)
  }

  func keep(
    _ cards: [CardBook.Card], in folder: ID<Folder>, of book: DAVBook, found: [FoundPlace<CardBook.Card>]
  ) async throws -> Int { try await keep(cards, in: folder, found: found) }

  /// Permit, sealing and one transaction that stores the batch, folds its persons and causes what follows; for a book on
  /// a server it also notes where each card lies.
  func keep(_ cards: [CardBook.Card], in folder: ID<Folder>, found: [FoundPlace<CardBook.Card>] = []) async throws
    -> Int
  {
    let permit = try await permit(cards.count)
    let taken = try await taking.take(cards, permit)
    let leaving = leaving(permit)
    let new = taken.filter { !$0.isErased }.map { card(from: $0, at: leaving.know.now) }
    let erased = Set(taken.filter(\.isErased).map { taking.identity($0.uid) })
    let resources = found.map { resource($0, erased) }
    let (ids, job): (IDMaker, ID<Job>) = (store.ids, store.ids.next())
    let (account, source, grant) = (account, source, grant.id)
    try await store.write(under: permit, lease: lease) { session in
      let now = leaving.know.now
      let kept = try Cards.keep(
        new, of: source, grant: grant, folder: folder, at: now, ids: ids, account, in: session)
      let orphans = try Collections.put(resources, of: folder, source.member, account, in: session)
      let left = try Cards.leave(erased.union(orphans).sorted(), of: source, at: now, account, in: session)
      try leaving.know.refold(kept + left, in: session)
      try Jobs.enqueue(.analyse, source.id.rawValue, source.member, id: job, at: now, account, in: session)
    }
    return new.count
  }

  private func card(from taken: TakenCard, at now: Instant) -> NewCard {
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

  /// What is needed to note in a transaction that cards are gone.
  func leaving(_ permit: borrowing Permit<ReadAddressBook>) -> LeavingCards {
    LeavingCards(
      source: source,
      know: KnowPeople(
        account: account, member: source.member, owners: owners, now: store.clock(), blind: permit.blind,
        ids: store.ids), job: store.ids.next())
  }
}

/// Notes that cards are gone, folds the persons they spoke of, and causes what follows.
struct LeavingCards: LeavingItems {
  let source: Source
  let know: KnowPeople
  let job: ID<Job>

  func leave(_ identities: [String], in session: any Session) throws {
    let persons = try Cards.leave(identities, of: source, at: know.now, know.account, in: session)
    guard !persons.isEmpty else { return }
    try know.refold(persons, in: session)
    try Jobs.enqueue(
      .analyse, source.id.rawValue, source.member, id: job, at: know.now, know.account, in: session)
  }
}
