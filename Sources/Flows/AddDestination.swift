public import Consent
public import Model
import Outlets
import Plans
import Store

/// Names the CRM that people are kept in step with, and takes the owner's yes to what leaves for it.
public struct AddDestination: Sendable {
  let deliver: Deliver
  private var store: Store { deliver.store }

  public init(_ deliver: Deliver) { self.deliver = deliver }

  /// Adds a folder as CRM with the grant to write there; nothing is written yet.
  ///
  /// The same folder twice is one.
  /// `apart` are folders of Kith itself, which cannot serve as a CRM.
  public func folder(_ path: String, apartFrom apart: [String] = [], as viewer: Viewer) async throws -> Destination {
    let location = try FolderCRM.place(path, apartFrom: apart)
    let destination = Destination(id: store.ids.next(), member: viewer.member, kind: .folder, location: location)
    return try await store.add(
      destination, viewer.account, grant: grant(destination, [SyncToCRM.declaration], viewer))
  }

  /// Adds a CRM on a server with the grant to read and write there, and keeps its login sealed; nothing is written yet.
  ///
  /// The same place twice is one, used as the last call says.
  public func server(_ wanted: Destination, _ login: Login, as viewer: Viewer) async throws -> Destination {
    var destination = wanted
    destination.member = viewer.member
    let kept = try await store.add(
      destination, viewer.account,
      grant: grant(destination, AddDestination.onServer, viewer))
    let vault = deliver.gate.vault
    // An older login is destroyed with its key.
    try await vault.destroyCredential(viewer.account, kept.id)
    let sealed = try await vault.sealLogin(
      viewer.account, viewer.member, kept.id, login, slot: Store.loginSlot(viewer.account, kept.id))
    try await store.keep(sealed, of: kept.id, viewer.member, viewer.account)
    return kept
  }

  /// What the grant for a CRM on a server allows.
  static let onServer = [SyncToCRM.declaration, ConnectToCRM.declaration]

  /// Sets how a destination is kept: whose value of a field stands, what else leaves, how much of interactions.
  ///
  /// An empty value takes an option back. Any edit voids the approval; where more or less leaves than the grant says, the
  /// grant is given anew in words that say it (P023).
  public func set(
    _ options: [String: String], of id: ID<Destination>, as viewer: Viewer
  ) async throws -> Destination {
    for (name, value) in options where !value.isEmpty {
      if let fault = StandingRules.fault(ofOption: name, value, usual: Deliver.directory) { throw fault }
    }
    var destination = try await deliver.live(id, viewer.member, viewer.account)
    for (name, value) in options { destination.options[name] = value.isEmpty ? nil : value }
    let purposes = destination.server == nil ? [SyncToCRM.declaration] : AddDestination.onServer
    return try await store.add(destination, viewer.account, grant: grant(destination, purposes, viewer))
  }

  func grant(_ destination: Destination, _ purposes: [Declaration], _ viewer: Viewer) -> Grant {
    let opens = ActivityLevel(options: destination.options) >= .subject
    let hasTasks = destination.options[StandingRules.tasks] == "on"
    let mapping = StandingRules.mapping(Deliver.directory, destination.options)
    let hasDetails = !DeliverDetails.fields(mapping).isEmpty
    let purposes =
      purposes + (opens ? [LogToCRM.declaration] : []) + (hasTasks ? [TasksToCRM.declaration] : [])
      + (hasDetails ? [DetailsToCRM.declaration] : [])
    return Grant(
      id: store.ids.next(), member: viewer.member, target: .destination(destination.id), scope: .write,
      purposes: purposes.map(\.name).sorted(),
      words: GrantWords.writing(
        destination.kind, activities: ActivityLevel(options: destination.options).rawValue,
        besides: mapping.map(\.field)
          .filter { !Deliver.directory.contains($0) }.map(\.plain), tasks: hasTasks), warranty: nil,
      policyVersion: PolicyVersion.current.version, givenAt: store.clock())
  }

  /// Takes the owner's yes: to the rules of a destination for good, or to exactly what would leave now, once (P013).
  ///
  /// A digest of anything else is refused, so a yes to what was shown is never a yes to what has changed since.
  public func accept(
    _ destination: ID<Destination>, digest: String, as viewer: Viewer
  ) async throws -> Approval.Kind {
    let digest = fold(digest)
    let report = try await deliver.run(destination, of: viewer.member, in: viewer.account, dryRun: true)
    if digest == report.digest {
      try await store.approve(viewer.account, viewer.member, destination, kind: .standing, digest: digest)
      try await deliverSoon(destination, viewer)
      return .standing
    }
    guard digest == report.planDigest else {
      throw Refusal(
        .notApproved, promise: 13,
        "this is not the digest of what would leave now: run 'kith sync --deliver --dry-run' and look again")
    }
    let (account, member, id, now) = (viewer.account, viewer.member, store.ids.next(Approval.self), store.clock())
    try await store.write(account) { session in
      try Deliveries.approveOnce(id, account, member, destination, digest: digest, at: now, in: session)
    }
    try await deliverSoon(destination, viewer)
    return .oneUse
  }

  private func deliverSoon(_ destination: ID<Destination>, _ viewer: Viewer) async throws {
    try await store.enqueue(.deliver, destination.rawValue, viewer.member, viewer.account)
  }
}
