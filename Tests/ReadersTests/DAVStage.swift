import Consent
import Model
import NIOCore
import NIOPosix
import Readers
import Stage
import Synchronization
import Wire

/// Ada's address book with a live grant, and the gate that gives permits for it.
struct DAVDesk: Sendable {
  static let account = ID<Account>(1)
  static let member = ID<Member>(2)
  static let book = ID<Source>(4)

  let gate: Gate
  let key: SealedLogin
  let stamp: Grant.Stamp
  let transcript = Transcript(clock: { Instant(seconds: 0) })
  let request = Request(account: account, member: member, sources: [book])

  init() async throws {
    guard let operatorKey = OperatorKey(bytes: [UInt8](repeating: 7, count: 32)) else { throw Trouble("no key", "") }
    let vault = Vault(operatorKey: operatorKey, keyring: DAVKeyring())
    try await vault.create(DAVDesk.account)
    try await vault.mintSource(DAVDesk.account, DAVDesk.member, DAVDesk.book)
    let grant = Grant(
      id: ID(6), member: DAVDesk.member, target: .source(DAVDesk.book), scope: .read,
      purposes: ["connect", "read-address-book"], words: GrantWords.reading(.vcard, depth: .text, since: nil),
      warranty: GrantWords.warrantyDigest, policyVersion: PolicyVersion.current.version, givenAt: Instant(seconds: 0))
    stamp = grant.stamp
    gate = Gate(
      vault: vault,
      standing: { _ in
        Standing(
          members: [DAVDesk.member: .member], grants: [grant], approvals: [],
          acceptedPolicy: PolicyVersion.current.digest)
      }, append: { _, _ in Receipt(sequence: 0) }, clock: { Instant(year: 2026, month: 11, day: 24) })
    let slot = Slot(DAVDesk.account, "source", "login", row: DAVDesk.book.rawValue)
    let login = Login(user: StagedDAV.user, secret: StagedDAV.password)
    key = SealedLogin(
      login: try await vault.sealLogin(DAVDesk.account, DAVDesk.member, DAVDesk.book, login, slot: slot), slot: slot)
  }

  /// Talks with a server on this machine.
  func open<Result: Sendable>(
    _ port: Int, _ body: @escaping @Sendable (DAVSession) async throws -> Result
  ) async throws -> Result {
    let dialler = Dialler.system(
      rules: AddressRules(allowsThisMachine: true), now: { Instant(seconds: 1_700_000_000) }, mayDial: { _, _ in },
      maySend: { _ in })
    let permit = try await gate.permit(Connect.self, for: request)
    let server = MailServer(host: "localhost", port: port, security: .none)
    return try await DAVReader(dialler, clock: { Instant(seconds: 1_700_000_000) })
      .open(server, key, permit, transcript, body)
  }
}

/// Keeps keys in memory; nothing is erased or moved in these tests.
private final class DAVKeyring: Keyring {
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

/// A server for what a real one will not do: it answers each request with what a test says.
final class FaultyDAV: Sendable {
  struct Answer: Sendable {
    var status = 207
    var fields = ""
    var body = ""
  }

  let port: Int
  private let server: any Channel
  private let heard: Heard

  private final class Heard: Sendable {
    let requests = Mutex<[String]>([])
  }

  /// The script gets the line `METHOD path` and the whole request.
  init(_ script: @escaping @Sendable (String, String) -> Answer) async throws {
    let heard = Heard()
    server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          try child.pipeline.syncOperations.addHandler(Guest(heard, script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = server.localAddress?.port ?? 0
    self.heard = heard
  }

  func stop() async throws { try await server.close().get() }

  var requests: [String] { heard.requests.withLock { $0 } }

  /// One item of a multistatus.
  static func item(_ href: String, etag: String? = nil, status: Int? = nil, data: String? = nil) -> String {
    let found =
      (etag.map { "<d:getetag>\($0)</d:getetag>" } ?? "")
      + (data.map { "<a:address-data>\($0)</a:address-data>" } ?? "")
    let inner =
      status.map { "<d:status>HTTP/1.1 \($0) X</d:status>" }
      ?? "<d:propstat><d:prop>\(found)</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
    return "<d:response><d:href>\(href)</d:href>\(inner)</d:response>"
  }

  static func multistatus(_ items: String..., token: String? = nil) -> Answer {
    Answer(
      body: #"<d:multistatus xmlns:d="DAV:" xmlns:a="urn:ietf:params:xml:ns:carddav">"# + items.joined()
        + (token.map { "<d:sync-token>\($0)</d:sync-token>" } ?? "") + "</d:multistatus>")
  }

  /// An item that says it is an address book.
  static func book(_ href: String, inner: String = "") -> String {
    "<d:response><d:href>\(href)</d:href><d:propstat><d:prop><d:resourcetype><d:collection/><a:addressbook/>"
      + "</d:resourcetype>\(inner)</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
  }

  private final class Guest: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let heard: Heard
    private let script: @Sendable (String, String) -> Answer
    private var text = ""

    init(_ heard: Heard, _ script: @escaping @Sendable (String, String) -> Answer) {
      self.heard = heard
      self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      text += String(buffer: unwrapInboundIn(data))
      let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return }
      let length =
        parts[0].split(separator: "\r\n").first { $0.hasPrefix("Content-Length:") }
        .flatMap { Int($0.dropFirst(16)) } ?? 0
      guard parts[1].utf8.count >= length else { return }
      let line = text.split(separator: " ").prefix(2).joined(separator: " ")
      heard.requests.withLock { $0.append(line) }
      let answer = script(line, text)
      text = ""
      let head = "HTTP/1.1 \(answer.status) X\r\n\(answer.fields)Content-Length: \(answer.body.utf8.count)\r\n\r\n"
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head + answer.body)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
