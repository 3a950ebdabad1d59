public import Consent
import Insight
public import Model
public import Store

/// What a run over a source came to.
public struct Understood: Sendable, Equatable {
  /// Mails that were looked into.
  public var mails = 0
  /// Mails whose content was taken away, since somebody in them was erased.
  public var erased = 0
  /// Mails that do not open or cannot be understood; they stay and wait.
  public var damaged = 0
  /// Addresses and cards that were worked out anew.
  public var handles = 0
  /// Persons that a rule united.
  public var united = 0

  public init() {}
}

/// Understands what was stored of a source: who wrote to whom, by which words a mail is found, who is who, how strong the
/// ties are.
///
/// A batch of mails is opened under two permits and stored in one transaction; the next ones are opened meanwhile. What is
/// worked out of people hangs on marks (`handle.stale`) that are set in the same transaction, so a crash at any point
/// loses nothing, and running again changes nothing.
public struct Analyse: Sendable {
  public static let batch = 400
  /// How many batches are opened or wait to be stored at once.
  static let ahead = 3
  /// How many addresses are worked out in one transaction.
  static let people = 2000

  let store: Store
  let gate: Gate
  let progress: @Sendable (Progress) -> Void

  public init(store: Store, gate: Gate, progress: @escaping @Sendable (Progress) -> Void = { _ in }) {
    self.store = store
    self.gate = gate
    self.progress = progress
  }

  /// What a run is about.
  struct Asked: Sendable {
    var account: ID<Account>
    var member: ID<Member>
    var source: ID<Source>
    var owners: Set<String>
    var lease: Lease?
    /// Methods that the member has switched off.
    var off: Set<Analysis>
    let book = TokenBook()
  }

  /// Looks into everything of a source that waits; with `lease`, as a job of the worker.
  public func analyse(
    _ source: ID<Source>, of member: ID<Member>, in account: ID<Account>, lease: Lease? = nil
  ) async throws -> Understood {
    let asked = Asked(
      account: account, member: member, source: source, owners: try await store.owners(account, member), lease: lease,
      off: try await store.analysesOff(account, member))
    var done = Understood()
    try await lookIntoMails(asked, &done)
    try await knowPeople(asked, &done)
    return done
  }

  // MARK: mails

  /// Opens batches side by side and stores them in their order, so that opening never waits for the disk.
  private func lookIntoMails(_ asked: Asked, _ done: inout Understood) async throws {
    let total = try await store.countWaiting(asked.account, asked.source)
    if total == 0 { return }
    try await withThrowingTaskGroup(of: (Int, OpenedBatch).self) { group in
      var last = ID<Mail>(0)
      var (begun, stored, isWhole) = (0, 0, false)
      var opened: [Int: OpenedBatch] = [:]
      while true {
        while !isWhole, begun - stored < Analyse.ahead {
          let mails = try await waiting(asked, after: last)
          guard let end = mails.last else {
            isWhole = true
            break
          }
          last = end.id
          group.addTask { [begun] in (begun, try await open(mails, asked)) }
          begun += 1
        }
        if let next = opened.removeValue(forKey: stored) {
          try await keep(next, asked, &done)
          stored += 1
          progress(Progress(step: "understand", done: done.mails + done.erased + done.damaged, total: total))
        } else if let (number, batch) = try await group.next() {
          opened[number] = batch
        } else {
          return
        }
      }
    }
  }

  private func waiting(_ asked: Asked, after: ID<Mail>) async throws -> [WaitingMail] {
    try await store.waitingMails(asked.account, asked.source, after: after, limit: Analyse.batch)
  }

  private func keep(_ opened: OpenedBatch, _ asked: Asked, _ done: inout Understood) async throws {
    let batch = Batch(opened, owners: asked.owners, now: store.clock(), ids: store.ids)
    let (account, member, ids) = (asked.account, asked.member, store.ids)
    let blobs = try await store.write(account, under: opened.stamps, lease: asked.lease) { session in
      try batch.store(of: member, account, ids, in: session)
    }
    for blob in blobs { try store.removeBlob(account, blob) }
    done.mails += batch.interactions.count
    done.erased += batch.erased.count
    done.damaged += batch.damaged
  }

  // MARK: people

  private func knowPeople(_ asked: Asked, _ done: inout Understood) async throws {
    let (account, member, source) = (asked.account, asked.member, asked.source)
    let kind = try await store.source(account, source)?.source.kind
    var isFirst = true
    while true {
      let request = Request(account: account, member: member, sources: [source], count: Analyse.people)
      let permit = try await gate.permit(FindPeople.self, for: request)
      let know = KnowPeople(
        account: account, member: member, owners: asked.owners, now: store.clock(), blind: permit.blind,
        ids: store.ids)
      let marksCards = isFirst && kind?.isMail == false
      let settled = try await store.write(under: permit, lease: asked.lease) { session in
        if marksCards { try Handles.markStale(cardsOf: source, of: member, account, in: session) }
        return try know.settle(Analyse.people, in: session)
      }
      isFirst = false
      done.handles += settled.handles
      progress(Progress(step: "people", done: done.handles, total: nil))
      if !settled.isDone { continue }
      if done.handles == 0 { return }
      // Whatever became known is on its way to the CRM.
      let live = try await store.destinations(account, member: member).filter { $0.revokedAt == nil }.map(\.id)
      done.united = try await store.write(under: permit, lease: asked.lease) { session in
        let united = asked.off.contains(.uniteCards) ? 0 : try know.matchCards(in: session)
        for destination in live {
          try Jobs.enqueue(
            .deliver, destination.rawValue, member, id: know.ids.next(), at: know.now, account, in: session)
        }
        return united
      }
      return
    }
  }
}

