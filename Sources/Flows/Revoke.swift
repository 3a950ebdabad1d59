public import Consent
public import Model
public import Store

/// Cuts a source off: nothing is read there any more, and what runs stores nothing more (P016, P021).
public struct Revoke: Sendable {
  private let store: Store
  private let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Ends the grants, destroys the login, notes the revocation; doing it again changes nothing.
  public func run(_ account: ID<Account>, _ member: ID<Member>, _ source: ID<Source>) async throws {
    _ = try await gate.viewer(account, member)
    guard try await store.revoke(account, member, source) else {
      throw Refusal(.notYours, promise: 7, "there is no such source, or it is not yours")
    }
    try await gate.vault.destroyCredential(account, source)
  }
}
