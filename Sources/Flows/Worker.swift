public import Consent
public import Model
public import ServiceLifecycle
public import Store

/// What a job came to.
public enum JobResult: Sendable {
  case pulled(PullReport)
  case analysed(Understood)
  case delivered(DeliverReport)
}

/// How one job ended: with a result, or with the trouble or refusal that stopped it.
public struct JobOutcome: Sendable {
  public var job: Job
  public var result: Result<JobResult, any Error>
}

/// The job loop: leases an account, runs what is due there until nothing is, and goes on to the next.
///
/// A worker that lost its lease stops at its next transaction: every one of them checks the fence.
public struct Worker: Service {
  /// Time limits, in seconds.
  public struct Limits: Sendable {
    /// How long one job may run before others get their turn; it goes on later from where it was.
    public var job: Double = 1800
    /// How often a lease is renewed while nothing is stored.
    public var renewal: Double = 8
    /// How long `settle` follows another worker.
    public var patience: Double = 3600
    /// How often the wake list is looked at.
    public var pause: Double = 1
    /// How many sources of one account are read at once, and how many accounts are worked on.
    public var sources = 8
    public var accounts = 2
    /// A source whose server is silent for so many seconds gives its turn to the next; so many are open at most.
    public var silence = 0.04
    public var open = 40
    /// A job that was cut short so often is stopped.
    public var attempts = 10
    /// Which jobs are run; the others stay due.
    public var kinds = Set(Job.Kind.allCases)

    public init() {}
  }

  let store: Store
  let gate: Gate
  let limits: Limits
  let holder: Holder
  let isWaiting: @Sendable (Job, Lease) -> Bool
  let perform: @Sendable (Job, Lease) async throws -> JobResult

  /// `isWaiting`: whether a job that runs does nothing but wait for somebody else.
  public init(
    store: Store, gate: Gate, limits: Limits = Limits(),
    isWaiting: @escaping @Sendable (Job, Lease) -> Bool = { _, _ in false },
    perform: @escaping @Sendable (Job, Lease) async throws -> JobResult
  ) {
    self.store = store
    self.gate = gate
    self.limits = limits
    self.holder = .this
    self.isWaiting = isWaiting
    self.perform = perform
  }

  // MARK: all accounts