/// One batch, worked out and ready to be stored.
struct Batch: Sendable {
  private(set) var interactions: [NewInteraction] = []
  private(set) var words: [(mail: ID<Mail>, tokens: String)] = []
  private(set) var erased: [ID<Mail>] = []
  private(set) var damaged = 0
  private let keys: [Handle: KeyID]

  init(_ opened: OpenedBatch, owners: Set<String>, now: Instant, ids: IDMaker) {
    keys = opened.keys
    for (index, mail) in opened.mails.enumerated() {
      switch opened.looks[index] {
      case .erased: erased.append(mail.id)
      case .damaged: damaged += 1
      case .found(let found):
        let time = contactTime(date: mail.at, now: now)
        interactions.append(
          NewInteraction(
            id: ids.next(), mail: mail.id, at: time.at ?? mail.at, isDated: time.at != nil,
            // What lies in the owner's mailbox was received, whether or not it names the owner.
            direction: found.direction(owners: owners, delivered: true), recipients: found.recipients, found: found))
        if let tokens = opened.tokens[index] { words.append((mail.id, tokens)) }
      }
    }
  }

  /// Stores the batch in one transaction; answers the blobs of mails that were erased.
  func store(
    of member: ID<Member>, _ account: ID<Account>, _ ids: IDMaker, in session: any Session
  ) throws -> [Int64] {
    let kept = try Interactions.keep(interactions, of: member, account, in: session)
    let handles = try keepHandles(of: member, account, ids, in: session)
    var participants: [(ID<Interaction>, Interaction.Role, Int, ID<Handle>)] = []
    var names: [NameKey: SeenName] = [:]
    var said: [(handle: ID<Handle>, interaction: ID<Interaction>, said: MailSightings.Said)] = []
    for (new, kept) in zip(interactions, kept) where !new.found.said.isEmpty {
      guard let author = new.found.sightings.first(where: { $0.role == .from }), let handle = handles[author.address]
      else { continue }
      said += new.found.said.map { (handle, kept.id, $0) }
    }
    for (new, kept) in zip(interactions, kept) where kept.isNew {
      var positions: [Interaction.Role: Int] = [:]
      let at = new.isDated ? new.at : Instant(milliseconds: 0)
      for sighting in new.found.sightings {
        guard let handle = handles[sighting.address] else { continue }
        participants.append((kept.id, sighting.role, positions[sighting.role, default: 0], handle))
        positions[sighting.role, default: 0] += 1
        if sighting.name.isEmpty { continue }
        let seen = SeenName(name: sighting.name, first: at, last: at)
        if names[NameKey(handle: handle, name: sighting.name)]?.add(seen) == nil {
          names[NameKey(handle: handle, name: sighting.name)] = seen
        }
      }
    }
    try Interactions.participants(
      participants.map { (interaction: $0.0, role: $0.1, position: $0.2, handle: $0.3) }, of: member, account,
      in: session)
    try Handles.count(
      names.sorted { $0.key < $1.key }.map { (handle: $0.key.handle, name: $0.value) }, of: member, account,
      in: session)
    try Sayings.keep(said, of: member, account, in: session)
    try Words.keep(words, of: member, account, in: session)
    try Interactions.analysed(
      zip(interactions, kept).map { (mail: $0.mail, interaction: $1.id) }, of: member, account, in: session)
    return try Interactions.erase(erased, account, in: session)
  }

  private struct NameKey: Hashable, Comparable {
    var handle: ID<Handle>
    var name: String

    static func < (a: NameKey, b: NameKey) -> Bool { a.handle == b.handle ? a.name < b.name : a.handle < b.handle }
  }

  /// Keeps every handle of the batch, in order of its first sighting.
  private func keepHandles(
    of member: ID<Member>, _ account: ID<Account>, _ ids: IDMaker, in session: any Session
  ) throws -> [String: ID<Handle>] {
    var seen: Set<String> = []
    var all: [(handle: Handle, key: KeyID)] = []
    for sighting in interactions.lazy.flatMap(\.found.sightings) where seen.insert(sighting.address).inserted {
      let handle = Handle(.email, sighting.address)
      all.append((handle, keys[handle] ?? .none))
    }
    let stored = try Handles.keep(all, of: member, account, newID: { ids.next() }, in: session)
    return Dictionary(zip(all.map(\.handle.value), stored), uniquingKeysWith: { first, _ in first })
  }
}
