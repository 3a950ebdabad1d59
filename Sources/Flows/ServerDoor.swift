public import Consent
public import Model
import Readers
public import Store
import Synchronization
public import Wire

/// The door in for servers: one dialler for the whole process, which asks the grants of every account it dials for.
///
/// A grant that is withdrawn, here or by another process, ends its connections within a second (P016).
public struct ServerDoor: Sendable {
  let store: Store
  let dialler: Dialler
  let turns = RenewalTurns()
  let gate: Gate
  let callers: Callers
  let quiet: Double
  /// How often the grant of an open connection is looked at, in seconds.
  static let look = 0.5

  /// `quiet`: how many seconds a server may be silent while somebody waits for it.
  public init(store: Store, gate: Gate, rules: AddressRules, quiet: Double = 60) {
    self.init(store: store, gate: gate, quiet: quiet) { mayDial, maySend in
      .system(rules: rules, now: store.clock, mayDial: mayDial, maySend: maySend)
    }
  }

  /// The same with another dialler, for tests that count what would be asked and dialled.
  init(
    store: Store, gate: Gate, quiet: Double = 60,
    dialler: (@escaping Dialler.MayDial, @escaping Dialler.MaySend) -> Dialler
  ) {
    let callers = Callers()
    self.quiet = quiet
    self.store = store
    self.gate = gate
    self.callers = callers
    self.dialler = dialler(
      { try await callers.mayDial($0, $1, store) }, { try await callers.maySend($0, store) })
  }

  /// Opens a source's mail server under its grant, and lends the conversation to `body`.
  ///
  /// `look` and `quiet` are for conversations in which nothing is said for long.
  func open<Result: Sendable>(
    _ source: Source, _ grant: Grant, _ account: ID<Account>, _ transcript: Transcript,
    look: Double = ServerDoor.look, quiet: Double? = nil,
    _ body: (IMAPSession) async throws -> Result
  ) async throws -> Result {
    let reader = IMAPReader(dialler, quiet: quiet ?? self.quiet, clock: store.clock)
    return try await connect(source, grant, account, look: look) { server, key, permit in
      try await reader.open(server, key, permit, transcript, body)
    }
  }

  /// Opens a source's server of address books or calendars under its grant, and lends the conversation to `body`.
  func openBooks<Result: Sendable>(
    _ source: Source, _ grant: Grant, _ account: ID<Account>, _ transcript: Transcript,
    _ body: @escaping @Sendable (DAVSession) async throws -> Result
  ) async throws -> Result {
    let reader = DAVReader(dialler, quiet: quiet, clock: store.clock)
    return try await connect(source, grant, account) { server, key, permit in
      try await reader.open(server, key, permit, transcript, body)
    }
  }

  /// Opens a source's server under the grant to read it, for the one case in which a card there may be changed.
  func openToWrite<Result: Sendable>(
    _ source: Source, _ grant: Grant, _ account: ID<Account>,
    _ body: @escaping @Sendable (WriteBackSession, MailServer) async throws -> Result
  ) async throws -> Result {
    let request = Request(account: account, member: source.member, sources: [source.id])
    return try await counted(grant.id, Consent.WriteBack.declaration, request) {
      try await connect(source, grant, account) { server, key, permit in
        try await HTTPClient(dialler, server, quiet: quiet, retry: ServerDoor.retry).open(
          toWrite: source.id, key, permit
        ) { try await body($0, server) }
      }
    }
  }

