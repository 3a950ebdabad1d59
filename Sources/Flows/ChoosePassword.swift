public import Consent
public import Model
public import Store

/// Members choose a password by a link that works once, or change the one they have.
public struct ChoosePassword: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// How long a link works.
  public static let valid = Instant.day

  static let spent = Trouble("this link was used already, or it is older than a day", "ask for a new one")

  /// Makes a link for a member; what it says is told once and kept by nobody.
  public func link(_ viewer: Viewer) async throws -> WebToken {
    let token = WebToken()
    try await store.keep(
      link: token, of: viewer.member, viewer.account,
      until: Instant(milliseconds: store.clock().milliseconds + ChoosePassword.valid))
    return token
  }

  /// Whose link this is; throws when it no longer works.
  public func member(_ token: WebToken?) async throws -> Member {
    guard let token, let linked = try await store.linked(token),
      let viewer = try? await gate.viewer(linked.account, linked.member),
      let member = try await store.members(viewer.account).first(where: { $0.id == viewer.member })
    else { throw ChoosePassword.spent }
    return member
  }

  /// Whether a member has yet to say that they know who may see what in their team (P030).
  public func mustAcknowledge(_ member: Member) async throws -> Bool {
    if member.acknowledgedAt != nil { return false }
    return try await store.members(member.account).count > 1
  }

  /// Sets the password of a link's member and lets them in; all their other sessions end.
  public func use(
    _ token: WebToken?, _ password: Password, code: String = "", acknowledges: Bool, from place: String,
    with device: String
  ) async throws -> (token: WebToken, visit: SignIn.Visit) {
    let member = try await member(token)
    // A link shows that one has the mailbox or knows the operator; it does not stand in for the second factor.
    try await UseSecondFactor(store: store, gate: gate).check(code, member.account, member.id)
    if try await mustAcknowledge(member) {
      guard acknowledges else {
        throw Refusal(.notAcknowledged, promise: 30, "say that you know who may see what in a team")
      }
      try await store.acknowledge(member.id, member.account)
    }
    return try await choose(password, as: try await gate.viewer(member.account, member.id), from: place, with: device)
  }

  /// Sets the viewer's password and begins a session with it; all sessions before it end.
  public func choose(
    _ password: Password, as viewer: Viewer, from place: String, with device: String
  ) async throws -> (token: WebToken, visit: SignIn.Visit) {
    try await store.setPassword(try await password.hash(), viewer.account, viewer.member)
    return try await SignIn(store: store, gate: gate).begin(viewer, from: place, with: device)
  }
}
