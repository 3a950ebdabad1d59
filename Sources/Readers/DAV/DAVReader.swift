public import Consent
public import Model
import NIOCore
public import Wire

/// Opens servers of address books and lends the conversation for as long as it is needed.
public struct DAVReader: Sendable {
  private let dialler: Dialler
  private let limits: Limits
  private let clock: @Sendable () -> Instant

  /// A listing of 60,000 cards fits in; what a hostile server costs stays small.
  private static let sizes = HTTPLimits(body: 24 << 20)

  /// `quiet`: how many seconds a server may be silent while somebody waits for it.
  public init(_ dialler: Dialler, quiet: Double = 60, clock: @escaping @Sendable () -> Instant) {
    self.dialler = dialler
    limits = Limits(quiet: .milliseconds(Int64(max(1, min(quiet, 86_400)) * 1000)))
    self.clock = clock
  }

  /// Talks with a server under the grant of `permit`; every question carries the login.
  public func open<Result: Sendable>(
    _ server: MailServer, _ key: SealedLogin, _ permit: borrowing Permit<Connect>, _ transcript: Transcript,
    _ body: @escaping @Sendable (DAVSession) async throws -> Result
  ) async throws -> Result {
    transcript.add("= \(server.host):\(server.port) \(server.security.rawValue)")
    let clock = clock
    do {
      return try await HTTPClient(dialler, server, limits: limits, sizes: DAVReader.sizes).open(key, permit) { http in
        try await body(DAVSession(http, server, transcript: transcript, clock: clock))
      }
    } catch let refusal as WireRefusal {
      transcript.add("! \(refusal)")
      if refusal == .withdrawn { throw Refusal(.withdrawn, promise: 16, "the grant for this was withdrawn") }
      throw Trouble("the server cannot be dialled: \(refusal)", remedy: refusal.remedy)
    } catch let trouble as Trouble {
      transcript.add("! \(trouble.what)")
      throw trouble
    }
  }
}
