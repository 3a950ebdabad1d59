import Consent
public import Model
import Plans
import Readers
public import ServiceLifecycle
public import Store
import Synchronization

/// Holds one connection to each mail server that is read, hears there of new mail at once, and causes a pull for it.
///
/// It stores no mail itself. One process listens at a source, whoever works on its account; what it hears are jobs.
public final class Listener: Service, Sendable {
  /// Times in seconds.
  public struct Limits: Sendable {
    /// How long a server is listened to in one go.
    ///
    /// Servers end it after 30 minutes (RFC 2177); all folders are looked at after each.
    public var stretch: Double = 600
    /// How often a server is asked that cannot tell by itself.
    public var asking: Double = 30
    /// How often all accounts are looked at for sources that nobody listens to.
    public var look: Double = 60
    /// How long after a broken connection the next is tried; twice as long each time, up to the longest.
    public var pause: Double = 5
    public var longest: Double = 900
    /// How often the grant of a connection is looked at.
    public var grant: Double = 1
    /// The most connections of a process.
    public var connections = 1000

    public init() {}

    /// The pause after so many connections that broke soon.
    func pause(after failures: Int) -> Double {
      min(longest, pause * Double(1 << min(20, max(0, failures - 1))))
    }
  }

  private struct Place: Sendable, Hashable {
    var account: ID<Account>
    var source: ID<Source>
  }

  private let store: Store
  private let door: ServerDoor
  private let limits: Limits
  private let holder: Holder
  private let places = Mutex<Set<Place>>([])
  private let hints: AsyncStream<ID<Account>?>
  private let hint: AsyncStream<ID<Account>?>.Continuation

  public convenience init(store: Store, door: ServerDoor, limits: Limits = Limits()) {
    self.init(store: store, door: door, limits: limits, holder: .this)
  }

  init(store: Store, door: ServerDoor, limits: Limits, holder: Holder) {
    self.store = store
    self.door = door
    self.limits = limits
    self.holder = holder
    (hints, hint) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
  }

  /// Says that a source of an account was read: it can be listened to from now on.
  public func look(at account: ID<Account>) { hint.yield(account) }

