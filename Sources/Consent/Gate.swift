import Crypto
public import Model

/// The right to do one step for one purpose: made by the gate alone, cannot be copied, kept or forged.
///
/// It holds only the keys of the sources and handles it names, and the epochs of its grants: every transaction that
/// stores under it and every outward request checks them again (P005, P021).
public struct Permit<P: Purpose>: ~Copyable, Sendable {
  public let account: ID<Account>
  public let member: ID<Member>
  public let viewer: ID<Member>
  public let sources: [ID<Source>]
  public let destination: ID<Destination>?
  /// The digest of the rules in force, or of exactly what leaves.
  public let digest: String?
  public let stamps: [Grant.Stamp]
  public let receipt: Receipt
  /// The tokens of the blind index, for those purposes that make or search one.
  public let blind: BlindKey
  let keys: KeyBundle
  let vault: Vault

  fileprivate init(_ asked: Request, _ decided: Decided, _ receipt: Receipt, _ keys: KeyBundle, _ vault: Vault) {
    account = asked.account
    member = asked.member
    viewer = asked.viewer ?? asked.member
    sources = asked.sources
    destination = asked.destination
    digest = asked.digest
    stamps = decided.stamps
    self.receipt = receipt
    self.blind = keys.blind
    self.keys = keys
    self.vault = vault
  }

  /// Ends the permit: what it allowed is done.
  public consuming func close() -> Receipt { receipt }
}

/// The keys a permit holds, and nothing that is not named.
struct KeyBundle: Sendable {
  var sources: [KeyID: SymmetricKey]
  var handles: [KeyID: SymmetricKey]
  var blind: BlindKey
  /// The content keys derived so far.
  let contents = ContentKeys()
}

/// What somebody asks a permit for.
public struct Request: Sendable {
  public var account: ID<Account>
  /// Whose data it is.
  public var member: ID<Member>
  /// Who asks; nil for the member itself, or its worker.
  public var viewer: ID<Member>?
  public var sources: [ID<Source>]
  /// The keys of the handles whose content is to be opened.
  public var handles: [KeyID]
  public var destination: ID<Destination>?
  /// For what leaves: the digest of the rules in force, or of exactly what leaves.
  public var digest: String?
  /// The person it is about, for viewing.
  public var person: ID<Person>?
  /// How much of the person is wanted, for viewing.
  public var level: ShareLevel
  /// How many items the permit covers.
  public var count: Int

  public init(
    account: ID<Account>, member: ID<Member>, viewer: ID<Member>? = nil, sources: [ID<Source>] = [],
    handles: [KeyID] = [], destination: ID<Destination>? = nil, digest: String? = nil, person: ID<Person>? = nil,
    level: ShareLevel = .content, count: Int = 1
  ) {
    self.account = account
    self.member = member
    self.viewer = viewer
    self.sources = sources
    self.handles = handles
    self.destination = destination
    self.digest = digest
    self.person = person
    self.level = level
    self.count = count
  }
}

/// What the gate must know to decide, read afresh each time: nothing of it is remembered (P005, P114).
public struct Standing: Sendable {
  public var members: [ID<Member>: Member.Role]
  public var grants: [Grant]
  public var approvals: [Approval]
  /// The digest of the policy that the account accepted.
  public var acceptedPolicy: String?
  public var closedAt: Instant?
  /// The level at which the asked person is shared with the viewer; nil if it is not.
  public var shared: ShareLevel?
  /// Whether the asked person is restricted: stored, not used (P121).
  public var restricted: Bool

  public init(
    members: [ID<Member>: Member.Role], grants: [Grant], approvals: [Approval], acceptedPolicy: String?,
    closedAt: Instant? = nil, shared: ShareLevel? = nil, restricted: Bool = false
  ) {
    self.members = members
    self.grants = grants
    self.approvals = approvals
    self.acceptedPolicy = acceptedPolicy
    self.closedAt = closedAt
    self.shared = shared
    self.restricted = restricted
  }
}

struct Decided { var stamps: [Grant.Stamp] }

