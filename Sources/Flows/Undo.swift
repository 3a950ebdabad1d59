public import Consent
public import Model
import Outlets
import Plans
public import Store

/// What an undo did, or would do.
public struct UndoReport: Sendable, Equatable {
  public var entry: ID<JournalEntry>
  /// The entry that the undo made; nil if it waits for an approval.
  public var undoing: ID<JournalEntry>?
  /// What leaves for the destination.
  public var lines: [DeliverReport.Line] = []
  /// Fields that were changed at the destination since; they are left as they are.
  public var edited: [FieldKey] = []
  /// The digest to approve: taking back a creation removes a record.
  public var digest: String?

  public var isComplete: Bool { edited.isEmpty && undoing != nil }
}

/// Takes back one entry of the journal: of a person's records, of what was typed, or of what was delivered.
///
/// At a destination only what still stands as it was written is taken back.
public struct Undo: Sendable {
  let deliver: Deliver
  private var store: Store { deliver.store }
  private var gate: Gate { deliver.gate }

  /// Undoes through the same outlets and rules as deliveries.
  public init(_ deliver: Deliver) { self.deliver = deliver }

  /// Undoes an entry of the viewer's own; `approve` is the digest that a first try answers where one is needed.
  public func run(
    _ id: ID<JournalEntry>, as viewer: Viewer, approve: String? = nil, dryRun: Bool = false
  ) async throws -> UndoReport {
    guard let held = try await store.journalEntry(viewer.account, viewer.member, id) else {
      throw Refusal(.notYours, promise: 7, "there is no such journal entry")
    }
    let entry = held.entry
    guard entry.undoneAt == nil else { throw Undo.refused("this change was taken back before") }
    let images = try await open(held.images, of: entry, viewer)
    if entry.source != nil {
      guard let door = deliver.outlets.door else { throw Undo.refused("sources on servers are not reached from here") }
      return try await WriteBack(store: store, gate: gate, door: door).undo(
        entry, before: images.before, after: images.after, approve: approve, dryRun: dryRun, as: viewer)
    }
    switch entry.verb {
    case .merge:
      guard !dryRun else { return UndoReport(entry: id) }
      let made = try await MergePeople(store: store, gate: gate).unmerge(
        entry.person, decision: entry.decision, as: viewer)
      return UndoReport(entry: id, undoing: made)
    case .unmerge: throw Undo.refused("persons that were parted are united again by 'kith merge'")
    case .edit:
      guard !dryRun else { return UndoReport(entry: id) }
      let before = JournalImage(images.before.joined(separator: "\n"))
      let made = try await EditPerson(store: store, gate: gate).undo(entry, before: before, as: viewer)
      return UndoReport(entry: id, undoing: made)
    case .create, .update, .delete:
      let delivered = Delivered(
        entry: entry, before: JournalText.join(images.before), after: JournalText.join(images.after))
      return try await undo(delivered, viewer, approve, dryRun)
    }
  }

  static func refused(_ text: String) -> Refusal { Refusal(.notUndoable, promise: 119, text) }

