public import Consent
public import Model
public import Store

/// Lets members in to the site, and shows and ends their sessions (P042, P053).
public struct SignIn: Sendable {
  /// Somebody who is signed in, looked up anew for each page.
  public struct Visit: Sendable, Equatable {
    public var viewer: Viewer
    public var session: WebSession

    public init(viewer: Viewer, session: WebSession) {
      self.viewer = viewer
      self.session = session
    }
  }

  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Why nobody was let in: the same words for a wrong password and for a name that nobody has.
  static let wrong = Trouble("the address or the password is wrong", "try again, or ask for a new link")

  /// Begins a session; what the token says is known to the browser alone.
  ///
  /// `code` is that of the second factor, for those who have one.
  public func enter(
    email: String, password: Password, code: String = "", from place: String, with device: String
  ) async throws -> (token: WebToken, visit: Visit) {
    let names = try await store.signIns(email).filter { $0.hash != nil }
    // At least one comparison, so that the time tells nothing of who is known here.
    if names.isEmpty { _ = try await password.matches(nil) }
    for name in names {
      guard try await password.matches(name.hash), let viewer = try? await gate.viewer(name.account, name.member) else {
        continue
      }
      try await factor.check(code, viewer.account, viewer.member)
      return try await begin(viewer, from: place, with: device)
    }
    throw SignIn.wrong
  }

  private var factor: UseSecondFactor { UseSecondFactor(store: store, gate: gate) }

  func begin(
    _ viewer: Viewer, from place: String, with device: String
  ) async throws -> (token: WebToken, visit: Visit) {
    let now = store.clock()
    let session = WebSession(
      id: store.ids.next(), account: viewer.account, member: viewer.member, madeAt: now, seenAt: now, provedAt: now,
      place: String(place.prefix(60)), device: String(device.prefix(60)))
    let token = WebToken()
    try await store.begin(session, token)
    return (token, Visit(viewer: viewer, session: session))
  }

  /// Who holds a token; nil when the session ended, or its member or account is gone.
  public func look(_ token: WebToken) async throws -> Visit? {
    guard let session = try await store.webSession(token) else { return nil }
    let viewer: Viewer
    do {
      viewer = try await gate.viewer(session.account, session.member)
    } catch is Refusal {
      return nil
    }
    // Once a minute is often enough to say when somebody was last here.
    if store.clock().milliseconds - session.seenAt.milliseconds >= 60_000 { try await store.touch(session) }
    return Visit(viewer: viewer, session: session)
  }

  /// Asks for the password again, and the second factor, before something that cannot be taken back (P053).
  public func prove(_ visit: Visit, _ password: Password, code: String = "") async throws {
    let hash = try await store.passwordHash(visit.viewer.account, visit.viewer.member)
    guard try await password.matches(hash) else { throw Trouble("the password is wrong", "try again") }
    try await factor.check(code, visit.viewer.account, visit.viewer.member)
    try await store.touch(visit.session, isProved: true)
  }

  /// The member's live sessions, the last used first.
  public func sessions(_ viewer: Viewer) async throws -> [WebSession] {
    try await store.webSessions(viewer.account, viewer.member)
  }

  /// Ends one session; another member's id is as unknown as one that never was.
  public func end(_ id: ID<WebSession>, as viewer: Viewer) async throws {
    guard try await store.end(id, of: viewer.member, viewer.account) else {
      throw Refusal(.notYours, promise: 7, "there is no such session")
    }
  }

  public func endOthers(_ visit: Visit) async throws {
    try await store.endSessions(of: visit.viewer.member, visit.viewer.account, but: visit.session.id)
  }
}