  /// Works until the process is asked to stop.
  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        try await loop()
      } catch is CancellationError {
        return
      }
    }
  }

  private func loop() async throws {
    var rebuilt: Instant?
    while !Task.isCancelled {
      let now = store.clock()
      // The wake list is a hint: what was caused beside it is found by looking into the accounts.
      if rebuilt.map({ now.milliseconds - $0.milliseconds > 300_000 }) ?? true {
        try await store.rebuildWakeList()
        try await store.ids.renew(store.engine)
        rebuilt = now
      }
      var worked = false
      try await withThrowingTaskGroup(of: Bool.self) { group in
        var waiting = try await store.due(limit: 64)[...]
        for _ in 0..<limits.accounts {
          if let account = waiting.popFirst() { group.addTask { try await turn(account) } }
        }
        while let done = try await group.next() {
          worked = worked || done
          if let account = waiting.popFirst() { group.addTask { try await turn(account) } }
        }
      }
      if !worked { try await Task.sleep(for: .seconds(limits.pause)) }
    }
  }

  /// One turn of an account; one that is closed or gone must not end the worker.
  private func turn(_ account: ID<Account>) async throws -> Bool {
    do {
      return try await work(on: account) != nil
    } catch let error where !(error is CancellationError) {
      try? await store.settle(account)
      return false
    }
  }

  // MARK: one account

  /// Runs what is due until nothing is, here or in the worker that holds the account.
  public func settle(_ account: ID<Account>) async throws -> [JobOutcome] {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(limits.patience)
    while true {
      if let outcomes = try await work(on: account) { return outcomes }
      if try await store.countDue(account, limits.kinds) == 0 {
        return try await store.troubledJobs(account).filter { limits.kinds.contains($0.job.kind) }.map {
          JobOutcome(job: $0.job, result: .failure(Trouble($0.trouble, "")))
        }
      }
      guard clock.now < end else {
        throw Trouble("another worker is still busy with this account", "it goes on; see 'kith status'")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// Leases the account and runs what is due; nil while another worker holds it.
  public func work(on account: ID<Account>) async throws -> [JobOutcome]? {
    guard let lease = try await lease(account) else { return nil }
    do {
      try await Erase(store: store, gate: gate).resume(account)
      let outcomes = try await renewing(lease) { try await drain(lease) }
      try await end(lease)
      return outcomes
    } catch {
      // In a task of its own, since this one may be cancelled.
      _ = await Task { try? await end(lease) }.value
      throw error
    }
  }

  private func end(_ lease: Lease) async throws {
    try await store.release(lease)
    try await store.settle(lease.account)
  }

  /// The lease, also when its holder died on this machine a moment ago.
  private func lease(_ account: ID<Account>) async throws -> Lease? {
    if let lease = try await store.lease(account, holder: holder.words) { return lease }
    guard let other = try await store.leaseHolder(account), Holder(other)?.isDead(seenBy: holder) ?? false else {
      return nil
    }
    try await store.endLease(account, of: other)
    return try await store.lease(account, holder: holder.words)
  }

  /// Keeps the lease while the body works, and cancels the body when somebody else has taken it.
  private func renewing<T: Sendable>(_ lease: Lease, _ body: @escaping @Sendable () async throws -> T) async throws -> T
  {
    try await withThrowingTaskGroup(of: T?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        while true {
          try await Task.sleep(for: .seconds(limits.renewal))
          guard try await store.renew(lease) else { throw Worker.takenOver }
        }
      }
      defer { group.cancelAll() }
      while let done = try await group.next() { if let done { return done } }
      throw CancellationError()
    }
  }

  static let takenOver = Trouble("another worker has taken this account over", "nothing is lost: that worker goes on")

  // MARK: jobs

  private func drain(_ lease: Lease) async throws -> [JobOutcome] {
    var outcomes: [JobOutcome] = []
    while true {
      try Task.checkCancellation()
      let due = try await store.dueJobs(lease, limits.kinds)
      guard let kind = due.first?.kind else { return outcomes }
      // Sources are read side by side; what writes the same people goes one after the other.
      for outcome in try await run(due, lease, atOnce: kind == .pull ? limits.sources : 1) {
        outcomes.removeAll { $0.job.id == outcome.job.id }
        outcomes.append(outcome)
      }
    }
  }

  /// Runs jobs side by side; those that only wait for somebody else keep no other from its turn.
  private func run(_ jobs: [Job], _ lease: Lease, atOnce: Int) async throws -> [JobOutcome] {
    try await withThrowingTaskGroup(of: JobOutcome?.self) { group in
      var waiting = jobs[...]
      var running: [ID<Job>: Job] = [:]
      var outcomes: [JobOutcome] = []
      func fill() {
        while running.count < (atOnce == 1 ? 1 : limits.open), let job = waiting.first,
          running.values.count(where: { !isWaiting($0, lease) }) < atOnce
        {
          waiting.removeFirst()
          running[job.id] = job
          group.addTask { try await run(job, lease) }
        }
      }
      /// Looks again a little later, for as long as somebody has had no turn.
      func lookLater() {
        if atOnce > 1, !waiting.isEmpty { group.addTask { try await pause() } }
      }
      fill()
      lookLater()
      while let next = try await group.next() {
        if let outcome = next {
          running[outcome.job.id] = nil
          outcomes.append(outcome)
          fill()
        } else {
          fill()
          lookLater()
        }
      }
      return outcomes
    }
  }

  private func pause() async throws -> JobOutcome? {
    try await Task.sleep(for: .seconds(limits.silence / 2))
    return nil
  }

  private func run(_ job: Job, _ lease: Lease) async throws -> JobOutcome {
    do {
      let result = try await limited(job) { try await perform(job, lease) }
      try await store.finishOnce(job, lease)
      return JobOutcome(job: job, result: .success(result))
    } catch {
      if error is CancellationError { throw error }
      guard try await store.renew(lease) else { throw Worker.takenOver }
      try await stop(job, error, lease)
      return JobOutcome(job: job, result: .failure(error))
    }
  }

  /// The one switch over what follows from an error.
  private func stop(_ job: Job, _ error: any Error, _ lease: Lease) async throws {
    let trouble =
      switch error {
      case let trouble as Trouble: trouble
      case let refusal as Refusal: Trouble(refusal.description, "")
      default: Trouble("a step ended with an error of kind \(type(of: error))", "run 'kith doctor'")
      }
    switch trouble.remedy {
    case .wait: try await store.put(job, off: trouble, lease)
    case .askOwnerToSignIn, .stop:
      try await store.put(job, off: trouble, lease)
      try await note(trouble, job, lease)
    case .skip: try await store.finishOnce(job, lease)
    }
  }

  /// Writes a trouble where its owner looks: on the source or the destination.
  private func note(_ trouble: Trouble, _ job: Job, _ lease: Lease) async throws {
    switch job.kind {
    case .pull, .analyse:
      let now = store.clock()
      try await store.write(lease.account, lease: lease) { session in
        try Sources.ran(ID(job.subject), at: now, trouble: trouble.description, lease.account, in: session)
      }
    case .deliver: try await store.note(lease.account, ID(job.subject), trouble: trouble.description)
    }
  }

  /// A job that takes too long is cut short; what it has stored is kept, and it goes on in a later turn.
  private func limited(_ job: Job, _ body: @escaping @Sendable () async throws -> JobResult) async throws -> JobResult {
    let seconds = limits.job
    let now = store.clock()
    let late = Trouble("a step took longer than \(Int(seconds)) s and was put off", remedy: .wait(until: now))
    let never = Trouble("a step was put off \(job.attempts) times", "look at the source, then run 'kith sync'")
    return try await withThrowingTaskGroup(of: JobResult.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw job.attempts < limits.attempts ? late : never
      }
      defer { group.cancelAll() }
      guard let result = try await group.next() else { throw CancellationError() }
      return result
    }
  }
}
