/// One thing that is said about a person, by whom and when: persons are folds over facts.
public struct Fact: Identified, Sendable, Equatable {
  public static let prefix = "fact"

  /// What a fact is about.
  ///
  /// Several values of a field that is `isMulti` stand side by side.
  public enum Field: String, Sendable, CaseIterable {
    case name, given, family, email, phone, organisation, title, url, address, birthday, note, tag, custom

    public var isMulti: Bool {
      switch self {
      case .email, .phone, .url, .address, .note, .tag, .custom: true
      case .name, .given, .family, .organisation, .title, .birthday: false
      }
    }
  }

  /// Where a value comes from; what the owner typed outranks what any source says (P048).
  public enum Origin: Int, Sendable, CaseIterable, Comparable {
    case inferred = 0
    case header = 1
    case card = 2
    case destination = 3
    case typed = 4

    public static func < (a: Origin, b: Origin) -> Bool { a.rawValue < b.rawValue }
  }

  public var field: Field
  /// The label a source gives a value (`work`, a custom column's name); empty if none.
  public var label: String
  public var value: String
  public var origin: Origin
  public var record: ID<Record>
  public var firstSeen: Instant
  public var lastSeen: Instant
  /// How often it was seen; for a header name, in how many mails.
  public var count: Int
  /// From 0 to 1.
  public var confidence: Double

  public init(
    field: Field, label: String = "", value: String, origin: Origin, record: ID<Record>, firstSeen: Instant,
    lastSeen: Instant, count: Int = 1, confidence: Double = 1
  ) {
    self.field = field
    self.label = label
    self.value = value
    self.origin = origin
    self.record = record
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.count = count
    self.confidence = confidence
  }
}

/// A record of a source (a card, an address met in mail, what the owner typed, what came in from a destination), assigned
/// to a person by a decision.
public struct Record: Identified, Sendable, Equatable {
  public static let prefix = "record"

  public enum Kind: String, Sendable, CaseIterable { case address, card, typed, destination }

  public var id: ID<Record>
  public var kind: Kind
  public var person: ID<Person>

  public init(id: ID<Record>, kind: Kind, person: ID<Person>) {
    self.id = id
    self.kind = kind
    self.person = person
  }
}
