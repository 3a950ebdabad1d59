public import Model

/// One record that would be created or updated at a destination, with every old and new value.
public struct CRMChange: Sendable, Equatable {
  public enum Kind: String, Sendable { case create, update }

  public var kind: Kind
  public var person: ID<Person>
  /// The record at the destination; nil for one that is yet to be created.
  public var remote: String?
  public var fields: [FieldChange]

  public init(_ kind: Kind, person: ID<Person>, remote: String?, fields: [FieldChange]) {
    self.kind = kind
    self.person = person
    self.remote = remote
    self.fields = fields
  }

  /// True if the change takes something away that stands at the destination.
  public var overwrites: Bool { fields.contains(where: \.overwrites) }

  /// The one byte form of the change: its SHA-256 serves as idempotency key and, over a plan, as what is approved.
  public var canonical: [UInt8] {
    var form = Canonical("kith change 1")
    form.text(kind.rawValue)
    form.text(person.description)
    form.optional(remote)
    form.number(Int64(fields.count))
    for change in fields.sorted(by: { $0.field.name < $1.field.name }) {
      form.text(change.field.name)
      form.list(change.old)
      form.list(change.new)
    }
    return form.bytes
  }

  /// The change that takes this one back, to be sent only if the destination still shows what this one wrote.
  ///
  /// Nil for a creation: nothing is deleted at a destination.
  public var inverse: CRMChange? {
    guard kind == .update else { return nil }
    return CRMChange(
      .update, person: person, remote: remote,
      fields: fields.map { FieldChange(field: $0.field, old: $0.new, new: $0.old) })
  }

  /// The part of the change that still fits: fields that show at the destination what the change starts from.
  ///
  /// An undo sends the fitting part of the inverse; a field edited there meanwhile is left alone, listed in `edited`.
  public func fitting(_ theirs: FieldValues) -> (change: CRMChange, edited: [FieldKey]) {
    var fits = self
    var edited: [FieldKey] = []
    fits.fields = fields.filter { change in
      let now = Set((theirs[change.field] ?? []).map { comparable(change.field, $0) }.filter { !$0.isEmpty })
      let start = Set(change.old.map { comparable(change.field, $0) }.filter { !$0.isEmpty })
      if now != start { edited.append(change.field) }
      return now == start
    }
    return (fits, edited)
  }
}
