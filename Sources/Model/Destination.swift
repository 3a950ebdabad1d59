/// The owner's designated CRM: where people are kept in step.
public struct Destination: Identified, Sendable, Equatable {
  public static let prefix = "destination"

  public enum Kind: String, Sendable, CaseIterable { case folder, tryton, amagi, hubspot, webhook, carddav, espo }

  public var id: ID<Destination>
  public var member: ID<Member>
  public var kind: Kind
  /// Where it lies: for a folder CRM the absolute path, for a server its address with what is used there.
  public var location: String
  /// How it is reached; nil for what lies on this machine.
  public var server: MailServer?
  /// What else it takes to use it, by names that its kind knows; never a secret.
  public var options: [String: String]
  public var revokedAt: Instant?

  public init(
    id: ID<Destination>, member: ID<Member>, kind: Kind, location: String, server: MailServer? = nil,
    options: [String: String] = [:], revokedAt: Instant? = nil
  ) {
    self.id = id
    self.member = member
    self.kind = kind
    self.location = location
    self.server = server
    self.options = options
    self.revokedAt = revokedAt
  }
}
