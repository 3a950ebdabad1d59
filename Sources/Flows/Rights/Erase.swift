public import Consent
public import Model
public import Store

/// Erases a person or a whole account: keys first, then rows, then what remains in the files.
///
/// Erasing is in the ledger, never in the journal: it cannot be undone. A crash after the first step is made good by
/// `resume`, and a restore replays it.
public struct Erase: Sendable {
  private let store: Store
  private let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// What an erasure reached outside the account, to be told to the owner.
  public struct Outcome: Sendable, Equatable {
    public var handles: Int
  }

  public func erase(_ person: ID<Person>, _ account: ID<Account>, _ member: ID<Member>) async throws -> Outcome {
    let permit = try await gate.permit(
      EraseData.self, for: Request(account: account, member: member, person: person))
    defer { _ = permit.close() }
    let handles = try await store.handles(of: person, account, member)
    let keys = try await permit.keyIDs(handles)
    let erasure = try await store.beginErasure(account, of: member, keys: keys)
    try await finish(erasure, keys, account)
    return Outcome(handles: handles.count)
  }

  /// Erases an account with everything in it: without its keys nothing of it opens, wherever a copy lies.
  public func erase(_ account: ID<Account>, _ member: ID<Member>) async throws {
    let permit = try await gate.permit(EraseData.self, for: Request(account: account, member: member))
    _ = permit.close()
    let erasure = try await store.beginErasure(account, of: nil, keys: [])
    try await store.removeAccount(account)
    try await store.finishErasure(account, erasure)
  }

  /// Finishes what a crash cut short; called before anything else touches an account.
  public func resume(_ account: ID<Account>) async throws {
    for erasure in try await store.erasures(account) where !erasure.finished {
      if erasure.isAccount {
        try await store.removeAccount(account)
        try await store.finishErasure(account, erasure.id)
      } else {
        try await finish(erasure.id, erasure.keys, account)
      }
    }
  }

  private func finish(_ erasure: ID<Erasure>, _ keys: [KeyID], _ account: ID<Account>) async throws {
    try await store.erase(keys, account)
    try await store.engine.compact(account)
    try await store.finishErasure(account, erasure)
  }
}
