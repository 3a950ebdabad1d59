public import Model

/// Somebody who looks: a live member of an account, made by the gate alone.
///
/// Pages and lists hold this, never a bare id.
public struct Viewer: Sendable, Equatable {
  public let account: ID<Account>
  public let member: ID<Member>
  public let role: Member.Role

  init(account: ID<Account>, member: ID<Member>, role: Member.Role) {
    self.account = account
    self.member = member
    self.role = role
  }
}

/// How much of a person is shared with colleagues (the ladder of the field: who, when, what).
public enum ShareLevel: Int, Sendable, CaseIterable, Comparable {
  /// Name, addresses, organisation, title, strength.
  case directory = 1
  /// Besides, when there was contact.
  case interactions = 2
  /// Besides, subjects and bodies.
  case content = 3

  public static func < (a: ShareLevel, b: ShareLevel) -> Bool { a.rawValue < b.rawValue }

  public init?(word: String) {
    switch word {
    case "directory": self = .directory
    case "interactions": self = .interactions
    case "content": self = .content
    default: return nil
    }
  }
}
