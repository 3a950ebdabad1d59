import Consent
import Flows
import Logging
import Model
import Outlets
import ServiceLifecycle
import Site
import Store
import Wire

extension House {
  /// The job loop with the flows of this house.
  func worker(
    _ limits: Worker.Limits = Worker.Limits(), progress: @escaping @Sendable (Progress) -> Void = { _ in },
    pulled: @escaping @Sendable (ID<Account>) -> Void = { _ in }
  ) -> Worker {
    let pull = Pull(store: store, gate: gate, door: door, uploads: uploads, progress: progress)
    let analyse = Analyse(store: store, gate: gate, progress: progress)
    let deliver = Deliver(store: store, gate: gate, door: door, progress: progress)
    let isWaiting: @Sendable (Job, Lease) -> Bool = { [door] job, lease in
      job.kind == .pull && door.isWaiting(for: ID(job.subject), of: lease.account, seconds: limits.silence)
    }
    return Worker(store: store, gate: gate, limits: limits, isWaiting: isWaiting) { job, lease in
      switch job.kind {
      case .pull:
        let report = try await pull.run(ID(job.subject), of: lease.account, lease: lease, job: job)
        pulled(lease.account)
        return .pulled(report)
      case .analyse:
        return .analysed(
          try await analyse.analyse(ID(job.subject), of: job.member, in: lease.account, lease: lease))
      case .deliver:
        return .delivered(
          try await deliver.run(ID(job.subject), of: job.member, in: lease.account, lease: lease))
      }
    }
  }

  /// What works by itself: the job loop, and who listens at mail servers for it.
  func services() -> [any Service] {
    let listener = Listener(store: store, door: door)
    return [worker(pulled: listener.look), listener, SweepUploads(uploads)]
  }

  /// Runs the jobs of some kinds until nothing is due, with a bar on a terminal.
  func settle(_ account: ID<Account>, _ kinds: Set<Job.Kind> = Set(Job.Kind.allCases)) async throws -> [JobOutcome] {
    try Console.flush()
    var limits = Worker.Limits()
    limits.kinds = kinds
    let bar = ProgressBar()
    defer { bar.end() }
    return try await worker(limits, progress: bar.show).settle(account)
  }
}

extension [JobOutcome] {
  /// Throws what stopped a job: a refusal before a trouble.
  func require() throws {
    let errors = compactMap { outcome -> (any Error)? in
      if case .failure(let error) = outcome.result { error } else { nil }
    }
    if let refusal = errors.first(where: { $0 is Refusal }) { throw refusal }
    if let error = errors.first { throw error }
  }

  var deliveries: [DeliverReport] {
    compactMap { if case .success(.delivered(let report)) = $0.result { report } else { nil } }
  }
}

extension House {
  /// Files that were sent to the site and wait to be read.
  var uploads: Uploads { Uploads(folder: settings.data + "/uploads") }

  /// What the site reaches beyond the store.
  func doors() -> Doors {
    Doors(
      server: door, discover: Discover(rules: settings.addressRules, now: settings.clock), crms: settings.data + "-crm",
      apart: settings.database == nil ? [settings.data] : [], uploads: uploads)
  }

  /// What sends mails of the house; nil where the operator named no server for it.
  private func post() throws -> Post? {
    guard let post = settings.post else { return nil }
    let login = try post.passwordFile.map {
      Login(user: post.address.user, secret: String(decoding: try Secrets.read($0, "password"), as: UTF8.self))
    }
    // The operator's own server may lie on this machine, whoever else may not be reached there.
    var rules = settings.addressRules
    rules.allowsThisMachine = true
    let office = PostOffice(
      post.address.server, login: post.address.user.isEmpty ? nil : login, rules: rules, now: settings.clock)
    return Post(office, from: post.from, site: post.site)
  }

  /// The site of this house; one that reaches nothing holds no keys of logins.
  func site(at place: Listen, reaches: Bool = true) throws -> Site {
    try Site(
      store: store, gate: gate, vault: vault, deliver: reaches ? deliver() : nil, doors: reaches ? doors() : nil,
      listen: place, post: try post(), isOpen: settings.isOpen && reaches, scratch: settings.data + "/scratch",
      logger: .kith)
  }

  /// What keeps destinations in step, for flows that build on it.
  func deliver() -> Deliver { Deliver(store: store, gate: gate, door: door) }
}
