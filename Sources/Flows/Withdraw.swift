public import Consent
public import Model
public import Store

/// Takes back what was allowed.
///
/// It acts at once: what runs under it stores and sends nothing from the commit on (P005).
public struct Withdraw: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// Withdraws one grant; what waits to leave under it is cancelled.
  public func grant(_ grant: ID<Grant>, as viewer: Viewer) async throws {
    guard try await store.withdrawAndCancel(viewer.account, viewer.member, grant) else {
      throw Refusal(.notYours, promise: 7, "there is no such grant")
    }
  }

  /// Revokes a destination with all its grants, and destroys its login.
  ///
  /// What stands there stays: it is the owner's (P016).
  public func destination(_ destination: ID<Destination>, as viewer: Viewer) async throws {
    let hasLogin = try await store.login(viewer.account, destination) != nil
    guard try await store.revoke(viewer.account, viewer.member, destination) else {
      throw Refusal(.notYours, promise: 7, "there is no such destination")
    }
    guard hasLogin else { return }
    try await gate.vault.destroyCredential(viewer.account, destination)
    // Its key is gone; this takes the sealed login out of freed pages too.
    try await store.engine.compact(viewer.account)
  }
}
