public import Consent
public import Model
public import Store

/// Switches a method on or off, and takes away what it made (P022).
public struct SwitchAnalysis: Sendable {
  let store: Store

  public init(store: Store) { self.store = store }

  /// Whether anything changed; a method that is on again makes up for what it missed.
  @discardableResult public func turn(_ analysis: Analysis, on isOn: Bool, as viewer: Viewer) async throws -> Bool {
    try await store.turn(analysis, on: isOn, viewer.account, viewer.member)
  }
}