  /// Fetches the sealed login of a source under its grant, and looks at the grant for as long as `body` runs.
  private func connect<Result: Sendable>(
    _ source: Source, _ grant: Grant, _ account: ID<Account>, look: Double = ServerDoor.look,
    _ body: (MailServer, SealedLogin, borrowing Permit<Connect>) async throws -> Result
  ) async throws -> Result {
    guard let server = source.server else { throw Trouble("this source has no server", "revoke it and add it again") }
    let permit = try await gate.permit(
      Connect.self, for: Request(account: account, member: source.member, sources: [source.id]))
    guard permit.stamps == [grant.stamp] else { throw Pull.changed }
    guard let held = try await store.credential(account, source.id) else {
      throw Trouble(
        "the login of this source is not here",
        "give it again: 'kith source add \(source.kind.rawValue)' with the same host and user")
    }
    var login = FreshLogin(
      login: held.login, expiresAt: held.expiresAt, slot: Store.loginSlot(account, source.id))
    callers.enter(grant.id, account, source.id)
    let watch = watch(grant.stamp, account, every: look)
    defer { watch.cancel() }
    return try await login.use(
      at: server.tokens, now: store.clock(),
      renew: { try await renew($0, at: $1, of: source.id, account, permit) },
      { try await body(server, $0, permit) })
  }

  /// Looks at a grant until it is cancelled; once the grant ended, so do its connections.
  func watch(_ stamp: Grant.Stamp, _ account: ID<Account>, every look: Double = ServerDoor.look) -> Task<
    Void, any Error
  > {
    let (store, dialler) = (store, dialler)
    return Task {
      while !Task.isCancelled {
        try await Task.sleep(for: .seconds(look))
        do {
          try await store.requireLive(stamp, account)
        } catch is Refusal {
          await dialler.close(grant: stamp.grant)
          return
        }
      }
    }
  }

  /// Whether the server of a source keeps us waiting, for so many seconds already.
  public func isWaiting(for source: ID<Source>, of account: ID<Account>, seconds: Double) -> Bool {
    callers.grants(account, source).contains { dialler.isWaiting($0, seconds: seconds) }
  }

  /// Throws unless a host may be dialled by what is written of it; names are looked up only when they are dialled.
  public func check(_ server: MailServer) throws {
    do {
      _ = try dialler.rules.host(server.host, port: server.port)
      if let tokens = server.tokens { _ = try dialler.rules.host(tokens.host, port: tokens.port) }
    } catch {
      throw Trouble("this server is not dialled: \(error)", remedy: error.remedy)
    }
  }

  /// Logs in and counts the folders or books: whether a source can be read now.
  public func tryOut(_ source: Source, _ account: ID<Account>) async throws -> Int {
    guard let grant = try await store.readable(account, source.id)?.grant else {
      throw Refusal(.withdrawn, promise: 16, "the grant for this was withdrawn")
    }
    let transcript = Transcript(clock: store.clock)
    guard let content = DAVContent(source.kind) else {
      return try await open(source, grant, account, transcript) { try await $0.folders().count }
    }
    let path = source.server?.path
    return try await openBooks(source, grant, account, transcript) { try await $0.books(at: path, of: content).count }
  }

  /// Logs in under a grant that is offered and not kept yet: whether what the owner gave is right.
  ///
  /// The owner's command with the warranty is what allows it; the ledger has a line of it. Nothing else is kept: neither
  /// the grant, nor the login, nor its key. Answers the login, renewed if that was needed, with the vault that opens it.
  func tryOut(
    _ source: Source, offered grant: Grant, _ login: Login, _ account: ID<Account>
  ) async throws -> (login: FreshLogin, vault: Vault) {
    guard let server = source.server else { throw Pull.changed }
    let (vault, slot) = (gate.vault.trial, Store.loginSlot(account, source.id))
    let sealed = try await vault.sealLogin(account, source.member, source.id, login, slot: slot)
    let permit = try await gate(offering: grant, vault).permit(
      Connect.self, for: Request(account: account, member: source.member, sources: [source.id]))
    callers.enter(trial: grant.id, server.endpoints)
    defer { callers.leave(grant.id) }
    var tried = FreshLogin(
      login: sealed, expiresAt: login.secret.isEmpty && login.renewal != nil ? store.clock() : nil, slot: slot)
    do {
      try await attempt(source.kind, server, &tried, permit)
      return (tried, vault)
    } catch let trouble as Trouble {
      guard case .wait = trouble.remedy else { throw trouble }
      throw Trouble("\(trouble.what); nothing was kept", "try it again, or keep it untried by --no-check")
    }
  }

