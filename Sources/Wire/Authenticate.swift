public import Consent
public import NIOCore

/// The sealed login of a source or a destination, and where it lies.
public struct SealedLogin: Sendable {
  public var login: Sealed
  public var slot: Slot

  public init(login: Sealed, slot: Slot) {
    self.login = login
    self.slot = slot
  }
}

extension Connection {
  /// Opens a sealed login, sends the bytes that `encode` makes of it, and forgets both.
  ///
  /// The permit must be of this connection's grant, and the connection must be secured, or opened without TLS, which
  /// goes no further than this machine: a login goes to its own source and nowhere else (P080). What `encode` throws is
  /// replaced, since an error could carry the login. A sign-in of several steps calls this once for each that needs the
  /// secret.
  public func authenticate<P: Purpose>(
    with login: Sealed, in slot: Slot, _ permit: borrowing Permit<P>,
    encode: @Sendable (Login) throws -> ByteBuffer
  ) async throws where P.Yield == Login {
    guard permit.stamps == [line.grant] else {
      throw Refusal(.keyNotHeld, promise: 80, "this login belongs to another grant than the connection")
    }
    guard line.isSecure || handshake == nil else { throw WireRefusal.loginInTheClear }
    // Asked before the login is opened, so that a withdrawn grant opens none.
    try await askToSend()
    let opened = try await permit.login(login, in: slot)
    let bytes: ByteBuffer
    do {
      bytes = try encode(opened)
    } catch {
      throw Refusal(.damaged, promise: 80, "the login could not be put into the form the server asks for")
    }
    try await send(bytes)
  }
}
