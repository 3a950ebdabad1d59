public import Consent
public import Model
import Readers
public import Store

/// What a run brought.
public struct PullReport: Sendable, Equatable {
  public var source: ID<Source>
  /// Mails or cards that were not held before, or not at this depth.
  public var stored = 0
  /// What is left to be done by the owner, with its remedy; nil if nothing is.
  public var trouble: String?
}

/// Takes mail in: what is not held yet is read, sealed and stored, batch by batch, and counted against what is there.
///
/// A crash or a withdrawal at any point loses nothing and doubles nothing: what is held is known by its place.
public struct Pull: Sendable {
  private let store: Store
  private let gate: Gate
  /// Where servers are dialled; nil where only files are read.
  private let door: ServerDoor?
  /// Files that are removed once they were read; nil where all files are their owner's.
  private let uploads: Uploads?
  private let batch: Int
  private let inFlight: Int
  private let progress: @Sendable (Progress) -> Void

  public init(
    store: Store, gate: Gate, door: ServerDoor? = nil, uploads: Uploads? = nil, batch: Int = 400, inFlight: Int = 3,
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    self.store = store
    self.gate = gate
    self.door = door
    self.uploads = uploads
    self.batch = max(1, batch)
    self.inFlight = max(1, inFlight)
    self.progress = progress
  }

  /// Runs until all that is there is held or left out by rule; ends `job` with the last of its effects.
  public func run(
    _ id: ID<Source>, of account: ID<Account>, lease: Lease, job: Job? = nil
  ) async throws -> PullReport {
    guard let (source, grant) = try await store.readable(account, id) else {
      throw Trouble("there is no such source", "see 'kith source list'")
    }
    guard source.revokedAt == nil else {
      throw Refusal(.withdrawn, promise: 16, "this source was revoked; it is not read again")
    }
    do {
      if let uploads, uploads.holds(source.location) {
        return try await upload(uploads, source, grant, account, lease, job)
      }
      return try await pull(source, grant, account, lease, job)
    } catch {
      await note(error, source, account, lease)
      throw error
    }
  }

  /// Reads what was sent to the site, and removes it then; what was read already stays as it is held.
  private func upload(
    _ uploads: Uploads, _ source: Source, _ grant: Grant?, _ account: ID<Account>, _ lease: Lease, _ job: Job?
  ) async throws -> PullReport {
    guard uploads.isThere(source.location) else {
      guard try await store.source(account, source.id)?.lastRunAt != nil else {
        throw Trouble("the file that was sent is not here any more", "send it again")
      }
      if let job { try await store.finish(job, lease) }
      return PullReport(source: source.id)
    }
    let report = try await pull(source, grant, account, lease, job)
    try uploads.remove(source.location)
    return report
  }

  private func pull(
    _ source: Source, _ grant: Grant?, _ account: ID<Account>, _ lease: Lease, _ job: Job?
  ) async throws -> PullReport {
    switch source.kind {
    case .mbox, .maildir, .mails: return try await mails(source, grant, account, lease, job)
    case .vcard, .csv:
      return try await PullCards(store: store, gate: gate, batch: batch, progress: progress)
        .run(source, grant, of: account, lease: lease, job: job)
    case .ics:
      return try await PullCalendar(store: store, gate: gate, batch: batch, progress: progress)
        .run(source, grant, of: account, lease: lease, job: job)
    case .imap, .carddav, .caldav:
      guard let door else { throw Trouble("no server is dialled here", "run 'kith sync'") }
      guard source.kind == .imap else {
        return try await PullBooks(store: store, gate: gate, door: door, progress: progress)
          .run(source, grant, of: account, lease: lease, job: job)
      }
      return try await PullServer(
        store: store, gate: gate, door: door, batch: batch, inFlight: inFlight, progress: progress
      ).run(source, grant, of: account, lease: lease, job: job)
    }
  }