  /// Logs in and lists; a token that has run out or is refused is renewed once.
  private func attempt(
    _ kind: Source.Kind, _ server: MailServer, _ login: inout FreshLogin, _ permit: borrowing Permit<Connect>
  ) async throws {
    let (transcript, quiet) = (Transcript(clock: store.clock), min(quiet, 30))
    try await login.use(
      at: server.tokens, now: store.clock(),
      renew: { try await TokenRenewal(dialler, $1, now: store.clock).run($0, permit) },
      { key in
        guard let content = DAVContent(kind) else {
          return try await IMAPReader(dialler, quiet: quiet, clock: store.clock).open(server, key, permit, transcript) {
            _ = try await $0.folders()
          }
        }
        try await DAVReader(dialler, quiet: quiet, clock: store.clock).open(server, key, permit, transcript) {
          _ = try await $0.books(at: server.path, of: content)
        }
      })
  }

  /// Ends every connection of a grant, and returns when they are closed.
  public func close(_ grant: ID<Grant>) async { await dialler.close(grant: grant) }
}

/// For which account and source a grant is dialled.
final class Callers: Sendable {
  private enum Caller {
    case source(ID<Account>, ID<Source>)
    case destination(ID<Account>, ID<Destination>)
    /// A grant that is tried before it is kept, and what it may reach.
    case trial(Set<Endpoint>)
  }

  private let known = Mutex<[ID<Grant>: Caller]>([:])

  func enter(_ grant: ID<Grant>, _ account: ID<Account>, _ source: ID<Source>) {
    known.withLock { $0[grant] = .source(account, source) }
  }

  func enter(_ grant: ID<Grant>, _ account: ID<Account>, _ destination: ID<Destination>) {
    known.withLock { $0[grant] = .destination(account, destination) }
  }

  func enter(trial grant: ID<Grant>, _ endpoints: Set<Endpoint>) { known.withLock { $0[grant] = .trial(endpoints) } }

  func grants(_ account: ID<Account>, _ source: ID<Source>) -> [ID<Grant>] {
    known.withLock { known in
      known.compactMap { grant, caller in
        if case .source(let whose, let which) = caller, whose == account, which == source { grant } else { nil }
      }
    }
  }

  func leave(_ grant: ID<Grant>) { known.withLock { $0[grant] = nil } }

  private func caller(_ stamp: Grant.Stamp) throws -> Caller {
    guard let caller = known.withLock({ $0[stamp.grant] }) else {
      throw Refusal(.noGrant, promise: 21, "there is no grant to dial this")
    }
    return caller
  }

  /// Whether a grant is live and names this very host and port: the server's, or those where its tokens are renewed.
  func mayDial(_ stamp: Grant.Stamp, _ endpoint: Endpoint, _ store: Store) async throws {
    let other = Refusal(.noGrant, promise: 21, "the grant names another server")
    switch try caller(stamp) {
    case .trial(let only): if !only.contains(endpoint) { throw other }
    case .source(let account, let source):
      try await store.requireLive(stamp, account)
      guard let server = try await store.readable(account, source)?.source.server,
        server.endpoints.contains(endpoint)
      else { throw other }
    case .destination(let account, let destination):
      try await store.requireLive(stamp, account)
      guard let found = try await store.destinations(account).first(where: { $0.id == destination }),
        found.revokedAt == nil, found.server?.endpoints.contains(endpoint) ?? false
      else { throw other }
    }
  }

  func maySend(_ stamp: Grant.Stamp, _ store: Store) async throws {
    switch try caller(stamp) {
    case .trial: break
    case .source(let account, _), .destination(let account, _): try await store.requireLive(stamp, account)
    }
  }
}

extension MailServer {
  /// What a grant for it may reach.
  var endpoints: Set<Endpoint> {
    var found: Set = [Endpoint(host: host, port: port)]
    if let tokens { found.insert(Endpoint(host: tokens.host, port: tokens.port)) }
    return found
  }
}
