/// What a column or a value of a record says of somebody.
public enum SameField: String, Sendable, CaseIterable {
  case name, given, family, email, phone, organisation, title, street, city, postcode, country, birthday, text
}

/// A record as the question "who is the same" sees it: texts by field, as they are written.
public struct SameRecord: Sendable, Equatable {
  /// Values by field; those of `text` stand each in its own column, an empty one in its place.
  public var values: [SameField: [String]]
  /// False for offices, programs and placeholders: what they hold is nobody's own.
  public var isPersonal: Bool
  /// The book the record is from, where one book seldom holds one person twice; nil if that is not known.
  public var book: Int?

  public init(_ values: [SameField: [String]], isPersonal: Bool = true, book: Int? = nil) {
    self.values = values
    self.isPersonal = isPersonal
    self.book = book
  }

  func all(_ field: SameField) -> [String] { values[field] ?? [] }
}
