/// The owner's designated CRM: where people are kept in step.
public struct Destination: Identified, Sendable, Equatable {
  public static let prefix = "destination"

  public enum Kind: String, Sendable, CaseIterable { case folder }

  public var id: ID<Destination>
  public var member: ID<Member>
  public var kind: Kind
  /// Where it lies: for a folder CRM the absolute path.
  public var location: String
  public var revokedAt: Instant?

  public init(id: ID<Destination>, member: ID<Member>, kind: Kind, location: String, revokedAt: Instant? = nil) {
    self.id = id
    self.member = member
    self.kind = kind
    self.location = location
    self.revokedAt = revokedAt
  }
}
