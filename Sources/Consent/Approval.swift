public import Model

/// The owner's yes to something that leaves, known by the digest of what was shown.
public struct Approval: Identified, Sendable, Equatable {
  public static let prefix = "approval"

  public enum Kind: Int, Sendable, CaseIterable {
    /// Of one destination: mapping, create rules and brake, accepted after a dry run; covers changes inside them.
    case standing = 1
    /// Of exactly what leaves, once.
    case oneUse = 2
  }

  public var id: ID<Approval>
  public var kind: Kind
  public var destination: ID<Destination>?
  /// What it is for if no destination: the source that a card is written back to.
  public var source: ID<Source>?
  /// Lower-case hexadecimal SHA-256 of what was approved.
  public var digest: String
  public var givenAt: Instant
  public var usedAt: Instant?

  public init(
    id: ID<Approval>, kind: Kind, destination: ID<Destination>? = nil, source: ID<Source>? = nil, digest: String,
    givenAt: Instant, usedAt: Instant? = nil
  ) {
    self.id = id
    self.kind = kind
    self.destination = destination
    self.source = source
    self.digest = digest
    self.givenAt = givenAt
    self.usedAt = usedAt
  }

  /// Whether this approval covers what is about to leave: an edit of one letter voids it.
  public func covers(_ digest: String) -> Bool { self.digest == digest && (kind == .standing || usedAt == nil) }
}