  private func mails(
    _ source: Source, _ grant: Grant?, _ account: ID<Account>, _ lease: Lease, _ job: Job?
  ) async throws -> PullReport {
    let permit = try await gate.permit(
      ReadMail.self, for: Request(account: account, member: source.member, sources: [source.id], count: 0))
    guard let grant, permit.stamps == [grant.stamp] else { throw Pull.changed }
    let held = try await held(source, grant, account)
    let isDeep = held.values.allSatisfy { $0.values.allSatisfy(\.isDeep) }
    var reader = try MailReader(source.kind, at: source.location, held: held, mails: batch)
    let folders = try await open(reader, isDeep, source, grant, account, permit, lease)
    let run = MailRun(
      store: store, gate: gate, account: account, source: source, grant: grant, lease: lease,
      folders: reader.folders.map { folders[$0.name] ?? ID(0) }, owners: try await store.owners(account, source.member))
    var report = PullReport(source: source.id)
    var leftOut: [Int: [LeftOut: Int]] = [:]
    try await withThrowingTaskGroup(of: MailRun.Outcome.self) { group in
      var running = 0
      func settle(_ outcome: MailRun.Outcome) {
        report.stored += outcome.stored
        for (folder, _, rule) in outcome.leftOut { leftOut[folder, default: [:]][rule, default: 0] += 1 }
        running -= 1
      }
      while let batch = reader.next() {
        try Task.checkCancellation()
        if batch.count == 0 {
          guard try await store.renew(lease) else { throw Pull.overtaken }
          continue
        }
        if running == inFlight, let outcome = try await group.next() { settle(outcome) }
        group.addTask { try await run.keep(batch) }
        running += 1
        progress(Progress(step: "reading mails", done: reader.done, total: reader.total))
      }
      while let outcome = try await group.next() { settle(outcome) }
    }
    progress(Progress(step: "reading mails", done: reader.done, total: reader.done))
    report.trouble = try await finish(run, reader.folders, leftOut, folders, permit, job)
    return report
  }

  /// Enters the folders and how many mails each has, before the first is stored.
  private func open(
    _ reader: MailReader, _ isDeep: Bool, _ source: Source, _ grant: Grant, _ account: ID<Account>,
    _ permit: borrowing Permit<ReadMail>, _ lease: Lease
  ) async throws -> [String: ID<Folder>] {
    let (newIDs, seen) = (store.ids, reader.folders)
    return try await store.write(under: permit, lease: lease) { session in
      let folders = try Folders.keep(
        seen.map(\.name), of: source, newID: { newIDs.next() }, account, in: session)
      try Folders.expect(
        seen.compactMap { seen in
          folders[seen.name].map { FolderCount(folder: $0, onServer: seen.onServer, leftOut: [:]) }
        }, account, in: session)
      if !isDeep { try Folders.recount(folders.values.sorted(), depth: grant.depth, account, in: session) }
      return folders
    }
  }

  /// Compares what is there with what is held, forgets places where nothing lies any more, and ends the job.
  private func finish(
    _ run: MailRun, _ seen: [MailReader.Seen], _ leftOut: [Int: [LeftOut: Int]], _ known: [String: ID<Folder>],
    _ permit: borrowing Permit<ReadMail>, _ job: Job?
  ) async throws -> String? {
    let counts = seen.enumerated().map { number, folder in
      let rules = folder.leftOut.merging(leftOut[number] ?? [:], uniquingKeysWith: +)
      return FolderCount(
        folder: run.folders[number], onServer: folder.onServer,
        leftOut: Dictionary(uniqueKeysWithValues: rules.map { ($0.key.rawValue, $0.value) }))
    }
    let unreadable = counts.reduce(0) { $0 + ($1.leftOut[LeftOut.unreadable.rawValue] ?? 0) }
    let trouble =
      unreadable == 0 ? nil : "\(unreadable) items cannot be read; give this user the right to, and import again"
    let left = seen.enumerated().flatMap { number, folder in
      folder.vanished.map { (folder: run.folders[number], uid: $0) }
    }
    let gone = Set(known.values).subtracting(run.folders).sorted()
    let now = store.clock()
    let (account, source, grant) = (run.account, run.source, run.grant)
    try await store.write(under: permit, lease: run.lease) { session in
      try Mails.leave(left, account, in: session)
      try Folders.forget(gone, account, in: session)
      try Folders.compare(counts, of: source, depth: grant.depth, at: now, account, in: session)
      try Sources.ran(source.id, at: now, trouble: trouble, account, in: session)
      if let job { try Jobs.finish(job, account, in: session) }
    }
    try await store.sweepBlobs(account)
    return trouble
  }

