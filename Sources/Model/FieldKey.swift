/// What a value of a person is about, as both sides of a delivery name it: a field and, for a custom one, its label.
///
/// Written `email`, or `custom:Club`.
public struct FieldKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let field: Fact.Field
  /// Empty but for a custom field; one line, its words parted by single spaces.
  public let label: String

  public init(_ field: Fact.Field, label: String = "") {
    self.field = field
    self.label = field == .custom ? label.split(whereSeparator: \.isWhitespace).joined(separator: " ") : ""
  }

  /// Reads what `name` writes; nil for what names no field.
  public init?(name: some StringProtocol) {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let field = Fact.Field(rawValue: String(first)) else { return nil }
    guard parts.count == 1 || field == .custom else { return nil }
    self.init(field, label: parts.count == 1 ? "" : String(parts[1]))
  }

  public var name: String { label.isEmpty ? field.rawValue : field.rawValue + ":" + label }
  public var description: String { name }
  /// As the owner calls it.
  public var plain: String { label.isEmpty ? field.rawValue : "'" + label + "'" }
  /// True if several values stand side by side.
  public var isMulti: Bool { field.isMulti }

  /// In the order in which fields are shown, custom ones by their labels.
  public static func < (a: FieldKey, b: FieldKey) -> Bool {
    a.field == b.field ? a.label < b.label : a.field.place < b.field.place
  }

  public static let name = FieldKey(.name)
  public static let given = FieldKey(.given)
  public static let family = FieldKey(.family)
  public static let email = FieldKey(.email)
  public static let phone = FieldKey(.phone)
  public static let organisation = FieldKey(.organisation)
  public static let title = FieldKey(.title)
  public static let url = FieldKey(.url)
  public static let address = FieldKey(.address)
  public static let birthday = FieldKey(.birthday)
  public static let note = FieldKey(.note)
  public static let tag = FieldKey(.tag)
  public static func custom(_ label: String) -> FieldKey { FieldKey(.custom, label: label) }
}

/// The values of a person, as both sides of a delivery write them; a missing field has no value.
public typealias FieldValues = [FieldKey: [String]]

extension Fact.Field {
  /// Its place in the order in which fields are shown.
  fileprivate var place: Int { Fact.Field.allCases.firstIndex(of: self) ?? 0 }
}
