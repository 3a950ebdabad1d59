public import Consent
public import Model

/// Where one source is asked and a card of it is changed, by leave: the only call towards a source that can change
/// anything, and it takes a permit for exactly what leaves (P013).
public struct WriteBackSession: Sendable {
  private let http: HTTPSession
  /// The source that this conversation is with.
  public let source: ID<Source>

  init(_ http: HTTPSession, _ source: ID<Source>) {
    self.http = http
    self.source = source
  }

  /// Asks what changes nothing there.
  public func ask(_ call: OutletCall) async throws -> HTTPResponse { try await http.ask(call) }

  /// Puts a changed resource in the place of the one that was read; nothing is made or removed at a source.
  ///
  /// `digest` is that of the change that the body carries out: the permit must name just that.
  public func change(
    _ call: OutletCall, _ schema: PayloadSchema, digest: String, _ permit: borrowing Permit<WriteBack>,
    check: @Sendable () async throws -> Void
  ) async throws -> HTTPResponse {
    guard permit.sources == [source] else {
      throw Refusal(.noGrant, promise: 13, "this permit names another source")
    }
    guard permit.digest == digest, call.method == .put else {
      throw Refusal(.notApproved, promise: 13, "this change was not approved")
    }
    try schema.check(call.plain)
    try await check()
    return try await http.change(call)
  }
}

extension HTTPClient {
  /// Lends a session with a source for as long as `body` runs.
  public func open<Result: Sendable>(
    toWrite source: ID<Source>, _ key: SealedLogin, _ permit: borrowing Permit<Connect>,
    _ body: @escaping @Sendable (WriteBackSession) async throws -> Result
  ) async throws -> Result {
    guard permit.sources == [source] else {
      throw Refusal(.noGrant, promise: 13, "this permit names another source")
    }
    do {
      return try await lend(key, permit) { try await body(WriteBackSession($0, source)) }
    } catch let refusal as WireRefusal {
      throw OutletSession.told(refusal)
    }
  }
}
