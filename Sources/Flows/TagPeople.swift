public import Consent
public import Model
public import Store

/// The owner puts a tag on people, and takes it off; a tag says what somebody is, and reminds of nobody.
public struct TagPeople: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// The longest tag, in characters.
  public static let longest = 60

  /// Tags persons, or takes a tag off whichever source it came from; an entry for each of whom something changed.
  @discardableResult
  public func tag(
    _ persons: [ID<Person>], _ tag: String, isOn: Bool, as viewer: Viewer
  ) async throws -> KeptRun {
    let tag = tag.filter { $0 != "\u{1F}" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !tag.isEmpty, tag.count <= TagPeople.longest else {
      throw Trouble("a tag has from 1 to \(TagPeople.longest) characters", "give one of that length")
    }
    let edit = Edit(isOn ? .add : .remove, .tag, tag)
    return try await Desk.each(persons, store, gate, viewer, mustBeThere: true) { desk, person, session in
      let record = try desk.typedRecord(of: person, in: session)
      let old = try Facts.typed(record.id, .tag, desk.account, in: session)
      if old.contains(where: { $0.value == tag && ($0.confidence > 0) == isOn }) { return nil }
      let new = try desk.apply(edit, to: record, old, in: session)
      try desk.know.refold([person], in: session)
      return Desk.Said(.edit, TypedLines.text(.tag, old), TypedLines.text(.tag, new))
    }
  }
}
