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
  var store: Store { deliver.store }
  var gate: Gate { deliver.gate }

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
    if entry.verb == .enter { return try await retract(entry, viewer, approve, dryRun) }
    guard !entry.verb.isSent else { return try await undo(images.delivered(entry), viewer, approve, dryRun) }
    guard !dryRun else { return UndoReport(entry: id) }
    let made: ID<JournalEntry>
    switch entry.verb {
    case .merge:
      made = try await MergePeople(store: store, gate: gate).unmerge(
        entry.person, decision: entry.decision, as: viewer)
    case .unmerge: throw Undo.refused("persons that were parted are united again by 'kith merge'")
    case .edit:
      let before = JournalImage(images.before.joined(separator: "\n"))
      made = try await EditPerson(store: store, gate: gate).undo(entry, before: before, as: viewer)
    case .task:
      let before = JournalImage(images.before.joined(separator: "\n"))
      let after = JournalImage(images.after.joined(separator: "\n"))
      made = try await EditTodo(store: store, gate: gate).undo(entry, before: before, after: after, as: viewer)
    case .bucket, .followUp, .note, .touch:
      let before = JournalImage(images.before.joined(separator: "\n"))
      made = try await UndoKept(store: store, gate: gate).undo(entry, before: before, as: viewer)
    case .receive, .create, .update, .delete, .enter:
      made = try await UndoReceived(store: store, gate: gate).undo(images.delivered(entry), as: viewer)
    }
    return UndoReport(entry: id, undoing: made)
  }

  /// What stood before and after a change, opened.
  struct Images {
    var before: [String] = []
    var after: [String] = []

    func delivered(_ entry: JournalEntry) -> Delivered {
      Delivered(entry: entry, before: JournalText.join(before), after: JournalText.join(after))
    }
  }

  static func refused(_ text: String) -> Refusal { Refusal(.notUndoable, promise: 119, text) }

  /// The opened images; of somebody who was erased nothing opens, and nothing comes back (P120).
  func open(_ images: [JournalImages], of entry: JournalEntry, _ viewer: Viewer) async throws -> Images {
    let permit = try await gate.permit(
      UndoChange.self,
      for: Request(
        account: viewer.account, member: viewer.member, handles: images.map(\.key), person: entry.person))
    var texts = Images()
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
  struct Delivered {
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
    guard let id = delivered.entry.destination else { throw Undo.refused("this entry names no destination") }
    let destination = try await deliver.live(id, viewer.member, viewer.account)
    return try await deliver.outlets.open(destination, viewer.account) { crm in
      let state = try await sides(crm, destination, viewer.account)
      return try await undo(delivered, crm, destination, state, viewer, approve, dryRun)
    }
  }

  /// Both sides as they stand now.
  func sides(_ crm: any CRM, _ destination: Destination, _ account: ID<Account>) async throws -> DeliverState {
    let rules = deliver.rules(destination).limited(by: crm.capabilities)
    return try await DeliverState.read(
      store, try await crm.records(), destination, account,
      try await DeliverDetails.open(store, gate, destination, account, rules.mapping))
  }

  /// Takes one delivered change back, from both sides as `state` has them.
  func undo(
    _ delivered: Delivered, _ crm: any CRM, _ destination: Destination, _ state: DeliverState, _ viewer: Viewer,
    _ approve: String?, _ dryRun: Bool
  ) async throws -> UndoReport {
    let entry = delivered.entry
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
    case .update, .receive, .merge, .unmerge, .edit, .task, .bucket, .followUp, .note, .touch, .enter:
      guard let record = state.record(of: entry.person) else { throw Undo.refused("the record is not there any more") }
      let change = CRMChange(.update, person: entry.person, remote: record.remote, fields: delivered.fields)
      guard let fit = change.inverse?.fitting(record.values), !fit.change.fields.isEmpty else {
        throw Undo.refused("what was written was changed there since; it is left as it is")
      }
      return try await back.send(fit.change, edited: fit.edited, dryRun: dryRun)
    }
  }
}

extension JournalEntry.Verb {
  /// True for what was sent to a destination.
  var isSent: Bool {
    switch self {
    case .create, .update, .delete: true
    case .receive, .merge, .unmerge, .edit, .task, .bucket, .followUp, .note, .touch, .enter: false
    }
  }
}
