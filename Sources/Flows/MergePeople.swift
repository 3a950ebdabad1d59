public import Consent
public import Model
import Plans
public import Store

/// Merging persons and taking it back: decisions about whose records are whose, never a change of what they say.
public struct MergePeople: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Merges persons into the first of them, in one transaction with its journal entry; answers the entry.
  public func merge(
    _ persons: [ID<Person>], as viewer: Viewer
  ) async throws -> ID<JournalEntry> {
    guard let kept = persons.first else { throw Trouble("nobody was named to merge", "name two persons or more") }
    let work = try await Desk.open(store, gate, viewer, about: kept, with: persons, mustBeThere: true)
    return try await work.change { desk, session in
      try desk.requireThere(persons, in: session)
      let decision = try desk.know.unite(persons, as: .merge, in: session)
      // The owner's word is the last one: what was held apart before is one now.
      let records = decision.records
      var pairs: [(ID<Record>, ID<Record>)] = []
      for (index, record) in records.enumerated() {
        for other in records.dropFirst(index + 1) where other.from != record.from {
          pairs.append((record.record, other.record))
        }
      }
      try Decisions.forgetApart(pairs, desk.account, in: session)
      let entry = desk.entry(.merge, decision: decision.id)
      let from = Dictionary(records.map { ($0.record, $0.from) }, uniquingKeysWith: { first, _ in first })
      try desk.write(entry, in: session) { record in
        guard let person = from[record.id], person != kept else { return nil }
        return ("of \(person)", "of \(kept)")
      }
      return entry.id
    }
  }

  /// Takes back the last decision that brought records to a person, or the one that is named; later edits stay.
  ///
  /// The pairs that are apart again are remembered, so that no rule unites them.
  public func unmerge(
    _ person: ID<Person>, decision named: ID<Decision>? = nil, as viewer: Viewer
  ) async throws -> ID<JournalEntry> {
    let nothing = Refusal(.notUndoable, promise: 119, "nothing was merged into this person, or it was taken back")
    let last = try await store.read(viewer.account) { session in
      try named ?? Decisions.last(into: person, of: viewer.member, viewer.account, in: session)
    }
    guard let last else {
      // Whether the person is there is asked first, so that a foreign id answers as one that is not there.
      _ = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: true)
      throw nothing
    }
    let work = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: false)
    return try await work.change { desk, session in
      var held = try Decisions.live(from: last, of: desk.member, desk.account, in: session)
      guard let decision = held.first, decision.id == last, decision.person == person else { throw nothing }
      held.removeFirst()
      let undone = try MergePeople.plan(decision, after: held, desk, in: session)
      try Facts.move(undone.moves.map { (record: $0.record, to: $0.to) }, desk.account, in: session)
      try Decisions.keepApart(
        undone.separations.map { ($0.first, $0.second) }, of: desk.member, desk.account, in: session)
      try Decisions.revoke(decision.id, at: desk.know.now, desk.account, in: session)
      try desk.know.refold([person] + undone.restored + undone.moves.map(\.from), in: session)
      return try MergePeople.note(undone, of: decision, desk, in: session)
    }
  }

  private static func plan(
    _ decision: Decision, after later: [Decision], _ desk: Desk, in session: any Session
  ) throws -> MergePlan.Unmerge {
    let plan = MergePlan(decision)
    let holders = [decision.person] + later.map(\.person)
    var records = try Facts.records(of: Array(Set(holders)).sorted(), desk.account, in: session).flatMap { $0 }
    let there = Set(records.map(\.id))
    records += try Facts.records(
      plan.moves.map(\.record).filter { !there.contains($0) }, desk.account, in: session)
    return plan.undo(
      records: records.map { Record(id: $0.id, kind: $0.kind, person: $0.person) }, after: later.map { MergePlan($0) })
  }

  private static func note(
    _ undone: MergePlan.Unmerge, of decision: Decision, _ desk: Desk, in session: any Session
  ) throws -> ID<JournalEntry> {
    let undoes = try Journals.merge(by: decision.id, into: decision.person, desk.account, in: session)?.id
    if let undoes { _ = try Journals.markUndone(undoes, at: desk.know.now, desk.account, in: session) }
    let entry = desk.entry(.unmerge, decision: decision.id, undoes: undoes)
    let back = Dictionary(undone.moves.map { ($0.record, $0) }, uniquingKeysWith: { first, _ in first })
    try desk.write(entry, in: session) { record in
      back[record.id].map { ("of \($0.from)", "of \($0.to)") }
    }
    return entry.id
  }
}

extension MergePlan {
  /// The plan that a decision was made by.
  init(_ decision: Decision) {
    var absorbed: [ID<Person>] = []
    for record in decision.records where record.from != decision.person && !absorbed.contains(record.from) {
      absorbed.append(record.from)
    }
    self.init(
      kept: decision.person, absorbed: absorbed,
      moves: decision.records.filter { $0.from != decision.person }
        .map { Move($0.record, from: $0.from, to: decision.person) },
      own: decision.records.filter { $0.from == decision.person }.map(\.record))
  }
}
