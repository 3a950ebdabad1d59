public import Consent
public import Model
public import Store

/// Brings a member with an account of their own into a team, or lets one go with everything that is theirs.
///
/// Each step can be done again: a move that was cut short goes on where it was.
public struct Move: Sendable {
  private let store: Store
  private let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// The member leaves by themselves; a team keeps an administrator (P030).
  public func leave(as viewer: Viewer) async throws -> ID<Account> {
    let others = try await store.members(viewer.account).filter { $0.id != viewer.member }
    guard others.isEmpty || others.contains(where: { $0.role == .administrator }) else {
      throw Trouble("a team needs an administrator", "make somebody else one first")
    }
    return try await leave(viewer.account, viewer.member)
  }

  /// The member leaves the team for a new account, with own rows, keys and password; nothing shared by others goes along.
  public func leave(_ account: ID<Account>, _ member: ID<Member>) async throws -> ID<Account> {
    let permit = try await gate.permit(ExportAccount.self, for: Request(account: account, member: member))
    _ = permit.close()
    let members = try await store.members(account)
    guard members.count > 1, var leaving = members.first(where: { $0.id == member }) else {
      throw Trouble("this account has one member alone", "close it by 'kith account close', or erase it")
    }
    // The new account is named by the member, so that doing it again finds the same.
    let new = ID<Account>(member.rawValue)
    leaving.account = new
    leaving.role = .administrator
    if try await store.account(new) == nil {
      try await store.create(new, name: leaving.name, member: leaving, accepting: .current, from: "leaving a team")
    }
    try await gate.vault.create(new)
    if let hash = try await store.passwordHash(account, member) { try await store.setPassword(hash, new, member) }
    try await carry(leaving, from: account, to: new)
    return new
  }

  /// A member with an account of their own joins a team, knowing that administrators may see what is shared (P030).
  public func join(_ own: ID<Account>, _ team: ID<Account>, acknowledged: Bool) async throws -> ID<Member> {
    guard acknowledged else {
      throw Refusal(.notAcknowledged, promise: 30, "say with --acknowledge that you know administrators may see")
    }
    guard try await store.account(team) != nil else {
      throw Refusal(.notYours, promise: 7, "there is no such account, or you are no member of it")
    }
    let members = try await store.members(own)
    guard members.count == 1, var joining = members.first else {
      throw Trouble("only an account with one member can join a team", "let the others leave first")
    }
    let permit = try await gate.permit(ExportAccount.self, for: Request(account: own, member: joining.id))
    _ = permit.close()
    joining.account = team
    joining.role = .member
    joining.joinedAt = store.clock()
    joining.acknowledgedAt = store.clock()
    try await store.enter(joining)
    try await carry(joining, from: own, to: team)
    try await store.close(own)
    return joining.id
  }

  private func carry(_ member: Member, from old: ID<Account>, to new: ID<Account>) async throws {
    try await store.copy(member, from: old, to: new)
    try await gate.vault.move(member.id, from: old, to: new)
    try await store.remove(member.id, from: old, leftAt: store.clock())
    try await store.engine.compact(old)
  }
}
