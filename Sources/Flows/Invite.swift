public import Consent
public import Model
public import Store

/// Brings people into a team: an administrator invites, and nobody is in before they know who may see what (P030).
public struct Invite: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// What whoever joins a team is told, and says they know.
  public static let acknowledgement =
    "I know that I join a team: what I share is seen by the colleagues I share it with, administrators among them, and "
    + "each look at it stands in the ledger. What I do not share is seen by nobody else."

  /// Invites somebody; the link serves once, for a day, and is told once.
  public func run(
    email: String, name: String, role: Member.Role, as viewer: Viewer
  ) async throws -> WebToken {
    try administrates(viewer)
    guard OpenAccount.isAddress(email) else {
      throw Trouble("this is no e-mail address", "give one like you@example.org")
    }
    let now = store.clock()
    let member = Member(
      id: store.ids.next(), account: viewer.account, email: email, name: name.isEmpty ? email : name, role: role,
      joinedAt: now)
    try await store.add(member)
    return try await ChoosePassword(store: store, gate: gate).link(try await gate.viewer(viewer.account, member.id))
  }

  /// A new link for somebody who has not come yet.
  ///
  /// Who has come gets none from a colleague: by it one could sign in as them, and see what they do not share.
  public func link(for member: ID<Member>, as viewer: Viewer) async throws -> WebToken {
    try administrates(viewer)
    guard try await store.passwordHash(viewer.account, member) == nil else {
      throw Refusal(.notYours, promise: 8, "whoever has come signs in by a password of their own")
    }
    return try await ChoosePassword(store: store, gate: gate).link(try await gate.viewer(viewer.account, member))
  }

  /// Makes somebody an administrator or a member; one administrator stays.
  public func set(_ role: Member.Role, of member: ID<Member>, as viewer: Viewer) async throws {
    try administrates(viewer)
    let members = try await store.members(viewer.account)
    guard members.contains(where: { $0.id == member }) else {
      throw Refusal(.notYours, promise: 7, "there is no such member")
    }
    guard role == .administrator || members.contains(where: { $0.role == .administrator && $0.id != member }) else {
      throw Trouble("a team needs an administrator", "make somebody else one first")
    }
    try await store.set(role, of: member, viewer.account)
  }

  private func administrates(_ viewer: Viewer) throws {
    guard viewer.role == .administrator else {
      throw Refusal(.notYours, promise: 8, "only an administrator may say who is in the team")
    }
  }
}

/// Shows people to colleagues, and takes that back; private is the default (P008).
public struct SharePeople: Sendable {
  let store: Store

  public init(store: Store) { self.store = store }

  /// Shows one person, or all, to one colleague, or to every one.
  public func share(
    _ person: ID<Person>?, with colleague: ID<Member>?, at level: ShareLevel, as viewer: Viewer
  ) async throws -> ID<Share> {
    if let colleague {
      guard try await store.members(viewer.account).contains(where: { $0.id == colleague }) else {
        throw Refusal(.notYours, promise: 7, "there is no such member")
      }
    }
    if let person {
      let seen = try await store.see(viewer) { try Seeing.person(person, in: $0) }
      guard seen?.owner == viewer.member else { throw Refusal(.notYours, promise: 7, "there is no such person") }
    }
    return try await store.share(viewer.account, viewer.member, with: colleague, person: person, level: level)
  }

  /// Takes a share back, at once.
  public func unshare(_ share: ID<Share>, as viewer: Viewer) async throws {
    guard try await store.unshare(viewer.account, viewer.member, share) else {
      throw Refusal(.notYours, promise: 7, "there is no such share of yours")
    }
  }
}
