import Consent
import Model
import Outlets
import Plans
import Store

/// One change at a destination on its way back: through the outbox, like every other change.
struct TakingBack {
  let deliver: Deliver
  let crm: any CRM
  let destination: Destination
  let account: ID<Account>
  let state: DeliverState
  let link: Link
  let entry: JournalEntry

  /// Writes values as they were.
  ///
  /// The base stays, so that the next delivery takes them for an edit made there, and keeps
  /// its hands off.
  func send(_ change: CRMChange, edited: [FieldKey], dryRun: Bool) async throws -> UndoReport {
    var report = UndoReport(entry: entry.id)
    report.lines = DeliverReport.lines([change], destination.id)
    report.edited = edited
    guard !dryRun else { return report }
    let key = DeliverRun.key(destination.id, link.key, change)
    let delivery = delivery(
      change.kind == .create ? .create : .update, key, before: values(change, \.old), after: values(change, \.new))
    let permit = try await permit(Deliver.digest(deliver.rules(destination)))
    let ending = try await ending(under: permit)
    try await post(delivery, ending, spending: nil, under: permit)
    let write = CRMWrite(change, key: key, expected: state.record(of: entry.person)?.digest)
    let answer = try await crm.apply(write, permit, check: deliver.store.standingCheck(permit))
    guard case .written(let remote, let digest) = answer else {
      throw Trouble("the record was changed there just now", "look at it, then undo again")
    }
    var link = link
    link.remote = remote
    link.remoteDigest = digest
    report.undoing = try await end(
      delivery, link, ending, letting: change.kind == .update ? change : nil, under: permit)
    return report
  }

  /// Removes a record that was created, if it still is what was written, with the owner's yes to exactly that.
  func remove(approve: String?, dryRun: Bool) async throws -> UndoReport {
    guard let record = state.record(of: entry.person) else { throw Undo.refused("the record is not there any more") }
    guard record.digest == link.remoteDigest else {
      throw Undo.refused("the record was changed there since; it is left as it is")
    }
    let digest = hex(
      sha256(Array("kith delete 1\u{0}\(destination.id)\u{0}\(record.remote)\u{0}\(record.digest)".utf8)))
    var report = UndoReport(entry: entry.id)
    let fields = Deliver.directory.compactMap { field in
      record.values[field].map { FieldChange(field: field, old: $0, new: []) }
    }
    report.lines = DeliverReport.lines(
      [CRMChange(.update, person: entry.person, remote: record.remote, fields: fields)], destination.id
    ).map { line in
      var line = line
      line.kind = "delete"
      return line
    }
    report.digest = digest
    guard let approve, !dryRun else { return report }
    guard approve == digest else {
      throw Refusal(.notApproved, promise: 13, "this is not the digest of what would be removed now")
    }
    let store = deliver.store
    let (approval, member, id, account, now) = (
      store.ids.next(Approval.self), destination.member, destination.id, account, store.clock()
    )
    try await store.write(account) { session in
      try Deliveries.approveOnce(approval, account, member, id, digest: digest, at: now, in: session)
    }
    let key = String(hex(sha256(Array("\(digest)\u{0}\(link.key)".utf8))).prefix(32))
    let delivery = delivery(.delete, key, before: record.values, after: [:])
    let permit = try await permit(digest)
    let ending = try await ending(under: permit)
    try await post(delivery, ending, spending: digest, under: permit)
    let check = store.standingCheck(permit)
    let answer = try await crm.remove(record.remote, expecting: record.digest, permit, check: check)
    guard answer != .changed else { throw Undo.refused("the record was changed there since; it is left as it is") }
    var link = link
    link.remoteDigest = ""
    report.undoing = try await end(delivery, link, ending, under: permit)
    return report
  }

  // MARK: steps

  private func values(_ change: CRMChange, _ side: KeyPath<FieldChange, [String]>) -> FieldValues {
    Dictionary(uniqueKeysWithValues: change.fields.map { ($0.field, $0[keyPath: side]) }).filter { !$0.value.isEmpty }
  }

  private func delivery(
    _ verb: JournalEntry.Verb, _ key: String, before: FieldValues, after: FieldValues
  ) -> Delivery {
    let open = state.unsent.first { $0.key == key && $0.state == .due }
    return open
      ?? Delivery(
        id: deliver.store.ids.next(), member: destination.member, destination: destination.id, person: entry.person,
        key: key, verb: verb, run: 0, undoes: entry.id, before: before, after: after, base: link.base)
  }

  private func permit(_ digest: String) async throws -> Permit<SyncToCRM> {
    try await deliver.gate.permit(
      SyncToCRM.self,
      for: Request(account: account, member: destination.member, destination: destination.id, digest: digest))
  }

  private func ending(under permit: borrowing Permit<SyncToCRM>) async throws -> DeliverEnding {
    let handles = state.people.first { $0.person == entry.person }?.handles ?? []
    return DeliverEnding(
      account: account, sealer: try await permit.sealer(for: handles), handles: [entry.person: handles],
      details: state.details, now: deliver.store.clock())
  }

  private func post(
    _ delivery: Delivery, _ ending: DeliverEnding, spending digest: String?, under permit: borrowing Permit<SyncToCRM>
  ) async throws {
    let (id, account, now) = (destination.id, account, deliver.store.clock())
    try await deliver.store.write(under: permit) { session in
      if let digest, try !Store.spend(account, id, digest: digest, at: now, in: session) {
        throw Refusal(.notApproved, promise: 15, "this approval was used already")
      }
      try Deliveries.post([ending.closer.closed(delivery)], at: now, account, in: session)
    }
  }

  private func end(
    _ delivery: Delivery, _ link: Link, _ ending: DeliverEnding, letting change: CRMChange? = nil,
    under permit: borrowing Permit<SyncToCRM>
  ) async throws -> ID<JournalEntry> {
    var link = link
    link.key = delivery.key
    let landed = DeliverState.Landed(delivery: delivery, link: link)
    let conflict: ID<Conflict> = deliver.store.ids.next()
    let standing = change.map(standing) ?? []
    let (account, now) = (account, ending.now)
    try await deliver.store.write(under: permit) { session in
      try ending.end(landed, conflict: conflict, in: session)
      for entry in standing { try Conflicts.insert(ending.closer.closed(entry), at: now, account, in: session) }
    }
    try await crm.tidy(permit, check: deliver.store.standingCheck(permit))
    return ID(delivery.id.rawValue)
  }

  /// What stands there again, as the owner's decision against our present values: it neither comes in nor is overwritten.
  private func standing(_ change: CRMChange) -> [Conflict] {
    let person = state.people.first { $0.person == entry.person }
    let ours = crm.shaped(person?.values ?? [:], of: person?.kind ?? .person)
    return change.fields.map { field in
      Conflict(
        id: deliver.store.ids.next(), member: destination.member, destination: destination.id, person: entry.person,
        matter: .field(field.field), cause: Conflict.undone, base: Conflict.text(field.old),
        ours: Conflict.text(ours[field.field] ?? []), theirs: Conflict.text(field.new),
        resolvedAt: deliver.store.clock(), taken: FieldConflict.Side.theirs.rawValue)
    }
  }
}
