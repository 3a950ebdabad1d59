public import Consent
public import Model

/// All that rests: one engine, the maker of ids, the clock.
///
/// Statements stand in one file for each noun.
public struct Store: Sendable {
  public let engine: any Engine
  public let ids: IDMaker
  public let clock: @Sendable () -> Instant
  /// Where sealed content over 256 kB lies; nil where it lies in rows.
  public let blobFolder: String?

  public init(
    engine: any Engine, ids: IDMaker, clock: @escaping @Sendable () -> Instant, blobFolder: String? = nil
  ) {
    self.engine = engine
    self.ids = ids
    self.clock = clock
    self.blobFolder = blobFolder
  }

  public func read<T: Sendable>(
    _ account: ID<Account>, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    try await engine.read(.account(account), body)
  }

  public func write<T: Sendable>(
    _ account: ID<Account>, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    try await engine.write(.account(account), body)
  }

  /// A look through a viewer's eyes: only the views `seen_…` can be read.
  public func see<T: Sendable>(
    _ viewer: Viewer, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    try await engine.read(.viewer(viewer.account, viewer.member), body)
  }

  /// Stores under a permit: the epochs of its grants are checked in the same transaction, and so is the lease of a job.
  ///
  /// If a grant changed meanwhile, or the lease went to somebody else, nothing is stored (P021).
  public func write<P: Purpose, T: Sendable>(
    under permit: borrowing Permit<P>, lease: Lease? = nil, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    let stamps = permit.stamps
    let account = permit.account
    let now = clock()
    return try await engine.write(.account(account)) { session in
      try lease?.hold(in: session, now: now)
      try Grants.require(stamps, account, in: session)
      return try body(session)
    }
  }

  /// Stores as a job that needs no permit: the lease alone is checked.
  public func write<T: Sendable>(
    _ account: ID<Account>, lease: Lease, _ body: @escaping @Sendable (any Session) throws -> T
  ) async throws -> T {
    let now = clock()
    return try await engine.write(.account(account)) { session in
      try lease.hold(in: session, now: now)
      return try body(session)
    }
  }

  /// Checks again, before something leaves, that the grants of a permit still hold (P005).
  public func require<P: Purpose>(_ permit: borrowing Permit<P>) async throws {
    let stamps = permit.stamps
    let account = permit.account
    try await engine.read(.account(account)) { try Grants.require(stamps, account, in: $0) }
  }
}
