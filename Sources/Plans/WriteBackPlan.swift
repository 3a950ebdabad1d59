public import Model

/// One field of one card of a source, as it stands there and as the owner's correction would have it: exactly what one
/// approval is for (P013).
public struct SourceChange: Sendable, Equatable {
  public var source: ID<Source>
  /// The card as a record here.
  public var record: ID<Record>
  public var person: ID<Person>
  public var field: FieldChange

  public init(source: ID<Source>, record: ID<Record>, person: ID<Person>, field: FieldChange) {
    self.source = source
    self.record = record
    self.person = person
    self.field = field
  }

  /// The bytes whose SHA-256 is approved: record, field, old and new value, and nothing else.
  public var canonical: [UInt8] {
    var form = Canonical("kith write-back 1")
    form.text(source.description)
    form.text(record.description)
    form.text(field.field.name)
    form.list(field.old)
    form.list(field.new)
    return form.bytes
  }

  /// The change that takes this one back.
  public var inverse: SourceChange {
    var back = self
    back.field = FieldChange(field: field.field, old: field.new, new: field.old)
    return back
  }

  /// Whether a card still shows what the change starts from.
  public func fits(_ values: FieldValues) -> Bool { same(values, field.old) }

  /// Whether a card shows what the change makes.
  public func isDone(in values: FieldValues) -> Bool { same(values, field.new) }

  private func same(_ values: FieldValues, _ said: [String]) -> Bool {
    WriteBackPlan.forms(field.field, values[field.field] ?? []) == WriteBackPlan.forms(field.field, said)
  }
}

/// What the owner typed about a person, against what the person's cards at a source say.
///
/// Nothing here is sent: each change waits for a yes of its own.
public enum WriteBackPlan {
  /// A card of the source, as it stands there now.
  public struct Card: Sendable, Equatable {
    public var record: ID<Record>
    public var person: ID<Person>
    public var values: FieldValues

    public init(record: ID<Record>, person: ID<Person>, values: FieldValues) {
      self.record = record
      self.person = person
      self.values = values
    }
  }

  /// One thing the owner typed: a value that holds, or one that does not.
  public struct Typed: Sendable, Equatable {
    public var field: FieldKey
    public var value: String
    public var holds: Bool
    public var at: Instant

    public init(_ field: FieldKey, _ value: String, holds: Bool = true, at: Instant) {
      self.field = field
      self.value = value
      self.holds = holds
      self.at = at
    }
  }

  /// The fields that are written back: the directory.
  public static let fields: [FieldKey] = [.name, .given, .family, .email, .phone, .organisation, .title, .tag]

  /// The changes of one person's cards, in the order of cards and fields.
  ///
  /// A field with one value is corrected on every card that says otherwise, and on the first if none says anything. A
  /// value that does not hold goes from every card; a new one comes to the first, if no card has it.
  public static func changes(_ cards: [Card], _ typed: [Typed], of source: ID<Source>) -> [SourceChange] {
    let cards = cards.sorted { $0.record < $1.record }
    var found: [SourceChange] = []
    for (place, card) in cards.enumerated() {
      for field in fields {
        let said = typed.filter { $0.field == field }
        let old = card.values[field] ?? []
        let new = field.isMulti ? several(field, old, said, cards, at: place) : one(field, old, said, cards, at: place)
        guard let new, forms(field, new) != forms(field, old) else { continue }
        found.append(
          SourceChange(
            source: source, record: card.record, person: card.person,
            field: FieldChange(field: field, old: old, new: new)))
      }
    }
    return found
  }

  /// Nil if the field stays as it is.
  private static func one(
    _ field: FieldKey, _ old: [String], _ said: [Typed], _ cards: [Card], at place: Int
  ) -> [String]? {
    guard let last = said.filter(\.holds).max(by: { $0.at < $1.at }) else { return nil }
    // Every card must have a name (RFC 6350 §6.2.1).
    if last.value.isEmpty { return field == .name || old.isEmpty ? nil : [] }
    let isSaid = cards.contains { !($0.values[field] ?? []).isEmpty }
    return !old.isEmpty || (!isSaid && place == 0) ? [last.value] : nil
  }

  private static func several(
    _ field: FieldKey, _ old: [String], _ said: [Typed], _ cards: [Card], at place: Int
  ) -> [String] {
    let away = Set(said.filter { !$0.holds }.map { comparable(field, $0.value) })
    var new = old.filter { !away.contains(comparable(field, $0)) }
    guard place == 0 else { return new }
    let held = Set(cards.flatMap { $0.values[field] ?? [] }.map { comparable(field, $0) })
    for added in said where added.holds && !held.contains(comparable(field, added.value)) { new.append(added.value) }
    return new
  }

  static func forms(_ field: FieldKey, _ values: [String]) -> Set<String> {
    Set(values.map { comparable(field, $0) }.filter { !$0.isEmpty })
  }
}
