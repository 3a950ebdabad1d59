/// The unit of storage, isolation, scheduling, export and erasure; it has one member or several.
public struct Account: Identified, Sendable, Equatable {
  public static let prefix = "account"
  public var id: ID<Account>
  public var name: String
  public var createdAt: Instant
  public var closedAt: Instant?

  public init(id: ID<Account>, name: String, createdAt: Instant, closedAt: Instant? = nil) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.closedAt = closedAt
  }
}

/// A person who signs in: owner of sources and of everything read from them.
public struct Member: Identified, Sendable, Equatable {
  public static let prefix = "member"

  /// What a member may administer; no role opens another member's content.
  public enum Role: String, Sendable, CaseIterable { case administrator, member }

  public var id: ID<Member>
  public var account: ID<Account>
  public var email: String
  public var name: String
  public var role: Role
  public var joinedAt: Instant
  /// When the member acknowledged that administrators may see what is shared (P030).
  public var acknowledgedAt: Instant?
  public var leftAt: Instant?

  public init(
    id: ID<Member>, account: ID<Account>, email: String, name: String, role: Role, joinedAt: Instant,
    acknowledgedAt: Instant? = nil, leftAt: Instant? = nil
  ) {
    self.id = id
    self.account = account
    self.email = email
    self.name = name
    self.role = role
    self.joinedAt = joinedAt
    self.acknowledgedAt = acknowledgedAt
    self.leftAt = leftAt
  }
}