  /// Listens until the process is asked to stop.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      let ticks = Task { [hint = self.hint, limits = self.limits] in
        while true {
          hint.yield(nil)
          try await Task.sleep(for: .seconds(limits.look))
        }
      }
      defer { ticks.cancel() }
      await withDiscardingTaskGroup { group in
        for await account in self.hints {
          for place in await self.unheard(account) { group.addTask { await self.attend(place) } }
        }
        group.cancelAll()
      }
    }
  }

  /// Sources that nobody in this process listens at, noted from now on; nil asks all accounts.
  ///
  /// What cannot be looked at now is looked at again with the next tick.
  private func unheard(_ account: ID<Account>?) async -> [Place] {
    let accounts = if let account { [account] } else { (try? await store.engine.accounts()) ?? [] }
    var found: [Place] = []
    for account in accounts {
      for source in (try? await store.listenable(account)) ?? [] {
        let place = Place(account: account, source: source)
        if places.withLock({ $0.count < limits.connections && $0.insert(place).inserted }) { found.append(place) }
      }
    }
    return found
  }

  // MARK: one source

  /// Listens at a source for as long as it may be read, over as many connections as that takes.
  private func attend(_ place: Place) async {
    var failures = 0
    while !Task.isCancelled, let pause = await connect(place, &failures) {
      guard (try? await Task.sleep(for: .seconds(pause))) != nil else { break }
    }
    // In a task of its own, since this one may be cancelled.
    await Task { [store, holder] in
      try? await store.endListening(place.account, place.source, holder: holder.words)
    }.value
    places.withLock { _ = $0.remove(place) }
  }

  /// One connection; answers how long to wait before the next, nil if there is to be none.
  private func connect(_ place: Place, _ failures: inout Int) async -> Double? {
    let clock = ContinuousClock()
    let began = clock.now
    do {
      guard let (source, grant) = try await mine(place) else { return nil }
      try await hear(place, source, grant)
    } catch is Refusal {
      return nil
    } catch let trouble as Trouble {
      guard case .wait = trouble.remedy else {
        // The run that follows tells its owner. A login that is refused again and again would lock them out.
        try? await cause(place)
        return limits.longest
      }
    } catch {}
    failures = clock.now - began > .seconds(limits.pause(after: failures + 1)) ? 1 : failures + 1
    return limits.pause(after: failures)
  }

  /// The source with its grant, if it can be listened to, and nobody else does; that is so for a while then.
  private func mine(_ place: Place) async throws -> (Source, Grant)? {
    let (account, id) = (place.account, place.source)
    guard try await store.listenable(account).contains(id),
      let (source, grant) = try await store.readable(account, id), let grant
    else { return nil }
    let until = Instant(milliseconds: store.clock().milliseconds &+ Int64(limits.stretch * 1500))
    if try await store.listen(account, id, of: source.member, holder: holder.words, until: until) {
      return (source, grant)
    }
    // Also when its holder died on this machine a moment ago.
    guard let other = try await store.listener(account, id), Holder(other)?.isDead(seenBy: holder) ?? false else {
      return nil
    }
    try await store.endListening(account, id, holder: other)
    return try await store.listen(account, id, of: source.member, holder: holder.words, until: until)
      ? (source, grant) : nil
  }

  private func hear(_ place: Place, _ source: Source, _ grant: Grant) async throws {
    let (news, told) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    defer { told.finish() }
    let transcript = Transcript(clock: store.clock)
    try await door.open(
      source, grant, place.account, transcript, look: limits.grant, quiet: limits.stretch + 60
    ) { session in
      if try await self.begin(session, source, place.account) { told.yield() }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { [limits] in
          repeat {
            try await session.listen(for: limits.stretch, asking: limits.asking) { told.yield() }
            // Other folders are not heard.
            told.yield()
          } while try await self.mine(place) != nil
        }
        group.addTask {
          for await _ in news {
            try await self.store.requireLive(grant.stamp, place.account)
            try await self.cause(place)
            // A thousand changes at once are one run.
            try await Task.sleep(for: .milliseconds(500))
          }
        }
        try await group.next()
        group.cancelAll()
      }
    }
  }

  /// Opens the folder where new mail comes; true if there is more already than is held.
  private func begin(_ session: IMAPSession, _ source: Source, _ account: ID<Account>) async throws -> Bool {
    guard let server = source.server else { throw Pull.changed }
    let folders = try await session.folders().filter { FolderPlan.step($0.listed, server) == .read }
    guard let folder = folders.first(where: { $0.listed.name == "INBOX" }) ?? folders.first else {
      throw Trouble("the server lists no folder that is to be read", "look at --folder and at the server")
    }
    let (opened, reason) = try await session.examine(folder)
    guard let opened else { throw Trouble("a folder could not be opened: \(reason)", "look at the server") }
    let known = Dictionary(
      try await store.folders(account, of: source).map { ($0.name, $0) }, uniquingKeysWith: { old, _ in old })
    func isBehind(_ name: String, _ status: MailboxStatus?) -> Bool {
      guard let state = known[name], let status else { return known[name] == nil }
      switch MailboxPlan.next(after: state.cursor, knowing: state.held + state.allLeftOut.count, seeing: status) {
      case .rest, .flags: return false
      case .compare, .startOver: return true
      }
    }
    return isBehind(folder.listed.name, opened) || folders.contains { isBehind($0.listed.name, $0.status) }
  }

  /// Causes a run, for whoever works on the account.
  private func cause(_ place: Place) async throws {
    guard let source = try await store.readable(place.account, place.source)?.source, source.revokedAt == nil else {
      return
    }
    try await store.enqueue(.pull, place.source.rawValue, source.member, place.account)
  }
}
