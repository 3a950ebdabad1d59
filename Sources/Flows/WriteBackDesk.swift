import Consent
import Formats
import Model
import Outlets
import Plans
import Readers
import Store
import Wire

/// Where one source's cards are changed under its owner's leave.
struct WriteBackDesk: Sendable {
  let store: Store
  let gate: Gate
  let door: ServerDoor
  let account: ID<Account>
  let source: Source
  /// The grant to read; the one to write is asked for with each change.
  let grant: Grant
  /// Held while something is written.
  var lease: Lease?

  /// A change with the card it is for.
  struct Found: Sendable {
    var change: SourceChange
    var correction: Correction
    var card: Correction.Card
    var path: String
  }

  func open<Result: Sendable>(
    _ body: @escaping @Sendable (CardDAVSource) async throws -> Result
  ) async throws -> Result {
    let now = store.clock
    return try await door.openToWrite(source, grant, account) { session, server in
      try await body(CardDAVSource(session, server, now: now))
    }
  }

  /// Runs `body` while no worker is at this account: what is written is read in again.
  func leased<Result: Sendable>(
    _ body: @escaping @Sendable (WriteBackDesk) async throws -> Result
  ) async throws -> Result {
    var tries = 0
    while true {
      if let lease = try await store.lease(account, holder: Holder.this.words) {
        var desk = self
        desk.lease = lease
        do {
          let result = try await body(desk)
          try await store.release(lease)
          return result
        } catch {
          // In a task of its own, since this one may be cancelled.
          _ = await Task { [store] in try? await store.release(lease) }.value
          throw error
        }
      }
      tries += 1
      guard tries < 100 else {
        throw Trouble("a worker is busy with this account", "try again when it has ended; see 'kith status'")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  // MARK: what could be written

  /// What the owner typed against the cards as they stand there now.
  func changes(_ corrections: [Correction], _ outlet: CardDAVSource) async throws -> [Found] {
    let all = corrections.flatMap(\.cards)
    var seen: [String: CardDAVSource.Card] = [:]
    for book in Set(all.map(\.book)).sorted() {
      let places = Set(all.filter { $0.book == book }.map(\.place))
      for card in try await outlet.cards(places, in: book) { seen[card.place] = card }
    }
    return corrections.flatMap { correction -> [Found] in
      let cards = correction.cards.compactMap { card in
        seen[card.place].map { WriteBackPlan.Card(record: card.record, person: correction.person, values: $0.values) }
      }
      return WriteBackPlan.changes(cards, correction.typed.map(WriteBackDesk.typed), of: source.id).compactMap {
        change in
        guard let card = correction.cards.first(where: { $0.record == change.record }),
          let path = seen[card.place]?.path
        else { return nil }
        return Found(change: change, correction: correction, card: card, path: path)
      }
    }
  }

  private static func typed(_ fact: Fact) -> WriteBackPlan.Typed {
    .init(FieldKey(fact.field, label: fact.label), fact.value, holds: fact.confidence > 0, at: fact.lastSeen)
  }

  func line(_ change: SourceChange) -> WriteBackLine {
    WriteBackLine(
      person: change.person, record: change.record, field: change.field.field, old: change.field.old,
      new: change.field.new, digest: WriteBackDesk.digest(change))
  }

  static func digest(_ change: SourceChange) -> String { hex(sha256(change.canonical)) }

  // MARK: what is written

  /// Writes the approved ones of what could be written, one after the other; the others stay proposals.
  func write(_ approved: Set<String>, _ corrections: [Correction]) async throws -> [WriteBackLine] {
    try await open { outlet in
      let found = try await changes(corrections, outlet)
      guard approved.isSubset(of: found.map { WriteBackDesk.digest($0.change) }) else {
        throw Refusal(
          .notApproved, promise: 13,
          "this is not the digest of what would be written now: run it with --dry-run and look again")
      }
      var lines: [WriteBackLine] = []
      for one in found {
        guard approved.contains(WriteBackDesk.digest(one.change)) else {
          lines.append(line(one.change))
          continue
        }
        lines.append(try await write(one, undoes: nil, outlet))
      }
      return lines
    }
  }

  /// Writes what stood before a change that was written.
  func takeBack(_ change: SourceChange, _ entry: JournalEntry) async throws -> WriteBackLine {
    let corrections = try await store.corrections(account, of: source, card: change.record)
    guard let correction = corrections.first, let card = correction.cards.first
    else { throw Undo.refused("the card is not there any more") }
    return try await open { outlet in
      guard let seen = try await outlet.cards([card.place], in: card.book).first else {
        throw Undo.refused("the card is not there any more")
      }
      guard change.fits(seen.values) else {
        throw Undo.refused("the card was changed there since; it is left as it is")
      }
      return try await write(
        Found(change: change, correction: correction, card: card, path: seen.path), undoes: entry.id, outlet)
    }
  }

  /// One change: a permit for just that, the journal, the card, and what stands there then.
  private func write(
    _ found: Found, undoes: ID<JournalEntry>?, _ outlet: CardDAVSource
  ) async throws -> WriteBackLine {
    var line = line(found.change)
    try await store.approveOnce(account, source.member, source.id, digest: line.digest)
    let permit = try await gate.permit(
      Consent.WriteBack.self,
      for: Request(account: account, member: source.member, sources: [source.id], digest: line.digest))
    let entry = JournalEntry(
      id: store.ids.next(), member: source.member, verb: .update, person: found.correction.person, source: source.id,
      at: store.clock(), undoes: undoes)
    try await post(entry, found, under: permit)
    let outcome: CardDAVSource.Outcome
    do {
      outcome = try await outlet.write(
        found.change, to: found.path, in: found.card.book, permit, check: store.standingCheck(permit, lease: lease))
    } catch let refusal as Refusal {
      try await forget(entry)
      throw refusal
    }
    _ = permit.close()
    switch outcome {
    case .written:
      line.state = .written
      line.entry = entry.id
      try await readAgain(found)
    case .changed: line.state = .changed
    case .refused(let why): (line.state, line.why) = (.refused, why)
    }
    if line.state != .written { try await forget(entry) }
    return line
  }

  /// Spends the approval and enters what is about to be done, in one transaction, before anything leaves.
  ///
  /// If the answer is lost for good, the entry stays: its undo looks at what stands there.
  private func post(
    _ entry: JournalEntry, _ found: Found, under permit: borrowing Permit<Consent.WriteBack>
  ) async throws {
    let handles = found.correction.handles
    let sealer = try await permit.sealer(for: handles)
    let images = try images(found, entry, sealer)
    let (account, source, digest) = (account, source.id, WriteBackDesk.digest(found.change))
    try await store.write(under: permit, lease: lease) { session in
      guard try Store.spend(account, source, digest: digest, at: entry.at, in: session) else {
        throw Refusal(.notApproved, promise: 15, "this approval was used already")
      }
      try Journals.insert(entry, images: images, account, in: session)
      if let undone = entry.undoes { _ = try Journals.markUndone(undone, at: entry.at, account, in: session) }
    }
  }

  private func images(_ found: Found, _ entry: JournalEntry, _ sealer: Sealer) throws -> [JournalImages] {
    let (field, handles) = (found.change.field, found.correction.handles)
    guard let main = handles.first, !handles.contains(where: sealer.isErased) else { throw Desk.nobody }
    let before = JournalText.split([field.field: field.old], among: handles)
    let after = JournalText.split([field.field: field.new], among: handles)
    var known: [Handle] = []
    for handle in handles where !known.contains(handle) { known.append(handle) }
    return try known.filter { $0 == main || before[$0] != nil || after[$0] != nil }.map { handle in
      let card = handle == main ? WriteBackImage.line(found.change.record) : ""
      return try JournalImages(
        before: card + (before[handle] ?? ""), after: after[handle] ?? "", of: handle, entry: entry, account,
        by: sealer)
    }
  }

  private func forget(_ entry: JournalEntry) async throws {
    let account = account
    try await store.write(account) { try Journals.forget(entry, account, in: $0) }
  }

  /// Reads the card again by the door in, and enters what stands there now.
  private func readAgain(_ found: Found) async throws {
    guard let lease, let href = DAVHref(path: found.path), let at = DAVHref(path: found.card.book) else { return }
    let run = CardRun(
      store: store, gate: gate, account: account, source: source, grant: grant, lease: lease,
      owners: try await store.owners(account, source.member))
    let folder = found.card.folder
    try await door.openBooks(source, grant, account, Transcript(clock: store.clock)) { session in
      guard let book = try await session.book(at: at), let item = try await session.cards([href], in: book).first,
        case .items(let cards) = item.outcome
      else { return }
      let place = FoundPlace(place: PullBook<CardRun>.place(item.href), etag: item.etag, items: cards)
      _ = try await run.keep(cards, in: folder, found: [place])
    }
  }
}