  /// The opened images; of somebody who was erased nothing opens, and nothing comes back (P120).
  private func open(
    _ images: [JournalImages], of entry: JournalEntry, _ viewer: Viewer
  ) async throws -> (before: [String], after: [String]) {
    let permit = try await gate.permit(
      UndoChange.self,
      for: Request(
        account: viewer.account, member: viewer.member, handles: images.map(\.key), person: entry.person))
    var texts: (before: [String], after: [String]) = ([], [])
    do {
      for image in images {
        if let sealed = image.before {
          texts.before.append(
            try sealed.open(in: entry.slot(viewer.account, "before"), permit) { JournalImage(Undo.text($0)) }.lines)
        }
        if let sealed = image.after {
          texts.after.append(
            try sealed.open(in: entry.slot(viewer.account, "after"), permit) { JournalImage(Undo.text($0)) }.lines)
        }
      }
    } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
      throw Refusal(
        .erased, promise: 120, "the person of this entry was erased: what stood before is gone and cannot come back")
    }
    _ = permit.close()
    return texts
  }

  private static func text(_ bytes: Span<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    for index in bytes.indices { out.append(bytes[index]) }
    return String(decoding: out, as: UTF8.self)
  }

  // MARK: at a destination

  /// A change that was delivered, with its images open.
  private struct Delivered {
    var entry: JournalEntry
    var before: FieldValues
    var after: FieldValues

    /// The fields that stood otherwise before; one that is missing on a side was empty there.
    var fields: [FieldChange] {
      Set(before.keys).union(after.keys).sorted().map {
        FieldChange(field: $0, old: before[$0] ?? [], new: after[$0] ?? [])
      }
    }
  }

  private func undo(
    _ delivered: Delivered, _ viewer: Viewer, _ approve: String?, _ dryRun: Bool
  ) async throws -> UndoReport {
    let entry = delivered.entry
    guard let id = entry.destination else { throw Undo.refused("this entry names no destination") }
    let destination = try await deliver.live(id, viewer.member, viewer.account)
    return try await deliver.outlets.open(destination, viewer.account) { crm in
      try await undo(delivered, crm, destination, viewer, approve, dryRun)
    }
  }

  private func undo(
    _ delivered: Delivered, _ crm: any CRM, _ destination: Destination, _ viewer: Viewer, _ approve: String?,
    _ dryRun: Bool
  ) async throws -> UndoReport {
    let entry = delivered.entry
    let state = try await DeliverState.read(store, crm, destination, viewer.account)
    guard let link = state.links[entry.person], state.people.contains(where: { $0.person == entry.person }) else {
      throw Undo.refused("this person is not kept in step there any more")
    }
    let back = TakingBack(
      deliver: deliver, crm: crm, destination: destination, account: viewer.account, state: state, link: link,
      entry: entry)
    switch entry.verb {
    case .create: return try await back.remove(approve: approve, dryRun: dryRun)
    case .delete:
      let fields = delivered.fields.map { FieldChange(field: $0.field, old: [], new: $0.old) }
      return try await back.send(
        CRMChange(.create, person: entry.person, remote: nil, fields: fields), edited: [], dryRun: dryRun)
    case .update, .merge, .unmerge, .edit:
      guard let record = state.record(of: entry.person) else { throw Undo.refused("the record is not there any more") }
      let change = CRMChange(.update, person: entry.person, remote: record.remote, fields: delivered.fields)
      guard let fit = change.inverse?.fitting(record.values), !fit.change.fields.isEmpty else {
        throw Undo.refused("what was written was changed there since; it is left as it is")
      }
      return try await back.send(fit.change, edited: fit.edited, dryRun: dryRun)
    }
  }
}

/// One change at a destination on its way back: through the outbox, like every other change.
private struct TakingBack {
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
    try await post(delivery, spending: nil, under: permit)
    let write = CRMWrite(change, key: key, expected: state.record(of: entry.person)?.digest)
    let answer = try await crm.apply(write, permit, check: deliver.store.standingCheck(permit))
    guard case .written(let remote, let digest) = answer else {
      throw Trouble("the record was changed there just now", "look at it, then undo again")
    }
    var link = link
    link.remote = remote
    link.remoteDigest = digest
    report.undoing = try await end(delivery, link, ending, under: permit)
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
    try await post(delivery, spending: digest, under: permit)
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
      now: deliver.store.clock())
  }

  private func post(
    _ delivery: Delivery, spending digest: String?, under permit: borrowing Permit<SyncToCRM>
  ) async throws {
    let (id, account, now) = (destination.id, account, deliver.store.clock())
    try await deliver.store.write(under: permit) { session in
      if let digest, try !Store.spend(account, id, digest: digest, at: now, in: session) {
        throw Refusal(.notApproved, promise: 15, "this approval was used already")
      }
      try Deliveries.post([delivery], at: now, account, in: session)
    }
  }

  private func end(
    _ delivery: Delivery, _ link: Link, _ ending: DeliverEnding, under permit: borrowing Permit<SyncToCRM>
  ) async throws -> ID<JournalEntry> {
    var link = link
    link.key = delivery.key
    let landed = DeliverState.Landed(delivery: delivery, link: link)
    let conflict: ID<Conflict> = deliver.store.ids.next()
    try await deliver.store.write(under: permit) { session in
      try ending.end(landed, conflict: conflict, in: session)
    }
    try await crm.tidy(permit, check: deliver.store.standingCheck(permit))
    return ID(delivery.id.rawValue)
  }
}
