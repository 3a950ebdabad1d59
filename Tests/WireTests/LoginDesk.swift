import Consent
import Model
import NIOCore
import NIOPosix
import Synchronization

@testable import Wire

/// Ada's mailbox with a live grant to connect, and the gate that gives permits for it.
struct LoginDesk: Sendable {
  private static let account = ID<Account>(1)
  private static let member = ID<Member>(2)
  private static let mailbox = ID<Source>(4)

  let vault: Vault
  let gate: Gate
  let stamp: Grant.Stamp
  let request = Request(account: account, member: member, sources: [mailbox])
  let slot = Slot(account, "source", "login", row: mailbox.rawValue)

  init() async throws {
    guard let key = OperatorKey(bytes: [UInt8](repeating: 7, count: 32)) else { throw Withdrawn() }
    let vault = Vault(operatorKey: key, keyring: LoginKeyring())
    try await vault.create(LoginDesk.account)
    try await vault.mintSource(LoginDesk.account, LoginDesk.member, LoginDesk.mailbox)
    let grant = Grant(
      id: ID(6), member: LoginDesk.member, target: .source(LoginDesk.mailbox), scope: .read, purposes: ["connect"],
      words: GrantWords.reading(.imap, depth: .text, since: nil), warranty: GrantWords.warrantyDigest,
      policyVersion: PolicyVersion.current.version, givenAt: Instant(seconds: 0))
    stamp = grant.stamp
    gate = Gate(
      vault: vault,
      standing: { _ in
        Standing(
          members: [LoginDesk.member: .member], grants: [grant], approvals: [],
          acceptedPolicy: PolicyVersion.current.digest)
      }, append: { _, _ in Receipt(sequence: 0) }, clock: { Instant(year: 2026, month: 11, day: 24) })
    self.vault = vault
  }

  func seal(_ login: Login) async throws -> Sealed {
    try await vault.sealLogin(LoginDesk.account, LoginDesk.member, LoginDesk.mailbox, login, slot: slot)
  }
}

/// Keeps keys in memory; nothing is erased or moved in these tests.
private final class LoginKeyring: Keyring {
  private let held = Mutex<[WrappedKey]>([])

  func keys(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]?) async throws -> [WrappedKey] {
    held.withLock { $0.filter { $0.account == account && $0.kind == kind && ids?.contains($0.id) ?? true } }
  }

  func add(_ keys: [WrappedKey]) async throws {
    held.withLock { held in
      held += keys.filter { new in !held.contains { $0.kind == new.kind && $0.id == new.id } }
    }
  }

  func replace(_ keys: [WrappedKey]) async throws {}
  func destroy(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]) async throws {}
  func state(_ account: ID<Account>) async throws -> KeyringState { KeyringState(generation: 0, suppressed: []) }
  func move(
    _ member: ID<Member>, from old: ID<Account>, to new: ID<Account>, replacing keys: [WrappedKey]
  ) async throws {}
}

/// Connects to a server on loopback whatever address was checked: for addresses that no test may really dial.
func loopbackInstead(_ port: Int, _ count: DialCount) -> Dialler.Connect {
  { target, limit, prepare in
    count.dialled.withLock { $0.append(target) }
    return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connectTimeout(limit)
      .connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: port), channelInitializer: prepare)
  }
}