/// Decides who may do what, from what holds at this instant; writes the ledger line, then gives the permit.
public struct Gate: Sendable {
  private let standing: @Sendable (Request) async throws -> Standing
  private let append: @Sendable (LedgerLine, LedgerSigner) async throws -> Receipt
  private let clock: @Sendable () -> Instant
  public let vault: Vault

  public init(
    vault: Vault, standing: @escaping @Sendable (Request) async throws -> Standing,
    append: @escaping @Sendable (LedgerLine, LedgerSigner) async throws -> Receipt,
    clock: @escaping @Sendable () -> Instant
  ) {
    self.vault = vault
    self.standing = standing
    self.append = append
    self.clock = clock
  }

  /// A permit for one batch of one step, or a `Refusal` that says why; either is in the ledger first.
  public func permit<P: Purpose>(_ purpose: P.Type, for request: Request) async throws -> Permit<P> {
    let declaration = P.declaration
    let decided: Decided
    do {
      decided = try decide(declaration, request, try await standing(request))
    } catch let refusal as Refusal {
      _ = try await write(declaration, request, outcome: refusal.reason.rawValue)
      throw refusal
    }
    let receipt = try await write(declaration, request, outcome: "permitted")
    return Permit<P>(request, decided, receipt, try await keys(request), vault)
  }

  /// Writes down how many bytes left for a purpose.
  public func note(_ purpose: Declaration, sent bytes: Int, for request: Request) async throws {
    guard bytes > 0 else { return }
    var line = request
    line.count = bytes
    _ = try await write(purpose, line, outcome: "bytes sent")
  }

  /// Somebody who looks, checked to be a live member.
  public func viewer(_ account: ID<Account>, _ member: ID<Member>) async throws -> Viewer {
    let now = try await standing(Request(account: account, member: member))
    guard let role = now.members[member] else {
      throw Refusal(.notYours, promise: 7, "there is no such account, or you are no member of it")
    }
    return Viewer(account: account, member: member, role: role)
  }

  private func keys(_ request: Request) async throws -> KeyBundle {
    let sources = request.sources.map { KeyID(stored: $0.rawValue) }
    return KeyBundle(
      sources: sources.isEmpty ? [:] : try await vault.sourceKeys(request.account, request.member, sources),
      handles: request.handles.isEmpty
        ? [:] : try await vault.handleKeys(request.account, request.member, request.handles, minting: false),
      blind: try await vault.keys(request.account, request.member).blind)
  }

  private func write(_ declaration: Declaration, _ request: Request, outcome: String) async throws -> Receipt {
    let keys = try await vault.keys(request.account)
    let about: UInt64 =
      if let person = request.person {
        keys.pseudonym("person", person.rawValue)
      } else if let destination = request.destination {
        keys.pseudonym("destination", destination.rawValue)
      } else if let source = request.sources.first {
        keys.pseudonym("source", source.rawValue)
      } else {
        0
      }
    let line = LedgerLine(
      account: request.account, at: clock(), purpose: declaration.name,
      by: keys.pseudonym("member", (request.viewer ?? request.member).rawValue),
      owner: keys.pseudonym("member", request.member.rawValue), about: about, outcome: outcome,
      count: Int64(request.count))
    return try await append(line, try await vault.signer(request.account))
  }

  /// The rule itself, pure: what holds, what is asked, yes with the grants' epochs or no with the promise.
  func decide(_ purpose: Declaration, _ request: Request, _ now: Standing) throws -> Decided {
    guard purpose.fault == nil, Catalogue.all.contains(purpose) else {
      throw Refusal(.undeclaredPurpose, promise: 64, "'\(purpose.name)' is no purpose of the policy")
    }
    guard now.members[request.viewer ?? request.member] != nil else {
      throw Refusal(.notYours, promise: 7, "there is no such account, or you are no member of it")
    }
    if purpose.ground != .ownersInstruction {
      guard now.closedAt == nil else { throw Refusal(.closed, promise: 107, "the account is closed") }
      try policyIsAccepted(now)
    }
    switch purpose.ground {
    case .sourceGrant:
      return Decided(stamps: try request.sources.map { try liveGrant(.source($0), purpose, .read, request, now).stamp })
    case .destinationGrant:
      // What is opened on the way must still be allowed to be read.
      let read = try request.sources.map { source -> Grant.Stamp in
        guard
          let grant = now.grants.first(where: {
            $0.target == .source(source) && $0.member == request.member && $0.withdrawnAt == nil
          })
        else { throw Refusal(.withdrawn, promise: 16, "the grant to read this was withdrawn") }
        return grant.stamp
      }
      return Decided(stamps: [try deliverable(purpose, request, now)] + read)
    case .destinationLogin:
      guard let destination = request.destination else { throw Gate.noDestination }
      return Decided(stamps: [try liveGrant(.destination(destination), purpose, .write, request, now).stamp])
    case .sourceWrite:
      return Decided(stamps: [try writable(purpose, request, now)])
    case .viewing:
      try mayView(request, now)
      return Decided(stamps: [])
    case .ownersInstruction:
      guard (request.viewer ?? request.member) == request.member else {
        throw Refusal(.notYours, promise: 8, "only the member whose data it is may ask for this")
      }
      return Decided(stamps: [])
    }
  }

