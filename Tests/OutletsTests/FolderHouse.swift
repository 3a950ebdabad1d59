import Consent
import Foundation
import Model
import Outlets
import Plans
import Synchronization

/// Wrapped keys in memory: what the gate of these tests needs to give a permit.
final class PlainKeyring: Keyring {
  private let kept = Mutex<[WrappedKey]>([])

  func keys(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]?) async throws -> [WrappedKey] {
    kept.withLock { keys in
      keys.filter { $0.account == account && $0.kind == kind && ids?.contains($0.id) ?? true }
    }
  }

  func add(_ keys: [WrappedKey]) async throws {
    kept.withLock { held in
      for key in keys where !held.contains(where: { $0.kind == key.kind && $0.id == key.id }) { held.append(key) }
    }
  }

  func replace(_ keys: [WrappedKey]) async throws { try await add(keys) }
  func destroy(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]) async throws {}
  func state(_ account: ID<Account>) async throws -> KeyringState { KeyringState(generation: 0, suppressed: []) }
  func move(
    _ member: ID<Member>, from old: ID<Account>, to new: ID<Account>, replacing keys: [WrappedKey]
  ) async throws {}
}

/// A folder CRM in a scratch folder, with a gate that knows one approved destination.
final class FolderHouse: Sendable {
  static let account = ID<Account>(1)
  static let ada = ID<Member>(2)
  static let destination = ID<Destination>(3)
  static let digest = "approved"

  let root: String
  let gate: Gate
  let crm: FolderCRM

  init() async throws {
    root = NSTemporaryDirectory() + "kith-folder-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    guard let key = OperatorKey(bytes: [UInt8](repeating: 7, count: 32)) else { throw Trouble("no key", "") }
    let vault = Vault(operatorKey: key, keyring: PlainKeyring())
    try await vault.create(FolderHouse.account)
    let grants = [ID<Destination>(3), ID<Destination>(4)].map { destination in
      Grant(
        id: ID(destination.rawValue + 10), member: FolderHouse.ada, target: .destination(destination), scope: .write,
        purposes: ["sync-to-crm"], words: "", warranty: nil, policyVersion: "", givenAt: Instant(seconds: 0))
    }
    gate = Gate(
      vault: vault,
      standing: { request in
        Standing(
          members: [FolderHouse.ada: .member], grants: grants,
          approvals: [
            Approval(
              id: ID(9), kind: .standing, destination: request.destination ?? ID(0), digest: FolderHouse.digest,
              givenAt: Instant(seconds: 0))
          ], acceptedPolicy: PolicyVersion.current.digest)
      }, append: { _, _ in Receipt(sequence: 0) }, clock: { Instant(seconds: 1_800_000_000) })
    crm = FolderCRM(
      Destination(id: FolderHouse.destination, member: FolderHouse.ada, kind: .folder, location: root))
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func permit(for destination: ID<Destination> = FolderHouse.destination) async throws -> Permit<SyncToCRM> {
    try await gate.permit(
      SyncToCRM.self,
      for: Request(
        account: FolderHouse.account, member: FolderHouse.ada, destination: destination, digest: FolderHouse.digest))
  }

  /// Applies one change with a check that says yes.
  @discardableResult
  func apply(_ write: CRMWrite, check: StandingCheck = {}) async throws -> CRMAnswer {
    let permit = try await permit()
    return try await crm.apply(write, permit, check: check)
  }

  func tidy() async throws {
    let permit = try await permit()
    try await crm.tidy(permit) {}
  }

  /// Every file below the folder with its content.
  func files() -> [String: [UInt8]] {
    var out: [String: [UInt8]] = [:]
    for name in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) ?? [] {
      if let data = FileManager.default.contents(atPath: root + "/" + name) { out[name] = Array(data) }
    }
    return out
  }

  func put(_ name: String, _ text: String) throws {
    try FileManager.default.createDirectory(atPath: root + "/people", withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/" + name))
  }

  func changed(_ name: String) throws -> Date? {
    try FileManager.default.attributesOfItem(atPath: root + "/" + name)[.modificationDate] as? Date
  }

  static func create(
    _ person: Int64, _ name: String, email: String = "bob@example.test", key: String = "key-1"
  ) -> CRMWrite {
    CRMWrite(
      CRMChange(
        .create, person: ID(person), remote: nil,
        fields: [FieldChange(field: .name, old: [], new: [name]), FieldChange(field: .email, old: [], new: [email])]),
      key: key)
  }
}
