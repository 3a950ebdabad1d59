public import Consent
public import Model
public import Store

/// The owner says how people are followed up: how often, not now, not at all, out of the way.
///
/// None of it makes a tie stronger: that is done by being in touch alone.
public struct EditFollowUp: Sendable {
  let store: Store
  let gate: Gate

  /// One word of the owner's.
  public enum Word: Sendable, Equatable {
    /// Their own interval in days; nil leaves it to the buckets again.
    case interval(Int?)
    /// No reminder before a day; nil takes that back.
    case snooze(until: Day?)
    /// Not this time: what stands in today's list goes, the reminder comes again an interval later.
    case dismiss
    case mute(Bool)
    /// Left unsorted in the bucket game.
    case skip(Bool)
    case archive(Bool)
    /// Shown nowhere any more, and never back by a sync; a record in a CRM stays.
    case delete

    var aspect: FollowUpAspect {
      switch self {
      case .interval: .interval
      case .snooze: .snooze
      case .dismiss: .dismiss
      case .mute: .mute
      case .skip: .skip
      case .archive: .archive
      case .delete: .delete
      }
    }

    /// What is kept of it; nil if nothing is.
    var value: Int64? {
      switch self {
      case .interval(let days): days.map(Int64.init)
      case .snooze(let day): day?.midnight.milliseconds
      case .dismiss, .delete: 0
      case .mute(let isOn), .skip(let isOn), .archive(let isOn): isOn ? 0 : nil
      }
    }
  }

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  @discardableResult
  public func say(_ word: Word, about persons: [ID<Person>], as viewer: Viewer) async throws -> KeptRun {
    if case .interval(let days?) = word { try EditBucket.requireInterval(days) }
    return try await Desk.each(persons, store, gate, viewer, mustBeThere: true) { desk, person, session in
      let held = try FollowUps.of([person], word.aspect, desk.account, in: session).first ?? []
      if word == .delete { try desk.markDeleted(person, in: session) }
      if let value = word.value {
        let record = try desk.typedRecord(of: person, in: session)
        let row = FollowUpRow(record: record.id, aspect: word.aspect, value: value, at: desk.know.now)
        try FollowUps.keep([row], of: desk.member, desk.account, in: session)
      } else {
        guard !held.isEmpty else { return nil }
        try FollowUps.delete(held, desk.account, in: session)
      }
      let now = try FollowUps.of([person], word.aspect, desk.account, in: session).first ?? []
      return Desk.Said(.followUp, FollowUpLines.text(word.aspect, held), FollowUpLines.text(word.aspect, now))
    }
  }
}

extension Desk {
  /// A deleted person is stored and not used, as one who is restricted: in no list, no analysis, no delivery.
  func markDeleted(_ person: ID<Person>, in session: any Session) throws {
    guard let state = try People.states([person], account, in: session).first ?? nil, state.restrictedAt == nil else {
      throw Refusal(.restricted, promise: 121, "this person is restricted: stored, not used")
    }
    try People.restrict(person, at: know.now, account, in: session)
  }

  /// Puts what was said of one aspect back to what an image says.
  func restoreFollowUp(_ image: String, in session: any Session) throws -> Said {
    guard let (aspect, rows) = FollowUpLines.read(image) else {
      throw Undo.refused("what stood before this change cannot be read")
    }
    let held = try FollowUps.of([person], aspect, account, in: session).first ?? []
    try FollowUps.delete(held, account, in: session)
    let there = Set(try Facts.records(rows.map(\.record), account, in: session).map(\.id))
    try FollowUps.keep(rows.filter { there.contains($0.record) }, of: member, account, in: session)
    let now = try FollowUps.of([person], aspect, account, in: session).first ?? []
    if aspect == .delete, now.isEmpty {
      // Only the deletion is taken back: whoever was restricted since, for their own sake, stays so.
      let state = try People.states([person], account, in: session).first ?? nil
      if let at = state?.restrictedAt, held.contains(where: { $0.at == at }) {
        try People.restrict(person, at: nil, account, in: session)
        try know.refold([person], in: session)
      }
    }
    return Said(.followUp, FollowUpLines.text(aspect, held), FollowUpLines.text(aspect, now))
  }
}

/// What was said of one aspect as the journal's images keep it: the aspect, then a line for each record.
enum FollowUpLines {
  static func text(_ aspect: FollowUpAspect, _ rows: [FollowUpRow]) -> String {
    ([aspect.rawValue] + rows.map { "\($0.record)\t\($0.value)\t\($0.at.milliseconds)" }).joined(separator: "\n")
  }

  static func read(_ text: String) -> (aspect: FollowUpAspect, rows: [FollowUpRow])? {
    let lines = text.split(separator: "\n")
    guard let first = lines.first, let aspect = FollowUpAspect(rawValue: String(first)) else { return nil }
    var rows: [FollowUpRow] = []
    for line in lines.dropFirst() {
      let parts = line.split(separator: "\t")
      guard parts.count == 3, let record = ID<Record>(parts[0]), let value = Int64(parts[1]), let at = Int64(parts[2])
      else { return nil }
      rows.append(FollowUpRow(record: record, aspect: aspect, value: value, at: Instant(milliseconds: at)))
    }
    return (aspect, rows)
  }
}
