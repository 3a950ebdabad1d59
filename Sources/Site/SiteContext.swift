import Flows
import Hummingbird
import NIOCore

/// What is known of a request beside its bytes: where it comes from, and who is signed in.
struct SiteContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The network address of the other side.
  let peer: String
  var visit: SignIn.Visit?
  /// What forms of this visit carry.
  var formToken = ""

  /// What was just done, if the page was told.
  var notice: Notice?

  init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? ""
  }

  /// The visit, or the way to the page of signing in.
  func signedIn() throws -> SignIn.Visit {
    guard let visit else { throw SignInNeeded() }
    return visit
  }
}

/// Nobody is signed in, and the page is somebody's.
struct SignInNeeded: Error {}

/// The password was given too long ago for what is asked (P053).
struct ProofNeeded: Error {
  /// Where to go on then; nil for where the question came from.
  var back: String?
}