  private func held(
    _ source: Source, _ grant: Grant, _ account: ID<Account>
  ) async throws -> [String: [Int64: HeldPlace]] {
    try await store.places(account, source.id).mapValues { places in
      Dictionary(
        uniqueKeysWithValues: places.map {
          ($0.uid, HeldPlace(size: $0.size, isDeep: $0.isErased || $0.depth == grant.depth))
        })
    }
  }

  /// Leaves what went wrong where the owner sees it; if even that fails, the error itself goes on.
  private func note(_ error: any Error, _ source: Source, _ account: ID<Account>, _ lease: Lease) async {
    if error is CancellationError { return }
    let text = (error as? Trouble)?.description ?? (error as? Refusal)?.description ?? "the run was stopped"
    let now = store.clock()
    try? await store.write(account, lease: lease) { session in
      try Sources.ran(source.id, at: now, trouble: text, account, in: session)
    }
  }

  static let changed = Refusal(
    .withdrawn, promise: 21, "the terms of this source changed meanwhile; nothing more was stored under the old ones")
  static let overtaken = Trouble("another worker has taken this account over", "nothing is lost: that worker goes on")
}

/// One run over the mails of a source: everything its batches share.
struct MailRun: Sendable {
  struct Outcome: Sendable {
    var stored = 0
    var leftOut: [(folder: Int, uid: Int64, rule: LeftOut)] = []
  }

  let store: Store
  let gate: Gate
  let account: ID<Account>
  let source: Source
  let grant: Grant
  let lease: Lease
  /// In the order of the reader's folders.
  let folders: [ID<Folder>]
  let owners: Set<String>

  /// Permit, sealing and one transaction that stores the batch and causes what follows; at a server it also takes `step`.
  func keep(
    _ batch: MailBatch, _ step: FolderStep? = nil, flags: [UInt32: MailFlags] = [:]
  ) async throws -> Outcome {
    let permit = try await gate.permit(
      ReadMail.self, for: Request(account: account, member: source.member, sources: [source.id], count: batch.count))
    guard permit.stamps == [grant.stamp] else { throw Pull.changed }
    let (store, account, source, depth) = (store, account, source, grant.depth)
    let senders = SenderRules(try await store.senderRules(account, source.member).map(\.rule))
    let taking = MailTaking(
      source: source.id, depth: depth, since: grant.since, owners: owners, senders: senders, now: store.clock(),
      newID: { store.ids.next() },
      known: { digests in
        try await store.knownMails(account, source.id, digests)
          .mapValues { KnownMail(id: $0.id, isDone: $0.isErased || $0.depth == depth) }
      })
    let taken = try await taking.take(batch, permit)
    var shelf = Shelf(ids: store.ids, uidValidity: step?.uidValidity ?? 1, flags: flags)
    for mail in taken.mails { shelf.add(mail, folders) }
    try store.write(shelf.blobs, of: account)
    let gone = try await put(shelf, step?.leavingOut(taken.leftOut), under: permit)
    for blob in gone { try store.removeBlob(account, blob) }
    return Outcome(stored: shelf.new.count + shelf.deeper.count, leftOut: taken.leftOut)
  }

