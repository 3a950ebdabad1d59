public import Consent
public import Store

/// Closes an account at once: every grant ends, logins go, nothing is read or delivered any more (P107, P125).
public struct Close: Sendable {
  private let store: Store

  public init(store: Store) { self.store = store }

  public func close(_ viewer: Viewer) async throws {
    try await Erase.mayEnd(viewer.account, viewer.member, store)
    try await store.close(viewer.account)
  }
}
