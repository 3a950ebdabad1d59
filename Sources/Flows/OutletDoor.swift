import Consent
public import Model
public import Outlets
import Plans
import Store
import Wire

/// The door out: lends the outlet of a destination for as long as a run lasts.
///
/// What lies on a server is reached by the one dialler of the house, under the destination's own grant; the bytes that
/// left are written down when the door closes.
struct OutletDoor: Sendable {
  let store: Store
  let gate: Gate
  /// Nil in a process that reaches no servers.
  let door: ServerDoor?
  /// The outlet of what lies on this machine.
  let local: @Sendable (Destination) throws -> any CRM
  /// Waits until an instant, if that is worth it.
  let pause: Deliver.Pause

  func open<Result: Sendable>(
    _ destination: Destination, _ account: ID<Account>,
    _ body: @escaping @Sendable (any CRM) async throws -> Result
  ) async throws -> Result {
    guard destination.server != nil else { return try await body(local(destination)) }
    guard let door else {
      throw Trouble("destinations on servers are not reached from here", "run 'kith sync --deliver'")
    }
    return try await door.open(destination, account) { session in
      try await body(
        Deliver.outlet(
          destination, session, mapping: Deliver.standingRules(destination).mapping, now: store.clock, pause: pause))
    }
  }
}

extension Deliver {
  /// The outlet of each kind of destination that lies on this machine.
  public static let outlet: @Sendable (Destination) throws -> any CRM = { destination in
    switch destination.kind {
    case .folder: return FolderCRM(destination)
    case .hubspot, .webhook, .tryton, .amagi, .carddav, .espo:
      throw Trouble("this destination has no server", "revoke it and add it again")
    }
  }

  /// The outlet of each kind of destination on a server, for one conversation.
  static func outlet(
    _ destination: Destination, _ session: OutletSession, mapping: [StandingRules.Mapping],
    now: @escaping @Sendable () -> Instant, pause: @escaping Pause
  ) throws -> any CRM {
    let patience = Patience(pause: pause)
    switch destination.kind {
    case .folder: return FolderCRM(destination)
    case .hubspot: return HubSpotCRM(destination, session, mapping: mapping, now: now, patience: patience)
    case .webhook: return WebhookCRM(destination, session, mapping: mapping, now: now)
    case .tryton: return TrytonCRM(destination, session, mapping: mapping, now: now, patience: patience)
    case .amagi: return AmagiCRM(destination, session, mapping: mapping, now: now, patience: patience)
    case .espo: return EspoCRM(destination, session, mapping: mapping, now: now, patience: patience)
    case .carddav: return try CardDAVCRM(destination, session, mapped: mapping.map(\.field), now: now)
    }
  }
}

extension ServerDoor {
  /// How long a destination may be silent: it may have much to write down before it answers.
  private static let patience: Double = 60
  /// So many seconds after its connection was closed or not made a destination is tried again.
  static let retry: Double = 2

  /// Opens a conversation with a destination's server under its grant, and looks at the grant for as long as it lasts.
  func open<Result: Sendable>(
    _ destination: Destination, _ account: ID<Account>,
    _ body: @escaping @Sendable (OutletSession) async throws -> Result
  ) async throws -> Result {
    guard let server = destination.server else {
      throw Trouble("this destination has no server", "revoke it and add it again")
    }
    let request = Request(account: account, member: destination.member, destination: destination.id)
    let permit = try await gate.permit(ConnectToCRM.self, for: request)
    guard let stamp = permit.stamps.first else { throw Pull.changed }
    guard let login = try await store.login(account, destination.id) else {
      throw Trouble(
        "the login of this destination is not here",
        "give it again: 'kith destination add \(destination.kind.rawValue)' with the same address")
    }
    let key = SealedLogin(login: login, slot: Store.loginSlot(account, destination.id))
    callers.enter(stamp.grant, account, destination.id)
    let watch = watch(stamp, account)
    defer { watch.cancel() }
    return try await counted(stamp.grant, SyncToCRM.declaration, request) {
      try await HTTPClient(dialler, server, quiet: min(quiet, ServerDoor.patience), retry: ServerDoor.retry).open(
        destination.id, key, permit, body)
    }
  }

  /// Lends a conversation, and writes down what left in it, however it ended.
  func counted<Result>(
    _ grant: ID<Grant>, _ purpose: Declaration, _ request: Request, _ body: () async throws -> Result
  ) async throws -> Result {
    let before = dialler.meter.total(of: grant).sent
    let done: Swift.Result<Result, any Error>
    do {
      done = .success(try await body())
    } catch {
      done = .failure(error)
    }
    try await gate.note(purpose, sent: dialler.meter.total(of: grant).sent - before, for: request)
    return try done.get()
  }
}
