public import Consent
import Glibc
public import Model
public import Store

/// Adds a source, files or a server, with the grant to read it, and causes its first run.
///
/// The same place of the same member is the same source. Other terms change its grant; the same terms change nothing.
public struct AddSource: Sendable {
  /// What the owner asks for.
  public struct Wish: Sendable {
    public var kind: Source.Kind
    /// The path of a file or folder; empty for a server.
    public var path: String
    /// The server, with the login for it.
    public var server: MailServer?
    public var login: Login?
    /// Nil leaves it as it is; `text` for a new source.
    public var depth: Depth?
    /// Nil leaves it as it is; a new source is read whole.
    public var since: Instant?
    /// The owner's own addresses there; none leaves them as they are.
    public var owners: [String]
    /// Whether the owner states the right to let this be read (P039).
    public var isWarranted: Bool
    /// The digest of the words that a page showed; nil where none was.
    ///
    /// The grant says exactly these, or is not made (P023).
    public var shown: String?

    public init(
      _ kind: Source.Kind, _ path: String, depth: Depth? = nil, since: Instant? = nil, owners: [String] = [],
      isWarranted: Bool
    ) {
      self.kind = kind
      self.path = path
      self.depth = depth
      self.since = since
      self.owners = owners
      self.isWarranted = isWarranted
    }

    /// A mailbox, address books or calendars on a server.
    public init(
      _ server: MailServer, _ login: Login, kind: Source.Kind = .imap, depth: Depth? = nil, since: Instant? = nil,
      owners: [String] = [],
      isWarranted: Bool
    ) {
      self.init(kind, "", depth: depth, since: since, owners: owners, isWarranted: isWarranted)
      self.server = server
      self.login = login
      // Who logs in by an address reads mail of that address, and is asked to meetings by it.
      if kind.isMail || kind.isCalendar, owners.isEmpty, login.user.contains("@") { self.owners = [login.user] }
    }

    /// What the source is known by: the same place of the same member is the same source.
    func location() throws -> String {
      guard let server, let login else { return try AddSource.absolute(path) }
      return "\(login.user)@\(server.host):\(server.port)\(server.path ?? "")"
    }
  }

  /// The source as it is kept, and the grant that holds for it.
  public struct Added: Sendable, Equatable {
    public var source: Source
    public var grant: Grant
    public var isNew: Bool
    /// Whether the grant is new or has other terms than before.
    public var isChanged: Bool
  }

  private let store: Store
  private let gate: Gate
  /// Where a login is tried before it is kept; nil keeps it untried.
  private let door: ServerDoor?

  public init(store: Store, gate: Gate, tryingAt door: ServerDoor? = nil) {
    self.store = store
    self.gate = gate
    self.door = door
  }

  public func run(_ account: ID<Account>, _ member: ID<Member>, _ wish: Wish) async throws -> Added {
    _ = try await gate.viewer(account, member)
    guard try await store.account(account)?.closedAt == nil else {
      throw Refusal(.closed, promise: 107, "the account is closed")
    }
    guard wish.isWarranted else {
      throw Refusal(.noWarranty, promise: 39, "the right to let this be read was not stated (--warrant)")
    }
    let location = try wish.location()
    let held = try await store.source(account, member, wish.kind, location)
    guard held?.revokedAt == nil else {
      throw Refusal(.withdrawn, promise: 16, "this source was revoked; it is not read again")
    }
    var source = held ?? Source(id: store.ids.next(), member: member, kind: wish.kind, location: location)
    source.server = wish.server ?? source.server
    if wish.kind.isMail { source.depth = wish.depth ?? source.depth }
    if wish.kind.isMail || wish.kind.isCalendar { source.since = wish.since ?? source.since }
    if !wish.owners.isEmpty { source.owners = Set(wish.owners.map { fold($0) }).sorted() }
    let offered = grant(for: source)
    if let shown = wish.shown, shown != hex(sha256(Array(offered.words.utf8))) {
      throw Refusal(
        .noGrant, promise: 23,
        "what would be read is not what was shown: look again; a source that is read already keeps its period")
    }
    var tried: (login: FreshLogin, vault: Vault)?
    if let door, let login = wish.login { tried = try await door.tryOut(source, offered: offered, login, account) }
    // A key without a source harms nobody; a source without its key could never be read.
    try await gate.vault.mintSource(account, member, source.id)
    let kept = try await store.keep(source, isNew: held == nil, account, offered: offered)
    if let tried {
      try await gate.vault.adoptCredential(account, source.id, from: tried.vault)
      try await store.keep(
        tried.login.login, expiresAt: tried.login.expiresAt, of: source.id, source.member, account)
    } else if let login = wish.login {
      try await keep(login, of: source, account)
    }
    try await store.enqueue(.pull, source.id.rawValue, member, account)
    return Added(source: source, grant: kept.grant, isNew: held == nil, isChanged: kept.changed)
  }

  /// Seals a login under a key of its own; an older one is destroyed with its key.
  private func keep(_ login: Login, of source: Source, _ account: ID<Account>) async throws {
    try await gate.vault.destroyCredential(account, source.id)
    let sealed = try await gate.vault.sealLogin(
      account, source.member, source.id, login, slot: Store.loginSlot(account, source.id))
    // A sign-in without an access token has to be renewed before it is used.
    try await store.keep(
      sealed, expiresAt: login.secret.isEmpty && login.renewal != nil ? store.clock() : nil, of: source.id,
      source.member, account)
  }

  /// The grant in words, made from what is asked for (P023).
  private func grant(for source: Source) -> Grant {
    var purposes =
      source.kind.isMail
      ? [ReadMail.declaration, FindPeople.declaration, BuildIndex.declaration]
      : [
        source.kind.isCalendar ? ReadCalendar.declaration : ReadAddressBook.declaration, FindPeople.declaration,
      ]
    if source.server != nil { purposes.append(Connect.declaration) }
    return Grant(
      id: store.ids.next(), member: source.member, target: .source(source.id), scope: .read,
      purposes: purposes.map(\.name).sorted(),
      depth: source.depth, since: source.since,
      words: GrantWords.reading(
        source.kind, depth: source.depth, since: source.since, folders: source.server?.folders ?? []),
      warranty: GrantWords.warrantyDigest, policyVersion: PolicyVersion.current.version, givenAt: store.clock())
  }

  /// One path for one place: absolute, without links, so that the same files are never two sources.
  fileprivate static func absolute(_ path: String) throws -> String {
    guard let real = realpath(path, nil) else {
      throw errno == ENOENT || errno == ENOTDIR
        ? Trouble("there is nothing at this path", "check the path; nothing was changed")
        : Trouble("this path cannot be read", "give this user the right to read it")
    }
    defer { free(real) }
    return String(cString: real)
  }
}
