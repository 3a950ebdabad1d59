public import Consent
public import Model
public import Store

/// What the owner says about one field of a person.
public struct Edit: Sendable, Equatable {
  public enum Verb: String, Sendable, CaseIterable {
    /// The value of a field that holds one; an empty value leaves the field empty, whatever sources say.
    case set
    /// One more value of a field that holds several.
    case add
    /// A value that stays away, however often a source repeats it.
    case remove
    /// The owner's own word is taken back: sources speak again.
    case forget
  }

  public var verb: Verb
  public var field: Fact.Field
  public var label: String
  public var value: String

  public init(_ verb: Verb, _ field: Fact.Field, _ value: String = "", label: String = "") {
    self.verb = verb
    self.field = field
    self.label = label
    self.value = value
  }
}

/// The owner corrects what is known of a person, or forbids to use it.
///
/// What was typed outranks every source (P048).
public struct EditPerson: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Types one thing about a person; answers the journal entry by which it can be undone.
  public func edit(
    _ person: ID<Person>, _ edit: Edit, as viewer: Viewer
  ) async throws -> ID<JournalEntry> {
    let edit = try EditPerson.checked(edit)
    let desk = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: true)
    return try await desk.change { desk, session in
      try desk.requireThere([person], in: session)
      let record = try desk.typedRecord(in: session)
      let old = try Facts.typed(record.id, edit.field, desk.account, in: session)
      let entry = desk.entry(.edit)
      let new = try desk.apply(edit, to: record, old, in: session)
      try desk.know.refold([person], in: session)
      let images = (TypedLines.text(edit.field, old), TypedLines.text(edit.field, new))
      try desk.write(entry, record, images, in: session)
      return entry.id
    }
  }

  /// Takes an edit back: what the owner had typed about the field before stands again.
  public func undo(
    _ entry: JournalEntry, before: JournalImage, as viewer: Viewer
  ) async throws -> ID<JournalEntry> {
    let spoilt = Refusal(.notUndoable, promise: 119, "what stood before this change cannot be read")
    guard entry.verb == .edit, let (field, lines) = TypedLines.read(before.lines) else { throw spoilt }
    let desk = try await Desk.open(store, gate, viewer, about: entry.person, with: [entry.person], mustBeThere: true)
    return try await desk.change { desk, session in
      guard try Journals.markUndone(entry.id, at: desk.know.now, desk.account, in: session) else {
        throw Refusal(.notUndoable, promise: 119, "this change was taken back before")
      }
      let record = try desk.typedRecord(in: session)
      let old = try Facts.typed(record.id, field, desk.account, in: session)
      try Facts.delete(old.map(\.id), desk.account, in: session)
      try desk.restore(lines, to: record, in: session)
      let new = try Facts.typed(record.id, field, desk.account, in: session)
      try desk.know.refold([entry.person], in: session)
      let undoing = desk.entry(.edit, undoes: entry.id)
      try desk.write(undoing, record, (TypedLines.text(field, old), TypedLines.text(field, new)), in: session)
      return undoing.id
    }
  }

  /// Forbids to use what is stored of a person: no list, no analysis, no delivery, no suggestion (P121).
  ///
  /// No journal entry: the ledger has it, and only `unrestrict` ends it.
  public func restrict(_ person: ID<Person>, as viewer: Viewer) async throws {
    let desk = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: true)
    try await desk.change { desk, session in
      try People.restrict(person, at: desk.know.now, desk.account, in: session)
    }
  }

  /// Ends a restriction; what came meanwhile is worked out at once.
  public func unrestrict(_ person: ID<Person>, as viewer: Viewer) async throws {
    let desk = try await Desk.open(store, gate, viewer, about: person, with: [person], mustBeThere: false)
    try await desk.change { desk, session in
      try People.restrict(person, at: nil, desk.account, in: session)
      try desk.know.refold([person], in: session)
    }
  }

  private static func checked(_ edit: Edit) throws -> Edit {
    var edit = edit
    edit.value = edit.value.split(whereSeparator: \.isNewline).joined(separator: " ")
    edit.label = edit.label.split(whereSeparator: \.isNewline).joined(separator: " ")
    edit.value = edit.value.filter { $0 != "\u{1F}" }
    edit.label = edit.label.filter { $0 != "\u{1F}" }
    if edit.field == .email { edit.value = fold(edit.value) }
    if edit.field.isMulti, edit.verb == .set {
      throw Trouble("'\(edit.field.rawValue)' holds several values", "add one or remove one")
    }
    if !edit.field.isMulti, edit.verb == .add || edit.verb == .remove {
      throw Trouble("'\(edit.field.rawValue)' holds one value", "set it")
    }
    if edit.value.isEmpty, edit.verb == .add || edit.verb == .remove {
      throw Trouble("there is no value to \(edit.verb.rawValue)", "give one")
    }
    return edit
  }
}

extension Desk {
  /// The record of what the owner types about a person, the desk's unless another is named; made when first needed.
  func typedRecord(of whom: ID<Person>? = nil, in session: any Session) throws -> StoredRecord {
    let person = whom ?? person
    let identity = StoredRecord.typed(person)
    if let held = try Facts.record(.typed, identity, of: member, account, in: session) { return held }
    guard let handle = records.first(where: { $0.record.person == person && !sealer.isErased($0.handle) }) else {
      throw Desk.nobody
    }
    let made = StoredRecord(
      id: store.ids.next(), kind: .typed, identity: identity, handle: handle.record.handle, person: person)
    try Facts.insert([made], of: member, account, in: session)
    return made
  }

