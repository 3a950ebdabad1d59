import Consent
import Model
import Synchronization

/// Ada's account as the gate sees it, with everything that can be changed between two requests.
final class Desk: Sendable {
  struct Papers {
    var standing: Standing
    var lines: [LedgerLine] = []
    var now = Instant(year: 2026, month: 11, day: 24)
    var ledgerIsBroken = false
  }

  static let account = ID<Account>(1)
  static let ada = ID<Member>(2)
  static let cyd = ID<Member>(3)
  static let mailbox = ID<Source>(4)
  static let folder = ID<Destination>(5)
  static let rules = String(repeating: "a", count: 64)

  let papers: Mutex<Papers>
  let keyring = MemoryKeyring()
  let operatorKey: OperatorKey
  let vault: Vault

  init() async throws {
    guard let key = OperatorKey(bytes: [UInt8](repeating: 7, count: 32)) else {
      throw Refusal(.keyNotHeld, promise: 80, "")
    }
    operatorKey = key
    vault = Vault(operatorKey: key, keyring: keyring)
    papers = Mutex(
      Papers(
        standing: Standing(
          members: [Desk.ada: .member, Desk.cyd: .administrator], grants: [Desk.reading(), Desk.writing()],
          approvals: [
            Approval(
              id: ID(9), kind: .standing, destination: Desk.folder, digest: Desk.rules, givenAt: Instant(seconds: 0))
          ], acceptedPolicy: PolicyVersion.current.digest)))
    try await vault.create(Desk.account)
    try await vault.mintSource(Desk.account, Desk.ada, Desk.mailbox)
  }

  static func reading() -> Grant {
    Grant(
      id: ID(6), member: ada, target: .source(mailbox), scope: .read,
      purposes: ["read-mail", "find-people", "build-index"],
      words: GrantWords.reading(.maildir, depth: .text, since: nil), warranty: GrantWords.warrantyDigest,
      policyVersion: PolicyVersion.current.version, givenAt: Instant(seconds: 0))
  }

  static func writing() -> Grant {
    Grant(
      id: ID(7), member: ada, target: .destination(folder), scope: .write, purposes: ["sync-to-crm"],
      words: GrantWords.writing(.folder), warranty: nil, policyVersion: PolicyVersion.current.version,
      givenAt: Instant(seconds: 0))
  }

  var gate: Gate {
    Gate(
      vault: vault, standing: { [self] _ in papers.withLock { $0.standing } },
      append: { [self] line, _ in
        try papers.withLock { papers in
          if papers.ledgerIsBroken { throw Trouble("the disk is full", "free some space") }
          papers.lines.append(line)
          return Receipt(sequence: Int64(papers.lines.count - 1))
        }
      }, clock: { [self] in papers.withLock { $0.now } })
  }

  func change(_ body: (inout Papers) -> Void) { papers.withLock { body(&$0) } }
  var lines: [LedgerLine] { papers.withLock { $0.lines } }

  static func pull() -> Request { Request(account: account, member: ada, sources: [mailbox]) }
  static func deliver(_ digest: String = rules) -> Request {
    Request(account: account, member: ada, destination: folder, digest: digest)
  }

  /// Why a permit is refused; nil if it is given.
  func refusal<P: Purpose>(_ purpose: P.Type, _ request: Request) async throws -> Refusal? {
    do {
      let permit = try await gate.permit(purpose, for: request)
      _ = permit.close()
      return nil
    } catch let refusal as Refusal {
      return refusal
    }
  }
}
