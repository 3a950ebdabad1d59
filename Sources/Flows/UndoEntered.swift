import Consent
import Model
import Outlets
import Plans
import Store

/// Interactions and tasks that were entered at one destination, on their way back: taken away there, where they still stand
/// as they were written.
struct UndoEntered {
  let undo: Undo
  let crm: any CRM
  let destination: Destination
  let viewer: Viewer

  private var store: Store { undo.store }

  /// One of them, with what stands there of a task, and the digest to approve.
  private struct Item: Sendable {
    var entry: JournalEntry
    var entered: Entered
    var there: RemoteTodo?
    var digest: String
  }

  /// Without `digests`, the owner's yes for each, nothing leaves: what would go is listed.
  ///
  /// What cannot go is listed with its reason, or thrown if it is one alone.
  func run(
    _ entries: [JournalEntry], _ digests: [ID<JournalEntry>: String]?, alone: Bool
  ) async throws -> UndoManyReport {
    var report = UndoManyReport()
    let all = try await opened(entries, &report, alone)
    let isOfTasks = all.contains { if case .todo = $0.1.what { true } else { false } }
    let todos = isOfTasks && crm.capabilities.hasTasks ? try await crm.todos() : []
    let blind = try await blind()
    var items: [Item] = []
    for (entry, entered) in all {
      do {
        items.append(try item(entry, entered, todos, blind))
      } catch let refusal as Refusal where !alone {
        report.left.append(.init(entry: entry.id, why: refusal.description))
      }
    }
    guard let digests, !items.isEmpty else {
      report.undone = items.map(shown)
      return report
    }
    guard items.allSatisfy({ digests[$0.entry.id] == $0.digest }) else {
      throw Refusal(.notApproved, promise: 13, "this is not the digest of what would be taken away now")
    }
    let permit = try await approved(items)
    for item in items {
      do {
        report.undone.append(try await take(item, under: permit))
      } catch let refusal as Refusal where !alone && refusal.reason == .notUndoable {
        report.left.append(.init(entry: item.entry.id, why: refusal.description))
      }
    }
    _ = permit.close()
    return report
  }

  /// What was entered, of those whose images still open.
  private func opened(
    _ entries: [JournalEntry], _ report: inout UndoManyReport, _ alone: Bool
  ) async throws -> [(JournalEntry, Entered)] {
    var found: [(JournalEntry, Entered)] = []
    for entry in entries {
      do {
        let held = try await store.journalEntry(viewer.account, viewer.member, entry.id)
        let images = try await undo.open(held?.images ?? [], of: entry, viewer)
        guard let entered = images.after.first.flatMap({ Entered($0) }) else {
          throw Undo.refused("what was entered there cannot be read any more")
        }
        found.append((entry, entered))
      } catch let refusal as Refusal where !alone && [.notUndoable, .erased].contains(refusal.reason) {
        report.left.append(.init(entry: entry.id, why: refusal.description))
      }
    }
    return found
  }

  /// The key by which the words of tasks are compared unread.
  private func blind() async throws -> BlindKey {
    let permit = try await undo.deliver.gate.permit(
      UndoChange.self, for: Request(account: viewer.account, member: viewer.member))
    let blind = permit.blind
    _ = permit.close()
    return blind
  }

  private func item(
    _ entry: JournalEntry, _ entered: Entered, _ todos: [RemoteTodo], _ blind: BlindKey
  ) throws -> Item {
    let there = todos.first { $0.remote == entered.remote }
    switch entered.what {
    case .todo(_, let state):
      if let there, DeliverTodos.state(there, blind) != state { throw UndoEntered.changed }
    case .interaction, .note:
      if entered.digest.isEmpty { throw Undo.refused("it is not known how it stood when it was written; it is left") }
    }
    return Item(entry: entry, entered: entered, there: there, digest: entered.approval(at: destination.id))
  }

  private static let changed = Undo.refused("it was changed there since; it is left as it is")

  private func shown(_ item: Item) -> UndoReport {
    var report = UndoReport(entry: item.entry.id)
    report.digest = item.digest
    report.lines = [
      DeliverReport.Line(
        destination: destination.id.description, person: item.entry.person.description, kind: "retract",
        field: item.entered.what.word, old: [item.there?.title ?? item.entered.remote], new: [])
    ]
    return report
  }