  private func put(
    _ shelf: Shelf, _ step: FolderStep?, under permit: borrowing Permit<ReadMail>
  ) async throws -> [Int64] {
    let (store, account, source, grant) = (store, account, source, grant)
    let (job, now): (ID<Job>, Instant) = (store.ids.next(), store.clock())
    return try await store.write(under: permit, lease: lease) { session in
      if let step, !(try Folders.advance(step, of: source.member, account, in: session)) { throw Pull.overtaken }
      let ids = try Mails.insert(shelf.new.map(\.mail), of: source, grant: grant, account, in: session)
      let gone = try Mails.replace(shelf.deeper.map(\.mail), of: source, grant: grant, account, in: session)
      // A mail that came in by another batch meanwhile stays as it is there.
      let kept = Set(zip(shelf.new, ids).filter { $0.mail.id == $1 }.map(\.0.mail.id) + shelf.deeper.map(\.mail.id))
      try store.keep(shelf.blobs(of: kept), of: source.member, account, in: session)
      let places = zip(shelf.new, ids).map { shelf.place($0, $1) }
      let deeper = shelf.deeper.map { shelf.place($0, $0.mail.id) }
      let all = places + deeper + shelf.known
      try Mails.put(all, of: source.member, account, in: session)
      try Folders.count(
        held: (places + deeper).reduce(into: [:]) { $0[$1.folder, default: 0] += 1 }, account,
        in: session)
      if !shelf.new.isEmpty || !shelf.deeper.isEmpty {
        try Jobs.enqueue(.analyse, source.id.rawValue, source.member, id: job, at: now, account, in: session)
      }
      return gone
    }
  }
}

/// A batch sorted by how it is to be stored.
private struct Shelf: Sendable {
  struct Item: Sendable {
    var mail: NewMail
    var folder: ID<Folder>
    var uid: Int64
  }

  private let ids: IDMaker
  private let uidValidity: Int64
  private let flags: [UInt32: MailFlags]
  var new: [Item] = []
  var deeper: [Item] = []
  var known: [Place] = []
  private var shelved: [ID<Mail>: Blobs.New] = [:]
  private var replaced: Set<ID<Mail>> = []

  init(ids: IDMaker, uidValidity: Int64, flags: [UInt32: MailFlags]) {
    self.ids = ids
    self.uidValidity = uidValidity
    self.flags = flags
  }

  func place(_ item: Item, _ mail: ID<Mail>) -> Place { place(item.folder, item.uid, mail) }

  private func place(_ folder: ID<Folder>, _ uid: Int64, _ mail: ID<Mail>) -> Place {
    let flags = UInt32(exactly: uid).flatMap { self.flags[$0] } ?? []
    return Place(folder: folder, uidValidity: uidValidity, uid: uid, mail: mail, flags: flags)
  }

  var blobs: [Blobs.New] { Array(shelved.values) }

  func blobs(of mails: Set<ID<Mail>>) -> [Blobs.New] { shelved.filter { mails.contains($0.key) }.map(\.value) }

  mutating func add(_ taken: TakenMail, _ folders: [ID<Folder>]) {
    let folder = folders[taken.folder]
    // One mail at two places of a batch is replaced once.
    if taken.newness == .known || (taken.newness == .deeper && !replaced.insert(taken.id).inserted) {
      known.append(place(folder, taken.uid, taken.id))
      return
    }
    var mail = NewMail(
      id: taken.id, digest: taken.digest, size: taken.size, at: taken.at, key: taken.key, subject: taken.subject,
      content: taken.content,
      attachments: taken.attachments.map { .init(name: $0.name, type: $0.type, size: $0.size, digest: $0.digest) },
      isErased: taken.isErased)
    if let content = taken.content, content.bytes.count > Blobs.inRow {
      let blob: ID<Mail> = ids.next()
      mail.content = nil
      mail.blob = blob.rawValue
      shelved[taken.id] = .init(id: blob.rawValue, bytes: content.bytes)
    }
    let item = Item(mail: mail, folder: folder, uid: taken.uid)
    if taken.newness == .new { new.append(item) } else { deeper.append(item) }
  }
}
