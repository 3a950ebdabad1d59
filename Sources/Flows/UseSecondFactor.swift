public import Consent
import Formats
import Model
public import Store

/// A second factor for signing in: an app's codes are set up, asked for, and given up.
public struct UseSecondFactor: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// How a member's second factor stands.
  public enum Standing: Sendable {
    case off
    /// Offered and not confirmed: the app has to be told this secret.
    case offered(SecondFactor)
    /// It is asked for; so many codes are left to stand in for a lost app.
    case on(codes: Int)
  }

  /// The picture of what an app has to be told, for its camera: a QR code.
  public struct Picture: Sendable, Equatable {
    /// How many modules a side has, its light margin among them.
    public var side: Int
    /// The dark modules, as the path of an SVG.
    public var path: String

    /// Nil if the text is too long for one.
    public init?(of text: String) {
      guard let code = QRCode(text) else { return nil }
      side = code.size + 8
      path = code.path(margin: 4)
    }
  }

  static let recoveryCodes = 10

  static let needed = Trouble(
    "a code of your second factor is needed", "look at your app, or take one of the codes you wrote down")
  static let wrong = Trouble("this code is wrong, or it was used already", "wait for the next one in your app")

  public func standing(_ viewer: Viewer) async throws -> Standing {
    guard let row = try await store.secondFactor(viewer.account, viewer.member) else { return .off }
    guard row.confirmedAt == nil else {
      return .on(codes: try await store.recoveryCodes(viewer.account, viewer.member))
    }
    return .offered(try await gate.vault.secondFactor(viewer.account, viewer.member, nonce: row.nonce))
  }

  /// Makes a new secret, which is not asked for before a code of it was given.
  public func offer(_ viewer: Viewer) async throws {
    try await store.offerFactor(nonce: WebToken().text, viewer.account, viewer.member)
  }

  /// Takes the app's first code, and answers the codes to be written down; from now on one is asked for.
  public func confirm(_ code: String, as viewer: Viewer) async throws -> [RecoveryCode] {
    guard let row = try await store.secondFactor(viewer.account, viewer.member), row.confirmedAt == nil else {
      throw Trouble("there is no second factor to be confirmed", "begin again")
    }
    try await take(code, row, viewer.account, viewer.member)
    let codes = (0..<UseSecondFactor.recoveryCodes).map { _ in RecoveryCode() }
    try await store.confirmFactor(viewer.account, viewer.member, recovery: codes)
    return codes
  }

  public func giveUp(_ viewer: Viewer) async throws { try await store.forgetFactor(viewer.account, viewer.member) }

  /// Throws unless a member has no second factor, or the code is one of the app's or one that stands in for it.
  func check(_ code: String, _ account: ID<Account>, _ member: ID<Member>) async throws {
    guard let row = try await store.secondFactor(account, member), row.confirmedAt != nil else { return }
    guard !code.isEmpty else { throw UseSecondFactor.needed }
    if let recovery = RecoveryCode(code) {
      guard try await store.spend(recovery, account, member) else { throw UseSecondFactor.wrong }
      return
    }
    try await take(code, row, account, member)
  }

  private func take(
    _ code: String, _ row: SecondFactorRow, _ account: ID<Account>, _ member: ID<Member>
  ) async throws {
    let factor = try await gate.vault.secondFactor(account, member, nonce: row.nonce)
    guard let step = factor.step(of: code, at: store.clock(), after: row.lastStep),
      try await store.takeFactor(step: step, account, member)
    else { throw UseSecondFactor.wrong }
  }
}