  /// Applies an edit; answers what the owner's words about the field are now.
  func apply(
    _ edit: Edit, to record: StoredRecord, _ old: [Facts.Typed], in session: any Session
  ) throws -> [Facts.Typed] {
    let key = know.blind.token(Array(edit.value.utf8))
    let same = old.filter { edit.field.isMulti ? $0.label == edit.label && $0.key == key : true }
    switch edit.verb {
    case .set:
      try Facts.delete(old.map(\.id), account, in: session)
      try type([(edit.field, edit.label, edit.value, 1)], to: record, in: session)
    case .add:
      try Facts.delete(same.map(\.id), account, in: session)
      try type([(edit.field, edit.label, edit.value, 1)], to: record, in: session)
    case .remove:
      try Facts.delete(same.map(\.id), account, in: session)
      try type([(edit.field, edit.label, edit.value, 0)], to: record, in: session)
    case .forget:
      try Facts.delete((edit.field.isMulti && !edit.value.isEmpty ? same : old).map(\.id), account, in: session)
    }
    return try Facts.typed(record.id, edit.field, account, in: session)
  }

  /// Enters typed facts: the directory open, everything else sealed under the key of the record's handle.
  func type(
    _ all: [(field: Fact.Field, label: String, value: String, confidence: Double)], to record: StoredRecord,
    in session: any Session
  ) throws {
    let handle = try Handles.of([record.handle], account, in: session).first ?? nil
    guard let handle else { throw Desk.nobody }
    let facts = try all.map { said in
      let id: ID<Fact> = know.ids.next()
      let fact = Fact(
        field: said.field, label: said.label, value: said.value, origin: .typed, record: record.id,
        firstSeen: know.now, lastSeen: know.now, confidence: said.confidence)
      var new = know.new(fact)
      new.id = id
      if !said.field.isOpen {
        new.detail = try sealer.seal(
          Array(said.value.utf8), by: handle, in: Slot(account, "fact", "detail", row: id.rawValue), ofSource: false)
      }
      return new
    }
    try Facts.keep(facts, of: member, account, in: session)
  }

  /// Enters typed facts as they stood before; a sealed one opens only in its own row, so it keeps its id.
  func restore(_ all: [Facts.Typed], to record: StoredRecord, in session: any Session) throws {
    let facts = all.map { old in
      NewFact(
        id: old.id,
        fact: Fact(
          field: old.field, label: old.label, value: old.value ?? "", origin: .typed, record: record.id,
          firstSeen: know.now, lastSeen: know.now, confidence: old.confidence),
        key: old.key, detail: old.detail)
    }
    try Facts.keep(facts, of: member, account, in: session)
  }

  /// Writes the entry of an edit with its one image.
  func write(
    _ entry: JournalEntry, _ record: StoredRecord, _ said: (before: String, after: String), in session: any Session
  ) throws {
    guard let handle = try Handles.of([record.handle], account, in: session).first ?? nil else { throw Desk.nobody }
    let image = try JournalImages(
      before: said.before, after: said.after, of: handle, entry: entry, account, by: sealer)
    try Journals.insert(entry, images: [image], account, in: session)
  }
}

extension Fact.Field {
  /// The directory is open; what else is known of somebody is sealed (`house.md`, three classes of column).
  var isOpen: Bool {
    switch self {
    case .name, .given, .family, .email, .phone, .organisation, .title, .tag: true
    case .url, .address, .birthday, .note, .custom: false
    }
  }
}

/// What the owner typed about a field, as the journal's images keep it: the field, then a line for each value.
enum TypedLines {
  private static let gap: Character = "\u{1F}"

  static func text(_ field: Fact.Field, _ facts: [Facts.Typed]) -> String {
    ([field.rawValue] + facts.map(line)).joined(separator: "\n")
  }

  private static func line(_ fact: Facts.Typed) -> String {
    let parts = [
      fact.id.description, fact.label, fact.value ?? "", fact.detail.map { hex($0.bytes) } ?? "", String(fact.key),
      fact.confidence > 0 ? "1" : "0",
    ]
    return parts.joined(separator: "\(gap)")
  }

  static func read(_ text: String) -> (Fact.Field, [Facts.Typed])? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard !lines.isEmpty, let field = Fact.Field(rawValue: String(lines.removeFirst())) else { return nil }
    var facts: [Facts.Typed] = []
    for line in lines {
      let parts = line.split(separator: gap, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 6, let id = ID<Fact>(parts[0]), let key = UInt64(parts[4]) else { return nil }
      let detail = parts[3].isEmpty ? nil : bytes(parts[3]).flatMap { Sealed(stored: $0) }
      if !parts[3].isEmpty, detail == nil { return nil }
      facts.append(
        Facts.Typed(
          id: id, field: field, label: parts[1], value: detail == nil ? parts[2] : nil, detail: detail, key: key,
          confidence: parts[5] == "1" ? 1 : 0))
    }
    return (field, facts)
  }

  static func bytes(_ hex: String) -> [UInt8]? {
    let digits = Array(hex)
    guard digits.count % 2 == 0 else { return nil }
    var out: [UInt8] = []
    for at in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(digits[at...at + 1]), radix: 16) else { return nil }
      out.append(byte)
    }
    return out
  }
}
