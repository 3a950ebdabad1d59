/// Someone or something the owner is in touch with: a fold over facts.
public struct Person: Identified, Sendable, Equatable {
  public static let prefix = "person"

  public enum Kind: String, Sendable, CaseIterable { case person, organisation, machine }

  /// Whether the owner is in touch with somebody, or merely came across them in what was read.
  public enum Standing: String, Sendable, CaseIterable { case contact, discovered }

  public var id: ID<Person>
  public var kind: Kind
  public var name: String
  public var emails: [String]
  public var phones: [String]
  public var organisation: String?
  public var title: String?
  public var strength: Double
  public var lastContacted: Instant?
  public var interactions: Int
  public var restricted: Bool

  public init(
    id: ID<Person>, kind: Kind = .person, name: String = "", emails: [String] = [], phones: [String] = [],
    organisation: String? = nil, title: String? = nil, strength: Double = 0, lastContacted: Instant? = nil,
    interactions: Int = 0, restricted: Bool = false
  ) {
    self.id = id
    self.kind = kind
    self.name = name
    self.emails = emails
    self.phones = phones
    self.organisation = organisation
    self.title = title
    self.strength = strength
    self.lastContacted = lastContacted
    self.interactions = interactions
    self.restricted = restricted
  }
}
