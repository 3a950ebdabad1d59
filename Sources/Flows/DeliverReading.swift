import Model
import Outlets
import Plans
import Store

/// What stands at a destination, read as sparingly as it allows: everything, or what changed beside what is known.
struct DeliverReading: Sendable {
  /// After so long everything is read again, whatever the feed tells; and so often it is looked for what is gone.
  static let wholeEvery: Int64 = 7 * 86_400_000
  static let sweptEvery: Int64 = 86_400_000

  var remote: RemoteRecords
  /// How far was read; nil where everything is read each time.
  private var progress: ReadSoFar?
  private var held = ReadSoFar()
  private var known: [String: Shadow] = [:]

  /// Somebody who may be created is looked for among all that stands there, so that nobody is there twice.
  static func read(
    _ store: Store, _ crm: any CRM, _ destination: Destination, _ account: ID<Account>, _ create: CreateRules,
    _ details: DeliverDetails
  ) async throws -> DeliverReading {
    let showsDeletions: Bool
    switch crm.capabilities.feed {
    case .whole: return DeliverReading(remote: try await crm.records(since: nil))
    case .since(let shows): showsDeletions = shows
    case .writeOnly: showsDeletions = true
    }
    let (id, now) = (destination.id, store.clock())
    let member = destination.member
    var (held, shadows, mustBeWhole) = try await store.read(account) { session in
      (
        try Readings.of(id, account, in: session), try Readings.shadows(id, account, in: session),
        try Readings.hasUnseen(id, account, in: session)
          || Readings.hasNew(id, of: member, interactions: max(1, create.interactions), account, in: session)
      )
    }
    for place in shadows.indices { shadows[place].values = details.shown(shadows[place].values) }
    let known = Dictionary(shadows.map { ($0.remote, $0) }, uniquingKeysWith: { first, _ in first })
    if crm.capabilities.feed == .writeOnly {
      return DeliverReading(
        remote: RemoteRecords(records: shadows.map(record)), progress: held, held: held, known: known)
    }
    let isOld = held.wholeAt.map { now.milliseconds - $0.milliseconds > wholeEvery } ?? true
    let since = held.cursor.flatMap { isOld || mustBeWhole ? nil : RemoteCursor($0) }
    var read = try await crm.records(since: since)
    var progress = ReadSoFar(cursor: read.cursor?.text ?? held.cursor, wholeAt: held.wholeAt, sweptAt: held.sweptAt)
    if since == nil || read.isWhole {
      progress.wholeAt = now
      progress.sweptAt = now
      return DeliverReading(remote: read, progress: progress, held: held, known: known)
    }
    var all = known.mapValues(record)
    for changed in read.records { all[changed.remote] = changed }
    for gone in read.gone { all[gone] = nil }
    if !showsDeletions, held.sweptAt.map({ now.milliseconds - $0.milliseconds > sweptEvery }) ?? true {
      let names = try await crm.names()
      all = all.filter { names.contains($0.key) }
      progress.sweptAt = now
    }
    read.records = all.values.sorted { $0.remote < $1.remote }
    return DeliverReading(remote: read, progress: progress, held: held, known: known)
  }

  private init(
    remote: RemoteRecords, progress: ReadSoFar? = nil, held: ReadSoFar = ReadSoFar(), known: [String: Shadow] = [:]
  ) {
    self.remote = remote
    self.progress = progress
    self.held = held
    self.known = known
  }

  private static func record(_ shadow: Shadow) -> RemoteRecord {
    RemoteRecord(
      remote: shadow.remote, person: shadow.stamp, key: shadow.key, digest: shadow.digest, values: shadow.values,
      kind: shadow.kind, changedAt: shadow.changedAt)
  }

  /// True if the place to go on from is another than before.
  var isNew: Bool { progress.map { $0.cursor != held.cursor } ?? false }

  /// Records of linked persons that stand otherwise than was known.
  func shadows(_ state: DeliverState, _ adopted: [Link] = []) -> [Shadow] {
    guard progress != nil else { return [] }
    let new = adopted.filter { state.links[$0.person] == nil }
    let linked =
      state.links.keys.map { ($0, state.record(of: $0)) } + new.map { ($0.person, state.record(named: $0.remote)) }
    return linked.sorted { $0.0 < $1.0 }.compactMap { person, record in
      guard let record else { return nil }
      let shadow = DeliverReading.shadow(record, of: person)
      return known[record.remote] == shadow ? nil : shadow
    }
  }

  static func shadow(_ record: RemoteRecord, of person: ID<Person>) -> Shadow {
    Shadow(
      person: person, remote: record.remote, stamp: record.person, kind: record.kind, key: record.key,
      digest: record.digest, changedAt: record.changedAt, values: record.values)
  }

  /// How a record stands once a change was written.
  func shadow(
    after delivery: Delivery, _ kind: Person.Kind, _ remote: String, _ digest: String, over old: RemoteRecord?
  )
    -> Shadow?
  {
    guard progress != nil else { return nil }
    var values = old?.values ?? [:]
    for field in Set(delivery.before.keys).union(delivery.after.keys) { values[field] = delivery.after[field] }
    return Shadow(
      person: delivery.person, remote: remote, stamp: old?.person ?? delivery.person, kind: kind, key: delivery.key,
      digest: digest, changedAt: nil, values: values)
  }

  /// Keeps how far was read, and what was seen.
  func keep(
    _ state: DeliverState, _ adopted: [Link], of destination: ID<Destination>, _ member: ID<Member>,
    _ account: ID<Account>, _ closer: DetailCloser, in session: any Session
  ) throws {
    guard let progress else { return }
    let gone = state.links.keys.filter { state.record(of: $0) == nil && known[state.links[$0]?.remote ?? ""] != nil }
    try Readings.forget(gone.sorted(), of: destination, account, in: session)
    try Readings.keep(try shadows(state, adopted).map(closer.closed), of: destination, member, account, in: session)
    if progress != held { try Readings.keep(progress, of: destination, account, in: session) }
  }
}
