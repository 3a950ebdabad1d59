public import Consent
public import Model
public import Outlets
public import Store

/// Erases a person or a whole account: keys first, then the record in the CRM, then rows, then what remains in files.
///
/// Erasing is in the ledger, never in the journal: it cannot be undone. A crash after the first step is made good by
/// `resume`, and a restore replays it.
public struct Erase: Sendable {
  private let store: Store
  private let gate: Gate
  private let outlets: OutletDoor

  public init(
    store: Store, gate: Gate, door: ServerDoor? = nil,
    crm: @escaping @Sendable (Destination) throws -> any CRM = Deliver.outlet
  ) {
    self.store = store
    self.gate = gate
    outlets = OutletDoor(
      store: store, gate: gate, door: door, local: crm,
      pause: { try await Deliver.wait(until: $0, from: store.clock()) })
  }

  /// What an erasure reached, to be told to the owner.
  public struct Outcome: Sendable, Equatable {
    public var handles: Int
    /// Records that were removed from designated CRMs.
    public var removedThere: Int
    /// Records that somebody changed there, and that stand as they are: the owner's to decide.
    public var leftThere: [String]
  }

  public func erase(_ person: ID<Person>, _ account: ID<Account>, _ member: ID<Member>) async throws -> Outcome {
    let permit = try await gate.permit(
      EraseData.self, for: Request(account: account, member: member, person: person))
    let handles = try await store.handles(of: person, account, member)
    let keys = try await permit.keyIDs(handles)
    _ = permit.close()
    let erasure = try await store.beginErasure(account, of: member, keys: keys)
    var outcome = try await finish(erasure, keys, account)
    outcome.handles = handles.count
    return outcome
  }

  /// Erases an account with everything in it: without its keys nothing of it opens, wherever a copy lies.
  public func erase(_ account: ID<Account>, _ member: ID<Member>) async throws {
    try await Erase.mayEnd(account, member, store)
    let permit = try await gate.permit(EraseData.self, for: Request(account: account, member: member))
    _ = permit.close()
    let erasure = try await store.beginErasure(account, of: nil, keys: [])
    try await store.removeAccount(account)
    try await store.finishErasure(account, erasure)
  }

  /// What is everybody's is ended by an administrator alone: of a team, a member leaves instead.
  static func mayEnd(_ account: ID<Account>, _ member: ID<Member>, _ store: Store) async throws {
    let members = try await store.members(account)
    guard members.first(where: { $0.id == member })?.role == .administrator || members.count == 1 else {
      throw Refusal(
        .notYours, promise: 8,
        "only an administrator may end a team's account; 'kith member leave' takes out what is yours")
    }
  }

  /// Finishes what a crash cut short; called before anything else touches an account.
  public func resume(_ account: ID<Account>) async throws {
    for erasure in try await store.erasures(account) where !erasure.finished {
      if erasure.isAccount {
        try await store.removeAccount(account)
        try await store.finishErasure(account, erasure.id)
      } else {
        _ = try await finish(erasure.id, erasure.keys, account)
      }
    }
  }

  private func finish(_ erasure: ID<Erasure>, _ keys: [KeyID], _ account: ID<Account>) async throws -> Outcome {
    var outcome = Outcome(handles: 0, removedThere: 0, leftThere: [])
    for link in try await store.links(toErase: keys, account) {
      do {
        if try await remove(link, account) { outcome.removedThere += 1 }
      } catch is LeftThere {
        outcome.leftThere.append(link.remote)
      } catch is Trouble {
        // A CRM that does not answer must not keep the rest from being erased; what stands there is told.
        outcome.leftThere.append(link.remote)
      }
    }
    try await store.erase(keys, account)
    try await store.engine.compact(account)
    try await store.finishErasure(account, erasure)
    return outcome
  }

  /// Removes the person's own record from a CRM if it still is what Kith wrote.
  ///
  /// The instruction to erase is the one-use approval of exactly that; a record that somebody changed there is left,
  /// and told.
  private func remove(_ link: LinkToErase, _ account: ID<Account>) async throws -> Bool {
    let destinations = try await store.destinations(account)
    guard let destination = destinations.first(where: { $0.id == link.destination }), destination.revokedAt == nil
    else { throw LeftThere() }
    do {
      return try await outlets.open(destination, account) { try await remove(link, $0, destination, account) }
    } catch is Refusal {
      // Without a live grant nothing is touched there, not even to delete.
      throw LeftThere()
    }
  }

  /// A record that is left as it stands there.
  private struct LeftThere: Error {}

  private func remove(
    _ link: LinkToErase, _ crm: any CRM, _ destination: Destination, _ account: ID<Account>
  ) async throws -> Bool {
    let records = try await crm.records()
    guard records.isThere else { throw LeftThere() }
    guard let record = records.records.first(where: { $0.remote == link.remote }) else { return false }
    guard record.digest == link.digest else { throw LeftThere() }
    let said = "kith erase 1\u{0}\(destination.id)\u{0}\(record.remote)\u{0}\(record.digest)"
    let digest = hex(sha256(Array(said.utf8)))
    try await store.approve(account, destination.member, destination.id, kind: .oneUse, digest: digest)
    var answer = CRMAnswer.changed
    do {
      let permit = try await gate.permit(
        SyncToCRM.self,
        for: Request(account: account, member: destination.member, destination: destination.id, digest: digest))
      let check = store.standingCheck(permit)
      answer = try await crm.remove(record.remote, expecting: record.digest, permit, check: check)
      try await crm.tidy(permit, check: check)
      _ = permit.close()
    } catch is Refusal {
      answer = .changed
    }
    let now = store.clock()
    _ = try await store.write(account) { session in
      try Store.spend(account, destination.id, digest: digest, at: now, in: session)
    }
    guard answer != .changed else { throw LeftThere() }
    return true
  }
}