  private func policyIsAccepted(_ now: Standing) throws {
    guard let digest = now.acceptedPolicy, let accepted = PolicyVersion.named(digest: digest) else {
      throw Refusal(.policyNotAccepted, promise: 29, "no version of the policy was accepted; see 'kith policy'")
    }
    if accepted != PolicyVersion.current, clock() >= PolicyVersion.current.bindsFrom {
      throw Refusal(
        .policyNotAccepted, promise: 24, "the policy has changed; accept version \(PolicyVersion.current.version)")
    }
  }

  private func liveGrant(
    _ target: Grant.Target, _ purpose: Declaration, _ scope: Grant.Scope, _ request: Request, _ now: Standing
  ) throws -> Grant {
    let grants = now.grants.filter {
      $0.target == target && $0.member == request.member && $0.scope == scope && $0.purposes.contains(purpose.name)
    }
    guard let live = grants.first(where: { $0.withdrawnAt == nil }) else {
      guard grants.isEmpty else {
        throw Refusal(.withdrawn, promise: 16, "the grant for this was withdrawn")
      }
      throw Refusal(.noGrant, promise: 21, "there is no grant for '\(purpose.name)' on this; see 'kith grant list'")
    }
    guard live.scope == .write || live.warranty == GrantWords.warrantyDigest else {
      throw Refusal(.noWarranty, promise: 39, "the right to let this be read was not stated (--warrant)")
    }
    return live
  }

  private static let noDestination = Refusal(.noGrant, promise: 2, "no destination is named")

  private func deliverable(_ purpose: Declaration, _ request: Request, _ now: Standing) throws -> Grant.Stamp {
    guard let destination = request.destination else { throw Gate.noDestination }
    let grant = try liveGrant(.destination(destination), purpose, .write, request, now)
    guard let digest = request.digest,
      now.approvals.contains(where: { $0.destination == destination && $0.covers(digest) })
    else {
      throw Refusal(
        .notApproved, promise: 13,
        "nothing is sent before it was approved: run 'kith sync --deliver --dry-run', then 'kith destination accept'")
    }
    return grant.stamp
  }

  private func writable(_ purpose: Declaration, _ request: Request, _ now: Standing) throws -> Grant.Stamp {
    guard let source = request.sources.first, request.sources.count == 1 else {
      throw Refusal(.noGrant, promise: 13, "no source is named, or several are")
    }
    let grant = try liveGrant(.source(source), purpose, .write, request, now)
    guard let digest = request.digest,
      now.approvals.contains(where: { $0.source == source && $0.kind == .oneUse && $0.covers(digest) })
    else {
      throw Refusal(
        .notApproved, promise: 13,
        "nothing is changed at a source before just that was approved: see 'kith source write-back --dry-run'")
    }
    return grant.stamp
  }

  private func mayView(_ request: Request, _ now: Standing) throws {
    let viewer = request.viewer ?? request.member
    if viewer != request.member {
      guard let level = now.shared, level >= request.level else {
        throw Refusal(.notYours, promise: 8, "there is no such person")
      }
    }
    guard !now.restricted else {
      throw Refusal(.restricted, promise: 121, "this person is restricted: stored, not used")
    }
  }
}
