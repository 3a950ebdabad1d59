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

  /// What stops, what stays and what goes on, before anything is revoked (P017).
  public func preview(
    _ account: ID<Account>, _ member: ID<Member>, _ source: ID<Source>
  ) async throws -> Dependents {
    _ = try await gate.viewer(account, member)
    guard let state = try await store.source(account, source), state.source.member == member else {
      throw Revoke.nobodys
    }
    return try await store.dependents(account, member, source)
  }

  private static let nobodys = Refusal(.notYours, promise: 7, "there is no such source, or it is not yours")

  /// Ends the grants, destroys the login, notes the revocation; doing it again changes nothing.
  ///
  /// Connections that are open under the grant end by themselves: whoever holds one looks at the grant twice a second.
  public func run(_ account: ID<Account>, _ member: ID<Member>, _ source: ID<Source>) async throws {
    _ = try await gate.viewer(account, member)
    let hasLogin = try await store.login(account, source) != nil
    guard try await store.revoke(account, member, source) else {
      throw Revoke.nobodys
    }
    try await gate.vault.destroyCredential(account, source)
    // Its key is gone; this takes the sealed login out of freed pages too.
    if hasLogin { try await store.engine.compact(account) }
  }
}