  /// The owner's yes to exactly these, spent at once.
  private func approved(_ items: [Item]) async throws -> Permit<SyncToCRM> {
    let digest = hex(sha256(Array(items.map(\.digest).sorted().joined(separator: "\n").utf8)))
    let (approval, member, id, account, now) = (
      store.ids.next(Approval.self), destination.member, destination.id, viewer.account, store.clock()
    )
    try await store.write(account) { session in
      try Deliveries.approveOnce(approval, account, member, id, digest: digest, at: now, in: session)
    }
    let permit = try await undo.deliver.gate.permit(
      SyncToCRM.self,
      for: Request(account: account, member: member, destination: id, digest: digest, count: items.count))
    try await store.write(under: permit) { session in
      guard try Store.spend(account, id, digest: digest, at: now, in: session) else {
        throw Refusal(.notApproved, promise: 15, "this approval was used already")
      }
    }
    return permit
  }

  private func take(_ item: Item, under permit: borrowing Permit<SyncToCRM>) async throws -> UndoReport {
    let check = store.standingCheck(permit)
    let answer: CRMAnswer =
      switch item.entered.what {
      case .todo:
        if let there = item.there {
          try await crm.retract(there, permit, check: check)
        } else {
          .written(remote: item.entered.remote, digest: "")
        }
      case .interaction, .note:
        try await crm.retract(item.entered.remote, expecting: item.entered.digest, permit, check: check)
      }
    switch answer {
    case .written: break
    case .changed: throw UndoEntered.changed
    case .refused(_, let why): throw Undo.refused(why)
    case .failed(let trouble): throw trouble
    }
    var report = shown(item)
    report.digest = nil
    report.undoing = try await end(item, under: permit)
    return report
  }

  /// Writes down that it is gone there by the owner's wish: it is neither entered again nor asked about.
  private func end(_ item: Item, under permit: borrowing Permit<SyncToCRM>) async throws -> ID<JournalEntry> {
    let (account, id, now) = (viewer.account, destination.id, store.clock())
    let made = JournalEntry(
      id: store.ids.next(), member: destination.member, verb: .enter, person: item.entry.person, destination: id,
      at: now, undoes: item.entry.id)
    try await store.write(under: permit) { session in
      guard try Journals.markUndone(item.entry.id, at: now, account, in: session) else {
        throw Undo.refused("this change was taken back before")
      }
      switch item.entered.what {
      case .interaction(let interaction): try Activities.takeBack(interaction, id, account, in: session)
      case .todo(let todo, _), .note(let todo):
        let links = try TodoLinks.all(id, account, in: session)
        if var link = links.first(where: { $0.todo == todo }), link.remote == item.entered.remote {
          link.state = .left
          try TodoLinks.keep([link], id, account, in: session)
        }
      }
      try Journals.insert(made, account, in: session)
    }
    return made.id
  }
}

extension Undo {
  /// Takes one back; without the digest it only says what would go.
  func retract(
    _ entry: JournalEntry, _ viewer: Viewer, _ approve: String?, _ dryRun: Bool
  ) async throws -> UndoReport {
    guard entry.undoes == nil else { throw Undo.refused("what was taken back is not entered again") }
    let report = try await retract([entry], viewer, dryRun ? nil : approve.map { [entry.id: $0] }, alone: true)
    return report.undone.first ?? UndoReport(entry: entry.id)
  }

  /// Takes interactions and tasks away that were entered at destinations, over one conversation with each.
  func retract(
    _ entries: [JournalEntry], _ viewer: Viewer, _ digests: [ID<JournalEntry>: String]?, alone: Bool = false
  ) async throws -> UndoManyReport {
    var report = UndoManyReport()
    let all = Dictionary(grouping: entries) { $0.destination?.rawValue ?? 0 }.sorted { $0.key < $1.key }
    for entries in all.map(\.value) {
      guard let id = entries.first?.destination else { throw Undo.refused("this entry names no destination") }
      let destination = try await deliver.live(id, viewer.member, viewer.account)
      report.add(
        try await deliver.outlets.open(destination, viewer.account) { crm in
          try await UndoEntered(undo: self, crm: crm, destination: destination, viewer: viewer)
            .run(entries, digests, alone: alone)
        })
    }
    return report
  }
}
