public import Consent
public import Model
import NIOCore

/// Where a destination is asked and changed: by whoever holds the owner's yes, and in no other form than approved.
public struct OutletSession: Sendable {
  private let http: HTTPSession
  /// The destination that this conversation is with.
  public let destination: ID<Destination>

  init(_ http: HTTPSession, _ destination: ID<Destination>) {
    self.http = http
    self.destination = destination
  }

  /// Asks what changes nothing there; the whole answer, whatever its status.
  ///
  /// A question names records by what the destination itself calls them: nothing of a person leaves in it before the
  /// owner approved.
  public func ask(_ call: OutletCall) async throws -> HTTPResponse {
    try await http.ask(call)
  }

  /// Changes something there under the owner's yes; the whole answer, whatever its status.
  ///
  /// `check` is asked last: it throws if the grant ended or the job is somebody else's by now (P005). After a thrown
  /// `Trouble` only a look can tell whether it arrived.
  public func change(
    _ call: OutletCall, _ schema: PayloadSchema, _ permit: borrowing Permit<SyncToCRM>,
    check: @Sendable () async throws -> Void
  ) async throws -> HTTPResponse {
    guard permit.destination == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
    try schema.check(call.plain)
    try await check()
    return try await http.change(call)
  }

  static func told(_ refusal: WireRefusal) -> any Error {
    if refusal == .withdrawn { return Refusal(.withdrawn, promise: 16, "the grant for this was withdrawn") }
    return Trouble("the destination cannot be dialled: \(refusal)", remedy: refusal.remedy)
  }
}

extension HTTPSession {
  /// Asks what changes nothing; a call that would is refused.
  func ask(_ call: OutletCall) async throws -> HTTPResponse {
    guard call.method.mayAsk else {
      throw Refusal(.notApproved, promise: 13, "this call would change something, and nothing was approved")
    }
    return try await change(call)
  }

  /// Sends a call of the door out; whoever calls this has seen the owner's yes.
  func change(_ call: OutletCall) async throws -> HTTPResponse {
    do {
      return try await exchange(.call(call))
    } catch let refusal as WireRefusal {
      throw OutletSession.told(refusal)
    }
  }
}

extension HTTPClient {
  /// `quiet`: how many seconds the server may be silent while somebody waits for it; after `retry` seconds it is worth
  /// a new try when the network failed.
  public init(_ dialler: Dialler, _ server: MailServer, quiet: Double, retry: Double) {
    func time(_ seconds: Double) -> TimeAmount { .milliseconds(Int64(max(0.1, min(seconds, 86_400)) * 1000)) }
    self.init(dialler, server, limits: Limits(quiet: time(quiet), retry: time(retry)))
  }

  /// Lends a session with a destination for as long as `body` runs.
  public func open<Result: Sendable>(
    _ destination: ID<Destination>, _ key: SealedLogin, _ permit: borrowing Permit<ConnectToCRM>,
    _ body: @escaping @Sendable (OutletSession) async throws -> Result
  ) async throws -> Result {
    guard permit.destination == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
    do {
      return try await lend(key, permit) { try await body(OutletSession($0, destination)) }
    } catch let refusal as WireRefusal {
      throw OutletSession.told(refusal)
    }
  }
}
